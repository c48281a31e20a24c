"""Windows: functions over the rows around a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from oxyde.exceptions import FieldError
from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.aggregate_functions import AggregateFunction
from oxyde.queries.aggregates import Collected
from oxyde.queries.arguments import Argument, alike, described, term_of, whole
from oxyde.queries.cases import Chosen
from oxyde.queries.collecting import CollectingFunction
from oxyde.queries.comparisons import IsNull
from oxyde.queries.foreign_values import named
from oxyde.queries.functions import ANYTHING, MOST
from oxyde.queries.gathering import Gathered
from oxyde.queries.inner_order import checked, listed, order_of
from oxyde.queries.operators import Operand
from oxyde.queries.scope import Scope
from oxyde.queries.special_terms import One
from oxyde.queries.term import MAYBE, NEVER, Names, Order, Term, Unknown
from oxyde.queries.texts import as_read
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

WINDOWS: Final[dict[str, type[WindowFunction]]] = {}
"""Every window function by its name on the wire."""

Frame = tuple[str, "int | None", "int | None"]


class Windowed(Term):
    """A function over the rows around a row: its parts are the arguments, what makes rows one partition, and their order."""

    def __init__(
        self,
        function: str | Collected,
        args: Sequence[Term],
        by: Sequence[Term],
        order: Sequence[Order],
        constants: tuple[int, ...],
        frame: Any,
    ) -> None:
        self.collected = function if isinstance(function, Collected) else None
        self.function = function if isinstance(function, str) else ""
        self.counts, self.constants, self.frame = (len(args), len(by)), constants, frame
        inner = () if self.collected is None else self.collected.parts
        head = self.function if self.collected is None else self.collected.head
        super().__init__((head, self.counts, constants, frame), *inner, *args, *by, *order)
        self.inner = len(inner)

    @property
    def windowed(self) -> bool:
        """Always."""
        return True

    @property
    def unknown(self) -> Unknown:
        """Never for the number of a row; maybe for the values of others."""
        if self.collected is not None:
            return MAYBE if self.frame is not None else self.collected.unknown
        return NEVER if WINDOWS[self.function].kind is not None else MAYBE

    def write(self, scope: Scope, parts: list[Node]) -> Node:
        """Returns the call with its window."""
        first, second = self.inner + self.counts[0], self.inner + sum(self.counts)
        function: str | Node = self.function
        if self.collected is not None:
            function = self.collected.write(scope, parts[: self.inner])
        args = [*parts[self.inner : first], *map(expr.integer, self.constants)]
        order: list[Any] = parts[second:]
        return expr.window(function, args=args, partition_by=parts[first:second], order_by=order, frame=self.frame_node())

    def frame_node(self) -> dict[str, Any] | None:
        """Returns the frame as IR."""
        if self.frame is None:
            return None
        unit, start, end = self.frame
        return expr.frame(unit, _bound(start, "unbounded_preceding"), _bound(end, "unbounded_following"))


def _bound(given: int | None, unbounded: str) -> str | dict[str, int]:
    if given is None:
        return unbounded
    return "current_row" if given == 0 else {"preceding": -given} if given < 0 else {"following": given}


class WindowFunction:
    """A function that only a window has: ``Window(RowNumber(), order_by="id")``.

    Attributes:
        ir: Its name on the wire.
        kind: The type of its result; None for the type of its argument.
    """

    ir: ClassVar[str] = ""
    kind: ClassVar[ColumnType | None] = None

    def __init_subclass__(cls, *, ir: str = "", kind: ColumnType | None = None) -> None:
        """Stores the description; a class without ``ir`` is abstract."""
        if ir:
            cls.ir, cls.kind = ir, kind
            WINDOWS[ir] = cls

    def __init__(self, *arguments: Argument, constants: tuple[int, ...] = ()) -> None:
        self.arguments, self.constants = arguments, constants

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, (*self.arguments, *self.constants)))})"


class _Number(WindowFunction):
    def __init__(self) -> None:
        super().__init__()


class RowNumber(_Number, ir="row_number", kind=kinds.INT):
    """The number of a row in its partition, from 1."""


class Rank(_Number, ir="rank", kind=kinds.INT):
    """The rank of a row: 1 more than the number of rows before it; rows that are equal in the order share one."""


class DenseRank(_Number, ir="dense_rank", kind=kinds.INT):
    """The rank of a row without gaps after rows that share one."""


class Ntile(WindowFunction, ir="ntile", kind=kinds.INT):
    """The number of the part that a row is in, of that many parts of the same size, from 1."""

    def __init__(self, parts: int) -> None:
        super().__init__(constants=(whole("Ntile()", "a number of parts", parts, 1, MOST),))


class _Neighbour(WindowFunction):
    def __init__(self, value: Argument, offset: int = 1, default: Argument = None) -> None:
        """Takes what is read of the other row.

        Args:
            value: The name of a field, or an expression.
            offset: The number of rows between.
            default: What it is where there is no such row: the name of a field of this one, an expression, or a plain value other than
                a str. A row whose own value is NULL stays NULL.
        """
        super().__init__(value, constants=(whole(f"{type(self).__name__}()", "a number of rows", offset, 0, MOST),))
        self.default = default

    def __repr__(self) -> str:
        more = "" if self.default is None else f", default={self.default!r}"
        return f"{super().__repr__()[:-1]}{more})"


class Lag(_Neighbour, ir="lag"):
    """The value of the row that many before this one; where there is none the default: ``Lag("points", default=0)``."""


class Lead(_Neighbour, ir="lead"):
    """The value of the row that many after this one; where there is none the default: ``Lead("points", default=0)``."""


class FirstValue(WindowFunction, ir="first_value"):
    """The value of the first row of the frame."""

    def __init__(self, value: Argument) -> None:
        super().__init__(value)


class LastValue(WindowFunction, ir="last_value"):
    """The value of the last row of the frame, which ends at this row unless ``frame`` says otherwise."""

    def __init__(self, value: Argument) -> None:
        super().__init__(value)


class NthValue(WindowFunction, ir="nth_value"):
    """The value of the row at a place in the frame, counted from 1; None where there is none."""

    def __init__(self, value: Argument, n: int) -> None:
        super().__init__(value, constants=(whole("NthValue()", "a place", n, 1, MOST),))


class Window(Operand):
    """A function over the rows around a row, each of which stays: ``Window(Rank(), partition_by="team", order_by="-score")``."""

    def __init__(self, function: Any, *, partition_by: Any = (), order_by: Any = (), frame: Frame | None = None) -> None:
        """Takes the function and its window.

        Args:
            function: A window function such as ``RowNumber()``, or an aggregate.
            partition_by: The names and expressions that rows of one partition share.
            order_by: The order of the rows in a partition, as ``order_by()`` takes it.
            frame: Which rows of the partition an aggregate, ``FirstValue``, ``LastValue`` and ``NthValue`` see: ``("rows", -2, 0)``;
                ints are relative to the row, None is the end of the partition. ``"range"`` counts by the value of the order.

        Raises:
            TypeError: The function is neither.
            FieldError: The frame is not valid.
        """
        if not isinstance(function, (WindowFunction, AggregateFunction)):
            message = f"Window() takes a window function such as RowNumber(), or an aggregate such as Sum(...), not {named(function)}"
            raise TypeError(message)
        if isinstance(function, CollectingFunction) and function.order_by:
            message = f"{type(function).__name__}(order_by=...) has no window: the order of the window is that of the values"
            raise FieldError(message)
        if isinstance(function, AggregateFunction) and function.distinct:
            raise FieldError(f"{type(function).__name__}(distinct=True) has no window: no database takes equal values of a window once")
        self.function = function
        self.partition_by, self.order_by = listed(partition_by), listed(order_by)
        self.frame = None if frame is None else _checked(frame)

    def resolve(self, names: Names) -> Term:
        """Returns the call over the query's names.

        Raises:
            FieldError: A name is unknown, or the function does not take the value.
        """
        by = [checked("Window(partition_by", term_of("Window", names, one, text=False)) for one in self.partition_by]
        order = [order_of("Window(order_by", names, one) for one in self.order_by]
        function = self.function
        if isinstance(function, AggregateFunction):
            made = function.resolve(names)
            if not isinstance(made, Collected):
                what = "leads to several rows" if isinstance(made, Gathered) or not made.windowed else "is a window already"
                raise FieldError(f"Window() is over the rows of the query, and {function!r} {what}; annotate() it, then use its name")
            if any(part.windowed for part in made.parts):
                raise FieldError(f"Window() is over rows, and {function!r} is of another window")
            term = Windowed(made, (), by, order, (), self.frame)
            term.type, term.restore = made.type, made.restore
            return term
        args = [_shown(function, term_of(type(function).__name__, names, one, text=False)) for one in function.arguments]
        default = function.default if isinstance(function, _Neighbour) else None
        if default is not None:
            name = type(function).__name__
            args = alike(name, [as_read(args[0]), as_read(_shown(function, term_of(name, names, default, text=False)))])
        term = self._of(function, args[:1], by, order)
        return term if default is None else Chosen([IsNull(True, self._of(function, [One()], by, order))], [args[1], term])

    def _of(self, function: WindowFunction, args: list[Term], by: list[Term], order: list[Order]) -> Windowed:
        term = Windowed(function.ir, args, by, order, function.constants, self.frame)
        term.type, term.restore = (function.kind, None) if function.kind is not None else (args[0].type, args[0].restore)
        return term

    def __repr__(self) -> str:
        given = {"partition_by": list(self.partition_by), "order_by": list(self.order_by), "frame": self.frame}
        return f"Window({', '.join([repr(self.function), *(f'{name}={value!r}' for name, value in given.items() if value)])})"


def _shown(function: WindowFunction, arg: Term) -> Term:
    """Returns an argument, whose values the function shows.

    Raises:
        FieldError: It is secret, a window, or of a type that no window shows.
    """
    if arg.secret or arg.windowed or arg.type.kind not in ANYTHING:
        what = "secret" if arg.secret else "a window" if arg.windowed else str(arg.type)
        raise FieldError(f"{function!r} cannot show {described(arg)}, which is {what}")
    return arg


def _checked(frame: Any) -> Frame:
    """Returns a frame.

    Raises:
        FieldError: It is no unit with two ends, or the ends are turned round.
    """
    message = 'a frame is ("rows" or "range", start, end) with ints relative to the row and None for no end, such as ("rows", -2, 0)'
    if not isinstance(frame, tuple) or len(frame) != 3 or frame[0] not in {"rows", "range"}:
        raise FieldError(f"{message}, not {frame!r}")
    start, end = (None if one is None else whole("a frame", "an end", one, -MOST, MOST) for one in frame[1:])
    if start is not None and end is not None and start > end:
        raise FieldError(f"{message}; this one ends before it starts: {frame!r}")
    return (frame[0], start, end)
