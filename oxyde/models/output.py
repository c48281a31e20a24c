"""The JSON schema of a table's model: which fields are required in responses and in requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from oxyde.models.field import is_filled_by_database
from oxyde.models.info import ModelInfo


def complete_json_schema(model: ModelInfo, schema: dict[str, Any], mode: Literal["validation", "serialization"]) -> None:
    """Changes the JSON schema of a table's model, in place.

    On input the key of a required relation is required. On output every column is, because every row has it, and what the
    database fills in is never null; relations are there when they were loaded.

    Args:
        model: The class.
        schema: Its JSON schema.
        mode: Whether it is about input or output.
    """
    properties: dict[str, Any] = schema.get("properties", {})
    required = set(schema.get("required", ()))
    for name, info in model.fields.items():
        shown = _shown(model, name, mode, properties)
        if shown is None or name in model.links:
            continue
        described = properties[shown]
        if is_filled_by_database(info.options) and described.get("default", 0) is None and not _takes_null(described):
            del described["default"]
        if mode == "validation":
            if name in model.reference_by_key and info.is_required():
                required.add(shown)
            continue
        if info.exclude_if is None:
            required.add(shown)
        if info.options.db_pk:
            _without_null(described)
    if required:
        schema["required"] = [name for name in properties if name in required]


def _shown(model: ModelInfo, name: str, mode: str, properties: dict[str, Any]) -> str | None:
    """Returns the property of a field: by its alias, or by its name."""
    info = model.fields[name]
    alias = info.validation_alias if mode == "validation" else info.serialization_alias
    return next((one for one in (alias, info.alias, name) if isinstance(one, str) and one in properties), None)


def _takes_null(described: dict[str, Any]) -> bool:
    return any(one.get("type") == "null" for one in _choices(described))


def _choices(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield described
    yield from described.get("anyOf", ())


def _without_null(described: dict[str, Any]) -> None:
    """Removes null from the types of a key."""
    if described.get("default", 0) is None:
        del described["default"]
    choices = [one for one in described.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        del described["anyOf"]
        described.update(choices[0])
    elif choices:
        described["anyOf"] = choices
