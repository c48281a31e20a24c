"""The foreign keys of a state as relations of models: which of them can be, and what both sides are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from oxyde.inspect.names import collection, field_name, is_taken
from oxyde.inspect.words import parts
from oxyde.migrations.parts import Column, shown
from oxyde.migrations.state import State, Table
from oxyde.models.relations import SERIAL
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address

_PLAIN: Final = {"int": "BIGINT", "float": "DOUBLE PRECISION", "text": "TEXT", "uuid": "UUID"}
"""The SQL type of a key column that says none, where the column it points to says one."""
_KEYS: Final = frozenset({"bool", "int", "float", "text", "bytes", "decimal", "date", "datetime", "datetime_tz", "uuid", "enum"})
"""The kinds of columns that a relation joins by."""


@dataclass(frozen=True)
class Reference:
    """A foreign key that is a relation.

    Attributes:
        table: The table that has it.
        key: The foreign key.
        column: Its column.
        target: The column that it points to.
        db_type: The SQL type that the relation says, where it is not that of the target.
        declared: Whether the key is a field of its own, because the column differs from the target in what a relation cannot say.
    """

    table: Table
    key: ForeignKey
    column: Column
    target: Column
    db_type: str | None = None
    declared: bool = False

    @property
    def nullable(self) -> bool:
        """Whether there may be no related row."""
        return self.column.nullable and self.column.name not in self.table.key


@dataclass(frozen=True)
class Refused:
    """A foreign key that is no relation.

    Attributes:
        key: The foreign key.
        reason: Why.
    """

    key: ForeignKey
    reason: str

    def __str__(self) -> str:
        """Returns the line about it."""
        own, theirs = ", ".join(self.key.columns), ", ".join(self.key.target_columns)
        actions = f"ON DELETE {self.key.on_delete} ON UPDATE {self.key.on_update}"
        return f"foreign key {self.key.name} ({own}) to {shown(self.key.target)} ({theirs}) {actions}: {self.reason}"


@dataclass(frozen=True)
class References:
    """The foreign keys of a state.

    Attributes:
        relations: Those that are relations, each after the one whose column it points to.
        refused: Those that are none, by table.
    """

    relations: tuple[Reference, ...]
    refused: Mapping[Address, Sequence[Refused]]


def references(state: State, dialect: str) -> References:
    """Returns the foreign keys of a state, as relations where they can be.

    Args:
        state: The state.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    able: dict[tuple[Address, str], Reference] = {}
    refused: dict[Address, list[Refused]] = {address: [] for address in state.tables}
    for address, table in state.tables.items():
        for key in table.foreign_keys:
            found = _reference(state, table, key, dialect)
            if isinstance(found, Reference) and (address, found.column.name) in able:
                found = Refused(key, "another foreign key has the column already")
            if isinstance(found, Refused):
                refused[address].append(found)
            else:
                able[address, found.column.name] = found
    kept: dict[tuple[Address, str], Reference] = {}
    plain: set[tuple[Address, str]] = set()
    for at in able:
        chain = [at]
        while (onward := (able[chain[-1]].key.target, able[chain[-1]].target.name)) in able and onward not in kept and onward not in chain:
            chain.append(onward)
        for place in reversed(chain):
            reference = able[place]
            onward = (reference.key.target, reference.target.name)
            if place in kept or place in plain:
                continue
            if onward in able and onward not in plain and (onward not in kept or onward[0] == place[0]):
                plain.add(place)
                refused[place[0]].append(Refused(reference.key, "the column that it points to is the key of a relation"))
            else:
                kept[place] = reference
    return References(tuple(kept.values()), refused)


def _reference(state: State, table: Table, key: ForeignKey, dialect: str) -> Reference | Refused:
    if len(key.columns) != 1:
        return Refused(key, "a relation has one column")
    column, other = table.column(key.columns[0]), state.tables.get(key.target)
    target = None if other is None else other.columns.get(key.target_columns[0])
    if target is None:
        return Refused(key, "the table is not among these" if other is None else "it has no such column")
    if column.generated is not None:
        return Refused(key, "the column is generated")
    same_enum = column.type.kind != "enum" or (column.type.name == target.type.name and table.schema == key.target[0])
    if column.type.kind != target.type.kind or column.type.kind not in _KEYS or not same_enum:
        return Refused(key, f"a relation's key is of the type of the column it points to, and these are {column.type} and {target.type}")
    if "SET NULL" in (key.on_delete, key.on_update) and (not column.nullable or column.name in table.key):
        return Refused(key, "SET NULL, and the column takes no NULL")
    theirs = None if target.db_type is None else SERIAL.get(target.db_type.upper(), target.db_type)
    db_type = None if (column.db_type or "").upper() == (theirs or "").upper() else column.db_type or _named(column, dialect)
    differs = column.length != target.length or column.type != target.type
    return Reference(table, key, column, target, db_type, declared=differs)


def _named(column: Column, dialect: str) -> str | None:
    """Returns the SQL type of a column that is of the kind's own type."""
    if column.type.kind == "int" and dialect == "sqlite":
        return "INTEGER"
    return f"VARCHAR({column.length})" if column.length is not None else _PLAIN.get(column.type.kind)


def is_own_id(table: Table, column: str, words: list[str]) -> bool:
    """Returns whether a key is called after its table, so that its field is plainly ``id``.

    Args:
        table: The table.
        column: The column.
        words: The words of the table's class.
    """
    if table.key != (column,) or any(parts(name) == ["id"] for name in table.columns):
        return False
    prefixes = (words, words[1:] if words[0] in {"tbl", "tb", "t"} else words)
    return "".join(parts(column)) in {"".join([*prefix, "id"]) for prefix in prefixes}


def relation_names(column: str, target_column: str, target_field: str, target_class: str) -> list[str]:
    """Returns what the relation of a foreign key's column may be called, the best first.

    Args:
        column: The column.
        target_column: The column that it points to.
        target_field: The field of that column.
        target_class: The model that it points to.

    >>> relation_names("author_id", "id", "id", "User"), relation_names("uid", "uid", "uid", "User")
    (['author', 'author_user', 'user', 'author_row'], ['user', 'uid_user', 'user', 'uid_row'])
    """
    name, target = field_name(column).rstrip("_"), "_".join(parts(target_class))
    endings = (f"_{target_field}", "_id", "_key", "_fk", *(["id"] if name.removesuffix("id") == target.replace("_", "") else []))
    base = next((name.removesuffix(ending) for ending in endings if name.endswith(ending) and name != ending.strip("_")), name)
    if column == target_column and base == name:
        base = target
    names = [base, f"{name if base == target else base}_{target}", target, f"{base if base != target else name}_row"]
    return [one for one in names if not is_taken(one) and not one[0].isdigit()]


def reverse_names(field: str, child: str, *, one: bool, several: bool, itself: bool) -> list[str]:
    """Returns what the rows that point to a model may be called there, the best first.

    Args:
        field: The relation's field in the other model.
        child: The other model.
        one: Whether at most one row points here.
        several: Whether it has several relations to this one.
        itself: Whether it is this model.

    >>> reverse_names("author", "Post", one=False, several=False, itself=False)
    ['posts', 'author_posts', 'posts_by_author']
    """
    single = "_".join(parts(child))
    many = single if one else collection(single)
    own = [f"{field}_{many}", f"{many}_by_{field}"]
    if itself and field == "parent":
        return ["child" if one else "children", *own]
    return [name for name in (own if several or itself else [many, *own]) if not is_taken(name)]
