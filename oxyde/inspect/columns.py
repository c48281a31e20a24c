"""The annotation and the keywords of a column's field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from oxyde.migrations.parts import Column
from oxyde.schema import ColumnType
from oxyde.schema.naming import enum_name

ANNOTATIONS: Final = {
    "bool": "bool",
    "int": "int",
    "float": "float",
    "text": "str",
    "bytes": "bytes",
    "decimal": "Decimal",
    "date": "dt.date",
    "time": "dt.time",
    "time_tz": "dt.time",
    "datetime": "dt.datetime",
    "datetime_tz": "AwareDatetime",
    "duration": "dt.timedelta",
    "uuid": "UUID",
    "json": "Any",
    "any": "Any",
}
"""What the values of a column are, by its kind."""
TYPED: Final = {"time_tz": "TIMETZ", "any": "ANY"}
"""The SQL types of kinds that no annotation means."""


def annotation(type: ColumnType, enums: Mapping[str, str]) -> str:
    """Returns the annotation of a type.

    Args:
        type: The type.
        enums: The classes of enumerations by the names of their types.
    """
    if type.kind == "array":
        return "Any" if type.item is None else f"list[{annotation(type.item, enums)}]"
    if type.kind == "enum":
        return enums.get(str(type.name), "str")
    return ANNOTATIONS[type.kind]


def annotated(column: Column, enums: Mapping[str, str], *, optional: bool) -> str:
    """Returns the annotation of a column's field.

    Args:
        column: The column.
        enums: The classes of enumerations by the names of their types.
        optional: Whether the field may be None.
    """
    said = annotation(column.type, enums)
    return f"{said} | None" if optional and said != "Any" else said


def keywords(column: Column, enums: Mapping[str, str], *, key: bool, field: str) -> dict[str, Any]:
    """Returns what ``Field()`` says about a column, foreign keys aside.

    Args:
        column: The column.
        enums: The classes of enumerations by the names of their types.
        key: Whether it is in the primary key.
        field: The name of the field.
    """
    said: dict[str, Any] = {}
    if (column.nullable or column.auto) and (not key or column.auto):
        said["default"] = None
    if key:
        said["db_pk"] = True
    if column.length is not None and column.type.kind == "text":
        said["max_length"] = column.length
    if column.type.precision is not None:
        said["max_digits"] = column.type.precision
        said["decimal_places"] = column.type.scale or 0
    return {**said, **stored(column, enums, field=field)}


def stored(column: Column, enums: Mapping[str, str], *, field: str) -> dict[str, Any]:
    """Returns what ``Field()`` says about how the database keeps a column."""
    said: dict[str, Any] = {}
    if field != column.name:
        said["db_column"] = column.name
    db_type = column.db_type or TYPED.get(column.type.kind)
    if db_type is not None:
        said["db_type"] = db_type
    enum = column.type.name if column.type.kind == "enum" else None
    if enum is not None and enum in enums and enum_name(enums[enum]) != enum:
        said["db_enum_name"] = enum
    if annotation(column.type, enums) == "Any" and not column.nullable:
        said["db_nullable"] = False
    if column.default is not None:
        said["db_default"] = column.default
    if column.generated is not None:
        said["db_generated"] = column.generated
        if column.stored:
            said["db_stored"] = True
    if column.comment is not None:
        said["db_comment"] = column.comment
    if column.collation is not None:
        said["db_collation"] = column.collation
    return said


def notes(column: Column, *, key: bool) -> Iterator[str]:
    """Yields what a field cannot say about its column."""
    if column.identity is not None:
        yield f"an identity column, generated {column.identity}"
    if column.auto and not key:
        yield "the server counts it up, though it is no key"
