"""What exists, as DDL statements need it; mirrors ``native/ir/src/schema.rs``."""

from __future__ import annotations

from typing import Any

from oxyde.ir.query import table_ref, without_defaults
from oxyde.schema import Column, Exclude, Index, Table, Unique
from oxyde.schema.naming import constraint_name, index_name, text_name
from oxyde.schema.relation import Address

ACTIONS = {
    "CASCADE": "cascade",
    "SET NULL": "set_null",
    "SET DEFAULT": "set_default",
    "RESTRICT": "restrict",
    "NO ACTION": "no_action",
}
"""What foreign keys do, in the words of the wire."""


def table(made: Table) -> dict[str, Any]:
    """A table and its parts."""
    parts = {
        "key": [column.name for column in made.key],
        "uniques": _uniques(made),
        "checks": [{"name": check.name or text_name("ck", made.name, check.sql), "sql": check.sql} for check in dict.fromkeys(made.checks)],
        "excludes": [_exclude(made, exclude) for exclude in dict.fromkeys(made.excludes)],
        "foreign_keys": [
            {
                "name": key.name,
                "columns": list(key.columns),
                "target": address(key.target),
                "target_columns": list(key.target_columns),
                "on_delete": ACTIONS[key.on_delete],
                "on_update": ACTIONS[key.on_update],
            }
            for key in made.foreign_keys
        ],
        "indexes": [_index(made, index) for index in made.indexes],
        "comment": made.comment,
        "view": made.view,
    }
    return {**without_defaults(parts), "table": table_ref(made), "columns": [_column(column) for column in made.columns]}


def address(of: Address) -> dict[str, Any]:
    """The address of a table."""
    schema, name = of
    return without_defaults({"schema": schema, "name": name})


def _column(column: Column) -> dict[str, Any]:
    generated = column.generated
    parts = {
        "name": column.name,
        "type": column.type.wire(),
        "nullable": column.nullable,
        "length": column.length,
        "indexed": column.indexed,
        "db_type": column.db_type,
        "auto": column.auto,
        "default": column.default,
        "generated": None if generated is None else without_defaults({"sql": generated.sql, "stored": generated.stored}),
        "comment": column.comment,
        "collation": column.collation,
    }
    return without_defaults(parts)


def _uniques(made: Table) -> list[dict[str, Any]]:
    late = {_unique_name(made, unique) for unique in made.uniques if unique.deferrable}
    return [
        without_defaults({"name": name, "columns": list(columns), "deferrable": name in late})
        for name, columns in unique_names(made).items()
    ]


def _exclude(made: Table, exclude: Exclude) -> dict[str, Any]:
    parts = {
        "method": exclude.method,
        "elements": [list(element) for element in exclude.elements],
        "where": exclude.where,
    }
    text = f"{exclude.method} {', '.join(map(' WITH '.join, exclude.elements))} {exclude.where or ''}"
    name = exclude.name or text_name("ex", made.name, text)
    return without_defaults({"name": name, **parts})


def _unique_name(made: Table, unique: Unique) -> str:
    return unique.name or constraint_name("uq", made.name, [made.by_field[name].name for name in unique.fields])


def unique_names(made: Table) -> dict[str, tuple[str, ...]]:
    """The unique constraints of a table by name, and their columns in the database."""
    single = {constraint_name("uq", made.name, [column.name]): (column.name,) for column in made.columns if column.unique}
    several = {_unique_name(made, unique): tuple(made.by_field[name].name for name in unique.fields) for unique in made.uniques}
    return {**single, **several}


def unique_indexes(made: Table) -> dict[str, tuple[str, ...]]:
    """The same of the unique indexes over columns."""
    described = [_index(made, index) for index in made.indexes if index.unique]
    of_columns = [index for index in described if all("column" in part for part in index["parts"])]
    return {index["name"]: tuple(part["column"] for part in index["parts"]) for index in of_columns}


def search_index(made: Table, field: str) -> dict[str, Any] | None:
    """The full-text index of a column, where the table has one and an int key: its table on SQLite, and the key."""
    for index in made.indexes:
        if (index.method or "").lower() == "fulltext" and field in index.fields and len(made.key) == 1 and made.key[0].type.kind == "int":
            name = _index(made, index)["name"]
            return {"table": without_defaults({"schema": made.schema, "name": name}), "key": made.key[0].name}
    return None


def _index(made: Table, index: Index) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    for written in index.fields:
        name = written.removeprefix("-")
        column = made.by_field.get(name)
        desc = name in index.desc or written in index.desc or (column is not None and written != name)
        part = {"column": column.name} if column is not None else {"sql": written}
        parts.append(without_defaults({**part, "desc": desc}))
    named = [part.get("column", "expr") for part in parts]
    described = {
        "name": index.name or index_name(made.name, named),
        "unique": index.unique,
        "method": index.method,
        "where": index.where,
        "include": [made.by_field[name].name for name in index.include],
    }
    return {**without_defaults(described), "parts": parts}


def enum_types(made: Table) -> list[dict[str, Any]]:
    """The named enumerations that a table's columns need, where a server has types of that kind."""
    return [
        without_defaults({"schema": made.schema, "name": column.type.name, "labels": list(column.type.labels)})
        for column in made.columns
        if column.type.kind == "enum" and column.db_type is None
    ]
