"""The aggregates of one value: ``Count``, ``Sum``, ``Avg``, ``Min``, ``Max``, ``StdDev``, ``Variance``, ``BoolAnd``, ``BoolOr``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from oxyde.exceptions import FieldError
from oxyde.queries.aggregates import Aggregate, Collected, Spread, Truth
from oxyde.queries.aggregates import Count as Counted
from oxyde.queries.arguments import Argument, described, open_value, term_of
from oxyde.queries.calls import Call, Nulls
from oxyde.queries.gathering import Gathered, Inside, along_of, condition_of
from oxyde.queries.operators import Operand
from oxyde.queries.paths import whole_key
from oxyde.queries.term import Bound, Names, Order, Term
from oxyde.schema import types as kinds


class AggregateFunction(Operand):
    """An aggregate of the rows of a group, or of the rows that a path leads to: ``Sum("views")``, ``Count("posts")``.

    Attributes:
        ir: Its name on the wire.
        whole: The aggregate that makes one of those of all parts of a group; None where none does.
    """

    ir: ClassVar[str] = ""
    whole: ClassVar[str | None] = None

    def __init_subclass__(cls, *, ir: str, whole: str | None = None) -> None:
        """Stores the description."""
        cls.ir, cls.whole = ir, whole

    def __init__(self, value: Argument, *, distinct: bool = False, filter: Any = None) -> None:
        """Takes what is aggregated.

        Args:
            value: The name of a field or annotation, a path, or an expression.
            distinct: Whether equal values count once.
            filter: A condition; only rows that fulfil it count.
        """
        self.value, self.distinct, self.filter = value, distinct, filter

    def resolve(self, names: Names) -> Term:
        """Returns the aggregate over the query's names.

        Raises:
            FieldError: The value has no such aggregate, or is one itself.
        """
        name = type(self).__name__
        inside = Inside(names.names if isinstance(names, Inside) else names)
        inner, order = self._argument(inside), self._order(inside)
        along = along_of(inside.names, inside.found or ([] if names.grouping else inside.single))
        if along is None:
            return self.made(inner, condition_of(inside, self.filter, name), order)
        each = Gathered(along, self.made(self._argument(along), None, self._order(along)), condition_of(along, self.filter, name))
        return self._whole(each, along.leading.name) if names.grouping else each

    def _argument(self, names: Any) -> Term | None:
        name = type(self).__name__
        term = term_of(name, names, self.value, text=False)
        if term.aggregated:
            message = f"{name}() is over rows, and {described(term)} is an aggregate; aggregate() of a grouped query acts on its groups"
            raise FieldError(message)
        return term

    def _order(self, names: Any) -> list[Order]:  # noqa: ARG002 - only lists have one
        return []

    def made(self, inner: Term | None, where: Term | None, order: Sequence[Order] = ()) -> Collected:  # noqa: ARG002 - only lists have one
        """Returns the aggregate of a term."""
        assert inner is not None  # noqa: S101 - only Count takes none
        return self._of(open_value(type(self).__name__, inner), where)

    def _of(self, inner: Term, where: Term | None) -> Collected:
        return Aggregate(self.ir, inner, described(inner), distinct=self.distinct, where=where)

    def _whole(self, each: Gathered, path: str) -> Term:
        """Returns the aggregate of a group of rows, made of those of each row's related rows."""
        name = type(self).__name__
        if self.whole is None or self.distinct:
            what = f'{name}("{path}", distinct=True)' if self.distinct else f'{name}("{path}")'
            message = (
                f"{what} of a group is not made of those of its rows; query the related rows themselves, grouped by their parents' fields"
            )
            raise FieldError(message, column=path)
        return Aggregate(self.whole, each, path)

    @property
    def shown(self) -> str:
        """What it was made of, apart from what every aggregate has."""
        return repr(self.value)

    def __repr__(self) -> str:
        more = ", distinct=True" if self.distinct else ""
        return f"{type(self).__name__}({self.shown}{more}{f', filter={self.filter!r}' if self.filter is not None else ''})"


