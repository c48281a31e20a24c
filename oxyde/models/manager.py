"""``Manager``: ``Model.objects``, a queryset of all rows of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from oxyde.models.queryset import QuerySet
from oxyde.queries import Q

if TYPE_CHECKING:
    from oxyde.models.model import Model

M = TypeVar("M", bound="Model")


class Manager(QuerySet[M]):
    """Every verb of a queryset, on all rows of a model (or on those that a scope leaves)."""

    queryset_class: type[QuerySet[Any]] = QuerySet
    scope: Q | None = None

    def _of(self, query: Any) -> Any:
        return self._kind()(self.model, query)

    def _kind(self) -> type[QuerySet[Any]]:
        return self.queryset_class

    def query(self) -> Any:
        """Returns a fresh queryset."""
        return self._of(self._query)

    def unscoped(self) -> Any:
        """Returns a queryset of all rows, those outside the scope too."""
        return self.queryset_class(self.model)

    @classmethod
    def from_queryset(cls, queryset: type[QuerySet[Any]]) -> type[Objects[Any]]:
        """Returns the class of a manager whose querysets are of your own class: ``objects = Manager.from_queryset(Books)()``."""
        manager = type(f"{queryset.__name__}Manager", (cls, queryset), {"queryset_class": queryset})
        return type(f"{queryset.__name__}Objects", (Objects,), {"manager_class": manager})

    def __repr__(self) -> str:
        """Returns one line."""
        return f"<Manager of {self.model.__name__}>"


class Objects(Generic[M]):
    """The attribute ``objects`` of a model class: gives the manager of the class it is asked of.

    Args:
        scope: Only rows that fulfil this; ``unscoped()`` sees all.
    """

    manager_class: type[Manager[Any]] = Manager

    def __init__(self, scope: Q | None = None) -> None:
        self.scope = scope

    @overload
    def __get__(self, instance: None, owner: type[M]) -> Manager[M]: ...
    @overload
    def __get__(self, instance: object, owner: type[M]) -> Manager[M]: ...
    def __get__(self, instance: object | None, owner: type[Any]) -> Manager[Any]:
        """Returns the manager of a class.

        Raises:
            TypeError: It was asked of an instance, or the class has no table.
        """
        if instance is not None:
            message = f"objects belongs to the class; write {owner.__name__}.objects"
            raise AttributeError(message)
        made = self.manager_class(owner)
        return made if self.scope is None else self.manager_class(owner, made.filter(self.scope)._query)

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name


__all__ = ["Manager", "Objects"]
