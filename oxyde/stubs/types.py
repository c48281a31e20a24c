"""The types of a column: what instances and rows hold, and what a lookup compares it with."""

from __future__ import annotations

import enum
from functools import cached_property
from typing import Any, Final, Literal, get_args, get_origin

from oxyde.models.info import AnyModel, ModelInfo
from oxyde.models.relations import optional
from oxyde.schema import Column
from oxyde.schema.types import PYTHON
from oxyde.stubs.names import Names

TERMS = "oxyde.stubs.terms"
COLUMNS = "oxyde.stubs.columns"
JSON = "json"
_COMMON: Final = {
    ("builtins", "bool"): "Bool",
    ("builtins", "int"): "Int",
    ("builtins", "float"): "Float",
    ("builtins", "str"): "Str",
    ("datetime", "date"): "Date",
    ("datetime", "datetime"): "Datetime",
    ("uuid", "UUID"): "Uuid",
}
_BASES: Final = {
    "Bool": "Column",
    "Int": "Ordered",
    "Float": "Ordered",
    "Str": "Text",
    "Date": "Ordered",
    "Datetime": "Ordered",
    "Uuid": "Ordered",
}
_ENDINGS: Final = {"Value": "", "Values": "s", "Pair": "Pair"}


class Terms:
    """The terms of ``oxyde.stubs.terms``, of which those of the commonest types have names of their own."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._short = {names.name(module, name): short for (module, name), short in _COMMON.items()}

    def of(self, what: Literal["Value", "Values", "Pair", "PlainPair"], kind: str) -> str:
        """Returns the text of a term of a type: of a value, of what ``in`` takes, of a lowest and a highest value."""
        if kind == self._names.any:
            return kind
        inner = kind.removesuffix(" | None")
        short = self._short.get(inner)
        if short is None or what not in _ENDINGS:
            return f"{self._names.name(TERMS, what)}[{kind}]"
        text = self._names.name(TERMS, f"{short}{_ENDINGS[what]}")
        return text if inner == kind else f"{text} | None"

    def column(self, base: str, kind: str) -> str:
        """Returns the text of a column of ``oxyde.stubs.columns``: one with a name of its own, or a class of values of a type."""
        short = self._short.get(kind)
        if short is not None and base == _BASES[short]:
            return self._names.name(COLUMNS, f"{short}Col")
        return f"{self._names.name(COLUMNS, base)}[{kind}]"


class ColumnTypes:
    """The types of one column, as the text of a stub.

    Attributes:
        names: The names of the stub.
        column: The column.
    """

    def __init__(self, names: Names, info: ModelInfo, column: Column) -> None:
        self.names = names
        self.column = column
        self.annotation: Any
        self.annotation, self._may_be_none = optional(info.fields[column.field].annotation)
        link = info.reference_by_key.get(column.field)
        if link is not None:  # a key before its row is saved
            self._may_be_none |= optional(link.target.__oxyde__.fields[link.target_key].annotation)[1]

    @cached_property
    def row(self) -> str:
        """What a row of ``values()`` holds, but for None."""
        return self.names.type(self.annotation)

    @cached_property
    def plain(self) -> str:
        """What lookups take as its value, but for None."""
        kind, annotation = self.column.type.kind, self.annotation
        if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
            return self.names.union([self.row, self.names.literal(member.value for member in annotation)])
        if get_origin(annotation) is Literal:
            values = [value.value for value in get_args(annotation) if isinstance(value, enum.Enum)]
            return self.names.union([self.row, self.names.literal(values)]) if values else self.row
        if kind in {JSON, "any"}:
            return self.names.any
        if kind == "array":
            return self.names.union([f"{self._builtin('list')}[{self.item}]", f"{self._builtin('tuple')}[{self.item}, ...]"])
        own = self.python(kind)
        if kind == "decimal":
            return self.names.union([own, self._builtin("int")])
        if kind in {"text", "bytes"} and not (isinstance(annotation, type) and issubclass(annotation, PYTHON[kind])):
            return self.names.union([self.row, own])  # a URL, a secret, an address: the object or its text
        return own

    @property
    def equal(self) -> str:
        """What equality takes: None where the column may be NULL, or the field of an instance may be None."""
        return self.names.union([self.plain, "None"]) if self.column.nullable or self._may_be_none else self.plain

    @cached_property
    def item(self) -> str:
        """What a member of an array may be."""
        parts = get_args(self.annotation)
        return self.names.type(parts[0]) if parts else self.names.any

    def python(self, kind: str) -> str:
        """Returns the Python type of a kind of columns."""
        cls = PYTHON[kind]
        return self.names.any if cls is object else self.names.name(cls.__module__, cls.__name__)

    def _builtin(self, name: str) -> str:
        return self.names.name("builtins", name)


def key_type(names: Names, model: type[AnyModel], field: str) -> str:
    """Returns the type of a key field of a model, but for None."""
    return names.type(optional(model.__oxyde__.fields[field].annotation)[0])
