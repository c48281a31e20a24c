"""What files of the older format say, in the words of today: dictionaries for columns, indexes and foreign keys."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from oxyde.exceptions import MigrationError
from oxyde.migrations import dotted
from oxyde.migrations.folder.factories import NewColumn
from oxyde.migrations.operations import AddConstraint, AlterEnumType, DropConstraint, Operation, StateOnly
from oxyde.migrations.parts import Check, Column, Constraint, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.models.classify import Kind, by_db_type
from oxyde.schema import ColumnType, ForeignKey
from oxyde.schema.naming import constraint_name, foreign_key_name, index_name, meant, text_name
from oxyde.schema.relation import Address
from oxyde.schema.types import array_of, decimal_of, enum_of

KINDS: Final = {
    "big_integer": "int",
    "double": "float",
    "boolean": "bool",
    "text": "text",
    "string": "text",
    "blob": "bytes",
    "date_time": "datetime",
    "date_time_utc": "datetime_tz",
    "date": "date",
    "time": "time",
    "timedelta": "duration",
    "uuid": "uuid",
    "json": "json",
    "json_binary": "json",
}
"""Kinds by the words of ``column_type``; decimal, enum and array have parameters."""
PYTHON_TYPES: Final = {
    "int": "int",
    "str": "text",
    "float": "float",
    "bool": "bool",
    "bytes": "bytes",
    "datetime": "datetime",
    "date": "date",
    "time": "time",
    "timedelta": "duration",
    "uuid": "uuid",
    "decimal": "decimal",
    "json": "json",
}
"""Kinds by the words of ``python_type``, of the oldest files."""
FIELD: Final = (
    "name", "column_type", "python_type", "db_type", "nullable", "primary_key", "unique", "auto_increment", "default",
    "max_length", "max_digits", "decimal_places",
)  # fmt: skip
KEYWORDS: Final = {"column_type", "python_type", "unique", "max_length", "max_digits", "decimal_places"}
"""Keywords of ``alter_column`` that only the older format has."""
WORDS: Final = KEYWORDS | {"fields", "ref_table", "ref_columns", "old_values", "new_values"} - {"unique"}
"""Keywords by which a file of the older format is known."""
COUNTED: Final = {"SERIAL", "BIGSERIAL"}


def is_older(tree: ast.Module) -> bool:
    """Returns whether a file has the older format: a call in it gives dictionaries, or keywords that no other format has."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    described = {"add_column", "create_index"}
    return any(
        any(keyword.arg in WORDS for keyword in call.keywords)
        or (isinstance(call.func, ast.Attribute) and call.func.attr in described and any(isinstance(arg, ast.Dict) for arg in call.args))
        for call in calls
    )


def parts_of(
    table: str,
    *,
    fields: Sequence[Mapping[str, Any]] = (),
    indexes: Sequence[Mapping[str, Any]] | None = None,
    foreign_keys: Sequence[Mapping[str, Any]] | None = None,
    checks: Sequence[Mapping[str, Any]] | None = None,
) -> list[NewColumn | Constraint | Index]:
    """Returns the parts of ``create_table``.

    Raises:
        MigrationError: A part says something unknown.
    """
    parts: list[NewColumn | Constraint | Index] = []
    keys = [field for field in fields if field.get("primary_key")]
    for field in fields:
        new, uniques = column_of(table, field, counted=len(keys) == 1)
        parts += [new, *uniques]
    parts += [index_of(table, index) for index in indexes or ()]
    parts += [foreign_key_of(table, key) for key in foreign_keys or ()]
    parts += [_check_of(table, check) for check in checks or ()]
    return parts


def column_of(table: str, field: Mapping[str, Any], *, counted: bool = True) -> tuple[NewColumn, list[Unique]]:
    """Returns a column, and its unique constraint, if any.

    Args:
        table: The table.
        field: What the file says.
        counted: Whether it is the whole key if it is in the key, so that the server may count it.

    Raises:
        MigrationError: It says something unknown.
    """
    name = _name(f"a column of {table!r}", field)
    where = f"column {table}.{name}"
    _check_words(where, field, FIELD)
    kind, length = _type(where, field)
    db_type = field.get("db_type")
    key = bool(field.get("primary_key"))
    # A key that may be left out is counted by the server, whatever auto_increment says of it; NULL it never is.
    auto = bool(field.get("auto_increment")) or (key and counted and kind.kind == "int" and bool(field.get("nullable")))
    if isinstance(db_type, str) and db_type.upper() in COUNTED:
        auto, db_type = True, None
    column = Column(
        name,
        kind,
        nullable=bool(field.get("nullable", False)) and not key,
        length=length,
        db_type=db_type,
        auto=auto,
        default=_default(field.get("default")),
    )
    unique = [Unique(constraint_name("uq", table, [name]), (name,))] if field.get("unique") and not key else []
    return NewColumn(column, key), unique


def changes_of(table: Table, name: str, said: Mapping[str, Any]) -> tuple[dict[str, Any], list[Operation]]:
    """Returns the attributes that ``alter_column`` changes, and what it does with the unique constraint of the column.

    Raises:
        MigrationError: It says something unknown.
    """
    where, column = f"column {table.name}.{name}", table.column(name)
    _check_words(where, said, FIELD)
    changes: dict[str, Any] = {}
    if said.get("column_type") is not None or said.get("python_type") is not None:
        changes["type"], changes["length"] = _type(where, said)
        changes["db_type"] = said.get("db_type")
    elif said.get("db_type") is not None:
        changes["db_type"] = said["db_type"]
    if said.get("max_length") is not None and "type" not in changes:
        changes["length"] = said["max_length"]
    if said.get("max_digits") is not None and "type" not in changes:
        changes["type"] = decimal_of(said["max_digits"], said.get("decimal_places") or 0)
    if said.get("nullable") is not None:
        changes["nullable"] = said["nullable"]
    if "default" in said:
        changes["default"] = _default(said["default"])
    return {key: value for key, value in changes.items() if value != getattr(column, key)}, list(_uniques(table, name, said.get("unique")))


