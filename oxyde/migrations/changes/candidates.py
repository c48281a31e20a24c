"""What may be the same under another name: pairs to ask about, solved as one assignment."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from oxyde.migrations import dotted
from oxyde.migrations.changes.renames import Renames
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address

ALIKE: Final = 0.5
"""The part of columns or values that two tables or types share, at least, to be a pair."""


@dataclass(frozen=True)
class Candidate:
    """A pair that may be one thing.

    Attributes:
        kind: What it is.
        old: Its old address, or the new one of its table.
        new: Its new address, or the new one of its table.
        columns: The old and the new name, of a column.
    """

    kind: Literal["table", "column", "enum"]
    old: Address
    new: Address
    columns: tuple[str, str] | None = None

    @property
    def flag(self) -> str:
        """The flag that says they are one."""
        if self.columns is not None:
            one, other = (dotted.join((*self.new, name)) for name in self.columns)
            return f"--rename {one}={other}"
        return f"--rename {'enum:' if self.kind == 'enum' else ''}{dotted.join(self.old)}={dotted.join(self.new)}"


def candidates(old: State, new: State, known: Renames) -> list[Candidate]:
    """Returns the pairs that may be renames, beside those that are known: each thing in one pair, the likeliest first.

    Args:
        old: The state before.
        new: The state after.
        known: What is known to be renamed; columns are looked at in tables that are there before and after.
    """
    tables = [
        Candidate("table", one, other)
        for one, other in _assigned(
            [address for address in old.tables if address not in new.tables and address not in known.tables],
            [address for address in new.tables if address not in old.tables and address not in known.tables.values()],
            lambda one, other: _tables_alike(old.tables[one], new.tables[other]) if one[0] == other[0] else 0,
        )
    ]
    enums = [
        Candidate("enum", one, other)
        for one, other in _assigned(
            [enum for enum in old.enums if enum not in new.enums and enum not in known.enums],
            [enum for enum in new.enums if enum not in old.enums and enum not in known.enums.values()],
            lambda one, other: _shared(old.enums[one], new.enums[other]) if one[0] == other[0] else 0,
        )
    ]
    return [*tables, *enums, *_columns(old, new, known)]


def _columns(old: State, new: State, known: Renames) -> list[Candidate]:
    found: list[Candidate] = []
    for address, table in new.tables.items():
        before = old.tables.get(known.before(address))
        if before is None:
            continue
        gone, added = unmatched(before, table, known.columns.get(address, {}))
        pairs = _assigned(gone, added, _Likeness(before, table, known.enums, address[0]))
        found += [Candidate("column", address, address, pair) for pair in pairs]
    return found


def unmatched(old: Table, new: Table, renames: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Returns the columns that go and those that come, renames aside."""
    gone = [name for name in old.columns if name not in new.columns and name not in renames]
    return gone, [name for name in new.columns if name not in old.columns and name not in renames.values()]


@dataclass(frozen=True)
class _Likeness:
    """How likely two columns are one: not at all unless they hold the same under the same rules; else by name and place."""

    old: Table
    new: Table
    enums: Mapping[Address, Address]
    schema: str | None

    def __call__(self, one: str, other: str) -> float:
        before, after = self.old.columns[one], self.new.columns[other]
        if self._bare(before) != _bare(after) or (one in self.old.key) != (other in self.new.key):
            return 0
        places = list(self.old.columns).index(one) == list(self.new.columns).index(other)
        return 1 + difflib.SequenceMatcher(None, one, other).ratio() + places / 4

    def _bare(self, column: Column) -> Column:
        """Returns a column of the old table as it is called now."""
        if column.enum is not None and (new := self.enums.get((self.schema, column.enum))) is not None:
            column = replace(column, type=replace(column.type, name=new[1]))
        return _bare(column)


def _bare(column: Column) -> Column:
    return replace(column, name="", comment=None, default=None)


def _tables_alike(one: Table, other: Table) -> float:
    return _shared(
        [(name, column.type) for name, column in one.columns.items()], [(name, column.type) for name, column in other.columns.items()]
    )


def _shared(one: Iterable[Any], other: Iterable[Any]) -> float:
    """Returns the part that two have in common; 0 where that is little."""
    before, after = list(one), list(other)
    part = sum(item in after for item in before) / max(len(before), len(after))
    return part if part >= ALIKE else 0


def _assigned(old: Sequence[Any], new: Sequence[Any], likeness: Any) -> list[tuple[Any, Any]]:
    """Returns pairs of old and new names, each in one pair at most, the likeliest first."""
    scored = [(likeness(one, other), one, other) for one in old for other in new]
    ranked = sorted((entry for entry in scored if entry[0] > 0), key=lambda entry: (-entry[0], str(entry[1]), str(entry[2])))
    pairs: list[tuple[Any, Any]] = []
    for _, one, other in ranked:
        if one not in [pair[0] for pair in pairs] and other not in [pair[1] for pair in pairs]:
            pairs.append((one, other))
    return pairs
