"""The columns of a model as expressions: ``User.c.age > 18``, ``Post.c.author.name``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from oxyde.exceptions import FieldError
from oxyde.queries import paths
from oxyde.queries.conditions import Q
from oxyde.queries.keywords import looked_up
from oxyde.queries.lookups import subject_of
from oxyde.queries.operators import Nameable
from oxyde.queries.term import Expression, Names, Term
from oxyde.schema import Table
from oxyde.schema.relation import Address, Relation


class Columns:
    """The columns of a model, and of the rows that its foreign keys lead to, by name: ``User.c.age``, or ``User.c["age"]``."""

    __slots__ = ("_table",)

    def __init__(self, table: Table) -> None:
        self._table = table

    def __getattr__(self, name: str) -> ColumnExpression:
        """Returns a column.

        Raises:
            FieldError: There is no such field; the message names the near match.
        """
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> ColumnExpression:
        """Returns a column, also one whose name is a word of Python's."""
        return _column(self._table, self._table, "", name)

    __iter__: Final = None

    def __dir__(self) -> list[str]:
        """Returns the names of the fields."""
        return [*self._table.by_field, *_leading(self._table)]

    def __repr__(self) -> str:
        return f"{self._table.model}.c"


class ColumnExpression(Nameable):
    """The value of a column in each row of its model. Conditions are those that ``filter()`` makes of its lookups.

    A comparison with None asks for NULL. ``!=`` is the opposite of ``==``: rows where the column is NULL are among them. A foreign key
    has the columns of the row that it leads to as attributes, and as items where a method has the name.
    """

    __slots__ = ("_address", "_model", "_path", "_target")

    def __init__(self, model: str, address: Address, path: str, target: tuple[Table, Table] | None = None) -> None:
        self._model, self._address, self._path, self._target = model, address, path, target

    def name_in(self, names: Names) -> str:
        """Returns the path of the column in a query of its model.

        Raises:
            FieldError: The query is of another model.
        """
        _check(names, self)
        return self._path

    def resolve(self, names: Names) -> Term:
        """Returns the value over the query's names."""
        return names.value(self.name_in(names))

    def lookup(self, name: str, value: Any) -> Q:
        """Returns the condition of any lookup: ``User.c.born.lookup("year__gte", 2000)``."""
        return Q(LookedUp(self, name, value))

    def __eq__(self, other: object) -> Q:  # type: ignore[override] # a condition, not a truth value
        return self.lookup("exact", other)

    def __ne__(self, other: object) -> Q:  # type: ignore[override] # a condition, not a truth value
        return ~self.lookup("exact", other)

    __hash__ = object.__hash__

    def __lt__(self, other: Any) -> Q:
        return self.lookup("lt", other)

    def __le__(self, other: Any) -> Q:
        return self.lookup("lte", other)

    def __gt__(self, other: Any) -> Q:
        return self.lookup("gt", other)

    def __ge__(self, other: Any) -> Q:
        return self.lookup("gte", other)

    def in_(self, values: Any) -> Q:
        """Returns whether the value is one of several, or of a queryset's rows."""
        return self.lookup("in", values)

    def between(self, low: Any, high: Any) -> Q:
        """Returns whether the value is from low to high, both included."""
        return self.lookup("between", (low, high))

    def is_null(self) -> Q:
        """Returns whether the value is NULL."""
        return self.lookup("isnull", value=True)

    def is_not_null(self) -> Q:
        """Returns whether the value is not NULL."""
        return self.lookup("isnull", value=False)

    def contains(self, value: Any) -> Q:
        """Returns whether a text contains another; whether a list or document has these members."""
        return self.lookup("contains", value)

    def icontains(self, value: str) -> Q:
        """Returns whether a text contains another, whatever the case."""
        return self.lookup("icontains", value)

    def startswith(self, value: str) -> Q:
        """Returns whether a text starts with another."""
        return self.lookup("startswith", value)

    def istartswith(self, value: str) -> Q:
        """Returns whether a text starts with another, whatever the case."""
        return self.lookup("istartswith", value)

    def endswith(self, value: str) -> Q:
        """Returns whether a text ends with another."""
        return self.lookup("endswith", value)

    def iendswith(self, value: str) -> Q:
        """Returns whether a text ends with another, whatever the case."""
        return self.lookup("iendswith", value)

    def iexact(self, value: str) -> Q:
        """Returns whether a text is another, whatever the case."""
        return self.lookup("iexact", value)

    def regex(self, value: str) -> Q:
        """Returns whether a text matches a regular expression of the server's."""
        return self.lookup("regex", value)

    def iregex(self, value: str) -> Q:
        """Returns whether a text matches a regular expression of the server's, whatever the case."""
        return self.lookup("iregex", value)

    def search(self, value: str) -> Q:
        """Returns whether a text has the words of another, by the server's full-text search."""
        return self.lookup("search", value)

    def __getattr__(self, name: str) -> ColumnExpression:
        """Returns a column of the row that a foreign key leads to.

        Raises:
            FieldError: There is no such field, or this is no foreign key.
        """
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> ColumnExpression:
        """Returns the same, also for a name that a method has."""
        if self._target is None:
            message = f'{self!r} is a column, and has no "{name}"; any lookup is {self!r}.lookup("...", value)'
            raise FieldError(message, column=self._path)
        root, table = self._target
        return _column(root, table, f"{self._path}__", name)

    __iter__: Final = None

    def __dir__(self) -> list[str]:
        """Returns the methods, and the fields of the row that a foreign key leads to."""
        fields = [] if self._target is None else [*self._target[1].by_field, *_leading(self._target[1])]
        return [*super().__dir__(), *fields]

    if not TYPE_CHECKING:  # what never returns would end the checking of the function that uses it

        def __bool__(self) -> NoReturn:
            message = f"{self!r} has a value in each row, and no truth value in Python; compare it with something"
            raise TypeError(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the name; what a foreign key leads to is not needed to resolve it."""
        return ColumnExpression, (self._model, self._address, self._path)

    def __repr__(self) -> str:
        return f"{self._model}.c.{self._path.replace('__', '.')}"


class LookedUp(Expression):
    """A lookup of a column."""

    __slots__ = ("column", "lookup", "value")

    def __init__(self, column: ColumnExpression, lookup: str, value: Any) -> None:
        self.column, self.lookup, self.value = column, lookup, value

    def resolve(self, names: Names) -> Term:
        """Returns the condition."""
        name = self.column.name_in(names)
        return looked_up(subject_of(names, names.value(name), paths.split(name)[0]), self.lookup, self.value)

    def __repr__(self) -> str:
        return f"{self.column!r}__{self.lookup}=…"


def _column(root: Table, table: Table, before: str, name: str) -> ColumnExpression:
    """Returns a column of a table that a path leads to; ``before`` is the path with what joins it to the name."""
    relation = _leading(table).get(name)
    if relation is not None:
        return ColumnExpression(root.model, root.address, before + name, (root, table.find(relation.target)))
    if name in table.relations:
        shown = f"{root.model}.c.{(before + name).replace('__', '.')}"
        message = f"{shown} leads to other rows; filter({before}{name}__...=...) asks about them, and Count() and its kin aggregate them"
        raise FieldError(message, table=table.name, column=name)
    if name not in table.by_field and name != "pk":
        raise paths.unknown(table, name)
    return ColumnExpression(root.model, root.address, before + name)


def _leading(table: Table) -> dict[str, Relation]:
    """Returns the foreign keys of a table by name."""
    return {name: relation for name, relation in table.relations.items() if relation.kind == "one"}


def _check(names: Names, column: ColumnExpression) -> None:
    if names.root.address == column._address:
        return
    here, path = names.root.model, column._path
    message = (
        f'{column!r} is a column of {column._model}, and this query is of {here}; write F("...__{path}") with the path from {here} to it, '
        f'or in a subquery OuterRef("{path}") for the row around'
    )
    raise FieldError(message, table=names.root.name, column=path)
