"""Layouts of several classes: how rows that hold a model's columns and those of related models become instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from oxyde.db.rows import Layout
from oxyde.exceptions import UnsupportedError
from oxyde.models.hydrate import tiers
from oxyde.queries.paths import PathKey
from oxyde.schema import Column, Relation

if TYPE_CHECKING:
    from oxyde.models.model import Model


def tree(model: type[Model], joined: Sequence[PathKey]) -> Layout:
    """Returns how rows become instances with the related ones in their places.

    The columns are those of the model, then those of each joined path in the order given.

    Args:
        model: The class of the rows.
        joined: Paths as the names of their relations, each directly behind the path that it continues: ``("author",)``, then
            ``("author", "team")``.
    """
    return _branch(model, joined, (), ())


def _branch(model: type[Model], joined: Sequence[PathKey], here: PathKey, key: Sequence[Column]) -> Layout:
    """Returns the layout of the class at one path and of all below it."""
    table = model.__table__
    children = []
    for path in joined:
        if path[:-1] != here:
            continue
        relation = table.relations[path[-1]]
        target = model.__oxyde_links__[relation.field].target
        layout = _branch(target, joined, path, _key(target, relation))
        children.append((relation.field, relation.to_many, layout))
    return tiers(model).layout(table.columns, key or table.key, children)


def _key(target: type[Model], relation: Relation) -> Sequence[Column]:
    """Returns the columns by which a related row is recognised: its primary key, else what a foreign key points to.

    Raises:
        UnsupportedError: There is none, or one that is no scalar.
    """
    table = target.__table__
    key = table.key or (() if relation.to_many else (table.by_field[relation.target_column],))
    if not key or any(column.type.kind in {"json", "array"} for column in key):
        message = f"{target.__name__} has no primary key by which its rows could be told apart in a join"
        raise UnsupportedError(message, table=table.name)
    return key
