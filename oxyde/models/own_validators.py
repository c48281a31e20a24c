"""The application's own validators in a field's schema: finds them, and builds the schema that reads stored values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from oxyde.models.core_schemas import CLASSES, FUNCTIONS, Node, changed, kind_of, nodes
from oxyde.models.pydantic_functions import calls_pydantic, function_of, is_encoder, looks_at_files
from oxyde.models.pydantic_seams import ours

TEXT_REWRITES: Final = ("str_to_lower", "str_to_upper", "str_strip_whitespace")
TEXT_REWRITES_OF_A_NODE: Final = ("to_lower", "to_upper", "strip_whitespace")
BY_TYPES: Final = ":types"
"""Suffix of a reference to the variant of a definition that runs no functions."""


def is_own_function(node: Node) -> bool:
    """Whether a node calls a function of the application, and not one of Pydantic's types or a table's rules."""
    return kind_of(node) in FUNCTIONS and not ours(node) and not calls_pydantic(node)


def may_change(node: Node) -> bool:
    """Whether a node calls a function that may change a value that has the type already: one of the application's, or a decoder."""
    return is_own_function(node) or is_encoder(node)


def alters(schema: Node, config: Mapping[str, Any] | None) -> bool:
    """Whether validation may change a value that already has the type: by a function, or by a text rule."""
    return any(may_change(node) or _rewrites_text(node, config or {}) for node in nodes(schema))


def has_functions(schema: Node) -> bool:
    """Whether validation runs a function that may change a value: one of the application's, or a decoder."""
    return any(map(may_change, nodes(schema)))


def has_encoders(schema: Node, definitions: Mapping[str, Any] | None = None) -> bool:
    """Whether validation decodes a text, as ``Base64Bytes`` does: the decoded value is stored, and is not decoded again on reading."""
    return any(map(is_encoder, nodes(schema, definitions)))


def names_of(schema: Node) -> list[str]:
    """Returns the names of the functions in a schema that may change a value, for messages."""
    return [name_of(node) for node in nodes(schema) if may_change(node)]


def name_of(node: Node) -> str:
    """Returns the name of the function that a node calls, for messages."""
    function = function_of(node)
    return getattr(function, "__qualname__", None) or repr(function)


def own_functions(schema: Node, definitions: Mapping[str, Any] | None = None) -> list[Node]:
    """Returns the nodes of a field's schema that call functions of the application, except those inside nested classes."""
    return [node for node in nodes(schema, definitions, lambda node: kind_of(node) not in CLASSES) if is_own_function(node)]


def reads_types(said: str | None, meta: str, schema: Node, definitions: Mapping[str, Any] | None = None) -> bool:
    """Whether a field's stored values are read by their types alone.

    Args:
        said: ``Field(db_read=...)``.
        meta: ``Meta.db_read``.
        schema: The field's schema. Values that an encoder of Pydantic decoded are not decoded again.
        definitions: The definitions that the schema refers to, by reference.
    """
    return (said or meta) == "types" or (said is None and has_encoders(schema, definitions))


def as_stored(schema: Any, *, types_only: bool) -> Any:
    """Returns the schema that validates stored values; the schema itself if nothing differs.

    Rules that hold only at the time of writing are dropped: that a date is in the future, that a file exists.

    Args:
        schema: A schema, or a field of one.
        types_only: Check types and constraints, and run no function of the application. References then end in ``BY_TYPES``, and mean
            definitions that were passed through this function.
    """
    return changed(schema, _by_types if types_only else _lasting)


def _lasting(node: Any) -> Any:
    """Returns a node without the rules that hold only at the time of writing."""
    while looks_at_files(node):
        node = _inner(node)
    if "now_op" in node:
        return {key: value for key, value in node.items() if key not in {"now_op", "now_utc_offset"}}
    return node


def _by_types(node: Any) -> Any:
    """Returns a node without the functions of the application: the node itself, or the one it wraps."""
    while may_change(node) or looks_at_files(node):
        node = _inner(node)
    node = _lasting(node)
    renamed = {key: node[key] + BY_TYPES for key in ("ref", "schema_ref") if key in node}
    if node.get("custom_init"):
        renamed["custom_init"] = False
    return {**node, **renamed} if renamed else node


def _inner(node: Any) -> Any:
    """Returns the schema that a function node wraps, under the same reference; ``any`` if it wraps none."""
    inner = node.get("schema", {"type": "any"})
    return {**inner, "ref": node["ref"]} if "ref" in node else inner


def _rewrites_text(node: Node, config: Mapping[str, Any]) -> bool:
    if kind_of(node) != "str":
        return False
    return any(node.get(rule) for rule in TEXT_REWRITES_OF_A_NODE) or any(config.get(rule) for rule in TEXT_REWRITES)