class Count(AggregateFunction, ir="count", whole="sum"):
    """The number of rows: ``Count()``; of values that are not NULL: ``Count("email")``; of related rows: ``Count("posts")``."""

    def __init__(self, value: Argument = "*", *, distinct: bool = False, filter: Any = None) -> None:
        """Takes what is counted; ``"*"`` are rows."""
        super().__init__(value, distinct=distinct, filter=filter)

    def _argument(self, names: Any) -> Term | None:
        if isinstance(self.value, str) and self.value == "*":
            if self.distinct:
                raise FieldError('Count(distinct=True) needs what is counted: Count("email", distinct=True)')
            return None
        found = whole_key(names.root, self.value) if isinstance(self.value, str) and self.value not in names.terms else None
        if found is None or found.lookup != "exact":
            return super()._argument(names)
        column = f"{found.before}{found.table.key[0].field}"  # no column of a key is NULL
        if self.distinct:
            message = (
                f'Count("{self.value}", distinct=True) is of equal keys, and {found.table.model} has a key of several fields; '
                f'count one of them: "{column}"'
            )
            raise FieldError(message, table=found.table.name, column=found.column)
        return term_of("Count", names, column, text=False)

    def made(self, inner: Term | None, where: Term | None, order: Sequence[Order] = ()) -> Collected:  # noqa: ARG002 - it has none
        """Returns the number of rows, or of the values of a term."""
        return Counted(inner, distinct=self.distinct, where=where)

    def _whole(self, each: Gathered, path: str) -> Term:
        """Returns the sum of the numbers of each row; 0 without rows."""
        return Call("coalesce", kinds.INT, Nulls.ALL, [super()._whole(each, path), Bound(0, kinds.INT)])


class Sum(AggregateFunction, ir="sum", whole="sum"):
    """The sum of numbers or timedeltas: int of ints, Decimal of Decimals; None without values."""


class Avg(AggregateFunction, ir="avg"):
    """The average of numbers: a float, of Decimals a Decimal; None without values."""


class Min(AggregateFunction, ir="min", whole="min"):
    """The least value; None without values."""


class Max(AggregateFunction, ir="max", whole="max"):
    """The greatest value; None without values."""


class Variance(AggregateFunction, ir="var"):
    """The variance of numbers as a float: of all values, or with ``sample=True`` the estimate from a sample; None without values."""

    def __init__(self, value: Argument, *, sample: bool = False, distinct: bool = False, filter: Any = None) -> None:
        """Takes what is aggregated.

        Args:
            value: The name of a field or annotation, a path, or an expression.
            sample: Whether the values are a sample of those meant: then one value has no variance.
            distinct: Whether equal values count once.
            filter: A condition; only rows that fulfil it count.
        """
        super().__init__(value, distinct=distinct, filter=filter)
        self.sample = sample

    @property
    def shown(self) -> str:
        """The value, and what it is."""
        return f"{self.value!r}{', sample=True' if self.sample else ''}"

    def _of(self, inner: Term, where: Term | None) -> Collected:
        function = f"{self.ir}_{'samp' if self.sample else 'pop'}"
        return Spread(function, inner, described(inner), distinct=self.distinct, where=where)


class StdDev(Variance, ir="stddev"):
    """The standard deviation of numbers as a float: of all values, or with ``sample=True`` the estimate from a sample."""


class _OfConditions(AggregateFunction, ir=""):
    def made(self, inner: Term | None, where: Term | None, order: Sequence[Order] = ()) -> Collected:  # noqa: ARG002 - it has none
        """Returns the least or the greatest truth value.

        Raises:
            FieldError: The value is no condition.
        """
        name = type(self).__name__
        if inner is None or inner.type != kinds.BOOL:
            what = "rows" if inner is None else f"{described(inner)} is {inner.type}"
            raise FieldError(f'{name}() takes conditions and fields of bool, and {what}: {name}(Q(age__gt=3)), {name}("active")')
        return Truth(self.ir, inner, distinct=self.distinct, where=where)

    def _whole(self, each: Gathered, path: str) -> Term:  # noqa: ARG002 - it is never refused
        """Returns the truth of all rows, made of that of each row's related rows."""
        return Truth(self.ir, each, distinct=False, where=None)


class BoolAnd(_OfConditions, ir="min"):
    """Whether a condition is true for all rows of which it is not unknown: ``BoolAnd("active")``; None without any."""


class BoolOr(_OfConditions, ir="max"):
    """Whether a condition is true for a row: ``BoolOr(Q(age__gt=64))``; None where it is unknown for all, or without rows."""
