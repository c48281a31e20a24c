"""Terms: values for each row of a query. The application writes expressions; a term is an expression resolved to known columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol, TypeAlias

from oxyde.ir import expr, query
from oxyde.ir.expr import Node
from oxyde.queries.paths import Path, PathKey
from oxyde.queries.scope import Scope
from oxyde.schema import Table
from oxyde.schema.memo import remembered
from oxyde.schema.types import ColumnType


class Certainty(Enum):
    """When a value may be NULL, if not exactly where one column is."""

    NEVER = "never"
    MAYBE = "maybe"


NEVER: Final = Certainty.NEVER
MAYBE: Final = Certainty.MAYBE


class Term:
    """A node that has a value for each row.

    A subclass implements ``write``, and ``type`` if it is not passed to the constructor. The two walks over a tree, ``shape`` and
    ``compile``, visit head and parts in the same order, so that both list the same values.

    Attributes:
        kind: The name of the class, which is part of the shape.
        head: Whatever else affects the SQL text, apart from the parts.
        parts: The inner terms.
        type: The type of the value.
        restore: Converts a list of database values to Python values, as ``Column.restore`` does; None if they need no conversion.
        query: The query whose rows the term contains, for the few terms that do.
        correlated: Whether the term is a query that reads columns of the row around it.
    """

    kind: str
    head: Hashable
    parts: tuple[Term, ...]
    type: ColumnType
    restore: Callable[[list[Any]], list[Any]] | None = None
    query: Any = None
    correlated: bool = False

    def __init_subclass__(cls) -> None:
        cls.kind = f"{cls.__module__}.{cls.__qualname__}"

    def __init__(self, head: Hashable, *parts: Term) -> None:
        self.head = head
        self.parts = parts

    @property
    def unknown(self) -> Unknown:
        """When the value is NULL: never, maybe, or exactly where one column is; by default if a part is."""
        return together(self.parts)

    @property
    def undecided(self) -> Unknown:
        """When NOT of a condition that is not true is not true either: as ``unknown``, or where a column is NULL."""
        return self.unknown

    @property
    def nullable(self) -> bool:
        """Whether the value may be NULL."""
        return self.unknown is not NEVER

    @property
    def secret(self) -> bool:
        """Whether the value is, or is made of, that of a secret column, which frames do not show."""
        return any(part.secret for part in self.parts)

    @property
    def aggregated(self) -> bool:
        """Whether the value is computed of all rows of a group."""
        return any(part.aggregated for part in self.parts)

    @property
    def windowed(self) -> bool:
        """Whether the value is computed of the rows around."""
        return any(part.windowed for part in self.parts)

    @property
    def key(self) -> Hashable:
        """What identifies the value: two terms with equal keys have equal values in every row."""
        return (self.kind, self.head, *(part.key for part in self.parts))

    def shape(self, values: list[Any]) -> Hashable:
        """Returns what decides the text of the statement; appends the parameter values in the order in which ``compile`` binds them."""
        return (self.kind, self.head, *[part.shape(values) for part in self.parts])

    def compile(self, scope: Scope) -> Node:
        """Returns the IR."""
        inside = self.opened(scope)
        return self.write(inside, [part.compile(inside) for part in self.parts])

    def opened(self, scope: Scope) -> Scope:
        """Returns the scope for the parts."""
        return scope

    def write(self, scope: Scope, parts: list[Node]) -> Node:
        """Returns the IR around that of the parts."""
        raise NotImplementedError

    def walk(self) -> Iterator[Term]:
        """Yields the term and all terms inside."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def mapped(self, change: Callable[[Term], Term]) -> Term:
        """Returns the term with each part changed; the term itself if none was."""
        parts = tuple([change(part) for part in self.parts])
        if all(one is two for one, two in zip(parts, self.parts, strict=True)):
            return self
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.parts = parts
        return made


