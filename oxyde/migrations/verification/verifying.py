"""``oxyde migrations verify``: whether the files, HEAD, the models and a ledger say the same, and whether the files run up, down and up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from oxyde import schema
from oxyde.db.database import AsyncDatabase
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.exceptions import MigrationError, OxydeError
from oxyde.migrations import live
from oxyde.migrations.changes.make import Models, Open, open_lines, unasked
from oxyde.migrations.folder import head
from oxyde.migrations.folder.files import Stage, load, walked
from oxyde.migrations.from_models import from_models
from oxyde.migrations.parts import shown
from oxyde.migrations.running.history import ZERO, History
from oxyde.migrations.running.migrating import apply_blocking
from oxyde.migrations.running.options import Options
from oxyde.migrations.state import State


@dataclass(frozen=True)
class Fault:
    """What is wrong with migrations.

    Attributes:
        check: What found it.
        text: One line about it.
    """

    check: Literal["files", "HEAD", "models", "ledger", "database"]
    text: str

    def __str__(self) -> str:
        return f"{self.check}: {self.text}"


def of_files(directory: Path, dialect: str, tables: Iterable[Any] | None = None) -> list[Fault]:
    """Returns what is wrong with files and HEAD, and what the models have otherwise; no database is needed.

    Args:
        directory: The folder of the migrations.
        dialect: postgres, mysql, mariadb or sqlite.
        tables: The tables of the models; by default all that are registered. Without any the models are not compared.
    """
    try:
        head.check_conflict(directory)  # which explains why the files are not in line
        migrations = load(directory)
        stages = list(walked(migrations, dialect))
        lines = [reason for stage in stages if (reason := _without_way_back(stage, dialect)) is not None]
    except MigrationError as error:
        return [Fault("files", str(error))]
    found = [Fault("files", line) for line in lines]
    try:
        head.check(directory, migrations)
    except MigrationError as error:
        found.append(Fault("HEAD", str(error)))
    described = list(schema.tables if tables is None else tables)
    state = stages[-1].after if stages else State()
    both = Models(directory, migrations, described, state, from_models(described), dialect)
    return [*found, *(Fault("models", line) for line in (_of_models(both) if described else ()))]


def _without_way_back(stage: Stage, dialect: str) -> str | None:
    """Returns what is wrong with the ``downgrade`` of a migration; that there is none is nothing wrong."""
    try:
        stage.migration.backward(stage.before, dialect)
    except MigrationError as error:
        return str(error)
    return None


def _of_models(both: Models) -> Iterator[str]:
    try:
        made = unasked(both)
    except MigrationError as error:
        yield str(error)
        return
    if isinstance(made, Open):
        yield from (line.strip() for line in open_lines(made))
    elif made is not None:
        yield from (f"{operation}: the models have it, and no migration; oxyde makemigrations writes it" for operation in made.operations)


def of_ledger(history: History) -> list[Fault]:
    """Returns what a database's ledger has otherwise than the files."""
    begun = [f"{name} stopped half way; oxyde migrate goes on" for name in history.begun if name not in history.lost()]
    return [Fault("ledger", line) for line in (*history.faults(), *begun)]


def of_database(directory: Path, database: AsyncDatabase, dialect: str) -> list[Fault]:
    """Applies the migrations to an empty database, undoes them, applies them again, and returns what went wrong.

    Migrations that cannot be undone are applied once.

    Args:
        directory: The folder of the migrations.
        database: The database, which is empty.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    alias = database.name
    try:
        history = History(load(directory), dialect)
        stages = history.stages
        schemas = {None, *(address[0] for stage in stages for address in (*stage.after.tables, *stage.after.views))}
        empty = _read(dialect, schemas, alias)
        apply_blocking(history, Options(), alias)
        once = _read(dialect, schemas, alias)
        if not all(_goes_back(stage, dialect) for stage in stages):
            return []
        apply_blocking(history, Options(ZERO), alias)
        left = _differences(empty, _read(dialect, schemas, alias))
        apply_blocking(history, Options(), alias)
        twice = _differences(once, _read(dialect, schemas, alias))
    except OxydeError as error:
        return [Fault("database", str(error))]
    faults = [f"{name}: undoing all migrations does not leave it as it was before them" for name in left]
    faults += [f"{name}: is otherwise after the migrations were undone and applied again" for name in twice]
    return [Fault("database", line) for line in faults]


def _goes_back(stage: Stage, dialect: str) -> bool:
    return isinstance(stage.migration.backward(stage.before, dialect), Sequence)


def _read(dialect: str, schemas: Iterable[str | None], alias: str) -> State:
    return run_blocking(live.read(dialect, schemas=[*schemas]), route(alias))


def _differences(one: State, other: State) -> list[str]:
    """Returns the names of what differs between two states of one server."""
    pairs: list[tuple[Any, Any]] = [(one.tables, other.tables), (one.enums, other.enums), (one.views, other.views)]
    names = {address for before, after in pairs for address in (*before, *after) if before.get(address) != after.get(address)}
    return sorted(shown(address) for address in names)