def _uniques(table: Table, name: str, unique: bool | None) -> Iterator[Operation]:
    there = [one.name for one in table.constraints.values() if isinstance(one, Unique) and one.columns == (name,)]
    if unique and not there:
        yield AddConstraint(table.address, Unique(constraint_name("uq", table.name, [name]), (name,)))
    if unique is False:
        yield from (DropConstraint(table.address, Unique, constraint) for constraint in there)


def index_of(table: str, index: Mapping[str, Any]) -> Index:
    """Returns an index.

    Raises:
        MigrationError: It says something unknown.
    """
    where = f"an index of {table!r}"
    _check_words(where, index, ("name", "fields", "unique", "method", "where"))
    fields = tuple(index.get("fields") or ())
    if not fields:
        raise MigrationError(f"{where} names no fields")
    name = index.get("name") or index_name(table, fields)
    return Index(name, fields, unique=bool(index.get("unique")), method=index.get("method"), where=index.get("where"))


def foreign_key_of(table: str, key: Mapping[str, Any]) -> ForeignKey:
    """Returns a foreign key.

    Raises:
        MigrationError: It says something unknown, or names no columns.
    """
    where = f"a foreign key of {table!r}"
    _check_words(where, key, ("name", "columns", "ref_table", "ref_columns", "on_delete", "on_update"))
    columns, targets = tuple(key.get("columns") or ()), tuple(key.get("ref_columns") or ())
    if not columns or len(columns) != len(targets) or not key.get("ref_table"):
        raise MigrationError(f"{where} pairs columns with ref_columns of a ref_table; it has {dict(key)!r}")
    return ForeignKey(
        key.get("name") or foreign_key_name(table, columns),
        columns,
        dotted.address([key["ref_table"]], key["ref_table"]),
        targets,
        key.get("on_delete") or "RESTRICT",
        key.get("on_update") or "CASCADE",
    )


def _check_of(table: str, check: Mapping[str, Any]) -> Check:
    where = f"a check of {table!r}"
    _check_words(where, check, ("name", "expression"))
    if not check.get("expression"):
        raise MigrationError(f"{where} has no expression")
    return Check(check.get("name") or text_name("ck", table, check["expression"]), check["expression"])


def changed_enums(state: State, schema: str | None, columns: Iterable[Column]) -> list[Operation]:
    """Returns what tells the state of the values that columns say for types which it knows with others."""
    changed: dict[Address, tuple[str, ...]] = {}
    for column in columns:
        enum = (schema, column.enum or "")
        if column.enum is not None and column.type.labels and state.enums.get(enum, column.type.labels) != column.type.labels:
            changed[enum] = column.type.labels
    return [StateOnly((AlterEnumType(enum, values),)) for enum, values in changed.items()]


def _type(where: str, field: Mapping[str, Any]) -> tuple[ColumnType, int | None]:
    """Returns the type of a field and its length, as models say them: an SQL type decides about zones, digits and lengths."""
    kind, length = _said_type(where, field)
    if field.get("db_type") is None:
        return kind, length
    decided = by_db_type(Kind(kind, length=length), field["db_type"])
    return decided.type, decided.length


def _said_type(where: str, field: Mapping[str, Any]) -> tuple[ColumnType, int | None]:
    said, length = field.get("column_type"), field.get("max_length")
    if said is None:
        python = field.get("python_type")
        if python not in PYTHON_TYPES:
            raise MigrationError(f"{where} has the unknown python_type {python!r}; it is one of {', '.join(PYTHON_TYPES)}")
        if python == "decimal":
            return decimal_of(field.get("max_digits"), field.get("decimal_places")), None
        return ColumnType(PYTHON_TYPES[python]), length if python == "str" else None
    kind = said.get("kind")
    match kind:
        case "string":
            return ColumnType("text"), said.get("length") or length
        case "text":
            return ColumnType("text"), length
        case "decimal":
            digits = said.get("precision") or field.get("max_digits")
            places = said.get("scale") if said.get("scale") is not None else field.get("decimal_places")
            return decimal_of(digits, places), None
        case "enum":
            return enum_of(said["name"], tuple(said.get("values") or ())), None
        case "array":
            item = said.get("item")
            return array_of(_type(where, {"column_type": {"kind": item} if isinstance(item, str) else item})[0]), None
        case _ if kind in KINDS:
            return ColumnType(KINDS[kind]), None
        case _:
            raise MigrationError(f"{where} has the unknown kind {kind!r}; it is one of {', '.join([*KINDS, 'decimal', 'enum', 'array'])}")


def _default(value: Any) -> str | None:
    """Returns a default as SQL; text is SQL already."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return None if value is None else str(value)


def _name(where: str, field: Mapping[str, Any]) -> str:
    if not isinstance(field, Mapping) or not isinstance(field.get("name"), str):
        raise MigrationError(f"{where} has no name: {field!r}")
    return str(field["name"])


def _check_words(where: str, said: Mapping[str, Any], known: Sequence[str]) -> None:
    for word in said:
        if word not in known:
            raise MigrationError(f"{where} says {word!r}, which is unknown{meant(word, known)}; it takes {', '.join(known)}")
