"""SQL's values in Python: rows with paths, three-valued logic, comparisons, order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.property.oracle.differences import rules

if TYPE_CHECKING:
    from tests.property.oracle.schemas import Table

Truth: TypeAlias = "bool | None"


@dataclass(eq=False)
class Row:
    """A row as an expression sees it.

    Attributes:
        table: Whose row it is.
        values: Its columns and annotations.
        outer: The row around, inside a subquery.
    """

    table: Table
    values: dict[str, Any]
    outer: Row | None = field(default=None, repr=False)

    def __getitem__(self, path: str) -> Any:
        """Returns a column, an annotation, or a column behind foreign keys."""
        name, _, rest = path.partition("__")
        if not rest:
            return self.values[name]
        relation = self.table.parents[name]
        found = relation.table.by_key.get(self.values[relation.column])
        return None if found is None else Row(relation.table, found)[rest]

    def with_(self, **values: Any) -> Row:
        """Returns the row with further values."""
        return Row(self.table, {**self.values, **values}, self.outer)

    def related(self, name: str) -> Iterator[Row]:
        """Yields the rows that a to-many relation leads to."""
        there, keys = self.table.many[name].of(self.values["id"])
        for key in keys:
            yield Row(there, there.by_key[key], self.outer)


def negated(truth: Truth) -> bool:
    """``~Q`` and ``exclude()``: whether a condition is not true."""
    return truth is not True


def both(truths: Iterable[Truth]) -> Truth:
    """AND."""
    found = list(truths)
    return False if False in found else None if None in found else True


def either(truths: Iterable[Truth]) -> Truth:
    """OR."""
    found = list(truths)
    return True if True in found else None if None in found else False


def odd(truths: Iterable[Truth]) -> Truth:
    """XOR."""
    found = list(truths)
    return None if None in found else sum(map(bool, found)) % 2 == 1


def comparable(value: Any) -> Any:
    """Returns what the server compares of a value: of a text its key in the collation."""
    return rules().text_key(value) if isinstance(value, str) else value


OPS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda left, right: left == right,
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}


def compared(op: str, left: Any, right: Any) -> Truth:
    """Compares; with NULL it is unknown."""
    return None if left is None or right is None else OPS[op](comparable(left), comparable(right))


def among(value: Any, members: Iterable[Any]) -> Truth:
    """IN; of an empty list false, whatever the value."""
    return either(compared("exact", value, member) for member in members)


@dataclass(frozen=True)
class Key:
    """A value to sort by.

    Attributes:
        value: Its value of a row.
        desc: Whether the greatest comes first.
        nulls: ``first`` or ``last``; None for the server's own.
    """

    value: Callable[[Row], Any]
    desc: bool = False
    nulls: str | None = None

    def turned(self) -> Key:
        """Returns the reverse order."""
        return Key(self.value, not self.desc, {"first": "last", "last": "first", None: None}[self.nulls])


def ordered(rows: list[Row], keys: Iterable[Key]) -> list[Row]:
    """Returns rows sorted by several keys; equal ones stay in their order."""
    found = rows
    for key in reversed(list(keys)):
        nulls = [row for row in found if key.value(row) is None]
        known = [row for row in found if key.value(row) is not None]
        known.sort(key=lambda row, key=key: comparable(key.value(row)), reverse=key.desc)
        leads = rules().nulls_first(desc=key.desc) if key.nulls is None else key.nulls == "first"
        found = [*nulls, *known] if leads else [*known, *nulls]
    return found
