"""What older migrations chose otherwise than the models would, and that stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from oxyde.migrations.literals import literal
from oxyde.migrations.parts import Check, Column, Exclude, Index, Part, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.naming import constraint_name, foreign_key_name, index_name, text_name
from oxyde.schema.relation import Address

P = TypeVar("P", bound=Part)

SAME: Final = {
    "datetime": ("TEXT",),
    "datetime_tz": ("TEXT",),
    "decimal": ("NUMERIC", "TEXT"),
    "uuid": ("CHAR(36)", "TEXT"),
    "duration": ("BIGINT",),
}
"""SQL types that older files name where we name none, by kind."""
SHORT: Final = 255
"""The length that older files give text without one."""


def adopted(old: State, new: State, initials: Mapping[tuple[Address, str], Any], dialect: str) -> State:
    """Returns a state of models that keeps what the state of the files chose for the same thing.

    That is the name of a constraint or index which the models leave to us, when a foreign key is checked, a server's default that equals
    the default of the model, and spellings of types that hold the same.

    Args:
        old: The state of the files, whose tables and columns have their new names already.
        new: The state of the models.
        initials: The wire values of the defaults of the models, by table and column.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    tables: dict[Address, Table] = {}
    for address, table in new.tables.items():
        there = old.tables.get(address)
        if there is None:
            tables[address] = table
            continue
        columns = {
            name: _column(there.columns[name], column, initials.get((address, name)), dialect) if name in there.columns else column
            for name, column in table.columns.items()
        }
        constraints, indexes = _named(table, there.constraints, table.constraints), _named(table, there.indexes, table.indexes)
        tables[address] = replace(table, columns=columns, constraints=constraints, indexes=indexes)
    return replace(new, tables=tables)


def _named(table: Table, old: Mapping[str, P], new: Mapping[str, P]) -> dict[str, P]:
    """Returns constraints or indexes under the names that they have in the files, where the models leave the name to us."""
    left = {name: part for name, part in old.items() if name not in new}
    made: dict[str, P] = {}
    for name, part in new.items():
        same = next((other for other, there in left.items() if _as(part, there) == there), None)
        if name in old:
            made[name] = old[name] if _as(part, old[name]) == old[name] else part
        elif same is not None and derived(table, part) == name:
            made[same] = left.pop(same)
        else:
            made[name] = part
    return made


def _as(part: Part, there: Part) -> Part:
    """Returns a constraint or index under the name of another; of a foreign key no model says when it is checked."""
    if isinstance(part, ForeignKey) and isinstance(there, ForeignKey):
        return replace(part, name=there.name, deferrable=there.deferrable)
    return replace(part, name=there.name)


def derived(table: Table, part: Part) -> str:
    """Returns the name that a constraint or index of a table gets where the models give none."""
    match part:
        case Unique():
            return constraint_name("uq", table.name, part.columns)
        case Check():
            return text_name("ck", table.name, part.sql)
        case Exclude():
            text = f"{part.method} {', '.join(map(' WITH '.join, part.elements))} {part.where or ''}"
            return text_name("ex", table.name, text)
        case ForeignKey():
            return foreign_key_name(table.name, part.columns)
        case Index():
            return index_name(table.name, [one if one in table.columns else "expr" for one in part.parts])


def _column(old: Column, new: Column, initial: Any, dialect: str) -> Column:
    """Returns the column of the models with what the files chose for the same."""
    same_type = old.type == new.type
    if same_type and new.type.kind == "text" and new.db_type is None and new.length is None and old.length == SHORT:
        new = replace(new, length=SHORT)
    if (
        same_type
        and new.db_type is None
        and (old.db_type or "").upper().partition("(")[0] in {word.partition("(")[0] for word in _same(new)}
    ):
        new = replace(new, db_type=old.db_type)
    if new.default is None and old.default is not None and initial is not None:
        text = literal(initial, dialect)
        if text is not None and old.default.strip().lower() in _spellings(text):
            new = replace(new, default=old.default)
    return new


def _same(column: Column) -> tuple[str, ...]:
    return SAME.get(column.type.kind, ())


def _spellings(text: str) -> set[str]:
    """Returns how a default may be written, in lower case."""
    lower = text.lower()
    return {lower, lower.strip("'"), f"'{lower}'", *({"1"} if lower == "true" else {"0"} if lower == "false" else set())}
