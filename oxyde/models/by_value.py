"""JSON by value: a field's schema without display rules, and whether a value survives the round trip through JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias

from pydantic import BaseModel
from pydantic_core import PydanticSerializationUnexpectedValue, core_schema, to_json

from oxyde.models.core_schemas import CLASSES, changed, kind_of, nodes
from oxyde.models.pydantic_functions import gives_enum_values, makes_url

DISPLAY: Final = frozenset({"serialization", "serialization_alias", "serialization_exclude", "serialization_exclude_if", "computed_fields"})
"""The keys of a node that only affect how values are displayed."""


def by_value(schema: Any) -> Any:
    """Returns a schema that serializes values by their types, ignoring custom serializers, aliases and configuration."""
    return changed(schema, partial(_written, frozenset()))


def by_own_forms(schema: Any) -> Any:
    """Returns ``by_value`` of a schema in which the serializers of types that have no JSON form of their own remain."""
    definitions = {one["ref"]: one for one in schema["definitions"]} if kind_of(schema) == "definitions" else {}
    own = [node for node in nodes(schema, definitions) if "serialization" in node and _has_no_form(node, definitions)]
    return changed(schema, partial(_written, frozenset(map(id, own))))


def _written(own: frozenset[int], node: Any) -> Any:
    if gives_enum_values(node):  # what it makes is no member, which is all that the node inside can write
        return {key: node[key] for key in ("ref",) if key in node} | {"type": "any"}
    kept = {key: value for key, value in node.items() if key not in DISPLAY or (key == "serialization" and id(node) in own)}
    config = kept.get("config")
    if isinstance(config, Mapping):
        kept["config"] = {key: value for key, value in config.items() if not key.startswith("ser_json_")}
    if kind_of(node) in {"set", "frozenset"}:
        kept["serialization"] = core_schema.wrap_serializer_function_ser_schema(_in_order)
    elif makes_url(node):  # its class is not the one that the node inside makes
        kept["serialization"] = core_schema.plain_serializer_function_ser_schema(_text_of_url)
    return kept


def _in_order(value: Any, write: Callable[[Any], list[Any]]) -> list[Any]:
    """Returns the members of a set in an order that depends only on the members; equal sets may iterate in different orders."""
    return sorted(write(value), key=to_json)


def _text_of_url(value: Any) -> str:
    """Returns the text of a URL; says of anything else that it is none, so that a union goes on to its next member."""
    if not hasattr(value, "unicode_string"):
        raise PydanticSerializationUnexpectedValue("no URL")
    return str(value)


def _has_no_form(node: Any, definitions: Mapping[str, Any]) -> bool:
    """Whether a node is of a type that only its own serializer can write."""
    inside = nodes(node, definitions, lambda one: kind_of(one) not in _FIELDS)
    return any(kind_of(one) in {"is-instance", "function-plain"} for one in inside)


_FIELDS: Final = CLASSES | {"typed-dict", "named-tuple", "call"}


def is_free(schema: Mapping[str, Any]) -> bool:
    """Whether a schema takes any JSON as it is: ``dict``, ``list``, ``Any``."""
    kind = schema.get("type")
    if kind in {"nullable", "default", "definitions"}:
        return is_free(schema["schema"])
    if kind == "list":
        return is_free(schema.get("items_schema", {"type": "any"}))
    if kind == "dict":
        keys, values = schema.get("keys_schema", {"type": "any"}), schema.get("values_schema", {"type": "any"})
        return keys.get("type") in {"any", "str"} and is_free(values)
    return kind == "any"


def not_plain(value: Any, path: str = "") -> tuple[str, Any] | None:
    """Returns path and value of the first part that JSON does not preserve: a datetime, a tuple, a key that is not a str."""
    if value is None or isinstance(value, (str, int, float)):
        return None
    if isinstance(value, dict):
        for key, one in value.items():
            if not isinstance(key, str):
                return f"{path}, in a key", key
            found = not_plain(one, f"{path}.{key}")
            if found is not None:
                return found
        return None
    if isinstance(value, list):
        return next((found for at, one in enumerate(value) if (found := not_plain(one, f"{path}[{at}]")) is not None), None)
    return path, value


def compound_key(value: Any, path: str = "") -> tuple[str, Any] | None:
    """Returns path and key of the first mapping that has a tuple, a set, a model or a dataclass for a key."""
    names = _fields(value)
    parts: Iterable[tuple[str, Any]] = ()
    if names is not None:
        parts = ((f".{name}", getattr(value, name, None)) for name in names)
    elif isinstance(value, Mapping):
        odd = next((key for key in value if isinstance(key, (tuple, frozenset)) or _fields(key) is not None), None)
        if odd is not None:
            return path, odd
        parts = ((f".{key}", one) for key, one in value.items())
    elif isinstance(value, (list, tuple)):
        parts = ((f"[{at}]", one) for at, one in enumerate(value))
    return next((found for step, one in parts if (found := compound_key(one, path + step)) is not None), None)


Difference: TypeAlias = "tuple[str, Any, Any]"
"""Where two values differ: the path, and what each of them has there."""


def first_difference(old: Any, new: Any, path: str = "") -> Difference | None:
    """Returns the first part in which two values differ; None where they are equal."""
    if old is new:
        return None
    here, names = (path, old, new), _fields(old)
    if names is not None:
        if not isinstance(old, type(new)) or _fields(new) != names:
            return here
        return _first(((f".{name}", getattr(old, name), getattr(new, name)) for name in names), path)
    if isinstance(old, Mapping):
        if not isinstance(new, Mapping) or old.keys() != new.keys():
            return here
        return _first(((f".{key}", old[key], new[key]) for key in old), path)
    if isinstance(old, (list, tuple)):
        if not isinstance(new, tuple if isinstance(old, tuple) else list) or len(old) != len(new):
            return here
        return _first(((f"[{at}]", *pair) for at, pair in enumerate(zip(old, new, strict=True))), path)
    if isinstance(old, bool) is not isinstance(new, bool) or (isinstance(old, Decimal) and str(old) != str(new)):
        return here
    return None if old == new else here


def _fields(value: Any) -> tuple[str, ...] | None:
    """Returns the fields of a model or dataclass, extras among them; None of anything else."""
    if isinstance(value, BaseModel):
        return (*type(value).__pydantic_fields__, *(value.__pydantic_extra__ or ()))
    if dataclasses.is_dataclass(value):
        return tuple(field.name for field in dataclasses.fields(value))
    return None


def _first(parts: Iterator[tuple[str, Any, Any]], path: str) -> Difference | None:
    return next((found for step, one, other in parts if (found := first_difference(one, other, path + step)) is not None), None)
