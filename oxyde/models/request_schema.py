"""Gives the core schema of a request model what the table's model has: its fields and its model validators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oxyde.models.pydantic_seams import inner_fields


def request_schema(
    schema: Any, table: Any, rules: Mapping[str, Callable[[Any], Any]], resolve: Callable[[Any], Any], *, functions: bool
) -> Any:
    """Gives the schema of a request model the fields of a table's model, and its model validators.

    Both have the nesting of ``ModelSchema``; if it changes, requests are validated by their annotations alone.

    Args:
        schema: What the request model's handler returned; the definition that it refers to is changed in place.
        table: The schema of the table's model.
        rules: What makes the ``model-field`` node of each field from that of the table.
        resolve: Returns the definition that a schema refers to.
        functions: Whether the model validators are taken over.
    """
    whole = resolve(schema) if schema["type"] == "definition-ref" else schema
    if "oxyde" in (whole.get("metadata") or {}):
        return schema  # it is in use already, perhaps inside another model
    theirs, ours_ = inner_fields(table, resolve)["fields"], inner_fields(whole, resolve)["fields"]
    for name, rule in rules.items():
        ours_[name] = rule(theirs[name])
    reference = whole.pop("ref", None)
    made = dict(whole)
    if functions:
        outer, inner = _model_functions(table, resolve)
        model = made
        while model["type"] != "model":
            model = model["schema"]
        model["schema"] = _wrapped(model["schema"], inner)
        made = _wrapped(made, outer)
    whole.clear()
    whole.update(made)
    whole["metadata"] = {**(made.get("metadata") or {}), "oxyde": "request"}
    if reference is not None:
        whole["ref"] = reference
    return schema


def _model_functions(schema: Any, resolve: Callable[[Any], Any]) -> tuple[list[Any], list[Any]]:
    """Returns the nodes of model validators around the ``model`` node, and those inside it, outermost first."""
    found: tuple[list[Any], list[Any]] = ([], [])
    inside = False
    while schema["type"] != "model-fields":
        if schema["type"] == "definition-ref":
            schema = resolve(schema)
            continue
        if schema["type"] == "model":
            inside = True
        else:
            found[inside].append(schema)
        schema = schema["schema"]
    return found


def _wrapped(schema: Any, functions: list[Any]) -> Any:
    for node in reversed(functions):
        schema = {**{key: value for key, value in node.items() if key != "ref"}, "schema": schema}
    return schema