class Reference(Term):
    """A column of the query's table, or of a table that a path leads to."""

    parts = ()

    def __init__(self, path: Path) -> None:
        self.path = self.head = path
        self.type = path.column.type
        self.restore = path.column.restore

    @property
    def unknown(self) -> Unknown:
        """The column itself, if it may be NULL or a row on the way may be missing."""
        return self if self.path.nullable or self.path.many is not None else NEVER

    @property
    def secret(self) -> bool:
        """Whether the column is secret."""
        return self.path.column.secret

    @property
    def key(self) -> PathKey:
        """The relations on the way and the column's field."""
        return self.path.key

    def shape(self, values: list[Any]) -> Hashable:  # noqa: ARG002 - it binds none
        """Returns the path."""
        return self.path

    def compile(self, scope: Scope) -> Node:
        """Returns the column, joining its table if needed."""
        return scope.column(self.path)


@remembered(4096)
def reference(path: Path) -> Reference:
    """Returns the term of a column."""
    return Reference(path)


class Exposed(Term):
    """An output of the inner query whose rows this one reads."""

    parts = ()

    def __init__(self, name: str, inner: Term, *, optional: bool = False) -> None:
        """Makes the term of an output; ``optional`` means that it may be NULL even if ``inner`` is not."""
        self.head, self.inner, self.optional = name, inner, optional or inner.nullable
        self.type, self.restore = inner.type, inner.restore

    @property
    def unknown(self) -> Unknown:
        """The term itself, if it was nullable inside."""
        return self if self.optional else NEVER

    @property
    def secret(self) -> bool:
        """Whether it was secret inside."""
        return self.inner.secret

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - there are none
        """Returns the column of the derived table."""
        inner = self.inner
        while isinstance(inner, Exposed):
            inner = inner.inner
        db_type = inner.path.column.db_type if isinstance(inner, Reference) else None
        return expr.column(scope.alias, str(self.head), self.type, db_type)


Unknown: TypeAlias = "Certainty | Reference | Exposed"


def together(parts: Sequence[Term]) -> Unknown:
    """Returns when a term is NULL that is NULL as soon as one part is."""
    found: Unknown = NEVER
    for part in parts:
        one = part.unknown
        if found is NEVER:
            found = one
        elif one is not NEVER and (found is MAYBE or one is MAYBE or found.key != one.key):
            return MAYBE
    return found


class Bound(Term):
    """A parameter of the statement, with its value."""

    parts = ()

    def __init__(self, value: Any, kind: ColumnType, uncast: bool = False) -> None:
        self.value, self.type, self.uncast = value, kind, uncast
        self.head = (kind.key, uncast)

    @property
    def unknown(self) -> Unknown:
        """None is NULL."""
        return MAYBE if self.value is None else NEVER

    @property
    def key(self) -> Hashable:
        """The type, and the value's repr: not every value can be hashed."""
        return (self.head, type(self.value), repr(self.value))

    def shape(self, values: list[Any]) -> Hashable:
        """Returns the type, and appends the value."""
        values.append(self.value)
        return self.head

    def compile(self, scope: Scope) -> Node:
        """Returns the parameter."""
        return expr.param(scope.bind(self.value), self.type, uncast=self.uncast)


class Cast(Term):
    """A value as another type."""

    def __init__(self, inner: Term, kind: ColumnType, of: ColumnType | None = None) -> None:
        """Makes the cast; ``of`` is the source type, if the result must be the same, or an error, on all servers."""
        super().__init__((kind, of), inner)
        self.type, self.of = kind, of

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the cast."""
        return expr.cast(parts[0], self.type, self.of)


class Retyped(Term):
    """A decimal as it stands, of another number of digits."""

    def __init__(self, inner: Term, kind: ColumnType) -> None:
        super().__init__(kind.key, inner)
        self.type, self.restore = kind, inner.restore

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the value."""
        return parts[0]


