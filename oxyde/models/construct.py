"""Instances made from names and aliases, as ``create()`` takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import AliasChoices, AliasPath

from oxyde.exceptions import FieldError
from oxyde.models.registry import complete
from oxyde.schema.naming import meant

if TYPE_CHECKING:
    from oxyde.models.model import Model

M = TypeVar("M", bound="Model")


def make(model: type[M], values: Mapping[str, Any]) -> M:
    """Returns a validated instance.

    Args:
        model: The class.
        values: The fields, by name or alias.

    Raises:
        FieldError: A name is neither a field nor an alias.
        ValidationError: A value is not valid.
    """
    known = names(model)
    for name in values:
        if name not in known and model.model_config.get("extra") != "allow":
            message = f"{model.__name__} has no field {name!r}{meant(name, known)}"
            raise FieldError(message, column=name)
    made: M = model.__pydantic_validator__.validate_python(dict(values), by_alias=True, by_name=True)
    return made


def names(model: type[Model]) -> frozenset[str]:
    """Returns every name by which a field can be given: its own and its aliases."""
    found: frozenset[str] | None = model.__dict__.get("__oxyde_names__")
    if found is None:
        complete(model)
        aliases = [alias for info in model.__pydantic_fields__.values() for alias in _aliases(info.validation_alias)]
        found = model.__oxyde_names__ = frozenset([*model.__pydantic_fields__, *aliases])
    return found


def _aliases(alias: str | AliasPath | AliasChoices | None) -> list[str]:
    """Returns the outermost names of an alias."""
    if alias is None:
        return []
    if isinstance(alias, str):
        return [alias]
    if isinstance(alias, AliasPath):
        return [str(alias.path[0])]
    return [name for choice in alias.choices for name in _aliases(choice)]
