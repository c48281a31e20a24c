"""``Manager``: ``Model.objects``, a queryset of all rows of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, cast, get_origin, overload

from typing_extensions import Self, TypeVar

from oxyde.models.chain import M
from oxyde.models.narrow import HasManager
from oxyde.models.queryset import QuerySet
from oxyde.queries import Q
from oxyde.queries.foreign_values import named

if TYPE_CHECKING:
    from oxyde.models.info import AnyModel
    from oxyde.queries.query import Query

    M2 = TypeVar("M2", bound=AnyModel)
QS = TypeVar("QS", bound=QuerySet[Any, Any])
T = TypeVar("T")


class Manager(QuerySet[M]):
    """Every verb of a queryset, on all rows of a model (or on those that a scope leaves).

    In the body of a model ``objects = Manager(scope=Q(gone=False))`` declares one; elsewhere ``Model.objects`` is one.
    """

    _queryset_class: type[QuerySet[Any, Any]] = QuerySet

    if TYPE_CHECKING:  # to checkers a declared manager is the descriptor itself: they reject a __new__ that returns another class

        @overload
        def __init__(self: Manager[Any], *, scope: Q | None = None) -> None: ...
        @overload
        def __init__(self, model: type[M], query: Query[Any] | None = None) -> None: ...
        def __init__(self, *_: Any, **__: Any) -> None: ...
        @overload
        def __get__(self, instance: None, owner: type[HasManager[T]], /) -> T: ...
        @overload
        def __get__(self, instance: None, owner: type[M2], /) -> Manager[M2]: ...
        @overload
        def __get__(self, instance: object, owner: type[Any], /) -> Self: ...
        def __get__(self, instance: object | None, owner: type[Any], /) -> Any: ...

    else:

        def __new__(cls, model: Any = None, query: Any = None, *, scope: Q | None = None) -> Any:  # noqa: ARG004 - __init__ takes it
            """Returns the manager of a model, or without one the declaration of a manager."""
            if model is not None:
                return super().__new__(cls)
            return type(f"{cls.__name__}Objects", (Objects,), {"manager_class": cls})(scope)

    def _of(self, query: Any) -> Any:
        return self._kind()(self.model, query)

    def _kind(self) -> type[QuerySet[Any, Any]]:
        return self._queryset_class

    def query(self) -> Self:
        """Returns a fresh queryset."""
        return cast("Self", self._of(self._query))

    def unscoped(self) -> Self:
        """Returns a queryset of all rows, including those outside the scope."""
        return cast("Self", self._queryset_class(self.model))

    @classmethod
    def from_queryset(cls, queryset: type[QS]) -> type[OwnObjects[QS]]:
        """Returns the class of a manager whose querysets are of your own class: ``objects = Manager.from_queryset(Books)()``."""
        kind = get_origin(queryset) or queryset
        manager = type(f"{kind.__name__}Manager", (cls, kind), {"_queryset_class": kind})
        return type(f"{kind.__name__}Objects", (OwnObjects,), {"manager_class": manager})

    def __repr__(self) -> str:
        """Returns one line."""
        return f"<Manager of {self.model.__name__}>"


class Objects:
    """The attribute ``objects`` of a model class: the manager of the class that it is asked of.

    Args:
        scope: Only rows that fulfil this; ``unscoped()`` sees all.
    """

    manager_class: type[Manager[Any]] = Manager

    def __init__(self, scope: Q | None = None) -> None:
        """Takes the scope.

        Raises:
            TypeError: It is no condition.
        """
        if scope is not None and not isinstance(scope, Q):
            message = f"scope= takes a condition: Manager(scope=Q(gone=False)), not {named(scope)}"
            raise TypeError(message)
        self.scope = scope

    @overload
    def __get__(self, instance: None, owner: type[HasManager[T]], /) -> T: ...
    @overload
    def __get__(self, instance: None, owner: type[M], /) -> Manager[M]: ...
    def __get__(self, instance: object | None, owner: type[Any], /) -> Any:
        """Returns the manager of a class.

        Raises:
            AttributeError: It was asked of an instance, or the class has no table.
        """
        if instance is not None:
            message = f"objects belongs to the class; write {owner.__name__}.objects"
            raise AttributeError(message)
        managers = owner.__oxyde__.managers  # replaced when the table is made anew
        found = managers.get(self)
        if found is None:
            made = self.manager_class(owner)
            found = managers[self] = made if self.scope is None else self.manager_class(owner, made.filter(self.scope)._query)
        return found

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name


class OwnObjects(Objects, Generic[QS]):
    """The same with querysets of your own class, which checkers take the manager for: they know no class that is both."""

    def __get__(self, instance: object | None, owner: type[Any], /) -> QS:  # type: ignore[override] # narrower for one class of models
        """Returns the manager of a class."""
        made: QS = super().__get__(instance, owner)  # type: ignore[arg-type] # an instance is refused there
        return made


__all__ = ["Manager", "Objects"]
