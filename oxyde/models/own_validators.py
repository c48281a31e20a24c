"""The application's own validators in the schema of a field: whether there are any, and the schema by which stored values are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from oxyde.models.core_schemas import CLASSES, FUNCTIONS, Node, changed, kind_of, nodes
from oxyde.models.pydantic_functions import calls_pydantic, function_of, is_encoder, looks_at_files
from oxyde.models.pydantic_seams import ours

TEXT_REWRITES: Final = ("str_to_lower", "str_to_upper", "str_strip_whitespace")
TEXT_REWRITES_OF_A_NODE: Final = ("to_lower", "to_upper", "strip_whitespace")
BY_TYPES: Final = ":types"
"""What is added to a reference: the definition without functions, beside the one that runs them for other fields."""


def is_own_function(node: Node) -> bool:
    """Whether a node calls a function of the application; types of Pydantic, and the rules of a table, call others."""
    return kind_of(node) in FUNCTIONS and not ours(node) and not calls_pydantic(node)


def alters(schema: Node, config: Mapping[str, Any] | None) -> bool:
    """Whether validating may make another value of one that has the type already: by a function, or by a rule of text."""
    return any(is_own_function(node) or is_encoder(node) or _rewrites_text(node, config or {}) for node in nodes(schema))


def has_functions(schema: Node) -> bool:
    """Whether validating runs a function that may change a value: of the application, or one that decodes."""
    return any(is_own_function(node) or is_encoder(node) for node in nodes(schema))


def has_encoders(schema: Node, definitions: Mapping[str, Any] | None = None) -> bool:
    """Whether validating decodes a text, as ``Base64Bytes`` does: what was decoded is stored, and is not decoded again."""
    return any(map(is_encoder, nodes(schema, definitions)))


def names_of(schema: Node) -> list[str]:
    """Returns the names of the functions in a schema that may change a value, for messages."""
    return [name_of(node) for node in nodes(schema) if is_own_function(node) or is_encoder(node)]


def name_of(node: Node) -> str:
    """Returns the name of the function that a node calls, for messages."""
    function = function_of(node)
    return getattr(function, "__qualname__", None) or repr(function)


def own_functions(schema: Node, definitions: Mapping[str, Any] | None = None) -> list[Node]:
    """Returns the nodes of a field's schema that call functions of the application, without those inside of nested classes."""
    return [node for node in nodes(schema, definitions, lambda node: kind_of(node) not in CLASSES) if is_own_function(node)]


def reads_types(said: str | None, meta: str, schema: Node, definitions: Mapping[str, Any] | None = None) -> bool:
    """Whether a field's stored values are read by their types alone.

    Args:
        said: ``Field(db_read=...)``.
        meta: ``Meta.db_read``.
        schema: The field's. What an encoder of Pydantic's decoded is not decoded again.
        definitions: What the schema refers to, by reference.
    """
    return (said or meta) == "types" or (said is None and has_encoders(schema, definitions))


def as_stored(schema: Any, *, types_only: bool) -> Any:
    """Returns the schema by which stored values are read; it is the schema itself where that makes no difference.

    What holds only in the moment of writing is not asked again: that a date is in the future, that a file exists.

    Args:
        schema: A schema, or a field of one.
        types_only: Check types and constraints, and run no function of the application. References are then those of definitions
            that were given to this function, too: their names end in ``BY_TYPES``.
    """
    return changed(schema, _by_types if types_only else _lasting)


def _lasting(node: Any) -> Any:
    """Returns a node without what holds only in the moment of writing."""
    while looks_at_files(node):
        node = _inner(node)
    if "now_op" in node:
        return {key: value for key, value in node.items() if key not in {"now_op", "now_utc_offset"}}
    return node


def _by_types(node: Any) -> Any:
    """Returns a node, or what is inside it, that runs no function of the application."""
    while is_own_function(node) or is_encoder(node) or looks_at_files(node):
        node = _inner(node)
    node = _lasting(node)
    renamed = {key: node[key] + BY_TYPES for key in ("ref", "schema_ref") if key in node}
    if node.get("custom_init"):
        renamed["custom_init"] = False
    return {**node, **renamed} if renamed else node


def _inner(node: Any) -> Any:
    """Returns what a function node wraps, under the same reference; anything where it wraps nothing."""
    inner = node.get("schema", {"type": "any"})
    return {**inner, "ref": node["ref"]} if "ref" in node else inner


def _rewrites_text(node: Node, config: Mapping[str, Any]) -> bool:
    if kind_of(node) != "str":
        return False
    return any(node.get(rule) for rule in TEXT_REWRITES_OF_A_NODE) or any(config.get(rule) for rule in TEXT_REWRITES)
