"""Stubs of many models, and what checkers and stubtest make of them; at length, so only with ``OXYDE_LONG=1``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.typing import scale
from tests.typing.install import install
from tests.typing.test_service import MODELS, SERVICE
from tests.typing.tools import COMMANDS, SETTINGS, outside, read, start

pytestmark = pytest.mark.skipif(not os.environ.get("OXYDE_LONG"), reason="takes minutes: OXYDE_LONG=1")
ALONE = """
import sys
from importlib import import_module
for name in {models}:
    import_module(name)
from mypy.stubtest import main
sys.argv = ["stubtest", "clinic", "--concise"]
sys.exit(main())
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed package."""
    return install(tmp_path_factory.mktemp("installed"))


def make(python: Path, folder: Path, models: tuple[str, ...]) -> None:
    """Makes the stubs of a project."""
    code = f"from oxyde.stubs import generate; assert generate({models}).written"
    subprocess.run([python, "-c", code], cwd=folder, env=outside(), check=True)


@pytest.mark.parametrize("related", [False, True])
def test_sixty_models(environment: Path, tmp_path: Path, related: bool) -> None:
    """No checker finds a fault in the stub, or in what uses it; how long each took is printed."""
    scale.write(tmp_path, "many", 60, related=related)
    for name, text in SETTINGS.items():
        (tmp_path / name).write_text(text)
    begun = time.perf_counter()
    make(environment / "bin" / "python", tmp_path, ("many.models",))
    print(f"generated {(tmp_path / 'many/models.pyi').stat().st_size:,} bytes in {time.perf_counter() - begun:.1f} s")
    for tool in COMMANDS:
        begun = time.perf_counter()
        said = read(tool, start(tool, tmp_path, environment).communicate(timeout=600)[0])
        print(f"{tool} took {time.perf_counter() - begun:.1f} s")
        assert said.flagged == set(), said.text


def test_stubtest(environment: Path, tmp_path: Path) -> None:
    """It complains of no more than it does of copies of the sources, of aliases, caches, enumerations and relations."""

    def complaints() -> set[str]:
        code = ALONE.format(models=MODELS)
        paths = {"PYTHONPATH": str(tmp_path), "MYPYPATH": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env={**outside(), **paths}, capture_output=True, text=True, check=False
        )
        assert "not checking stubs" not in done.stdout, done.stdout
        return set(done.stdout.splitlines())

    shutil.copytree(SERVICE, tmp_path, dirs_exist_ok=True)
    make(environment / "bin" / "python", tmp_path, MODELS)
    ours = complaints()
    for source in (tmp_path / "clinic").glob("*.py"):
        lines = source.read_text().splitlines(keepends=True)
        source.with_suffix(".pyi").write_text("".join(line for line in lines if line.strip() != "@computed_field"))  # mypy refuses it
    assert ours - complaints() == set()
