"""``migrate --fake-initial``: which of the pending migrations a database has already, although its ledger does not say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from oxyde.db.steps import Steps
from oxyde.exceptions import MigrationError
from oxyde.migrations import live
from oxyde.migrations.comparing.addressed import addressed
from oxyde.migrations.comparing.compared import Compared, Difference
from oxyde.migrations.comparing.drifting import beside
from oxyde.migrations.folder.files import Stage
from oxyde.migrations.operations import Execute, Run
from oxyde.migrations.parts import WORDS, shown
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

LOOKED_AT: Final = ("table", "column", "type", "enumeration", "primary key")
"""What has to be equal, beside foreign keys."""


@dataclass(frozen=True)
class _Point:
    """A point of the history at which the database may stand.

    Attributes:
        name: The migration before it; None before the first that is pending.
        count: How many of the pending migrations are before it.
        state: The tables that pending migrations are about, as they are there.
    """

    name: str | None
    count: int
    state: State

    @property
    def shape(self) -> dict[Address, Any]:
        """What is looked at of its tables."""
        return {address: _shape(table) for address, table in self.state.tables.items()}

    @property
    def views(self) -> frozenset[Address]:
        """Its views, which tell where the database stands as far as tables do not."""
        return frozenset(self.state.views)

    def has_views(self, there: State) -> bool:
        """Whether a database has all its views."""
        return self.views <= there.views.keys()

    def strangers(self, there: State) -> int:
        """Returns how many columns the tables of a database have more or less."""
        return sum(len(table.columns.keys() ^ there.tables[address].columns.keys()) for address, table in self.state.tables.items())


def recorded(stages: Sequence[Stage], dialect: str, warn: Callable[[str], Any]) -> Steps[int]:
    """Returns how many of the pending migrations a database has already; nothing is changed.

    It stands at the last point of the history whose tables are those that it has, with equal columns, types and keys; where the history is
    of views alone, at the last whose views it has.

    Args:
        stages: The pending migrations, in order.
        dialect: postgres, mysql, mariadb or sqlite.
        warn: Called with what the database has otherwise, where that is not looked at, and with what nothing tells.

    Raises:
        MigrationError: The database has some of the tables, and stands at no point of the history.
    """
    default = yield from live.default_schema(dialect)
    points = _points(stages, default)
    touched = {address for point in points for address in point.state.tables}
    seen = touched.union(*(point.views for point in points))
    there = yield from live.read(dialect, schemas={None, *(schema for schema, _ in seen)})
    names = there.tables.keys() & touched
    fitting = [point for point in points if point.state.tables.keys() == names and (touched or point.has_views(there))]
    if not fitting:
        raise MigrationError(_torn(points, names))
    ranked = sorted(fitting, key=lambda one: (one.strangers(there), -one.count))
    nearest: tuple[_Point, Compared] | None = None
    for point in ranked:
        if nearest is not None and point.strangers(there):
            break
        found, _, refused = yield from beside(point.state, dialect)
        if not any(map(_counts, found.differences)):
            if point.shape == points[0].shape and (point.views == points[0].views or not point.has_views(there)):
                return 0  # nothing tells that the others are done: they change no table, and make no view
            for line in (*(_line(one) for one in found.differences), *refused):
                warn(f"{line}; --fake-initial does not compare it, oxyde check --db does")
            for line in _untold(stages[: point.count], there, default, dialect):
                warn(line)
            return point.count
        nearest = nearest or (point, found)
    assert nearest is not None, "there is a point that fits"  # noqa: S101 - the loop ran
    raise MigrationError(_otherwise(*nearest))


def _untold(stages: Sequence[Stage], there: State, default: str | None, dialect: str) -> Iterator[str]:
    """Yields what is recorded although the tables tell nothing of it: SQL and functions, and types that no column has."""
    for stage in stages:
        for one in stage.operations:
            if isinstance(one, (Execute, Run)):
                yield f"{stage.migration.name}: {one}: is recorded and not run; run it by hand where the database lacks what it does"
    if dialect == "postgres":
        for enum in sorted(addressed(stages[-1].after, default).enums.keys() - there.enums.keys(), key=shown):
            yield f"the enumeration type {shown(enum)} of the migrations is not in the database; make it by hand"


def _points(stages: Sequence[Stage], default: str | None) -> list[_Point]:
    states = [addressed(state, default) for state in (stages[0].before, *(stage.after for stage in stages))]
    base = states[0].tables
    touched = {
        address
        for state in states
        for address in base.keys() | state.tables.keys()
        if _shape(base.get(address)) != _shape(state.tables.get(address))
    }
    names = [None, *(stage.migration.name for stage in stages)]
    return [_Point(name, count, _only(state, touched)) for count, (name, state) in enumerate(zip(names, states, strict=True))]


def _only(state: State, addresses: set[Address]) -> State:
    """Returns a state with some of its tables, and the enumerations of those."""
    tables = {address: table for address, table in state.tables.items() if address in addresses}
    used = {(table.schema, column.enum) for table in tables.values() for column in table.columns.values()}
    return replace(state, tables=tables, enums={enum: values for enum, values in state.enums.items() if enum in used})


def _shape(table: Table | None) -> Any:
    """Returns what is looked at of a table."""
    if table is None:
        return None
    columns = {name: (column.type, column.length, column.db_type) for name, column in table.columns.items()}
    return columns, table.key, {replace(key, name="") for key in table.foreign_keys}


def _counts(one: Difference) -> bool:
    return one.what in LOOKED_AT or one.what.startswith(f"{WORDS[ForeignKey]} ")


def _line(one: Difference) -> str:
    return one.said("the migrations")


def _otherwise(point: _Point, found: Compared) -> str:
    """Returns the error for a database that has the tables of a point otherwise."""
    lines = "; ".join(_line(one) for one in found.differences if _counts(one))
    made = "before the pending migrations" if point.name is None else f"of {point.name}"
    return f"the database has the tables {made}, but otherwise: {lines}; mend the database or the file, and migrate --fake-initial again"


def _torn(points: Sequence[_Point], names: set[Address]) -> str:
    """Returns the error for a database that has tables of one point and lacks others: those of the point that is nearest."""
    nearest = min(points, key=lambda point: (len(point.state.tables.keys() ^ names), not point.state.tables))
    at = "before the pending migrations" if nearest.name is None else f"after {nearest.name}"
    return f"the database stands at no point of the history: {at} {'; '.join(_lacking(nearest, names))}; make the one or drop the other"


def _lacking(point: _Point, names: set[Address]) -> Iterator[str]:
    for verb, addresses in (("is missing", point.state.tables.keys() - names), ("is there too early", names - point.state.tables.keys())):
        yield from (f"the table {shown(address)} {verb}" for address in sorted(addresses, key=shown))
