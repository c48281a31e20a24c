"""Reads the state of a PostgreSQL database: one query of the catalogue for each kind of thing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from oxyde.db.steps import Steps
from oxyde.migrations.live import postgres_queries as queries
from oxyde.migrations.live.postgres_types import SERIAL, held
from oxyde.migrations.live.scope import Row, Scope
from oxyde.migrations.live.texts import bare
from oxyde.migrations.parts import Check, Column, Constraint, Exclude, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address
from oxyde.schema.types import array_of, enum_of

ACTIONS: Final[dict[str, Any]] = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
IDENTITIES: Final = {"a": "always", "d": "by default"}
DESCENDING: Final = 3
"""The options of a part in descending order, NULL first, which is the server's way."""
_DIALECT: Final = "postgres"
_VECTOR: Final = re.compile(r"to_tsvector\('simple'::regconfig, (.+)\)")


@dataclass(frozen=True)
class _Found:
    """What belongs to a table, as the catalogue has it.

    Attributes:
        columns: Rows of its columns.
        constraints: Rows of its constraints.
        indexes: Rows of its indexes.
    """

    columns: list[Row]
    constraints: list[Row]
    indexes: list[Row]


def read(scope: Scope) -> Steps[State]:
    """Reads the state of a database.

    Args:
        scope: What of it.
    """
    (here,) = yield from scope.rows(queries.HERE)
    default = here["schema"]
    schemas = sorted({one or default for one in scope.schemas} - {None})
    params = {"schemas": schemas}
    relations = [row for row in (yield from scope.rows(queries.RELATIONS, params)) if scope.has(row["name"])]
    enums = {
        (scope.named(row["schema"], default), row["name"]): tuple(row["labels"]) for row in (yield from scope.rows(queries.ENUMS, params))
    }
    found = {row["oid"]: _Found([], [], []) for row in relations}
    for row in (yield from scope.rows(queries.COLUMNS, params)):
        if row["oid"] in found:
            found[row["oid"]].columns.append(row)
    for row in (yield from scope.rows(queries.CONSTRAINTS, params)):
        if row["oid"] in found:
            found[row["oid"]].constraints.append({**row, "target_schema": scope.named(row["target_schema"] or "", default)})
    for row in (yield from scope.rows(queries.INDEXES, params)):
        if row["oid"] in found:
            found[row["oid"]].indexes.append(row)
    tables: dict[Address, Table] = {}
    views: dict[Address, str] = {}
    for row in relations:
        address = scope.named(row["schema"], default), row["name"]
        if row["view"] is None:
            tables[address] = _table(address, row["schema"], row["comment"], found[row["oid"]])
        else:
            views[address] = row["view"].strip().removesuffix(";")
    if scope.tables is not None:
        used = {(table.schema, column.enum) for table in tables.values() for column in table.columns.values()}
        enums = {enum: labels for enum, labels in enums.items() if enum in used}
    return State(tables, enums, views)


def _table(address: Address, schema: str, comment: str | None, found: _Found) -> Table:
    columns = {row["name"]: _column(row, schema) for row in found.columns}
    key = next((tuple(row["columns"]) for row in found.constraints if row["kind"] == "p"), ())
    constraints = [_constraint(row) for row in found.constraints if row["kind"] != "p"]
    indexes = [_index(row, columns) for row in found.indexes]
    return Table(
        address[1],
        address[0],
        columns,
        key,
        {one.name: one for one in constraints},
        {one.name: one for one in indexes},
        comment,
    )


def _column(row: Row, schema: str) -> Column:
    """Returns a column.

    Args:
        row: What the catalogue says about it.
        schema: The schema of its table, whose enumerations a column names without one.
    """
    of = held(row["type"])
    if row["enum"] is not None:
        enum = enum_of(row["enum"], ())
        if row["is_array"]:
            of = replace(of, type=array_of(enum))
        elif row["enum_schema"] == schema and not row["is_domain"]:
            of = replace(of, type=enum, db_type=None)
        else:
            of = replace(of, type=enum)
    elif row["is_domain"]:
        of = replace(held(row["base"]), length=None, db_type=row["type"])
    serial = row["is_serial"] and row["generated"] == ""
    identity = IDENTITIES.get(row["identity"])
    if serial:
        of = replace(of, db_type=SERIAL.get(row["type"], of.db_type))
    computed = row["generated"] != ""
    return Column(
        row["name"],
        of.type,
        nullable=row["nullable"],
        length=of.length,
        db_type=of.db_type,
        auto=serial or identity is not None,
        default=None if serial or computed else row["default"],
        generated=_bare(row["default"]) if computed else None,
        stored=row["generated"] == "s",
        comment=row["comment"],
        collation=row["collation"],
        identity=identity,
    )


def _constraint(row: Row) -> Constraint:
    name = row["name"]
    match row["kind"]:
        case "u":
            return Unique(name, tuple(row["columns"]), deferrable=row["deferred"])
        case "c":
            return Check(name, bare(row["sql"], _DIALECT))
        case "x":
            elements = tuple(zip(row["elements"], row["operators"], strict=True))
            return Exclude(name, elements, row["method"], _bare(row["filter"]))
        case _:
            target = row["target_schema"], row["target"]
            on_delete, on_update = ACTIONS[row["on_delete"]], ACTIONS[row["on_update"]]
            return ForeignKey(name, tuple(row["columns"]), target, tuple(row["target_columns"]), on_delete, on_update, row["deferred"])


def _index(row: Row, columns: Iterable[str]) -> Index:
    texts = [text if name is None else name for name, text in zip(row["names"], row["texts"], strict=True)]
    count = row["count"]
    if row["method"] == "gin" and (searched := _searched(texts, row["names"], columns)) is not None:
        return Index(row["name"], searched, method="fulltext", where=_bare(row["filter"]))
    parts = [
        text if suffix == "" else f"{_quoted(text) if name is not None else f'({bare(text, _DIALECT)})'}{suffix}"
        for text, name, suffix in zip(texts[:count], row["names"], row["suffixes"], strict=False)
    ]
    desc = tuple(part for part, option in zip(parts, row["options"], strict=False) if option == DESCENDING)
    return Index(
        row["name"],
        tuple(parts),
        unique=row["unique"],
        method=None if row["method"] == "btree" else row["method"],
        where=_bare(row["filter"]),
        include=tuple(texts[count:]),
        desc=desc,
    )


def _searched(texts: list[str], names: list[str | None], columns: Iterable[str]) -> tuple[str, ...] | None:
    """Returns the columns of an index that ``search`` compares, or None for another one."""
    known = {spelt: name for name in columns for spelt in (name, _quoted(name))}
    found: list[str] = []
    for text, name in zip(texts, names, strict=True):
        match = None if name is not None else _VECTOR.fullmatch(text)
        if match is None:
            return None
        column = bare(match[1].removesuffix("::text"), _DIALECT)
        if column not in known:
            return None
        found.append(known[column])
    return tuple(found)


def _bare(text: str | None) -> str | None:
    return None if text is None else bare(text, _DIALECT)


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
