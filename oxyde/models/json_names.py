"""The names that a path into a typed JSON field may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from oxyde.models.core_schemas import Node, kind_of, named_parts

_NAMED: Final = frozenset({"model-fields", "dataclass-args", "typed-dict"})
_MEMBERS: Final = frozenset({"list", "set", "frozenset", "tuple"})
_PLAIN: Final = frozenset({"bool", "bytes", "date", "datetime", "decimal", "enum", "float", "int", "literal", "none", "str", "time"}) | {
    *("timedelta", "url", "multi-host-url", "uuid"),
}
_INNER: Final = {"definitions": "schema", "json-or-python": "json_schema", "lax-or-strict": "strict_schema"}
_WRAPPERS: Final = frozenset({"default", "nullable", "function-after", "function-before", "model", "dataclass", "model-field"}) | {
    *("dataclass-field", "typed-dict-field", "definitions", "json-or-python", "lax-or-strict"),
}


@dataclass(frozen=True, eq=False)
class JsonNames:
    """The names inside a field, read from its core schema.

    Attributes:
        schema: The field's schema.
        definitions: The definitions that it refers to, by reference.
    """

    schema: Node
    definitions: Mapping[str, Any]

    def __call__(self, path: tuple[str, ...]) -> tuple[int, list[str]] | None:
        """Returns the index of the first part of a path that names nothing, and the names known there; None where any name is possible."""
        here = list(self._alternatives(self.schema))
        for at, part in enumerate(path):
            following: list[Node] = []
            known: list[str] = []
            for node in here:
                kind = kind_of(node)
                if kind in _NAMED and not _takes_more(node):
                    fields = dict(named_parts(node))
                    known += fields
                    following += [fields[part]] if part in fields else []
                elif kind in _MEMBERS:
                    items = node.get("items_schema")
                    if items is None or isinstance(items, list):
                        return None
                    following += [items] if part.isdecimal() else []
                elif kind == "dict" and "values_schema" in node:
                    following.append(node["values_schema"])
                elif kind not in _PLAIN:
                    return None
            if not following:
                return at, known
            here = [found for node in following for found in self._alternatives(node)]
        return None

    def _alternatives(self, schema: Node, inside: frozenset[str] = frozenset()) -> Iterator[Node]:
        """Yields what a schema may be, without what only wraps it."""
        kind = kind_of(schema)
        if kind == "definition-ref":
            reference = schema["schema_ref"]
            if reference not in inside and reference in self.definitions:
                yield from self._alternatives(self.definitions[reference], inside | {reference})
            else:
                yield {"type": "any"}
        elif kind in _WRAPPERS:
            if kind == "model" and (schema.get("config") or {}).get("extra_fields_behavior") == "allow":
                yield {"type": "any"}
            else:
                yield from self._alternatives(schema[_INNER.get(kind, "schema")], inside)
        elif kind == "union":
            for choice in schema["choices"]:
                yield from self._alternatives(choice[0] if isinstance(choice, tuple) else choice, inside)
        elif kind == "tagged-union":
            for choice in schema["choices"].values():
                yield from self._alternatives(choice, inside)
        else:
            yield schema


def _takes_more(node: Node) -> bool:
    """Whether there may be names beside the declared ones."""
    return "extras_schema" in node or node.get("extra_behavior") == "allow"
