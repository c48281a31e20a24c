"""``With``: a query with a name, which other queries read: a common table expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from typing_extensions import Self

from oxyde.exceptions import FieldError
from oxyde.queries.foreign_values import named
from oxyde.queries.met import Met, meeting
from oxyde.queries.recursion import check_step
from oxyde.queries.retyping import unbounded
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

    With ``recursive`` it has these rows, and those that follow from them, again and again: a tree, a calendar. The function gets the
    expression and returns the rows that follow from those found last; it reads them once, by ``cte.query()`` or ``cte.join()``.

    Args:
        name: Its name in the statement; must not be the name of a table.
        queryset: Its rows, or the first of them.
        recursive: A function of the expression that returns a queryset of the same values: those that follow.
        distinct: Whether a recursive expression has equal rows once, which ends a cycle.

    Raises:
        FieldError: The name is that of a table, or not valid on every server; or the rows that follow cannot be asked for like this.
        TypeError: What is given is no queryset, or the rows that follow have other values than the first.
    """

    def __init__(self, name: str, queryset: Any, *, recursive: Callable[[With], Any] | None = None, distinct: bool = False) -> None:
        if not isinstance(name, str) or not name.isidentifier() or len(name.encode()) > LONGEST:
            message = f"With() takes a name of letters, digits and underscores, at most {LONGEST} bytes long, not {name!r}"
            raise FieldError(message)
        if any(table.casefold() == name.casefold() for _, table in tables.tables):
            message = f'"{name}" is the name of a table, which would be hidden; choose another name for the common table expression'
            raise FieldError(message)
        if not isinstance(getattr(queryset, "_state", None), State):
            message = f"With() takes a queryset, not {named(queryset)}"
            raise TypeError(message)
        if queryset._state.groups is not None and queryset._state.selection is None:
            raise TypeError('group_by() needs values() in With(): group_by("status").annotate(n=Count()).values("status", "n")')
        self.name = name
        self._queryset: Lazy = queryset
        first = queryset._state.with_(fields=None)
        self.cte = Cte(name, first if recursive is None else unbounded(first), recursive is not None, distinct)
        if distinct and recursive is None:
            raise TypeError("With(distinct=True) is for recursive expressions; others have queryset.distinct()")
        if recursive is not None:
            self._recurse(recursive)

    def _recurse(self, recursive: Callable[[With], Any]) -> None:
        if not callable(recursive):
            message = f"With(recursive=...) takes a function of the expression that returns a queryset, not {named(recursive)}"
            raise TypeError(message)
        given = recursive(self)
        state = getattr(given, "_state", None)
        if not isinstance(state, State):
            message = f"the function of With(recursive=...) must return a queryset, not {named(given)}"
            raise TypeError(message)
        check_step(self.cte, state)
        object.__setattr__(self.cte, "step", state.with_(fields=None))  # each refers to the other

    def query(self) -> Any:
        """Returns a queryset of its rows; attach the expression to the query that uses it."""
        return self._queryset._next(self.cte.state())

    def join(self, queryset: Any, **on: str) -> Any:
        """Returns the rows of a model, each with every row of this one whose fields are equal: ``tree.join(Node.objects, parent_id="id")``.

        Fields of this one's rows are ``tree.col("depth")`` there.

        Args:
            queryset: The rows of the model; conditions may follow.
            on: A field of the model, and the name of this one's field.

        Raises:
            FieldError: There is no such field, or the two have different types.
            TypeError: It is no queryset of a model's own rows, or no field is given.
        """
        state = getattr(queryset, "_state", None)
        if not isinstance(state, State):
            message = f"join() takes a queryset, not {named(queryset)}"
            raise TypeError(message)
        return queryset._next(meeting(self.cte, state, on))

    def col(self, name: str) -> Met:
        """Returns a field of its rows as an expression of a query that ``join()`` made.

        Raises:
            FieldError: It has no such field.
        """
        return Met(self.cte, name)

    def values(self, *fields: str) -> Any:
        """Returns dictionaries of these fields of its rows; one field serves ``in=``."""
        return self.query().values(*fields)

    def values_list(self, *fields: str, flat: bool = False) -> Any:
        """Returns tuples of these fields of its rows."""
        return self.query().values_list(*fields, flat=flat)

    def __repr__(self) -> str:
        return f'With("{self.name}")'
