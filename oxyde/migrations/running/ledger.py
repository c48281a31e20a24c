"""The ledger: the table that says which migrations a database has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import MigrationError
from oxyde.ir import wire
from oxyde.migrations.folder.factories import NewColumn, column
from oxyde.migrations.live.scope import LEDGER
from oxyde.migrations.operations import AddColumn, CreateTable
from oxyde.migrations.sql.statements import statements
from oxyde.migrations.state import State, Table

_ADDED: Final = (
    column("checksum", "text", length=64, nullable=True),
    column("state", "text", length=16, nullable=True),
    column("seconds", "float", nullable=True),
)
"""The columns that the ledger of the older tool lacks; it has ``id``, ``name`` and ``applied_at``."""
_COLUMNS: Final = (column("name", "text", length=255, key=True), column("applied_at", "datetime_tz"), *_ADDED)
_KEY: Final = ("name",)
_CATALOG: Final = {
    "postgres": "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = :table",
    "sqlite": "SELECT name FROM pragma_table_info(:table)",
    "mysql": "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = :table",
}
"""What finds the columns of a table, by dialect."""


@dataclass(frozen=True)
class Entry:
    """A migration that the database has.

    Attributes:
        name: Its name.
        checksum: Of its operations when it was applied; None from an older tool.
        state: applied or faked; None from an older tool.
    """

    name: str
    checksum: str | None = None
    state: str | None = None


def columns_of(table: str, key: Sequence[str], dialect: str) -> Steps[set[str]]:
    """Returns the columns of a table of ours; none where there is no such table.

    Args:
        table: The table.
        key: The columns that it has had in every release.
        dialect: postgres, mysql, mariadb or sqlite.

    Raises:
        MigrationError: The table is somebody else's.
    """
    rows = yield from query(_CATALOG["mysql" if dialect == "mariadb" else dialect], {"table": table}, dialect)
    found = {row["name"] for row in rows}
    lacking = [name for name in key if name not in found]
    if found and lacking:
        raise MigrationError(f"{table} is not the table of Oxyde: it has no column {lacking[0]}; rename it, and migrate again")
    return found


def create(name: str, columns: Sequence[NewColumn], dialect: str) -> Steps[None]:
    """Creates a table of ours, or adds the columns that it lacks."""
    key = [one.column.name for one in columns if one.key]
    there = yield from columns_of(name, key, dialect)
    table = Table(name, columns={one.column.name: one.column for one in columns}, key=tuple(key))
    if not there:
        for statement in statements(CreateTable(table), State(), State().with_table(table)):
            yield Call(wire.pack(statement), ())
        return
    known = {name: one for name, one in table.columns.items() if name in there}
    before = State().with_table(Table(name, columns=known, key=tuple(one for one in table.key if one in known)))
    for one in columns:
        if one.column.name not in there:
            operation = AddColumn((None, name), one.column)
            for statement in statements(operation, before, operation.apply(before)):
                yield Call(wire.pack(statement), ())


def prepare(dialect: str) -> Steps[None]:
    """Creates the ledger, or takes over that of the older tool."""
    there = yield from columns_of(LEDGER, _KEY, dialect)
    yield from create(LEDGER, _ADDED if there else _COLUMNS, dialect)


def read(dialect: str) -> Steps[dict[str, Entry]]:
    """Returns the migrations that the database has, by name; none where it has no ledger. Writes nothing."""
    there = yield from columns_of(LEDGER, _KEY, dialect)
    if not there:
        return {}
    chosen = ", ".join(name for name in ("name", "checksum", "state") if name in there)
    found = yield from query(f"SELECT {chosen} FROM {LEDGER} ORDER BY name", {}, dialect)  # noqa: S608 - names of ours
    return {row["name"]: Entry(**row) for row in found}


def is_over(name: str, dialect: str, *, backwards: bool) -> Steps[bool]:
    """Returns whether a migration is applied already or, when it is to be undone, is not any more."""
    return (name in (yield from read(dialect))) is not backwards


def record(entry: Entry, seconds: float, dialect: str) -> Steps[None]:
    """Enters a migration."""
    values = {"name": entry.name, "checksum": entry.checksum, "state": entry.state, "seconds": seconds}
    # An older ledger may have a type without time zone, to which only the server itself converts.
    at = ":at" if dialect == "sqlite" else "CURRENT_TIMESTAMP"
    took = "CAST(:seconds AS DOUBLE PRECISION)" if dialect == "postgres" else ":seconds"  # a ledger that came from SQLite has REAL there
    sql = f"INSERT INTO {LEDGER} (name, applied_at, checksum, state, seconds) VALUES (:name, {at}, :checksum, :state, {took})"  # noqa: S608 - ours
    yield from query(sql, values if at != ":at" else {**values, "at": dt.datetime.now(dt.timezone.utc)}, dialect)


def remove(name: str, dialect: str) -> Steps[None]:
    """Removes a migration that was undone."""
    yield from query(f"DELETE FROM {LEDGER} WHERE name = :name", {"name": name}, dialect)  # noqa: S608 - a name of ours


def rename(name: str, new: str, dialect: str) -> Steps[None]:
    """Renames a migration whose file got another number."""
    yield from query(f"UPDATE {LEDGER} SET name = :new WHERE name = :name", {"new": new, "name": name}, dialect)  # noqa: S608 - a name of ours
