"""The nodes of Pydantic's core schemas: the children of each kind, and the only walk over them.

``pydantic_core.core_schema`` types every kind of node; ``tests/unit/models/test_core_schemas.py`` fails for one that is not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from pydantic_core import core_schema

Node: TypeAlias = "Mapping[str, Any]"
"""A core schema, a field of one, or a parameter."""

_ONE: Final = ("schema",)
_ITEMS: Final = ("items_schema",)
_PAIRS: Final = ("keys_schema", "values_schema")
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("any", "bool", "bytes", "callable", "complex", "date", "datetime", "decimal", "definition-ref", "ellipsis"), ()),
    **dict.fromkeys(("enum", "float", "fraction", "function-plain", "int", "invalid", "is-instance", "is-subclass", "literal"), ()),
    **dict.fromkeys(("missing-sentinel", "multi-host-url", "none", "str", "time", "timedelta", "url", "uuid"), ()),
    **dict.fromkeys(("deque", "frozenset", "generator", "list", "set", "tuple"), _ITEMS),
    **dict.fromkeys(("counter", "dict", "frozendict", "ordered-dict"), _PAIRS),
    **dict.fromkeys(("custom-error", "default", "function-after", "function-before", "function-wrap", "json", "nullable"), _ONE),
    **dict.fromkeys(("dataclass", "dataclass-field", "model", "model-field", "named-tuple-field", "parameter", "typed-dict-field"), _ONE),
    "arguments": ("arguments_schema", "var_args_schema", "var_kwargs_schema"),
    "arguments-v3": ("arguments_schema",),
    "call": ("arguments_schema", "return_schema"),
    "chain": ("steps",),
    "computed-field": ("return_schema",),
    "dataclass-args": ("fields",),
    "definitions": ("schema", "definitions"),
    "json-or-python": ("json_schema", "python_schema"),
    "lax-or-strict": ("lax_schema", "strict_schema"),
    "model-fields": ("fields", "extras_schema", "extras_keys_schema"),
    "named-tuple": ("fields",),
    "tagged-union": ("choices",),
    "typed-dict": ("fields", "extras_schema"),
    "union": ("choices",),
}
"""The keys of each kind of node that hold validating children; a parameter of ``arguments`` has no kind of its own.

Keys that validate nothing are left out: ``serialization``, ``computed_fields``, and ``json_schema_input_schema`` of a function.
"""
FUNCTIONS: Final = frozenset({"function-after", "function-before", "function-plain", "function-wrap"})
"""The kinds of nodes that call a function."""
CLASSES: Final = frozenset({"model", "dataclass"})
"""The kinds of nodes that make instances of a class with fields."""
_ALL: Final = tuple(sorted({key for keys in PARTS.values() for key in keys}))
_BY_NAME: Final = frozenset({"fields", "choices"})


def kind_of(node: Node) -> str:
    """Returns the kind of a node."""
    kind: str = node.get("type", "parameter")
    return kind


def parts(node: Node) -> Iterator[Node]:
    """Yields the nodes directly inside a node."""
    for key in PARTS.get(kind_of(node), _ALL):
        part = node.get(key)
        if isinstance(part, (list, tuple)):
            yield from (one[0] if isinstance(one, tuple) else one for one in part)  # a choice may have a label
        elif part is not None:
            # A field, or a tag, may be called "type": only the key tells a node from nodes by name.
            yield from part.values() if key in _BY_NAME else (part,)


def named_parts(node: Node) -> Iterator[tuple[str, Node]]:
    """Yields the fields of a node that has fields, with their names."""
    fields = node["fields"]
    if isinstance(fields, dict):
        yield from fields.items()
    else:
        yield from ((field["name"], field) for field in fields)


def nodes(schema: Node, definitions: Mapping[str, Any] | None = None, enter: Callable[[Node], bool] | None = None) -> Iterator[Node]:
    """Yields a schema and all nodes inside it, outermost first; each definition once, however often it is referred to.

    Args:
        schema: Where to begin.
        definitions: The definitions that it refers to, by reference; those of a ``definitions`` node need not be given.
        enter: Whether to look into a node; into every node unless given.
    """
    known, seen, left = dict(definitions or {}), set[str](), [schema]
    while left:
        node = left.pop()
        yield node
        if enter is not None and not enter(node):
            continue
        kind = kind_of(node)
        if kind == "definitions":
            known.update({one["ref"]: one for one in node["definitions"]})
            left.append(node["schema"])
        elif kind == "definition-ref":
            reference = node["schema_ref"]
            if reference in known and reference not in seen:
                seen.add(reference)
                left.append(known[reference])
        else:
            left.extend(reversed([*parts(node)]))


def changed(schema: Any, change: Callable[[Any], Any]) -> Any:
    """Returns a schema with its nodes replaced by a function, outermost first; the schema itself if none changed.

    Args:
        schema: Where to begin; references are not followed.
        change: Returns the replacement of a node, or the node itself. The replacement's children are changed next.
    """
    node = change(schema)
    made = {}
    for key in PARTS.get(kind_of(node), _ALL):
        part = node.get(key)
        if part is None:
            continue
        new: Any
        if isinstance(part, (list, tuple)):
            new = [(changed(one[0], change), *one[1:]) if isinstance(one, tuple) else changed(one, change) for one in part]
            same = all((one[0] is old[0]) if isinstance(one, tuple) else one is old for one, old in zip(new, part, strict=True))
        elif key in _BY_NAME:
            new = {name: changed(one, change) for name, one in part.items()}
            same = all(one is part[name] for name, one in new.items())
        else:
            new = changed(part, change)
            same = new is part
        if not same:
            made[key] = new
    return {**node, **made} if made else node


def with_definitions(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Returns a schema together with the definitions that it needs, also for serialization; the schema itself if it needs none.

    Args:
        schema: The schema.
        definitions: Definitions by reference.
    """
    needed: dict[str, Any] = {}
    left, seen = [schema] if definitions else [], set[int]()
    while left:
        node = left.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            reference = node.get("schema_ref")
            if isinstance(reference, str) and reference in definitions:
                needed[reference] = definitions[reference]
                left.append(definitions[reference])
            left.extend(node.values())
        elif isinstance(node, (list, tuple)):
            left.extend(node)
    return core_schema.definitions_schema(schema, [*needed.values()]) if needed else schema
