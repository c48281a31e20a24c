"""``With``: a query with a name, which other queries read: a common table expression."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from typing_extensions import Self

from oxyde.exceptions import FieldError, UnsupportedError
from oxyde.queries.scope import LONGEST
from oxyde.queries.source import Cte, State
from oxyde.schema import tables

C = TypeVar("C", bound="Lazy")


class Lazy(Protocol):
    """What a queryset has for this."""

    @property
    def _state(self) -> State:
        """What is asked."""
        ...

    def _next(self, state: State, **changes: Any) -> Self: ...

    def values(self, *fields: str) -> Any:
        """Returns dictionaries of fields."""
        ...

    def values_list(self, *fields: str, flat: bool = False) -> Any:
        """Returns tuples of fields."""
        ...


class With:
    """A common table expression: ``recent = With("recent", Post.objects.filter(views__gt=100))``.

    It is attached to a query with ``with_()``, which then reads it: ``Post.objects.with_(recent).filter(id__in=recent.values("id"))``.

    Args:
        name: Its name in the statement; must not be the name of a table.
        queryset: Its rows.
        recursive: Not supported yet.

    Raises:
        FieldError: The name is that of a table, or not valid on every server.
        UnsupportedError: ``recursive`` was given.
    """

    def __init__(self, name: str, queryset: Any, *, recursive: Any = None) -> None:
        if recursive is not None:
            raise UnsupportedError(
                "With(recursive=...) is not supported yet; read level by level, or use execute_raw() with WITH RECURSIVE"
            )
        if not isinstance(name, str) or not name.isidentifier() or len(name.encode()) > LONGEST:
            message = f"With() takes a name of letters, digits and underscores, at most {LONGEST} bytes long, not {name!r}"
            raise FieldError(message)
        if any(table.casefold() == name.casefold() for _, table in tables.tables):
            message = f'"{name}" is the name of a table, which would be hidden; choose another name for the common table expression'
            raise FieldError(message)
        if not isinstance(getattr(queryset, "_state", None), State):
            message = f"With() takes a queryset, not {type(queryset).__name__}"
            raise TypeError(message)
        if queryset._state.groups is not None and queryset._state.selection is None:
            raise TypeError('group_by() needs values() in With(): group_by("status").annotate(n=Count()).values("status", "n")')
        self.name = name
        self._queryset: Lazy = queryset
        self.cte = Cte(name, queryset._state.with_(fields=None))

    def query(self) -> Any:
        """Returns a queryset of its rows; attach the expression to the query that uses it."""
        return self._queryset._next(self.cte.state())

    def values(self, *fields: str) -> Any:
        """Returns dictionaries of these fields of its rows; one field serves ``in=``."""
        return self.query().values(*fields)

    def values_list(self, *fields: str, flat: bool = False) -> Any:
        """Returns tuples of these fields of its rows."""
        return self.query().values_list(*fields, flat=flat)

    def __repr__(self) -> str:
        return f'With("{self.name}")'
