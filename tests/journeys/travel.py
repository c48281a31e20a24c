"""Sends cases forward, back and forward again, each in a schema, a database or a file of its own, and notes what it finds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

import oxyde
from oxyde.db.execute import run_blocking
from oxyde.db.raw import compile_raw
from oxyde.db.route import Route, route
from oxyde.db.steps import Atomically, Call, Steps
from oxyde.exceptions import MigrationError
from oxyde.ir import expr, statement, wire
from oxyde.migrations.comparing.drifting import drifted
from oxyde.migrations.folder.context import Context
from oxyde.migrations.live import read
from oxyde.migrations.operations import Execute, Irreversible, Operation, Run, inverted, replay
from oxyde.migrations.running.rows import Job
from oxyde.migrations.sql import rebuild
from oxyde.migrations.sql.script import TRANSACTIONAL, Step, script
from oxyde.migrations.state import State
from tests.backends import Backend, mysql_connection
from tests.journeys.case import At, Case, begin
from tests.journeys.snapshots import Snapshot, taken
from tests.journeys.states import only, with_state
from tests.migrating import query

STATIONS: Final = ("before", "forward", "back", "again")


def kinds(dialect: str) -> Sequence[str]:
    """Returns whether operations leave the schema to the connection, or name it, or both in turn where there is time for it."""
    if dialect == "sqlite":
        return ["own"]
    return ["own", "named"] if os.environ.get("OXYDE_LONG") else ["named" if dialect == "postgres" else "own"]


@dataclass
class Journey:
    """A case on a server.

    Attributes:
        case: The case.
        schema: The schema or database of its tables, or the name of its file.
        backend: Where it connects to.
        at: The keyword ``schema=`` of its operations, where it connects to another schema.
        stations: What others see of it, by station.
        states: What we see of it, by station.
        differs: What the database had otherwise than the state after the operations.
        operations: What it said.
        start: The state before.
        error: What stopped it.
    """

    case: Case
    schema: str
    backend: Backend
    at: At
    stations: dict[str, Snapshot] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    differs: list[str] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    start: State = field(default_factory=State)
    error: Exception | None = None

    def go(self, station: str) -> None:
        """Goes to a station over the connection ``journey``."""
        try:
            self._send(station, route("journey"))
        except Exception as error:  # noqa: BLE001 - the test of the case raises it
            self.error = error

    def question(self, station: str) -> str | None:
        """Returns what is asked at a station."""
        return self.case.gives[0] if self.case.gives is not None and station in {"forward", "again"} else None

    def _send(self, station: str, where: Route) -> None:
        if station == "before":
            self._begin(where)
        elif station == "back":
            undo = inverted(self.operations, self.start)
            if isinstance(undo, Irreversible):
                raise MigrationError(undo.reason)
            after = replay(self.operations, self.start)
            assert replay(undo, after) == self.start
            _done(undo, after, self.backend.dialect, where)
        else:
            _done(self.operations, self.start, self.backend.dialect, where)

    def _begin(self, where: Route) -> None:
        dialect = self.backend.dialect
        first = Context(dialect, State())
        begin(first, self.at)
        if self.case.before is not None:
            self.case.before(first, self.at)
        _done(first.operations, State(), dialect, where)
        self.start = first.state
        said = Context(dialect, self.start)
        self.case.forward(said, self.at)
        self.operations = said.operations


def _done(operations: Sequence[Operation], before: State, dialect: str, where: Route) -> None:
    """Runs operations as the runner of migrations does, without its ledger."""
    steps = script(operations, before, dialect)
    if dialect in TRANSACTIONAL and not any(step.alone for step in steps):
        anew = any(step.rebuild is not None for step in steps)
        sent = _sent(steps, dialect)
        run_blocking(_together(rebuild.watched(sent, "journey", operations, print) if anew else sent, anew=anew), where)
    else:
        run_blocking(_sent(steps, dialect), where)


def _together(sent: Steps[None], *, anew: bool) -> Steps[None]:
    yield Atomically(sent, anew)


def _sent(steps: Sequence[Step], dialect: str) -> Steps[None]:
    for step in steps:
        operation = step.operation
        if isinstance(operation, Run):
            job = Job("journey", Path(__file__), False, operation, step.before)
            yield from job.run((yield from job.frozen()))
        elif step.rebuild is not None:
            yield from rebuild.run(step.rebuild)
        elif isinstance(operation, Execute) and operation.params is not None:
            yield Call(*compile_raw(operation.sql, operation.params, dialect))
        else:
            for text in step.texts:
                yield Call(wire.pack(statement.raw([expr.text(text)])), ())


@contextmanager
def travelled(cases: Sequence[Case], backend: Backend, folder: Path) -> Iterator[dict[tuple[str, str], Journey]]:
    """Yields the journeys of cases on a server, each done, by the name of the case and how its schema is said.

    Args:
        cases: The cases.
        backend: An empty database, which stays empty.
        folder: For the files of SQLite.
    """
    journeys = {key: one for place, case in enumerate(cases) for key, one in _journeys(case, place, backend, folder)}
    with _schemas(backend, [one.schema for one in journeys.values()]):
        for station in STATIONS:
            for url, some in groupby(journeys.values(), lambda journey: journey.backend.url):
                with oxyde.connect(url, "journey"):
                    for journey in some:
                        if journey.error is None:
                            journey.go(station)
            there = {one.schema: one for one in journeys.values() if one.error is None}
            seen_by_others = taken(backend, folder, {schema: one.question(station) for schema, one in there.items()})
            for schema, journey in there.items():
                journey.stations[station] = seen_by_others[schema]
            _look(list(there.values()), backend, station)
        yield journeys


def _look(journeys: Sequence[Journey], backend: Backend, station: str) -> None:
    """Notes what we see of journeys; on a server of all at once."""
    if backend.dialect == "sqlite":
        for journey in journeys:
            _look_at([journey], journey.backend, station)
    else:
        _look_at(journeys, backend, station)


def _look_at(journeys: Sequence[Journey], backend: Backend, station: str) -> None:
    """Notes what we see of journeys over one connection."""
    with oxyde.connect(backend.url, "journey"):
        where = route("journey")
        schemas = [None if backend.dialect == "sqlite" else journey.schema for journey in journeys]
        seen = run_blocking(read(backend.dialect, schemas=schemas), where)
        for journey, schema in zip(journeys, schemas, strict=True):
            journey.states[station] = only(seen, schema)
        if station == "forward":
            expected = State()
            for journey, schema in zip(journeys, schemas, strict=True):
                expected = with_state(expected, replay(journey.operations, journey.start), schema)
            found = run_blocking(drifted(expected), where)
            for journey, schema in zip(journeys, schemas, strict=True):
                journey.differs = [str(one) for one in found.differences if one.address[0] == schema]
                journey.differs += [line for line in found.refused if schema is None or line.startswith(f"{schema}.")]


def _journeys(case: Case, place: int, backend: Backend, folder: Path) -> Iterator[tuple[tuple[str, str], Journey]]:
    """Yields a journey whose schema is that of the connection, and one that names its schema."""
    if backend.dialect == "sqlite":  # which has the schemas of attached files alone
        yield (case.name, "own"), Journey(case, f"case_{place}", Backend("sqlite", f"sqlite:///{folder}/case_{place}.db"), {})
        return
    server, _, database = backend.url.rpartition("/")
    for kind in kinds(backend.dialect):
        schema = f"{database}_{place}_{kind}"
        own = f"{backend.url}?options=-csearch_path%3D{schema}" if backend.dialect == "postgres" else f"{server}/{schema}"
        place_of = Backend(backend.dialect, own if kind == "own" else backend.url, backend.server)
        yield (case.name, kind), Journey(case, schema, place_of, {} if kind == "own" else {"schema": schema})


@contextmanager
def _schemas(backend: Backend, names: Sequence[str]) -> Iterator[None]:
    """Makes schemas, or databases, which are dropped afterwards; those of PostgreSQL go with their database."""
    if backend.dialect == "postgres":
        query(backend, "; ".join(f'CREATE SCHEMA "{name}"' for name in names))
    if backend.dialect in {"sqlite", "postgres"}:
        yield
        return
    with closing(mysql_connection(backend.server)) as connection, connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        try:
            yield
        finally:
            for name in names:
                cursor.execute(f"DROP DATABASE `{name}`")
