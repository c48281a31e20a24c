"""What an operation is about: which things it changes and which it needs, so that two that do not meet may change places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CommentColumn,
    CommentTable,
    CreateEnumType,
    CreateIndex,
    CreateSchema,
    CreateTable,
    CreateView,
    DropColumn,
    DropConstraint,
    DropEnumType,
    DropIndex,
    DropTable,
    DropView,
    Execute,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameEnumType,
    RenameIndex,
    RenameTable,
    RequireManual,
    Run,
    StateOnly,
)
from oxyde.migrations.parts import Column, Part, columns_of
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

Thing: TypeAlias = "tuple[str, ...]"
"""A kind and names: ``("table", "posts")``, ``("part", "posts", "title")``. The schema makes no difference, to be safe."""
PLAIN: Final = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|ALTER\s+TABLE|CREATE\s+(?:UNIQUE\s+)?INDEX)\b", re.IGNORECASE)
"""What begins a statement that is about what it names; any other may be about all."""


@dataclass(frozen=True)
class Touched:
    """What an operation is about.

    Attributes:
        changes: What it makes, changes or removes.
        needs: What has to be as it is.
        words: Words of SQL in it, any of which may name something, in lower case.
        is_free: The application wrote what it does, which keeps its place among others of its kind.
        is_all: Nobody can tell; it keeps its place.
    """

    changes: frozenset[Thing] = frozenset()
    needs: frozenset[Thing] = frozenset()
    words: frozenset[str] = frozenset()
    is_free: bool = False
    is_all: bool = False

    def meets(self, other: Touched) -> bool:
        """Whether the order of the two may make a difference."""
        if self.is_all or other.is_all or (self.is_free and other.is_free):
            return True
        return _reaches(self, other) or _reaches(other, self)


def _reaches(one: Touched, other: Touched) -> bool:
    """Whether what the one changes is anything to the other."""
    if one.is_free and any(_is_named(thing, one.words) for thing in other.changes | other.needs):
        return True
    return any(_is_named(thing, other.words) or _overlap(thing, other) for thing in one.changes)


def _overlap(thing: Thing, other: Touched) -> bool:
    return any(thing == there[: len(thing)] or there == thing[: len(there)] for there in other.changes) or any(
        thing == there[: len(thing)] for there in other.needs
    )


def _is_named(thing: Thing, words: frozenset[str]) -> bool:
    return any(word.lower() in words for name in thing[1:] for word in _words(name))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text) or [text]


def table(address: Address) -> Thing:
    """Returns the thing that a table or view is."""
    return ("table", address[1])


def part(address: Address, name: str) -> Thing:
    """Returns the thing that a column, constraint or index is."""
    return ("table", address[1], name)


def touched(operation: Operation, before: State) -> Touched:
    """Returns what an operation is about.

    Args:
        operation: The operation.
        before: The state before it, which has the definitions of what is dropped.
    """
    match operation:
        case RequireManual():
            return Touched(is_all=True)
        case Run(tables=tables):
            return Touched(words=_lower(tables), is_free=True, is_all=not tables)
        case Execute(sql=sql, state=inner):
            return _together(inner, before, Touched(words=_lower([sql]), is_free=True, is_all=PLAIN.match(sql) is None))
        case StateOnly(operations=inner):
            return _together(inner, before, Touched())
        case _:
            changes, needs, definitions = _about(operation, before)
            words = _lower(text for one in (operation, *definitions) for text in _texts(one))
            return Touched(frozenset(changes), frozenset({*needs, *_needs_of(definitions)}), words)


def _together(operations: tuple[Operation, ...], before: State, outer: Touched) -> Touched:
    for operation in operations:
        one = touched(operation, before)
        outer = Touched(
            outer.changes | one.changes, outer.needs | one.needs, outer.words | one.words, outer.is_free, outer.is_all or one.is_all
        )
        before = operation.apply(before)
    return outer


def _about(operation: Operation, before: State) -> tuple[list[Thing], list[Thing], list[Any]]:
    """Returns what an operation changes and needs, and the definitions in it and of what it removes."""
    match operation:
        case CreateTable(made):
            return [table(made.address), *_names(made.constraints), *_names(made.indexes)], _schema(made.address), [made]
        case DropTable(address):
            gone = before.table(address)
            return [table(address), *_names(gone.constraints), *_names(gone.indexes)], [], [gone]
        case RenameTable(address):
            return [table(address), table(operation.new)], [], [before.table(address)]
        case CreateView(address, _):
            return [table(address)], _schema(address), []
        case DropView(address):
            return [table(address)], [], [before.views.get(address, "")]
        case CreateSchema(name):
            return [("schema", name)], [], []
        case AlterKey(address, _):
            return [table(address)], [], []
        case CommentTable(address, _):
            return [part(address, "")], [table(address)], []
        case _:
            return _about_part(operation, before)


def _about_part(operation: Operation, before: State) -> tuple[list[Thing], list[Thing], list[Any]]:
    match operation:
        case AddColumn(address, column, key):
            return [table(address) if key else part(address, column.name)], [table(address)], [_Within(address, column)]
        case DropColumn(address, name) | AlterColumn(address, name) | CommentColumn(address, name):
            there = before.table(address)
            over = there.parts_over(name) if isinstance(operation, DropColumn) else []
            changed = [part(address, name), *(part(address, one.name) for one in over), *_names([one.name for one in over])]
            return changed, [table(address)], [_Within(address, there.column(name)), *(_Within(address, one) for one in over)]
        case RenameColumn(address, name, new):
            return [part(address, name), part(address, new)], [table(address)], []
        case AddConstraint(address, made) | CreateIndex(address, made):
            return [part(address, made.name), *_names([made.name])], [table(address)], [_Within(address, made)]
        case DropConstraint(address, _, name) | DropIndex(address, name):
            there = before.table(address)
            gone = there.index(name) if isinstance(operation, DropIndex) else there.constraint(name)
            return [part(address, name), *_names([name])], [table(address)], [_Within(address, gone)]
        case RenameConstraint(address, name, new) | RenameIndex(address, name, new):
            return [part(address, name), part(address, new), *_names([name, new])], [table(address)], []
        case CreateEnumType(enum, _) | DropEnumType(enum) | AddEnumValue(enum, _) | AlterEnumType(enum, _):
            return [("enum", enum[1])], _schema(enum), []
        case RenameEnumType(enum, name):
            return [("enum", enum[1]), ("enum", name)], [], []
        case _:
            raise TypeError(operation)


@dataclass(frozen=True)
class _Within:
    """A column, constraint or index, and its table."""

    address: Address
    part: Column | Part


def _names(names: Iterable[str]) -> list[Thing]:
    """Returns the things that constraints and indexes are for others: servers keep their names with those of tables."""
    return [("table", name) for name in names]


def _schema(address: Address) -> list[Thing]:
    return [] if address[0] is None else [("schema", address[0])]


def _needs_of(definitions: list[Any]) -> Iterator[Thing]:
    """Yields what definitions are made of: the enumerations of columns, the columns of constraints, the targets of foreign keys."""
    for one in definitions:
        if isinstance(one, Table):
            for inner in (*one.columns.values(), *one.constraints.values(), *one.indexes.values()):
                yield from _needs_of([_Within(one.address, inner)])
        elif isinstance(one, _Within):
            if isinstance(one.part, Column):
                yield from [("enum", str(one.part.type.name))] if one.part.type.kind == "enum" else []
                continue
            yield from (part(one.address, name) for name in columns_of(one.part))
            if isinstance(one.part, ForeignKey):
                yield from (part(one.part.target, name) for name in one.part.target_columns)
                yield table(one.part.target)


def _lower(texts: Any) -> frozenset[str]:
    return frozenset(word.lower() for text in texts for word in _cut(text))


@lru_cache(maxsize=4096)
def _cut(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text))


SQL: Final = frozenset({"sql", "default", "generated", "where", "fill", "using", "db_type", "elements"})
"""The attributes that hold SQL."""


def _texts(value: Any, name: str = "") -> Iterator[str]:
    """Yields the SQL in an operation or definition."""
    match value:
        case str():
            yield from [value] if name in SQL or name == "" else []
        case dict():
            for key, inner in value.items():
                yield from _texts(inner, str(key) if name == "changes" else name or "-")
        case tuple() | list():
            for inner in value:
                yield from _texts(inner, name or "-")
        case _ if is_dataclass(value) and not isinstance(value, type):
            for one in fields(value):
                inner = getattr(value, one.name)
                yield from (text for text in inner if not text.isidentifier()) if one.name == "parts" else _texts(inner, one.name)
