"""Each operation of a migration goes forward, back and forward again on tables with rows, on every server, as others see it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

import pytest

from oxyde.exceptions import OxydeError
from oxyde.migrations import operations
from oxyde.migrations.folder.context import Context
from oxyde.migrations.operations import Operation
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from tests.backends import Backend
from tests.journeys import CASES
from tests.journeys.case import Case, begin
from tests.journeys.snapshots import Snapshot
from tests.journeys.travel import Journey, kinds, travelled
from tests.migrating import fresh


@pytest.fixture(scope="module")
def journeys(backend_module: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Journey]]:
    """All journeys on a server."""
    folder = tmp_path_factory.mktemp("journeys")
    with fresh(backend_module, folder) as empty, travelled(CASES, empty, folder) as found:
        yield found


ELSEWHERE = {
    ("RequireManual", ""): "it is never run",
    ("Run", "batch"): "tests/contract/test_data_migrations.py",
}
"""The operations, and what they can be told, that have no case here."""


def told() -> Iterator[tuple[str, str]]:
    """Yields the operations, tables and parts that the cases have, each with what is said of it beyond what has to be."""
    left: list[Any] = []
    for case in CASES:
        ctx = Context("postgres", State())
        begin(ctx, {"schema": "told"})
        for said in (case.before, case.forward):
            if said is not None:
                said(ctx, {"schema": "told"})
        left += ctx.operations
    while left:
        one = left.pop()
        yield type(one).__name__, ""
        for field in fields(one):
            value = getattr(one, field.name)
            if value != (field.default_factory() if field.default_factory is not MISSING else field.default):
                yield type(one).__name__, field.name
            inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else (value,)
            left += [part for part in inside if isinstance(part, (Operation, Table, Column, Unique, Check, Exclude, Index, ForeignKey))]


def test_everything_goes_there_and_back() -> None:
    """Each operation has a case, and so has each thing that it, a table, a column or a part of one can be told."""
    kinds = [kind for kind in vars(operations).values() if isinstance(kind, type) and issubclass(kind, Operation) and kind is not Operation]
    parts = [Table, Column, Unique, Check, Exclude, Index, ForeignKey]
    wanted = {(kind.__name__, "") for kind in kinds}
    wanted |= {
        (kind.__name__, field.name)
        for kind in (*kinds, *parts)
        for field in fields(kind)
        if field.default is not MISSING or field.default_factory is not MISSING
    }
    assert wanted - set(told()) == set(ELSEWHERE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_forward_and_back(journeys: dict[tuple[str, str], Journey], backend_module: Backend, case: Case) -> None:
    """What is undone is as it was, rows included; what is done again is as it was done first."""
    dialect = backend_module.dialect
    for kind in kinds(dialect):
        _check(journeys[case.name, kind], dialect)


def _check(journey: Journey, dialect: str) -> None:
    case = journey.case
    if dialect in case.refused:
        assert isinstance(journey.error, OxydeError)
        assert re.search(case.refused[dialect], str(journey.error)), journey.error
        return
    if journey.error is not None:
        raise journey.error
    before, forward, back, again = (journey.stations[name] for name in ("before", "forward", "back", "again"))
    assert bool(journey.differs) == bool(case.drifts), journey.differs
    assert journey.states["back"] == journey.states["before"] or "sqlite" in case.differs
    lost = (*case.lost, "sqlite_stat4") if case.lost else ()  # which has samples of values
    assert _without(back, lost) == _without(before, lost)
    assert _without(again, lost) == _without(forward, lost)
    unequal = (*case.lost, *case.changed)
    assert _common(forward, before, unequal) == _common(before, forward, unequal)
    if case.gives is not None:
        assert forward.answer == again.answer == list(case.gives[1])
    _compare(before, back, dialect, case)
    if dialect in case.moved or dialect in case.differs:
        assert _lines(again.text) == _lines(forward.text)
    else:
        assert again.text == forward.text


def _compare(before: Snapshot, back: Snapshot, dialect: str, case: Case) -> None:
    if dialect in case.differs:
        assert _lines(back.text) != _lines(before.text), "it does not differ any more"
    elif dialect in case.moved:
        assert back.text != before.text, "nothing has moved any more"
        assert _lines(back.text) == _lines(before.text)
    else:
        assert back.text == before.text


def _lines(text: str) -> list[str]:
    """Returns the parts of a text in alphabetical order."""
    return sorted(part.strip().rstrip(",") for part in re.split(r"\n|, |[()]", text))


def _without(snapshot: Snapshot, left_out: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Returns the rows without some columns and tables."""
    return {
        table: sorted(({name: one for name, one in row.items() if f"{table}.{name}" not in left_out} for row in rows), key=str)
        for table, rows in snapshot.rows.items()
        if table not in left_out
    }


def _common(snapshot: Snapshot, other: Snapshot, left_out: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Returns the rows of the tables of the application, as far as another station has their columns, too."""
    theirs = {table: set(rows[0]) if rows else set() for table, rows in other.rows.items() if not table.startswith("sqlite_")}
    return {
        table: sorted(({name: one for name, one in row.items() if name in theirs[table]} for row in rows), key=str)
        for table, rows in _without(snapshot, left_out).items()
        if table in theirs
    }
