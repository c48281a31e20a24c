"""A kernel for the tests of a module, with the magics loaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backends import Backend
from tests.notebook.kernel import Kernel


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for a module."""
    made = Kernel(tmp_path_factory.mktemp("notebook"))
    try:
        assert made.run("import oxyde\n%load_ext oxyde").status == "ok"
        yield made
    finally:
        made.close()


@pytest.fixture
def connected(kernel: Kernel, backend: Backend) -> Backend:
    """Each backend in turn, connected under the name default."""
    assert kernel.run(f"url = {backend.url!r}\n%oxyde connect $url").status == "ok"
    return backend
