"""What stands in an instance where a relation was not loaded, and the attribute that says so."""

from __future__ import annotations

from typing import Any, Final

from oxyde.exceptions import NotLoaded


class Unloaded:
    """The one object that stands for a relation that was not loaded; it survives copying and pickling as itself."""

    def __repr__(self) -> str:
        return "not loaded"

    def __copy__(self) -> Unloaded:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Unloaded:
        return self

    def __reduce__(self) -> str:
        return "UNLOADED"


UNLOADED: Final = Unloaded()


def unloaded() -> Unloaded:
    """Returns the mark: the default of every relation."""
    return UNLOADED


def is_unloaded(value: Any) -> bool:
    """Whether a relation is not loaded; such a one is left out of output."""
    return value is UNLOADED


class RelationAttribute:
    """The attribute of a model class through which instances read a relation.

    It stands before the instance's dictionary, so that reading what was not loaded raises NotLoaded. On the class it hides itself,
    as Pydantic's fields do.
    """

    def __init__(self, model: str, name: str, *, many: bool) -> None:
        """Names the relation.

        Args:
            model: The model's name, for messages.
            name: The field.
            many: Whether it leads to several rows.
        """
        self.model = model
        self.name = name
        self.many = many

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            raise AttributeError(self.name)
        value = instance.__dict__.get(self.name, UNLOADED)
        if value is UNLOADED:
            load = f'.prefetch("{self.name}")' if self.many else f'.join("{self.name}") or .prefetch("{self.name}")'
            message = f"{self.model}.{self.name} is not loaded; add {load} to the query that reads the {self.model}"
            raise NotLoaded(message, column=self.name)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.name] = value

    def __delete__(self, instance: Any) -> None:
        instance.__dict__[self.name] = UNLOADED
        instance.__pydantic_fields_set__.discard(self.name)
