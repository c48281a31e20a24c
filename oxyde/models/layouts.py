"""Layouts, cached by class and by what is read: its own columns, annotations, and the columns of related models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from oxyde.db.rows import Batch, Hydrator, Layout
from oxyde.exceptions import UnsupportedError
from oxyde.models.hydrate import Annotation, Child, tiers
from oxyde.models.info import ModelInfo
from oxyde.models.row_state import set_state, state_of
from oxyde.models.unloaded import UNLOADED
from oxyde.queries.paths import PathKey
from oxyde.schema import Column, Relation, Table


def whole(model: ModelInfo) -> Layout:
    """Returns the layout of all columns of a table."""
    kind = tiers(model)
    if kind.whole is None:
        kind.whole = layout(model, model.table().columns)
    return kind.whole


def annotated(
    model: ModelInfo, annotations: Sequence[tuple[str, Annotation]], children: Sequence[Child] = ()
) -> Callable[[Batch], list[Any]]:
    """Returns a function that turns a batch of all columns of a table, annotations and related classes into instances.

    Annotations become attributes.
    """
    table = model.table()
    given = tiers(model).layout(table.columns, table.key if children else (), children=children, annotations=annotations)
    return _with_annotations(Hydrator(given), annotations)


def _with_annotations(hydrator: Hydrator, annotations: Sequence[tuple[str, Annotation]]) -> Callable[[Batch], list[Any]]:
    if not annotations:
        return hydrator.models
    names = [name for name, _ in annotations]
    restorers = [(name, term.restore) for name, term in annotations if term.restore is not None]

    def read(batch: Batch) -> list[Any]:
        made = hydrator.models(batch)
        for instance in made:
            instance.__pydantic_fields_set__.difference_update(names)
        for name, restore in restorers:
            for instance, value in zip(made, restore([vars(instance)[name] for instance in made]), strict=True):
                vars(instance)[name] = value
        return made

    return read


def partly(
    model: ModelInfo, fields: Sequence[str], annotations: Sequence[tuple[str, Annotation]], children: Sequence[Child]
) -> Callable[[Batch], list[Any]]:
    """Returns a function that turns a batch of some columns of a table, annotations and related classes into instances.

    The other columns count as not known: they are not read, and not written by ``save()``.
    """
    table = model.table()
    columns = [table.by_field[name] for name in fields]
    given = tiers(model).layout(columns, table.key if children else (), children, annotations, partial_rows=True)
    read = _with_annotations(Hydrator(given), annotations)
    places = [table.columns.index(column) for column in columns]

    def read_some(batch: Batch) -> list[Any]:
        made = read(batch)
        for instance in made:
            stored: list[Any] = [UNLOADED] * len(table.columns)
            for place, value in zip(places, state_of(instance) or (), strict=False):
                stored[place] = value
            set_state(instance, tuple(stored))
        return made

    return read_some


def layout(model: ModelInfo, columns: Sequence[Column]) -> Layout:
    """Returns the layout of result columns as instances of a class; cached by the columns.

    Args:
        model: The class.
        columns: The columns of the result, in order.
    """
    return _kept(model, "whole", columns)


def filling(model: ModelInfo, columns: Sequence[Column]) -> Layout:
    """Returns the layout that writes result columns into existing instances (``Batch.fill``); cached by the columns."""
    return _kept(model, "part", columns)


def _kept(model: ModelInfo, use: str, columns: Sequence[Column]) -> Layout:
    kind = tiers(model)
    key = (use, *(column.field for column in columns))
    found = kind.layouts.get(key)
    if found is None:
        found = kind.layouts[key] = kind.layout(columns) if use == "whole" else kind.partial_layout(columns)
    return found


def tree(model: ModelInfo, joined: tuple[PathKey, ...]) -> Layout:
    """Returns the layout of instances with their related instances; cached by the joined paths.

    The columns are those of the model, then those of each joined path in the order given.

    Args:
        model: The class of the rows.
        joined: Paths as the names of their relations, each directly after the path that it extends: ``("author",)``, then
            ``("author", "team")``.
    """
    layouts = tiers(model).layouts
    found = layouts.get(joined)
    if found is None:
        table = model.table()
        found = layouts[joined] = tiers(model).layout(table.columns, table.key, children(model, joined))
    return found


def children(model: ModelInfo, joined: Sequence[PathKey], here: PathKey = ()) -> list[Child]:
    """Returns the layouts of the related classes directly below a path, with all that is below them."""
    found = []
    for path in joined:
        if path[:-1] == here:
            relation = model.table().relations[path[-1]]
            target = model.links[relation.field].target.__oxyde__
            key = _key(target.table(), relation)
            layout = tiers(target).layout(target.table().columns, key, children(target, joined, path))
            found.append((relation.field, relation.to_many, layout))
    return found


def _key(table: Table, relation: Relation) -> Sequence[Column]:
    """Returns the columns that identify a related row: its primary key, else the columns that a foreign key points to.

    Raises:
        UnsupportedError: There are none, or one is not a scalar.
    """
    key = table.key or (() if relation.to_many else (table.by_field[relation.target_column],))
    if not key or any(column.type.kind in {"json", "array"} for column in key):
        message = f"{table.model} has no primary key to identify its rows in a join"
        raise UnsupportedError(message, table=table.name)
    return key
