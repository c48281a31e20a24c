"""A kernel in a folder where the demo has run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.process import python
from tests.flights import write_sample
from tests.notebook.kernel import Kernel


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Kernel]:
    """The kernel; ``flights.db`` has a sample of the flights."""
    (tmp_path / "sample").mkdir()
    write_sample(tmp_path / "sample")
    python("-c", "import sys; sys.path.insert(0, 'sample'); from oxyde.cli.app import main; main(['demo'])", cwd=tmp_path)
    kernel = Kernel(tmp_path)
    try:
        yield kernel
    finally:
        kernel.close()
