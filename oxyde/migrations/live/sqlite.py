"""Reads the state of an SQLite file: its catalogue, and the statements that it keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from oxyde.db.steps import Steps
from oxyde.db.tokens import sql_tokens
from oxyde.migrations.live import sqlite_text as text
from oxyde.migrations.live.scope import Row, Scope
from oxyde.migrations.live.sqlite_types import held
from oxyde.migrations.live.texts import bare, with_values
from oxyde.migrations.parts import Check, Column, Constraint, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ColumnType, ForeignKey, naming
from oxyde.schema.naming import constraint_name, foreign_key_name, text_name
from oxyde.schema.relation import Address

RELATIONS: Final = """
SELECT m.type AS kind, m.name, m.tbl_name AS "table", m.sql, l.wr AS without_rowid
FROM {schema}.sqlite_master AS m LEFT JOIN pragma_table_list AS l ON l.schema = :schema AND l.name = m.name
WHERE m.sql IS NOT NULL AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND coalesce(l.type, '') <> 'shadow'
ORDER BY m.name
"""
COLUMNS: Final = """
SELECT m.name AS "table", x.name, x."notnull" AS filled, x.pk, x.hidden
FROM {schema}.sqlite_master AS m JOIN pragma_table_xinfo(m.name, :schema) AS x
WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'
ORDER BY m.rowid, x.cid
"""
INDEXES: Final = """
SELECT m.name AS "table", l.name, l."unique", p.seqno AS place, p.name AS "column", p.desc AS descending, p.coll AS collation
FROM {schema}.sqlite_master AS m JOIN pragma_index_list(m.name, :schema) AS l JOIN pragma_index_xinfo(l.name, :schema) AS p
WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND l.origin = 'c' AND p."key" = 1
ORDER BY l.name, p.seqno
"""


@dataclass(frozen=True)
class _Found:
    """What belongs to a table, as the catalogue has it.

    Attributes:
        columns: Rows of its columns.
        indexes: Rows of the parts of its indexes, by index.
        texts: The statements of its indexes.
        searches: Its full-text indexes.
    """

    columns: list[Row] = field(default_factory=list)
    indexes: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    texts: dict[str, str] = field(default_factory=dict)
    searches: list[Index] = field(default_factory=list)


def read(scope: Scope) -> Steps[State]:
    """Reads the state of an SQLite file and of files that are attached to it.

    Args:
        scope: What of it.
    """
    state = State()
    for schema in sorted({one or "main" for one in scope.schemas}):
        state = yield from _read_schema(scope, schema, state)
    return _with_targets(state)


def _read_schema(scope: Scope, schema: str, state: State) -> Steps[State]:
    named = scope.named(schema, "main")
    quoted, params = naming.quoted(schema), {"schema": schema}
    rows = yield from scope.rows(RELATIONS.format(schema=quoted), params)
    found: dict[str, _Found] = defaultdict(_Found)
    for row in (yield from scope.rows(COLUMNS.format(schema=quoted), params)):
        found[row["table"]].columns.append(row)
    for row in (yield from scope.rows(INDEXES.format(schema=quoted), params)):
        found[row["table"]].indexes[row["name"]].append(row)
    for row in rows:
        if row["kind"] == "index":
            found[row["table"]].texts[row["name"]] = row["sql"]
        elif row["kind"] == "table" and _is_virtual(row) and (of := text.searched(row["sql"])) is not None:
            found[of[0]].searches.append(Index(row["name"], of[1], method="fulltext"))
    views = dict(state.views)
    for row in rows:
        address = named, row["name"]
        if not scope.has(row["name"]):
            continue
        if row["kind"] == "view":
            views[address] = text.view(row["sql"])
        elif row["kind"] == "table" and not _is_virtual(row):
            one = _Reader(address, text.table(row["sql"]), found[row["name"]])
            state = with_values(state, one.table(is_rowid=not row["without_rowid"]))
    return replace(state, views=views)


def _is_virtual(row: Row) -> bool:
    return str(row["sql"]).upper().startswith("CREATE VIRTUAL")


def _with_targets(state: State) -> State:
    """Returns a state whose foreign keys name the columns that they point to, where the statement leaves that to the key of the table."""
    tables = {}
    for address, table in state.tables.items():
        constraints: dict[str, Constraint] = {}
        for name, one in table.constraints.items():
            if isinstance(one, ForeignKey) and not one.target_columns:
                target = state.tables.get(one.target)
                one = replace(one, target_columns=one.columns if target is None else target.key or one.columns)  # noqa: PLW2901 - completed
            constraints[name] = one
        tables[address] = replace(table, constraints=constraints)
    return replace(state, tables=tables)


@dataclass(frozen=True)
class _Reader:
    """Makes one table of what the catalogue and its statement have.

    Attributes:
        address: The table's address.
        said: What its statement says.
        found: What belongs to it.
    """

    address: Address
    said: text.Declared
    found: _Found

    def table(self, *, is_rowid: bool) -> Table:
        """Returns the table.

        Args:
            is_rowid: Whether its rows have a rowid.
        """
        key = tuple(row["name"] for row in sorted(self.found.columns, key=lambda row: row["pk"]) if row["pk"])
        enums: dict[str, tuple[str, ...]] = {}
        checks: list[tuple[str | None, str]] = list(self.said.checks)
        for column, name, sql in self.said.column_checks:
            labels = None if name is not None or column in enums else _labels(column, sql)
            if labels is not None and held(self.said.types.get(column, "")).type.kind == "text":
                enums[column] = labels
            else:
                checks.append((name, sql))
        columns = {row["name"]: self._column(row, key, enums, is_rowid=is_rowid) for row in self.found.columns}
        indexes = [self._index(name, rows) for name, rows in self.found.indexes.items()]
        constraints = _by_name(self._constraints(checks))
        return Table(self.address[1], self.address[0], columns, key, constraints, _by_name([*indexes, *self.found.searches]))

    def _column(self, row: Row, key: Sequence[str], enums: Mapping[str, tuple[str, ...]], *, is_rowid: bool) -> Column:
        name = row["name"]
        declared = self.said.types.get(name, "")
        of = held(declared)
        is_auto = is_rowid and key == (name,) and declared.upper() == "INTEGER" and not self.said.descending
        type = ColumnType("enum", labels=enums[name]) if name in enums else of.type
        generated, stored = self.said.generated.get(name, (None, False))
        collation = self.said.collations.get(name)
        return Column(
            name,
            type,
            nullable=not row["filled"] and not is_auto,
            length=of.length,
            db_type=of.db_type,
            auto=is_auto,
            default=self.said.defaults.get(name),
            generated=None if generated is None else bare(generated, "sqlite"),
            stored=stored,
            collation=None if collation is None or collation.upper() == "BINARY" else collation,
        )

    def _constraints(self, checks: Iterable[tuple[str | None, str]]) -> Iterable[Constraint]:
        schema, table = self.address
        for name, columns in self.said.uniques:
            yield Unique(name or constraint_name("uq", table, columns), columns)
        for name, sql in checks:
            yield Check(name or text_name("ck", table, bare(sql, "sqlite")), bare(sql, "sqlite"))
        for one in self.said.references:
            actions: Any = (one.on_delete, one.on_update)
            name = one.name or foreign_key_name(table, one.columns)
            yield ForeignKey(name, one.columns, (schema, one.table), one.target, actions[0], actions[1], one.deferred)

    def _index(self, name: str, rows: Sequence[Row]) -> Index:
        written, where = text.index(self.found.texts[name])
        parts: list[str] = []
        desc: list[str] = []
        for row, part in zip(rows, written, strict=True):
            column = row["column"]
            own = self.said.collations.get(column or "", "BINARY").upper()
            plain = column is not None and row["collation"].upper() == own
            parts.append(str(column) if plain else bare(part, "sqlite"))
            if row["descending"]:
                desc.append(parts[-1])
        return Index(name, tuple(parts), unique=bool(rows[0]["unique"]), where=where, desc=tuple(desc))


def _labels(column: str, sql: str) -> tuple[str, ...] | None:
    """Returns the values that a check allows a column, if it does nothing else: ``"mood" IN ('good', 'bad')``."""
    cursor = text.Cursor(sql_tokens(bare(sql, "sqlite"), "sqlite"))
    if cursor.name().lower() != column.lower() or not cursor.skip("IN"):
        return None
    items = [text.written(item) for item in text.listed(cursor.inside())]
    if cursor.peek() or not items or any(len(sql_tokens(item, "sqlite")) != 1 or not item.startswith("'") for item in items):
        return None
    return tuple(text.unquoted(item) for item in items)


def _by_name(parts: Iterable[Any]) -> dict[str, Any]:
    """Returns constraints or indexes by name; of two without names that we would name alike, one gets a number."""
    found: dict[str, Any] = {}
    for part in parts:
        name = part.name if part.name not in found else f"{part.name}_{len(found)}"
        found[name] = replace(part, name=name)
    return found
