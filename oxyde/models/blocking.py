"""``BlockingQuerySet``: the blocking face of a query, for scripts, notebooks and threads.

Generated from ``oxyde/models/queryset.py`` by ``tests/codebase/twins.py``; edit that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

from pydantic import BaseModel
from typing_extensions import Never, TypeVar

from oxyde.models import blocking_many, row_types
from oxyde.models.chain import Chain, M, R_co
from oxyde.models.foreign_verbs import refusing
from oxyde.models.narrow import Exact, HasManager, OfStub, method
from oxyde.models.narrow import blocking as narrow
from oxyde.models.rows import DICTS, FLAT, TUPLES, Into
from oxyde.models.verbs import reading, upserting, writing
from oxyde.models.where import lookups_and_connection, pop_connection
from oxyde.queries import Q, query
from oxyde.queries.arguments import require_names
from oxyde.queries.term import Expression

T = TypeVar("T")


class Dictionaries(Protocol[M]):
    """``values``, as checkers see it."""

    def __call__(self, *fields: str | Expression) -> BlockingQuerySet[M, dict[str, Any]]:
        """Is how it is called."""
        ...


class AnyRows(Protocol):
    """``values`` and ``values_list`` of a model with a stub, on a queryset that the stub did not make."""

    def __call__(self, *fields: Any, **options: Any) -> BlockingQuerySet[Any, Any]:
        """Is how it is called."""
        ...


class Tuples(Protocol[M]):
    """``values_list``, as checkers see it."""

    @overload
    def __call__(self, *fields: str | Expression, flat: Literal[True]) -> BlockingQuerySet[M, Any]: ...
    @overload
    def __call__(self, *fields: str | Expression, flat: Literal[False] = False) -> BlockingQuerySet[M, tuple[Any, ...]]: ...
    @overload
    def __call__(self, *fields: str | Expression, flat: bool) -> BlockingQuerySet[M, Any]: ...


if TYPE_CHECKING:

    class Values:
        """The attribute ``values``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: OfStub[HasManager[Any]], owner: type[Any], /) -> AnyRows: ...
        @overload
        def __get__(self, chain: Chain[M, Any], owner: type[Any], /) -> Dictionaries[M]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

    class ValuesList:
        """The attribute ``values_list``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: OfStub[HasManager[Any]], owner: type[Any], /) -> AnyRows: ...
        @overload
        def __get__(self, chain: Chain[M, Any], owner: type[Any], /) -> Tuples[M]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

else:
    Values = ValuesList = method


class BlockingQuerySet(blocking_many.BlockingMany[M, R_co]):
    """A query of a model's rows, run by a terminal verb: ``User.objects.sync.filter(age__gte=18).all()``.

    Every terminal verb takes ``using="alias"`` or ``client=connection``.
    """

    def _values(self, /, *fields: str | Expression, **terms: object) -> BlockingQuerySet[M, Any]:
        """Returns dictionaries of these fields, of all without names; paths are allowed: ``values("name", "team__name")``.

        Args:
            *fields: Names of fields, paths and annotations.
            **terms: Nothing: ``annotate(n=...).values("n")`` computes values.
        """
        for name in terms:
            message = f'values() takes names of what the rows have; to compute a value write annotate({name}=...).values(..., "{name}")'
            raise TypeError(message)
        return self._next(query.selected(self._state, fields), rows=DICTS)

    values = Values(_values)

    @refusing(named="values(...) for dictionaries, or values(...).into(Row) for objects with attributes")
    def _values_list(self, *fields: str | Expression, flat: bool = False) -> BlockingQuerySet[M, Any]:
        """Returns tuples of these fields, of all without names; single values with ``flat=True``: ``values_list("name", flat=True)``."""
        if flat and len(fields) != 1:
            message = f"values_list(flat=True) takes one field, not {len(fields)}"
            raise TypeError(message)
        return self._next(query.selected(self._state, fields), rows=FLAT if flat else TUPLES)

    values_list = ValuesList(_values_list)

    def into(self, row_type: type[T]) -> BlockingQuerySet[M, T]:
        """Returns objects of another class: a Pydantic model without a table, a dataclass or a TypedDict.

        Its fields are found by name among the values, or, where ``values()`` chose none, among fields, paths (``author__name``) and
        annotations; the others are not read.

        Raises:
            FieldError: A required field has no value, a value no field, or the types cannot fit; the message names a near match.
            TypeError: It is no such class.
        """
        filled: Any = self._next(row_types.row_type(row_type).selected(self._state), rows=Into(row_type))
        made: BlockingQuerySet[M, T] = filled
        return made

    def select(self, *fields: str) -> BlockingQuerySet[M, R_co]:
        """Returns instances that have only these fields, and the key: ``only()`` by another name.

        Raises:
            ValueError: There is no name.
        """
        if not fields:
            raise ValueError('select() takes names of fields: select("id", "name")')
        return self.only(*fields)

    def all(self, *, using: str | None = None, client: object | None = None) -> list[R_co]:
        """Returns all rows: validated instances, or what ``values()`` and ``values_list()`` ask for."""
        return self._run(reading.everything(self), using, client)

    def first(self, *, using: str | None = None, client: object | None = None) -> R_co | None:
        """Returns the first row, by key where no order is given, or None: ``User.objects.sync.order_by("-age").first()``."""
        return self._run(reading.first(self), using, client)

    def last(self, *, using: str | None = None, client: object | None = None) -> R_co | None:
        """Returns the last row, by key where no order is given, or None: ``User.objects.sync.order_by("age").last()``."""
        return self._run(reading.last(self), using, client)

    def _get(self, /, *conditions: Expression, using: str | None = None, client: object | None = None, **lookups: Any) -> R_co:
        """Returns the one row that matches: ``User.objects.sync.get(id=1)``.

        Raises:
            NotFoundError: There is none.
            MultipleObjectsReturned: There are several.
        """
        lookups, using, client = lookups_and_connection(self.model, lookups, using, client)
        found: R_co = self._run(reading.one(self, Q(*conditions, **lookups), required=True), using, client)
        return found

    get = narrow.Get(_get)

    def _get_or_none(
        self, /, *conditions: Expression, using: str | None = None, client: object | None = None, **lookups: Any
    ) -> R_co | None:
        """Returns the one row that matches, or None: ``User.objects.sync.get_or_none(email="ada@example.org")``.

        Raises:
            MultipleObjectsReturned: There are several.
        """
        lookups, using, client = lookups_and_connection(self.model, lookups, using, client)
        found: R_co | None = self._run(reading.one(self, Q(*conditions, **lookups), required=False), using, client)
        return found

    get_or_none = narrow.GetOrNone(_get_or_none)

    def earliest(self, *fields: Any, using: str | None = None, client: object | None = None) -> R_co:
        """Returns the first row by these fields, as ``order_by()`` takes them.

        Raises:
            NotFoundError: There is none.
        """
        return self._run(reading.extreme(self, "earliest", fields), using, client)

    def latest(self, *fields: Any, using: str | None = None, client: object | None = None) -> R_co:
        """Returns the last row by these fields, as ``order_by()`` takes them.

        Raises:
            NotFoundError: There is none.
        """
        return self._run(reading.extreme(self, "latest", fields), using, client)

    @refusing(field_name='field="..."', id_list="in_bulk([...])")
    def in_bulk(
        self, keys: Iterable[Any] | None = None, *, field: str = "pk", using: str | None = None, client: object | None = None
    ) -> dict[Any, M]:
        """Returns the rows with these keys by key, all without keys; of keys that no row has, nothing: ``in_bulk([1, 2])``.

        Args:
            keys: Values of the field, any number of them.
            field: The primary key, or another unique field.
            using: The alias of a connection.
            client: A connection or an atomic block.
        """
        return self._run(reading.in_bulk(self, keys, field), using, client)

    def contains(self, row: M, *, using: str | None = None, client: object | None = None) -> bool:
        """Returns whether the row of an instance, by its key, is among the rows: ``User.objects.sync.filter(age=36).contains(ada)``."""
        return self._run(reading.contains(self, row), using, client)

    def exists(self, *, using: str | None = None, client: object | None = None) -> bool:
        """Returns whether there is a row: ``User.objects.sync.filter(age=36).exists()``."""
        return self._run(reading.exists(self), using, client)

    def count(self, *, using: str | None = None, client: object | None = None) -> int:
        """Returns how many rows there are, of a slice or of distinct rows too: ``User.objects.sync.filter(age__gte=18).count()``."""
        return self._run(reading.count(self), using, client)

    def sum(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the sum of a field: int of ints, Decimal of Decimals; None without rows: ``User.objects.sync.sum("age")``."""
        return self._run(reading.aggregate(self, "sum", field), using, client)

    def avg(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the average of a field: a float, of Decimals a Decimal; None without rows: ``User.objects.sync.avg("age")``."""
        return self._run(reading.aggregate(self, "avg", field), using, client)

    def min(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the least value of a field; None without rows: ``User.objects.sync.min("age")``."""
        return self._run(reading.aggregate(self, "min", field), using, client)

    def max(self, field: str, *, using: str | None = None, client: object | None = None) -> Any | None:
        """Returns the greatest value of a field; None without rows: ``User.objects.sync.max("age")``."""
        return self._run(reading.aggregate(self, "max", field), using, client)

    def aggregate(self, /, *unnamed: Never, using: str | None = None, client: object | None = None, **aggregates: Any) -> dict[str, Any]:
        """Returns aggregates of all rows by name, in one statement: ``aggregate(n=Count(), total=Sum("price"))``.

        Of a grouped query the rows are its groups.

        Raises:
            FieldError: A value is not computed of all rows.
            TypeError: A value is not an expression.
        """
        require_names("aggregate", unnamed, 'aggregate(total=Sum("price"))')
        return self._run(reading.aggregates(self, aggregates), using, client)

    def _create(self, body: BaseModel | None = None, /, **values: Any) -> M:
        """Validates and inserts a row, and returns the instance with what the database filled in. Hooks run.

        Args:
            body: What a request sent: a ``Create`` of the model. Nothing is validated twice.
            **values: The fields; beside a body what the application adds, which comes before what was sent.

        Raises:
            ValidationError: A value is not valid; nothing has been sent.
            UniqueViolationError: A value that must be unique is there already.
        """
        using, client = pop_connection(self.model, values)
        made: M = self._run(writing.create(self.model.__oxyde__, body, values), using, client)
        return made

    create = narrow.Create(_create)

    def _get_or_create(
        self, /, defaults: Mapping[str, Any] | None = None, *, using: str | None = None, client: object | None = None, **lookups: Any
    ) -> tuple[M, bool]:
        """Returns the one row that matches, or inserts it, whoever else does so at the same time; and whether it was inserted.

        ``user, made = User.objects.sync.get_or_create({"age": 36}, name="Ada")``

        Args:
            defaults: Further values of a row that is inserted; a callable is called then.
            using: The alias of a connection.
            client: A connection or an atomic block.
            **lookups: What is looked for, which should cover a unique constraint: equal values are those of the new row.

        Raises:
            MultipleObjectsReturned: Several rows match.
            UniqueViolationError: Another row, which does not match, has a unique value of the new one.
        """
        lookups, using, client = lookups_and_connection(self.model, lookups, using, client)
        return self._run(upserting.get_or_create(self, defaults, lookups), using, client)

    get_or_create = narrow.GetOrCreate(_get_or_create)

    def _update_or_create(
        self,
        /,
        defaults: Mapping[str, Any] | None = None,
        create_defaults: Mapping[str, Any] | None = None,
        *,
        using: str | None = None,
        client: object | None = None,
        **lookups: Any,
    ) -> tuple[M, bool]:
        """Saves the values to the one row that matches, which is locked meanwhile, or inserts it; returns it, and whether it was inserted.

        ``user, made = User.objects.sync.update_or_create({"age": 37}, name="Ada")``

        Args:
            defaults: The values; a callable is called.
            create_defaults: Those of a row that is inserted, where they are others.
            using: The alias of a connection.
            client: A connection or an atomic block.
            **lookups: What is looked for, which should cover a unique constraint: equal values are those of the new row.

        Raises:
            MultipleObjectsReturned: Several rows match.
            UniqueViolationError: Another row, which does not match, has a unique value of the new one.
        """
        lookups, using, client = lookups_and_connection(self.model, lookups, using, client)
        return self._run(upserting.update_or_create(self, defaults, create_defaults, lookups), using, client)

    update_or_create = narrow.UpdateOrCreate(_update_or_create)

    def _update(self, /, *unnamed: object, returning: bool | None = None, **values: Any) -> Any:
        """Changes fields of the rows: plain values, which are validated, or expressions such as ``F("views") + 1``.

        Returns:
            How many rows matched; the changed instances with ``returning=True``.

        Raises:
            FieldValueError: A value does not fit its field; nothing has been sent.
        """
        require_names("update", unnamed, 'update(views=F("views") + 1)')
        using, client = pop_connection(self.model, values)
        if returning is not None and "returning" in self.model.__pydantic_fields__:
            values, returning = {**values, "returning": returning}, None
        return self._run(writing.update(self, values, returning=bool(returning)), using, client)

    update = narrow.Update(_update)

    def increment(self, field: str, by: Any = 1, *, using: str | None = None, client: object | None = None) -> int:
        """Adds to a field of the rows, on the server; returns how many rows matched: ``User.objects.sync.increment("age", by=1)``."""
        return self._run(writing.increment(self, field, by), using, client)

    @overload
    def delete(self, *, returning: Literal[True], using: str | None = None, client: object | None = None) -> list[M]: ...
    @overload
    def delete(self, *, returning: Literal[False] = False, using: str | None = None, client: object | None = None) -> int: ...
    @overload
    def delete(self, *, returning: bool, using: str | None = None, client: object | None = None) -> int | list[M]: ...
    def delete(self, *, returning: bool = False, using: str | None = None, client: object | None = None) -> int | list[M]:
        """Deletes the rows; returns how many there were, or the instances with ``returning=True``."""
        found: int | list[M] = self._run(writing.delete(self, returning=returning), using, client)
        return found

    def explain(
        self,
        *,
        analyze: bool = False,
        format: Literal["text", "json"] = "text",
        using: str | None = None,
        client: object | None = None,
    ) -> Any:
        """Returns how the server would run the statement; ``analyze`` runs it. Text, or parsed JSON."""
        return self._run(reading.explain(self, analyze=analyze, format=format), using, client)
