"""The application's own validators in the schema of a field: whether there are any, and the schema without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from oxyde.models.pydantic_seams import is_encoder, ours

FUNCTIONS: Final = frozenset({"function-before", "function-after", "function-wrap", "function-plain"})
TEXT_REWRITES: Final = ("str_to_lower", "str_to_upper", "str_strip_whitespace")
TEXT_REWRITES_OF_A_NODE: Final = ("to_lower", "to_upper", "strip_whitespace")


def alters(schema: Mapping[str, Any], config: Mapping[str, Any] | None) -> bool:
    """Whether validating may make another value of one that has the type already: by a function, or by a rule of text."""
    return _any(schema, lambda node: _is_function(node) or _rewrites_text(node, config or {}))


def has_functions(schema: Mapping[str, Any]) -> bool:
    """Whether validating runs a function of the application that may change a value."""
    return _any(schema, _is_function)


def has_encoders(schema: Mapping[str, Any]) -> bool:
    """Whether validating decodes a text, as ``Base64Bytes`` does: what was decoded is stored, and is not decoded again."""
    return _any(schema, is_encoder)


def names_of(schema: Any) -> list[str]:
    """Returns the names of the application's functions in a schema, for messages."""
    found: list[str] = []

    def note(node: Mapping[str, Any]) -> bool:
        if _is_function(node):
            function = node["function"].get("function")
            found.append(getattr(function, "__qualname__", repr(function)))
        return False

    _any(schema, note)
    return found


def reads_types(said: str | None, meta: str, schema: Mapping[str, Any]) -> bool:
    """Whether a field's stored values are read by their types alone.

    Args:
        said: ``Field(db_read=...)``.
        meta: ``Meta.db_read``.
        schema: The field's. What an encoder of Pydantic's decoded is not decoded again.
    """
    return (said or meta) == "types" or (said is None and has_encoders(schema))


def without_functions(schema: Any) -> Any:
    """Returns a schema that checks types and constraints, and runs no function of the application."""
    if isinstance(schema, (list, tuple)):
        return type(schema)(without_functions(one) for one in schema)
    if not isinstance(schema, Mapping):
        return schema
    if _is_function(schema):
        return without_functions(schema["schema"]) if "schema" in schema else {"type": "any"}
    if "type" not in schema:  # fields or choices by name
        return {name: without_functions(one) for name, one in schema.items()}
    return {key: without_functions(value) if key in _NESTED else value for key, value in schema.items()}


_NESTED: Final = frozenset({"schema", "items_schema", "keys_schema", "values_schema", "choices", "fields"})


def _is_function(node: Mapping[str, Any]) -> bool:
    return node.get("type") in FUNCTIONS and not ours(node)


def _rewrites_text(node: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    if node.get("type") != "str":
        return False
    return any(node.get(rule) for rule in TEXT_REWRITES_OF_A_NODE) or any(config.get(rule) for rule in TEXT_REWRITES)


def _any(schema: Any, test: Callable[[Mapping[str, Any]], bool]) -> bool:
    if isinstance(schema, (list, tuple)):
        return any(_any(one, test) for one in schema)
    if not isinstance(schema, Mapping):
        return False
    if "type" not in schema:  # fields or choices by name
        return any(_any(one, test) for one in schema.values())
    return test(schema) or any(_any(value, test) for key, value in schema.items() if key in _NESTED)