class Order(Term):
    """One term of ORDER BY: what to order by, the direction, and where NULLs go (first, last, or the server's default)."""

    def __init__(self, by: Term, desc: bool = False, nulls: str | None = None) -> None:
        super().__init__((desc, nulls), by)
        self.type = by.type
        self.desc, self.nulls = desc, nulls

    @property
    def by(self) -> Term:
        """What decides."""
        return self.parts[0]

    def turned(self) -> Order:
        """Returns the opposite order."""
        return Order(self.by, not self.desc, {"first": "last", "last": "first", None: None}[self.nulls])

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the order."""
        return query.order(parts[0], desc=self.desc, nulls=self.nulls, indexed=isinstance(self.by, Reference) and self.by.path.searched)


class Names(Protocol):
    """Resolves the names in an expression."""

    @property
    def table(self) -> Table:
        """The table that is queried."""
        ...

    @property
    def root(self) -> Table:
        """The table from which names are followed."""
        ...

    @property
    def terms(self) -> Mapping[str, Term]:
        """The names in addition to the table's own."""
        ...

    @property
    def proposed(self) -> bool:
        """Whether there is a row that was to be inserted."""
        ...

    @property
    def grouping(self) -> bool:
        """Whether an aggregate is one of groups of rows, and not of the rows related to each."""
        ...

    @property
    def outer(self) -> Names | None:
        """The names of the query around this one, if they are known."""
        ...

    def within(self, given: Any) -> tuple[Names, Any]:
        """Returns the names that a condition is about, and the condition as seen from there."""
        ...

    def column(self, text: str) -> Term:
        """Resolves a name that may have several values for each row."""
        ...

    def resolve(self, text: str) -> tuple[Term, tuple[str, ...]]:
        """Resolves the names at the start of a str; returns the term and the remaining lookups."""
        ...

    def value(self, text: str) -> Term:
        """Resolves a name that must have one value for each row."""
        ...

    def path(self, text: str) -> Path | None:
        """Returns the path at the start of a str; None for other names."""
        ...


class Expression:
    """An expression with a value for each row: ``F("views") + 1``. Names are resolved when it is passed to a verb."""

    __slots__ = ()
    __hash__ = object.__hash__

    def resolve(self, names: Names) -> Term:
        """Resolves the expression.

        Raises:
            FieldError: A name is not a field, or the types cannot be combined.
        """
        raise NotImplementedError

    if TYPE_CHECKING:
        __bool__: None  # what never returns would end the checking of the function that uses it
    else:

        def __bool__(self) -> NoReturn:
            """Raises TypeError: ``and``, ``or``, ``not`` and chained comparisons ask for it, and would keep only one of two conditions."""
            message = (
                f"{type(self).__name__} is true or false for a row of the database, not in Python: join conditions by & and | "
                "and negate them by ~, instead of and, or, not; 1 < F(...) < 5 is (F(...) > 1) & (F(...) < 5)"
            )
            raise TypeError(message)

    def asc(self, *, nulls_first: bool = False, nulls_last: bool = False) -> Ordering:
        """Returns the expression as an ascending order."""
        return Ordering(self, desc=False, nulls=_nulls(nulls_first, nulls_last))

    def desc(self, *, nulls_first: bool = False, nulls_last: bool = False) -> Ordering:
        """Returns the expression as a descending order."""
        return Ordering(self, desc=True, nulls=_nulls(nulls_first, nulls_last))


def _nulls(first: bool, last: bool) -> str | None:
    if first and last:
        raise ValueError("NULLs go first or last; give one of nulls_first and nulls_last")
    return "first" if first else "last" if last else None


@dataclass(frozen=True, eq=False)
class Ordering:
    """An expression to order by, with its direction: ``F("score").desc(nulls_last=True)``."""

    expression: Expression
    desc: bool = False
    nulls: str | None = None

    def __repr__(self) -> str:
        nulls = f"nulls_{self.nulls}=True" if self.nulls else ""
        return f"{self.expression!r}.{'desc' if self.desc else 'asc'}({nulls})"
