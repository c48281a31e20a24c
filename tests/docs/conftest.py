"""A kernel in a folder where the demo has run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.process import write_demo
from tests.notebook.kernel import Kernel


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Kernel]:
    """The kernel; ``flights.db`` has a sample of the flights."""
    write_demo(tmp_path)
    kernel = Kernel(tmp_path)
    try:
        yield kernel
    finally:
        kernel.close()
