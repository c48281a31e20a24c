"""A table as SQLite has it, or as the migrations say it: its declaration, and what else goes with it when it is dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from oxyde.db.raw import query
from oxyde.db.render import texts
from oxyde.db.steps import Steps
from oxyde.exceptions import MigrationError
from oxyde.ir import alter, statement, wire
from oxyde.ir.schema import address as named
from oxyde.migrations.live.sqlite_text import folded, index, unquoted
from oxyde.migrations.parts import Index, shown
from oxyde.migrations.sql import described
from oxyde.migrations.sql.rebuild.declaration import Declaration, Piece, parsed
from oxyde.migrations.state import State
from oxyde.schema.naming import quoted
from oxyde.schema.relation import Address

NEW: Final = "oxyde_new_"
"""How the name of a table begins until the one that it replaces is gone."""
_CREATE: Final = re.compile(r"^CREATE\s+(?:UNIQUE\s+)?(?:INDEX|TRIGGER)\s+", re.IGNORECASE)
_CATALOGUE: Final = "SELECT type AS kind, name, tbl_name AS owner, sql FROM {schema}.sqlite_master"


@dataclass(frozen=True)
class TableText:
    """What SQLite keeps of a table as text.

    Attributes:
        declaration: What its statement says.
        indexes: The statements of its indexes, by name.
        triggers: The statements of its triggers, by name.
        new: A name for the table that will replace it.
        is_analyzed: Whether ANALYZE has looked at it.
    """

    declaration: Declaration
    indexes: Mapping[str, str] = field(default_factory=dict)
    triggers: Mapping[str, str] = field(default_factory=dict)
    new: str = ""
    is_analyzed: bool = False


def of_state(address: Address, state: State) -> TableText:
    """Returns a table as we write it.

    Args:
        address: The table.
        state: The state that has it.

    Raises:
        UnsupportedError: SQLite has no such table.
    """
    table = state.table(address)
    created = statement.create_tables([described.table(table, state, state)], [])
    first = texts(wire.pack(created), "sqlite")[0]
    indexes = {one.name: index_text(one, address, state) for one in table.indexes.values() if not one.is_fulltext}
    return TableText(parsed(first), indexes, {}, f"{NEW}{address[1]}")


def index_text(index: Index, address: Address, state: State) -> str:
    """Returns the statement of an index as we write it."""
    made = alter.create_index(described.index(index, state.table(address)), concurrently=False)
    (text,) = texts(wire.pack(alter.alter_table(named(address), made)), "sqlite")
    return text


def read(address: Address) -> Steps[TableText]:
    """Reads a table of the database.

    Raises:
        MigrationError: There is none of that name.
    """
    schema, name = quoted(address[0] or "main"), folded(address[1])
    rows: list[dict[str, Any]] = yield from query(_CATALOGUE.format(schema=schema), {}, "sqlite")
    own = next((row for row in rows if row["kind"] == "table" and folded(row["name"]) == name), None)
    if own is None or own["sql"].upper().startswith("CREATE VIRTUAL"):
        raise MigrationError(f"there is no table {shown(address)!r} in the database, although the migrations say so")
    parts = [row for row in rows if folded(row["owner"]) == name and row["sql"] is not None]
    return TableText(
        parsed(own["sql"]),
        {row["name"]: _within(row["sql"], address[0]) for row in parts if row["kind"] == "index"},
        {row["name"]: _within(row["sql"], address[0]) for row in parts if row["kind"] == "trigger"},
        _free(f"{NEW}{address[1]}", [row["name"] for row in rows]),
        any(row["name"] == "sqlite_stat1" for row in rows) and (yield from _is_analyzed(schema, own["name"])),
    )


def _is_analyzed(schema: str, name: str) -> Steps[bool]:
    known = f"SELECT EXISTS (SELECT 1 FROM {schema}.sqlite_stat1 WHERE tbl = :name) AS known"  # noqa: S608 - a quoted name
    (row,) = yield from query(known, {"name": name}, "sqlite")
    return bool(row["known"])


def stands_for(sql: str, piece: Piece) -> bool:
    """Whether an index is what enforces a unique constraint, as older tools made them.

    >>> stands_for("CREATE UNIQUE INDEX i ON t (a)", parsed("CREATE TABLE t (a UNIQUE)").columns[0].pieces[0])
    True
    """
    parts, where = index(sql)
    names = tuple(folded(unquoted(part)) for part in parts)
    return piece.kind == "unique" and where is None and names == piece.columns and sql.split()[1].upper() == "UNIQUE"


def names_of(sql: str) -> str:
    """Returns what may name columns in the statement of an index."""
    parts, where = index(sql)
    return " ".join([*parts, where or ""])


def _within(sql: str, schema: str | None) -> str:
    """Returns a statement that SQLite keeps, which leaves out the schema."""
    return sql if schema is None else _CREATE.sub(lambda match: f"{match[0]}{quoted(schema)}.", sql)


def _free(name: str, taken: Sequence[str]) -> str:
    known = {folded(one) for one in taken}
    while folded(name) in known:
        name += "_"
    return name
