"""The package as a wheel installs it, in a virtual environment with what it depends on and nothing else."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

from oxyde import _native

ROOT = Path(__file__).parents[2]
DEPENDENCIES = ("annotated_types", "msgpack", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection")


def install(folder: Path) -> Path:
    """Makes the environment in a folder, and returns it.

    The Python files are those that maturin packs, out of a source distribution, which needs no compiler: a wheel has the same,
    and the compiled core beside them.
    """
    packed, environment = folder / "packed", folder / "environment"
    maturin = [sys.executable, "-m", "maturin", "sdist", "--out", str(packed)]
    subprocess.run(maturin, cwd=ROOT, check=True, capture_output=True)
    venv.create(environment, symlinks=True)
    site = next(environment.glob("lib/python*/site-packages"))
    with tarfile.open(next(packed.glob("*.tar.gz"))) as archive:
        archive.extractall(packed, filter="data")
    shutil.move(next(packed.glob("*/oxyde")), site)
    core = Path(_native.__file__)
    shutil.copy(core, site / "oxyde" / core.name)
    for name in DEPENDENCIES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        found = origin.parent if origin.name == "__init__.py" else origin
        (site / found.name).symlink_to(found)
    return environment
