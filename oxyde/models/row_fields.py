"""Which values fit the fields of a row type, by the core schema of a field and the column that the values come from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from oxyde.queries.term import Term

_JSON: Final = frozenset({"json"})
_LISTS: Final = frozenset({"array", "json"})
TAKES: Final[Mapping[str, frozenset[str]]] = {
    "int": frozenset({"int", "bool"}),
    "float": frozenset({"float", "int"}),
    "decimal": frozenset({"decimal", "int", "float"}),
    "bool": frozenset({"bool"}),
    "str": frozenset({"text", "enum"}),
    "url": frozenset({"text"}),
    "multi-host-url": frozenset({"text"}),
    "bytes": frozenset({"bytes"}),
    "date": frozenset({"date"}),
    "time": frozenset({"time", "time_tz"}),
    "datetime": frozenset({"datetime", "datetime_tz"}),
    "timedelta": frozenset({"duration"}),
    "uuid": frozenset({"uuid"}),
    "list": _LISTS,
    "tuple": _LISTS,
    "set": _LISTS,
    "frozenset": _LISTS,
    "dict": _JSON,
    "model": _JSON,
    "typed-dict": _JSON,
    "dataclass": _JSON,
}
"""Which types of columns fit a field, by the kind of its core schema. Other kinds, and fields with functions of their own, take any."""

CHANGING: Final = frozenset({"json", "any"})
"""Types of columns whose values may be anything."""

_OF_PLAIN: Final[Mapping[type, str]] = {str: "text", int: "int", bool: "bool", bytes: "bytes"}
_AROUND: Final = frozenset({"nullable", "default", "definitions", "function-after"})


@dataclass(frozen=True)
class Slot:
    """A field of a row type.

    Attributes:
        name: Its name.
        required: A row must have it.
        schema: How Pydantic validates it.
        known: The schemas that it refers to.
    """

    name: str
    required: bool
    schema: Any
    known: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def fits(self, term: Term) -> bool:
        """Whether the values of a term can fit; what only the values show is found when rows are read."""
        choices = self._choices(self.schema)
        return any(_fits(one, term) for one in choices) or not choices

    @property
    def object(self) -> str | None:
        """The name of the class whose objects it holds: a model, a dataclass or a TypedDict; None for other fields."""
        classes = (one.get("cls") for one in self._choices(self.schema) if one["type"] in {"model", "dataclass", "typed-dict"})
        return next((cls.__name__ for cls in classes if cls is not None), None)

    def _choices(self, schema: Any) -> list[Any]:
        """Returns the schemas one of which a value must fit."""
        while schema["type"] in _AROUND or schema["type"] == "definition-ref":
            schema = self.known[schema["schema_ref"]] if schema["type"] == "definition-ref" else schema["schema"]
        if schema["type"] not in {"union", "tagged-union"}:
            return [schema]
        choices = schema["choices"].values() if isinstance(schema["choices"], dict) else schema["choices"]
        return [one for choice in choices for one in self._choices(choice[0] if isinstance(choice, tuple) else choice)]


def _fits(schema: Any, term: Term) -> bool:
    if term.restore is not None:
        return _holds(schema, getattr(term.restore, "kind", None))
    if schema["type"] in {"enum", "literal"}:
        takes: Iterable[str] | None = _kinds(_members(schema))
    else:
        takes = TAKES.get(schema["type"])
    return takes is None or term.type.kind in {*takes, *CHANGING}


def _holds(schema: Any, cls: type | None) -> bool:
    """Whether a schema takes objects of a class, that of what a column is read as; True where that is not known."""
    kind = schema["type"]
    if cls is None or (kind not in TAKES and kind not in {"enum", "literal"}):
        return True
    if issubclass(cls, Enum):
        values = {member.value for member in cls}
        if kind in {"enum", "literal"}:
            return any((one.value if isinstance(one, Enum) else one) in values for one in _members(schema))
        return any(issubclass(cls, plain) and name in TAKES[kind] for plain, name in _OF_PLAIN.items())
    return kind in {"model", "dataclass"} and (issubclass(cls, schema["cls"]) or _reads_attributes(schema))


def _reads_attributes(schema: Any) -> bool:
    return bool(schema.get("config", {}).get("from_attributes"))


def _members(schema: Any) -> list[Any]:
    return list(schema["members"] if schema["type"] == "enum" else schema["expected"])


def _kinds(members: Iterable[Any]) -> set[str] | None:
    """Returns the types of columns that have such values; None if one of them is in no column by itself."""
    plain = {type(one.value if isinstance(one, Enum) else one) for one in members}
    return {_OF_PLAIN[kind] for kind in plain} | ({"enum"} if str in plain else set()) if plain <= _OF_PLAIN.keys() else None
