"""What the operator says about changes that nobody can guess, as flags and replies say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from oxyde.exceptions import MigrationError
from oxyde.migrations import dotted
from oxyde.migrations.changes.candidates import Candidate
from oxyde.migrations.changes.renames import Renames
from oxyde.migrations.parts import shown
from oxyde.migrations.state import State
from oxyde.schema.naming import meant
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class Answers:
    """What the operator says.

    Attributes:
        renames: What is the same under another name.
        parts: Constraints and indexes that are, by kind and old name.
        refused: Pairs that are not the same.
        no_rename: No pairs are the same, but for those that are said to be.
        fills: SQL for the rows of a column, by table and column.
        maps: What becomes of the values of enumeration types that go.
        yes: Data may be lost.
        confirmed: The losses that were confirmed one by one.
    """

    renames: Renames = field(default_factory=Renames)
    parts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    refused: frozenset[Candidate] = frozenset()
    no_rename: bool = False
    fills: Mapping[tuple[Address, str], str] = field(default_factory=dict)
    maps: Mapping[Address, Mapping[str, str | None]] = field(default_factory=dict)
    yes: bool = False
    confirmed: frozenset[str] = frozenset()

    def renamed(self, pair: Candidate) -> Answers:
        """Returns the answers with one more rename."""
        known = self.renames
        if pair.columns is not None:
            columns = {**known.columns, pair.new: {**known.columns.get(pair.new, {}), pair.columns[0]: pair.columns[1]}}
            return replace(self, renames=replace(known, columns=columns))
        if pair.kind == "enum":
            return replace(self, renames=replace(known, enums={**known.enums, pair.old: pair.new}))
        return replace(self, renames=replace(known, tables={**known.tables, pair.old: pair.new}))

    def mapped(self, enum: Address, value: str, to: str | None) -> Answers:
        """Returns the answers with what becomes of a value."""
        return replace(self, maps={**self.maps, enum: {**self.maps.get(enum, {}), value: to}})

    def filled(self, table: Address, column: str, sql: str) -> Answers:
        """Returns the answers with what the rows of a column get."""
        return replace(self, fills={**self.fills, (table, column): sql})


def parse(
    old: State,
    new: State,
    dialect: str,
    *,
    rename: Iterable[str] = (),
    no_rename: bool = False,
    fill: Iterable[str] = (),
    map: Iterable[str] = (),
    yes: bool = False,
) -> Answers:
    """Returns the answers that flags give.

    Args:
        old: The state of the files.
        new: The state of the models.
        dialect: postgres, mysql, mariadb or sqlite.
        rename: ``posts.title=posts.headline``, ``old=new``, ``enum:old=new``, ``index:old=new``, ``constraint:old=new``.
        no_rename: No other pair is a rename.
        fill: ``posts.slug=SQL``, for one dialect ``posts.slug@mysql=SQL``.
        map: ``posts.status.archived=draft``, ``=NULL`` for NULL.
        yes: Data may be lost.

    Raises:
        MigrationError: A flag is none, or names what is not there.
    """
    answers = Answers(no_rename=no_rename, yes=yes)
    for text in rename:
        with _named(f"--rename {text}"):
            answers = _rename(answers, old, text)
    specific: set[tuple[Address, str]] = set()
    for text in fill:
        with _named(f"--fill {text}"):
            left, sql = _halves(text, "--fill posts.slug=''")
            path, _, only = left.partition("@")
            place = _column(text, dotted.split(path), new, old)
        if only in {"", dialect} and (only or place not in specific):
            answers = answers.filled(*place, sql)
            specific |= {place} if only else set()
    for text in map:
        with _named(f"--map {text}"):
            left, to = _halves(text, "--map posts.status.archived=draft")
            *names, value = dotted.split(left)
            table, column = _column(text, names, new)
            enum = new.table(table).column(column).enum
            if enum is None:
                raise MigrationError(f"{shown(table)}.{column} is no enum")
            answers = answers.mapped((table[0], enum), value, None if to == "NULL" else dotted.split(to)[0] if to.startswith('"') else to)
    return answers


def _rename(answers: Answers, old: State, text: str) -> Answers:
    kind, colon, rest = text.partition(":")
    if not colon or kind not in {"index", "constraint", "enum"}:
        kind, rest = "", text
    left, right = _halves(rest, "--rename posts.title=posts.headline")
    one, other = dotted.split(left), dotted.split(right)
    if kind == "enum":
        return answers.renamed(Candidate("enum", dotted.address(one, left), dotted.address(other, right)))
    if kind:
        return replace(answers, parts={**answers.parts, (kind, one[-1]): other[-1]})
    if len(one) < 3 and dotted.address(one, left) in old.tables:
        return answers.renamed(Candidate("table", dotted.address(one, left), dotted.address(other, right)))
    if len(one) == 1 or len(other) == 1:
        raise MigrationError(f"there is no table {left!r} in the migrations{meant(left, map(shown, old.tables))}")
    if one[:-1] != other[:-1]:
        raise MigrationError("a column stays in its table, which both sides call by its new name")
    table = dotted.address(one[:-1], left)
    return answers.renamed(Candidate("column", table, table, (one[-1], other[-1])))


def _halves(text: str, example: str) -> tuple[str, str]:
    """Returns what stands before and after the first equals sign outside quotes."""
    found = re.match(r'((?:[^="]|"(?:[^"]|"")*")+)=(.+)', text, re.DOTALL)
    if found is None:
        raise MigrationError(f"write it as {example}")
    return found[1], found[2]


@contextmanager
def _named(flag: str) -> Iterator[None]:
    """Lets errors begin with the flag that they are about."""
    try:
        yield
    except MigrationError as error:
        raise MigrationError(f"{flag}: {error}") from None


def _column(text: str, path: list[str], *states: State) -> tuple[Address, str]:
    """Returns the table and the column that a path names, in one of the states."""
    if len(path) not in {2, 3}:
        raise MigrationError("name a table and a column of it")
    address = dotted.address(path[:-1], text)
    for state in states:
        if address in state.tables and path[-1] in state.tables[address].columns:
            return address, path[-1]
    states[0].table(address).column(path[-1])
    return address, path[-1]
