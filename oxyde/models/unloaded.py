"""The placeholder of a relation that was not loaded, and the attribute that raises NotLoaded for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from oxyde.exceptions import NotLoaded


class Unloaded:
    """The placeholder of a relation that was not loaded: a singleton, also when copied or pickled."""

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
    """Returns the placeholder: the default of every relation."""
    return UNLOADED


def is_unloaded(value: Any) -> bool:
    """Whether a relation is not loaded; it is then left out of output."""
    return value is UNLOADED


class RelationAttribute:
    """The attribute of a model class through which instances read a relation.

    As a data descriptor it takes precedence over the instance's dictionary, so that reading a relation that was not loaded raises
    NotLoaded. It is hidden on the class, as Pydantic's fields are.
    """

    def __init__(self, model: str, name: str, *, loaders: Sequence[str], otherwise: str) -> None:
        """Names the relation.

        Args:
            model: The model's name, for messages.
            name: The field.
            loaders: The queryset verbs that can load it; verbs that do not exist are left out of the message.
            otherwise: How to read the related rows if there is no such verb.
        """
        self.model = model
        self.name = name
        self.loaders = loaders
        self.otherwise = otherwise

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            raise AttributeError(self.name)
        value = instance.__dict__.get(self.name, UNLOADED)
        if value is UNLOADED:
            raise NotLoaded(f"{self.model}.{self.name} is not loaded; {self._remedy(type(instance))}", column=self.name)
        return value

    def _remedy(self, owner: type) -> str:
        manager = getattr(owner, "objects", None)
        verbs = [f'.{verb}("{self.name}")' for verb in self.loaders if hasattr(manager, verb)]
        return f"add {' or '.join(verbs)} to the query that reads the {self.model}" if verbs else self.otherwise

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.name] = value

    def __delete__(self, instance: Any) -> None:
        instance.__dict__[self.name] = UNLOADED
        instance.__pydantic_fields_set__.discard(self.name)
