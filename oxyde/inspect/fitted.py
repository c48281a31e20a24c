"""A state as models can read it: what a trial of its columns found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from oxyde.db.steps import Call, Steps
from oxyde.exceptions import DecodeError
from oxyde.inspect.classes import classes
from oxyde.inspect.module import source
from oxyde.inspect.planning import plan
from oxyde.migrations.parts import Column, Index, columns_of
from oxyde.migrations.state import State, Table
from oxyde.models.model import Model
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class Fitted:
    """A state whose columns can be read.

    Attributes:
        state: The state.
        views: The columns of its views.
        remarks: What is said about a column that is another than the database says, or is left out, by table and column.
    """

    state: State
    views: Mapping[Address, Sequence[Column]]
    remarks: Mapping[tuple[Address, str], str]


def without_unreadable(state: State, views: Mapping[Address, Sequence[Column]], dialect: str) -> Steps[Fitted]:
    """Returns a state without the columns whose types have no values of Oxyde's; no row is read.

    Args:
        state: The state.
        views: The columns of its views.
        dialect: postgres, mysql or mariadb.
    """
    remarks: dict[tuple[Address, str], str] = {}
    models = {model.__table__.address: model for model in classes(source(plan(state, dialect, views=views), "Trial.")).values()}
    tables, seen = dict(state.tables), dict(views)
    for address, model in models.items():
        for name, reason in (yield from _unreadable(model)).items():
            remarks[address, name] = f"left out: {reason}"
            if address in seen:
                seen[address] = [column for column in seen[address] if column.name != name]
            else:
                tables[address] = _without(tables[address], name)
    return Fitted(replace(state, tables=tables), seen, remarks)


def _unreadable(model: type[Model]) -> Steps[dict[str, str]]:
    """Returns why columns cannot be read, by their names."""
    found: dict[str, str] = {}
    fields = {column.field: column.name for column in model.__table__.columns}
    while fields:
        made = model.objects.values(*fields).limit(0)._compiled()
        try:
            yield Call(made.shape, made.values)
        except DecodeError as error:
            field = next((field for field, name in fields.items() if error.column in {field, name}), None)
            if field is None:
                raise
            found[fields.pop(field)] = str(error)
        else:
            break
    return found


def _without(table: Table, name: str) -> Table:
    """Returns a table without a column, and without what is over it."""
    return replace(
        table,
        columns={other: column for other, column in table.columns.items() if other != name},
        key=() if name in table.key else table.key,
        constraints={key: one for key, one in table.constraints.items() if name not in columns_of(one)},
        indexes={key: one for key, one in table.indexes.items() if name not in columns_of(one) and not _names(one, name)},
    )


def _names(index: Index, column: str) -> bool:
    """Whether an expression of an index names a column."""
    return any(column in part for part in index.parts)
