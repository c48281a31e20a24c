"""Instances made from names and aliases, as ``create()`` takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.models.hydrate import tiers
from oxyde.models.info import ModelInfo
from oxyde.models.registry import complete
from oxyde.queries.paths import column_meant
from oxyde.schema.naming import meant


def make(model: ModelInfo, values: Mapping[str, Any]) -> Any:
    """Returns a validated instance.

    Args:
        model: The class.
        values: The fields, by name or alias.

    Raises:
        FieldError: A name is neither a field nor an alias, and no validator of the model sees the raw input.
        ValidationError: A value is not valid.
    """
    check_names(model, values)
    return model.model.__pydantic_validator__.validate_python(dict(values), by_alias=True, by_name=True)


def check_names(model: ModelInfo, values: Mapping[str, Any]) -> None:
    """Raises FieldError for a name that is neither a field nor an alias, unless a validator of the model sees the raw input."""
    complete(model)
    if not values.keys() <= model.names and model.model.model_config.get("extra") != "allow" and not tiers(model).schema.sees_input:
        raise no_field(model, next(name for name in values if name not in model.names))


def no_field(model: ModelInfo, name: str) -> FieldError:
    """Returns the error of a name that is neither a field nor an alias."""
    near = (column_meant(model.table(), name) if model.is_table else "") or meant(name, model.names)
    message = f'{model.name} has no field "{name}"{near}'
    return FieldError(message, column=name)
