"""The columns of ``User.c`` as stubs declare them, by what can be asked of their values; no program makes them when it runs.

A column of the running program is a ``ColumnExpression``, which has the methods of all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from typing import Any, Generic, TypeAlias, TypeVar
    from uuid import UUID

    from oxyde.queries.columns import ColumnExpression
    from oxyde.queries.conditions import Q
    from oxyde.queries.operators import Nameable
    from oxyde.stubs.terms import Value, Values

    T = TypeVar("T")
    Item = TypeVar("Item")

    class Columns:
        """The columns of one model: the stub declares an attribute for each."""

        def __getitem__(self, name: str) -> ColumnExpression:
            """Returns a column, also one whose name is a word of Python's."""
            ...

    class Equal(Nameable, Generic[T]):
        """What can be asked of every column: whether its value is equal."""

        def __eq__(self, other: Value[T] | None) -> Q: ...  # type: ignore[override] # a condition, not a truth value
        def __ne__(self, other: Value[T] | None) -> Q: ...  # type: ignore[override] # a condition, not a truth value

        __hash__ = object.__hash__

        def lookup(self, name: str, value: Any) -> Q:
            """Returns the condition of any lookup."""
            ...

        def in_(self, values: Values[T]) -> Q:
            """Returns whether the value is one of several, or of a queryset's rows."""
            ...

        def is_null(self) -> Q:
            """Returns whether the value is NULL."""
            ...

        def is_not_null(self) -> Q:
            """Returns whether the value is not NULL."""
            ...

    class Column(Equal[T]):
        """A column whose values have no order."""

        __lt__: None  # type: ignore[assignment] # an expression has an order
        __le__: None  # type: ignore[assignment] # as above
        __gt__: None  # type: ignore[assignment] # as above
        __ge__: None  # type: ignore[assignment] # as above

    class Ordered(Equal[T]):
        """A column whose values have an order."""

        def __lt__(self, other: Value[T]) -> Q: ...
        def __le__(self, other: Value[T]) -> Q: ...
        def __gt__(self, other: Value[T]) -> Q: ...
        def __ge__(self, other: Value[T]) -> Q: ...

        def between(self, low: Value[T], high: Value[T]) -> Q:
            """Returns whether the value is from low to high, both included."""
            ...

    class Text(Ordered[T]):
        """A column of texts."""

        def contains(self, value: str) -> Q:
            """Returns whether the text contains another."""
            ...

        def icontains(self, value: str) -> Q:
            """Returns whether the text contains another, whatever the case."""
            ...

        def startswith(self, value: str) -> Q:
            """Returns whether the text starts with another."""
            ...

        def istartswith(self, value: str) -> Q:
            """Returns whether the text starts with another, whatever the case."""
            ...

        def endswith(self, value: str) -> Q:
            """Returns whether the text ends with another."""
            ...

        def iendswith(self, value: str) -> Q:
            """Returns whether the text ends with another, whatever the case."""
            ...

        def iexact(self, value: str) -> Q:
            """Returns whether the text is another, whatever the case."""
            ...

        def regex(self, value: str) -> Q:
            """Returns whether the text matches a regular expression of the server's."""
            ...

        def iregex(self, value: str) -> Q:
            """Returns whether the text matches a regular expression of the server's, whatever the case."""
            ...

        def search(self, value: str) -> Q:
            """Returns whether the text has the words of another, by the server's full-text search."""
            ...

    class Array(Column[T], Generic[T, Item]):
        """A column of lists."""

        def contains(self, value: Iterable[Item]) -> Q:
            """Returns whether the list has these members."""
            ...

    class Json(Text[Any]):
        """A column of documents."""

        def contains(self, value: Any) -> Q:
            """Returns whether the document has these members."""
            ...

    class Link(Column[T], Columns):
        """A foreign key: a row or its key, and the columns of the row that it leads to."""

    BoolCol: TypeAlias = Column[bool]
    IntCol: TypeAlias = Ordered[int]
    FloatCol: TypeAlias = Ordered[float]
    StrCol: TypeAlias = Text[str]
    DateCol: TypeAlias = Ordered[date]
    DatetimeCol: TypeAlias = Ordered[datetime]
    UuidCol: TypeAlias = Ordered[UUID]
