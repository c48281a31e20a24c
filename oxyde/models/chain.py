"""``Chain``: the lazy verbs, shared by the awaited and the blocking face of a query; each returns a new query and runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Generic, NoReturn

from typing_extensions import Never, TypeVar

from oxyde.db import render
from oxyde.db.database import AsyncDatabase
from oxyde.exceptions import FieldError, UnsupportedError
from oxyde.models import prefetch
from oxyde.models.foreign_verbs import refuse_verb
from oxyde.models.info import AnyModel
from oxyde.models.narrow import lazy as narrow
from oxyde.models.pickling import kind_of, pickled, unpickled
from oxyde.models.prefetch import Prefetch
from oxyde.models.repr import html, line
from oxyde.models.rows import FLAT, Instances, Into
from oxyde.queries import Q, chosen, compile, grouping, joins, query, ranked
from oxyde.queries.arguments import require_names
from oxyde.queries.compile import Compiled
from oxyde.queries.cte import With
from oxyde.queries.foreign_values import named
from oxyde.queries.locks import lock
from oxyde.queries.paths import Path
from oxyde.queries.query import Query
from oxyde.queries.source import State, everything
from oxyde.queries.subquery import Rows, rows
from oxyde.queries.term import Expression

M = TypeVar("M", bound=AnyModel)
R_co = TypeVar("R_co", default=M, covariant=True)
C = TypeVar("C", bound="Chain[Any, Any]")  # not Self: jedi resolves that to the class that contains it, which has no terminal verbs


class _NoModel:
    """The placeholder for the model of a chain that was made without one."""

    @property
    def __table__(self) -> NoReturn:
        raise TypeError(
            "managers and querysets are made for a model: inside its class write objects = Manager.from_queryset(MyQuerySet)(), "
            "with the methods of your own on MyQuerySet; elsewhere begin with MyModel.objects"
        )


_NO_MODEL: Final[Any] = _NoModel()


class Chain(Generic[M, R_co]):
    """A query of a model's rows, each of which becomes an ``R_co``. Immutable; nothing touches the database before a terminal verb.

    Attributes:
        model: The class of the rows.
    """

    def __init__(self, model: type[M] = _NO_MODEL, query: Query[Any] | None = None) -> None:
        self.model = model
        described: Any = model  # the metaclass has __table__, and refuses a class without one
        self._query: Query[Any] = Query(everything(described.__table__), Instances(model)) if query is None else query

    def __copy__(self: C) -> C:
        return self

    def __deepcopy__(self: C, memo: dict[int, Any]) -> C:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles what is asked; tables and columns by their class, which the reader imports."""
        return unpickled, (kind_of(self), self.model, pickled(self._query))

    @property
    def _state(self) -> State:
        """What is asked."""
        return self._query.state

    @property
    def _home(self) -> str | AsyncDatabase | None:
        """The connection that ``using()`` or its model pins it to."""
        alias = self._query.alias
        return self.model.__oxyde__.database if alias is None else alias

    def _next(self: C, state: State, **changes: Any) -> C:
        if "rows" in changes and self._query.prefetched:
            path = self._query.prefetched[0].path
            message = f'prefetch() loads relations of instances, and values() has none; name their fields instead: values("{path}__...")'
            raise FieldError(message, table=state.table.name, column=path)
        return self._of(self._query.with_(state=state, **changes))

    def _of(self: C, query: Query[Any]) -> C:
        return type(self)(self.model, query)

    def _filter(self: C, /, *conditions: Expression, **lookups: Any) -> C:
        """Returns the rows for which all conditions are true.

        Args:
            *conditions: ``Q`` objects, comparisons (``F("sold") > F("returned")``), ``Exists(...)``.
            **lookups: A field or path, optionally followed by a lookup: ``age__gte=18``, ``team__name="Red"``.

        Raises:
            FieldError: A name is not a field; the message names a near match.
            FieldLookupError: The field has no such lookup.
            FieldLookupValueError: The lookup does not take the value.
        """
        return self._next(query.filtered(self._state, Q(*conditions, **lookups)))

    filter = narrow.Filter(_filter)

    def _exclude(self: C, /, *conditions: Expression, **lookups: Any) -> C:
        """Returns the rows for which the conditions together are not true, or unknown (NULL): ``exclude(city="London", age__lt=18)``."""
        return self._next(query.filtered(self._state, Q(*conditions, **lookups), excluded=True))

    exclude = narrow.Filter(_exclude)

    def _order_by(self: C, *fields: Any) -> C:
        """Returns the rows in another order.

        Args:
            *fields: Field names, ``-`` before one for descending, ``"?"`` for random, or expressions: ``F("x").desc(nulls_last=True)``.
        """
        return self._next(query.ordered(self._state, fields))

    order_by = narrow.Names(_order_by)

    def _annotate(self: C, /, *unnamed: Never, **terms: Expression) -> C:
        """Returns the rows with additional values, which ``filter()``, ``order_by()`` and ``values()`` can use by name.

        Instances have them as attributes: ``annotate(total=F("price") * F("count"))`` makes ``row.total``.

        Args:
            *unnamed: Nothing: each value has a name.
            **terms: Expressions by name; a condition too: ``annotate(adult=Q(age__gte=18))``.

        Raises:
            FieldError: A name is taken, or a name inside an expression is not a field.
            TypeError: A value is not an expression, or the query returns single values.
        """
        require_names("annotate", unnamed, 'annotate(n=Count("posts"))')
        if self._query.rows is FLAT:
            raise TypeError("annotate() before values_list(flat=True): rows of single values cannot hold another value")
        if isinstance(self._query.rows, Into):
            raise TypeError("annotate() before into(): the row type is filled from what the query has then")
        return self._annotated("annotate", terms)

    annotate = narrow.Annotate(_annotate)

    def alias(self: C, /, *unnamed: Never, **terms: Expression) -> C:
        """Returns the same rows; ``filter()``, ``order_by()`` and other expressions can use these values by name, and no row has them."""
        require_names("alias", unnamed, 'alias(n=Count("posts"))')
        return self._annotated("alias", terms)

    def _annotated(self: C, verb: str, terms: dict[str, Expression]) -> C:
        for name in terms:
            if any(name in vars(cls) for cls in self.model.__mro__):
                message = f'{self.model.__name__} has an attribute "{name}" already; choose another name for the annotation'
                raise FieldError(message, column=name)
        return self._next(query.annotated(self._state, terms, verb))

    def _only(self: C, *fields: str) -> C:
        """Returns instances that have only these fields, and the key; the others raise NotLoaded, and ``save()`` does not write them.

        Raises:
            FieldError: A name is no column of the model.
            TypeError: The rows are no instances.
        """
        return self._next(chosen.only(self._state, fields))

    only = narrow.Names(_only)

    def _defer(self: C, *fields: str) -> C:
        """Returns instances without these fields, which raise NotLoaded, and which ``save()`` does not write; ``refresh()`` reads them.

        Raises:
            FieldError: A name is no column of the model.
            TypeError: The rows are no instances.
        """
        return self._next(chosen.deferred(self._state, fields))

    defer = narrow.Names(_defer)

    def group_by(self: C, *fields: str | Expression) -> C:
        """Returns one row for each group of rows that are equal in these fields; ``annotate()`` aggregates, ``values()`` says what is read.

        ``values("status").annotate(n=Count())`` groups by the values without it.

        Args:
            *fields: Names of fields, paths and annotations.

        Raises:
            FieldError: A name is not a field.
        """
        return self._next(grouping.grouped(self._state, fields))

    def having(self: C, /, *conditions: Expression, **lookups: Any) -> C:
        """Returns the groups for which all conditions are true: ``having(n__gt=1)``, ``having(Sum("price") > 100)``.

        ``filter()`` does the same with conditions on aggregates; those on fields choose rows before they are grouped.

        Raises:
            FieldError: The rows are not grouped, or a name is neither grouped nor an aggregate.
        """
        return self._next(grouping.had(self._state, Q(*conditions, **lookups)))

    def union(self: C, other: Any) -> C:
        """Returns the rows of this and another queryset without duplicates; later verbs act on all of them: ``young.union(old)``.

        Raises:
            TypeError: The other is not a queryset, or its rows differ in model or types.
        """
        return self._united(other, "union")

    def union_all(self: C, other: Any) -> C:
        """Returns the rows of this and another queryset with duplicates; later verbs act on all of them: ``young.union_all(old)``.

        Raises:
            TypeError: The other is not a queryset, or its rows differ in model or types.
        """
        return self._united(other, "union_all")

    def intersect(self: C, other: Any) -> C:
        """Returns the rows that are in this and another queryset, once; later verbs act on them: ``young.intersect(local)``.

        Raises:
            TypeError: The other is not a queryset, or its rows differ in model or types.
            UnsupportedError: The database (MySQL before 8.0.31) has no INTERSECT; raised when it runs.
        """
        return self._united(other, "intersect")

    def except_(self: C, other: Any) -> C:
        """Returns the rows of this queryset that are not in another, once; later verbs act on them: ``young.except_(local)``.

        Raises:
            TypeError: The other is not a queryset, or its rows differ in model or types.
            UnsupportedError: The database (MySQL before 8.0.31) has no EXCEPT; raised when it runs.
        """
        return self._united(other, "except")

    def _united(self: C, other: Any, op: str) -> C:
        if not isinstance(other, Chain):
            message = f"{'except_' if op == 'except' else op}() takes a queryset, not {named(other)}"
            raise TypeError(message)
        if other._query.prefetched:
            message = f"{op}() returns the rows of both, whose relations are loaded together: say prefetch() after it"
            raise FieldError(message)
        return self._next(query.united(self._state, other._state, op))

    def with_(self: C, *ctes: With) -> C:
        """Returns the same query with common table expressions, which its conditions and inner queries can read: ``with_(With(...))``."""
        state = self._state
        for cte in ctes:
            if not isinstance(cte, With):
                message = f"with_() takes With objects, not {type(cte).__name__}"
                raise TypeError(message)
            state = query.attached(state, cte.cte)
        return self._next(state)

    def reverse(self: C) -> C:
        """Returns the rows in reverse order; by key descending if no order is given: ``order_by("age").reverse()``."""
        return self._next(query.turned(self._state))

    def limit(self: C, count: int) -> C:
        """Returns at most that many rows; a second limit only narrows: ``order_by("-age").limit(10)``."""
        return self._next(query.limited(self._state, count))

    def offset(self: C, count: int) -> C:
        """Skips that many rows; the limit stays as it is, whichever of the two was called first: ``limit(10).offset(20)``."""
        return self._next(query.skipped(self._state, count))

    def distinct(self: C, *on: Any) -> C:
        """Returns equal rows once; with names, of the rows that are equal in those, the first by the order so far: ``distinct("city")``.

        Conditions and orders that come later act on the result.

        Args:
            *on: Fields, paths, annotations or expressions.
        """
        return self._next(ranked.distinct_on(self._state, on) if on else query.distinct(self._state))

    def join(self: C, *paths: str) -> C:
        """Returns the same rows with their related rows loaded by the same statement: ``join("author")``, ``join("posts__comments")``.

        A row that several refer to is one instance; without a related row the relation is None or ``[]``. Collections are loaded whole,
        whatever the filters; slices, ``count()`` and ``first()`` act on the query's own rows.

        Args:
            *paths: Paths of relations, joined by ``__``. At most one of them may lead through collections.

        Raises:
            FieldError: A path does not name a relation.
            UnsupportedError: Two paths lead to collections, whose rows would multiply each other: leave one to ``prefetch()``.
        """
        made = self._next(joins.joined(self._state, paths))
        prefetch.check_join(self.model.__oxyde__, made._query)
        return made

    def prefetch(self: C, *paths: str | Prefetch) -> C:
        """Returns the same rows with their related rows loaded, one more statement for each relation: ``prefetch("posts__comments")``.

        Relations of every kind, any number of rows. Within a relation, a row that belongs to several is one instance. Rows without
        related ones have ``[]`` or None. The order is that of a ``Prefetch``'s queryset, else the server's.

        Args:
            *paths: Paths of relations, joined by ``__``, or ``Prefetch`` objects, which choose, order or limit the related rows.

        Raises:
            FieldError: A path is not one of relations, or contradicts another; or the rows are no instances.
        """
        return self._of(prefetch.added(self.model.__oxyde__, self._query, paths))

    def for_update(self: C, *, nowait: bool = False, skip_locked: bool = False, of: str | Sequence[str] = ("self",)) -> C:
        """Returns the same rows, locked until the transaction ends: others can neither change nor lock them. Read them inside ``atomic()``.

        ``update()`` and ``delete()`` of rows that are locked with ``skip_locked=True`` take rows from a queue, in one statement where
        the server allows.

        Args:
            nowait: A row that somebody else has locked is an error (``LockTimeoutError``); without it the statement waits.
            skip_locked: Leave such rows out.
            of: Whose rows: ``"self"``, and paths that ``join()`` loads.

        Raises:
            FieldError: The rows come from several queries, or a path is not joined.
            UnsupportedError: The database (SQLite) has no row locks, or (MariaDB) none of some tables of a join; raised when it runs.
        """
        return self._next(query.locked(self._state, lock("for_update", "update", nowait=nowait, skip_locked=skip_locked, of=of)))

    def for_share(self: C, *, nowait: bool = False, skip_locked: bool = False, of: str | Sequence[str] = ("self",)) -> C:
        """Returns the same rows, locked until the transaction ends: others can read but not change them. See ``for_update()``."""
        return self._next(query.locked(self._state, lock("for_share", "share", nowait=nowait, skip_locked=skip_locked, of=of)))

    def using(self: C, alias: str) -> C:
        """Returns the same query on another connection: ``using("archive")``."""
        if not isinstance(alias, str):
            message = f"using() takes the alias of a connection, not {type(alias).__name__}"
            raise TypeError(message)
        return self._next(self._state, alias=alias)

    def __getitem__(self: C, key: int | slice) -> C:
        """Returns the rows of a slice, or a queryset of the one row at an index."""
        return self._next(query.sliced(self._state, key))

    def _compiled(self, *, masked: bool = False) -> Compiled:
        """Returns the statement of the rows; ``masked`` hides secrets, for frames.

        Raises:
            UnsupportedError: A frame is requested, and related instances are joined, which a frame cannot hold.
        """
        if masked and self._state.joined:
            path = "__".join(self._state.joined[0])
            message = f'a frame cannot hold the related instances of join(); name the columns instead: values(..., "{path}__...")'
            raise UnsupportedError(message, table=self._state.table.name)
        if masked and self._query.prefetched:
            path = self._query.prefetched[0].path
            message = f'a frame cannot hold the related instances of prefetch(); name the columns instead: values(..., "{path}__...")'
            raise UnsupportedError(message, table=self._state.table.name)
        if masked and self._state.lock is not None:
            raise UnsupportedError("for_update() and for_share() lock rows for all(), first() and get(); a frame is read without them")
        return compile.select(self._state, masked=masked)

    def sql(self, dialect: str | None = None, *, with_types: bool = False) -> tuple[str, list[Any]]:
        """Returns the SQL and its parameters; needs no connection: ``User.objects.filter(age=36).sql("postgres")``.

        Args:
            dialect: postgres, sqlite, mysql or mariadb; by default that of the default connection, else PostgreSQL.
            with_types: Give each parameter as a pair of value and type name.
        """
        made = self._compiled()
        sql, parameters = render.render(made.shape, render.dialect_of(self._home) if dialect is None else dialect, made.values)
        return sql, [(value, type(value).__name__) for value in parameters] if with_types else parameters

    def to_ir(self) -> str:
        """Returns the IR as JSON, with sorted keys."""
        return render.describe(self._compiled().shape)

    def __oxyde_rows__(self, where: str, path: Path) -> Rows:
        """Returns the query as the right side of ``in``."""
        return rows(self._state, where, path)

    def __repr__(self) -> str:
        """Returns one line with the SQL, without values; never runs anything and never raises."""
        return line(self)

    def _repr_html_(self) -> str:
        """Returns the statement for a notebook; never runs anything and never raises."""
        return html(self)


setattr(Chain, "__getattr__", refuse_verb)  # noqa: B010 - written as a method, checkers and jedi would take any name for a verb
