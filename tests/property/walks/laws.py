"""What becomes of rows when a state becomes another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, Final

from oxyde.migrations.parts import Column
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address
from tests.property.walks.draft import Draft
from tests.property.walks.values import conversion
from tests.property.walks.world import Rows

FILLED: Final = "(filled)"
"""Stands for the value that a row got where it had NULL."""
All = Mapping[Address, Rows]


class Change:
    """A change of a state, as far as rows are concerned.

    Attributes:
        old: The state before.
        new: The state after.
    """

    def __init__(self, draft: Draft, dialect: str) -> None:
        self.old, self.new = draft.old, draft.new
        self._tables = {address: before.address for address in draft.new.tables if (before := draft.before(address)) is not None}
        self._columns = {address: {new: old for old, new in pairs.items()} for address, pairs in draft.columns.items()}
        self._maps: dict[str, Mapping[str, str | None]] = {enum[1]: pairs for enum, pairs in draft.maps.items()}
        self._dialect = dialect
        self._of_old = draft.old.enums

    def back(self) -> Change:
        """Returns the change that undoes it."""
        made = object.__new__(Change)
        made.old, made.new, made._dialect, made._of_old = self.new, self.old, self._dialect, self._of_old
        made._tables = {old: new for new, old in self._tables.items()}
        made._columns = {self._tables[new]: {old: name for name, old in pairs.items()} for new, pairs in self._columns.items()}
        made._maps = {
            enum: {to: gone for gone, to in pairs.items() if to is not None and to not in self.old.enums.get((None, enum), ())}
            for enum, pairs in self._maps.items()
        }
        return made

    def check(self, before: All, after: All) -> None:
        """Fails unless the rows are what they should be."""
        for address, table in self.new.tables.items():
            source = self._tables.get(address)
            if source is None:
                assert not after[address], f"{address} was made with rows"
                continue
            assert len(after[address]) == len(before[source]), f"{address} had {len(before[source])} rows, and has {len(after[address])}"
            self._check_table(table, self.old.tables[source], before[source], after[address])

    def _check_table(self, table: Table, source: Table, before: Rows, after: Rows) -> None:
        back = self._columns.get(table.address, {})
        moved = set(back.values())
        rules: dict[str, tuple[str, Callable[[str | None], str | None]]] = {}
        for name, column in table.columns.items():
            was = back.get(name, name)
            if name not in back and name in moved:
                was = ""
            old = source.columns.get(was)
            if old is None or (old.generated, column.generated) != (None, None):
                self._check_added(table, column, [row[name] for row in after])
            else:
                rules[name] = was, self._rule(old, column)
        expected = [{name: rule(row[was]) for name, (was, rule) in rules.items()} for row in before]
        self._compare(table, expected, [{name: row[name] for name in rules} for row in after])

    def _check_added(self, table: Table, column: Column, found: list[str | None]) -> None:
        place = f"{table.address}.{column.name}"
        if column.generated is None:
            assert len(set(found)) <= 1, f"{place} was added, and has {set(found)}"
        if not column.nullable:
            assert None not in found, f"{place} has NULL"
        elif column.default is None and column.generated is None:
            assert set(found) <= {None}, f"{place} was added, and has {set(found)}"

    def _rule(self, old: Column, new: Column) -> Callable[[str | None], str | None]:
        convert = conversion(old, new, self._dialect)
        labels = self._maps.get(new.enum or "", {})

        def rule(text: str | None) -> str | None:
            if text is None:
                return None if new.nullable else FILLED
            assert convert is not None
            return convert(labels.get(text, text) or "")

        return rule

    def _compare(self, table: Table, expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> None:
        filled = [name for name in table.columns if any(row.get(name) == FILLED for row in expected)]
        for name in filled:
            rest = Counter(row[name] for row in found) - Counter(row[name] for row in expected if row[name] != FILLED)
            assert len(rest) == 1, f"{table.address}.{name} was filled with {rest}"
            assert None not in rest, f"{table.address}.{name} has NULL"
        assert multiset(expected, filled) == multiset(found, filled), table.address


def multiset(rows: list[dict[str, Any]], without: list[str]) -> Counter[tuple[tuple[str, Any], ...]]:
    """Returns rows with how often each is there."""
    return Counter(tuple(sorted((name, text) for name, text in row.items() if name not in without)) for row in rows)


def same(before: All, after: All, state: State) -> None:
    """Fails unless all rows are the same."""
    for address in state.tables:
        assert multiset(before[address], []) == multiset(after[address], []), address


def equal(found: State, wanted: State) -> None:
    """Fails unless two states are equal, and says in which parts they differ."""
    assert found == wanted, "\n".join(_differences("", found, wanted))


def _differences(place: str, found: Any, wanted: Any) -> Iterator[str]:
    if is_dataclass(found) and type(found) is type(wanted):
        found, wanted = vars(found), vars(wanted)
    if not (isinstance(found, Mapping) and isinstance(wanted, Mapping)):
        yield f"{place}: is {found!r}, not {wanted!r}"
        return
    for key in sorted({*found, *wanted}, key=str):
        if found.get(key) != wanted.get(key):
            yield from _differences(f"{place} {key}", found.get(key), wanted.get(key))
