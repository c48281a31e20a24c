"""Layouts of several classes: how rows that hold a model's columns and those of related models become instances."""

from __future__ import annotations

from collections.abc import Sequence

from oxyde.db.rows import Layout
from oxyde.exceptions import UnsupportedError
from oxyde.models.hydrate import Child, tiers
from oxyde.models.info import ModelInfo
from oxyde.queries.paths import PathKey
from oxyde.schema import Column, Relation, Table


def tree(model: ModelInfo, joined: tuple[PathKey, ...]) -> Layout:
    """Returns how rows become instances with the related ones in their places; kept for each choice of paths.

    The columns are those of the model, then those of each joined path in the order given.

    Args:
        model: Of the rows' class.
        joined: Paths as the names of their relations, each directly behind the path that it continues: ``("author",)``, then
            ``("author", "team")``.
    """
    layouts = tiers(model).layouts
    found = layouts.get(joined)
    if found is None:
        table = model.table()
        found = layouts[joined] = tiers(model).layout(table.columns, table.key, children(model, joined))
    return found


def children(model: ModelInfo, joined: Sequence[PathKey], here: PathKey = ()) -> list[Child]:
    """Returns the layouts of the related classes directly behind a path, with all below them."""
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
    """Returns the columns by which a related row is recognised: its primary key, else what a foreign key points to.

    Raises:
        UnsupportedError: There is none, or one that is no scalar.
    """
    key = table.key or (() if relation.to_many else (table.by_field[relation.target_column],))
    if not key or any(column.type.kind in {"json", "array"} for column in key):
        message = f"{table.model} has no primary key by which its rows could be told apart in a join"
        raise UnsupportedError(message, table=table.name)
    return key
