"""Loading related rows by statements of their own: the generators behind ``prefetch()``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oxyde.db.steps import Call, Dialect, Steps
from oxyde.exceptions import MultipleObjectsReturned
from oxyde.models.info import AnyModel
from oxyde.models.prefetch import Node, Nodes, loaded
from oxyde.queries import chosen, compile, related
from oxyde.queries.related import PARENT
from oxyde.queries.source import State
from oxyde.schema import Relation, Table


def with_keys(state: State, nodes: Nodes) -> State:
    """Returns the query of the parents with the columns that the relations need, whatever ``only()`` says."""
    for node in nodes.values():
        state = chosen.including(state, node.owner.relations[node.relation].column)
    return state


def load(nodes: Nodes, parents: Sequence[AnyModel]) -> Steps[None]:
    """Loads relations into instances, one statement for each, and the relations of what was loaded."""
    if not parents:
        return
    for node in nodes.values():
        found = loaded(node, parents) if node.query is None else (yield from _read(node, parents))
        yield from load(node.children, found)


def _read(node: Node, parents: Sequence[AnyModel]) -> Steps[list[Any]]:
    """Reads the rows of one relation, sets them on the instances, and returns them, each once."""
    relation = node.owner.relations[node.relation]
    own = [getattr(parent, relation.column) for parent in parents]
    keys = [key for key in dict.fromkeys(own) if key is not None]
    path = related.tie(node.owner, node.relation)
    found: list[Any] = []
    if keys:
        dialect: str = yield Dialect()
        asked = with_keys(node.query.state, node.children)  # type: ignore[union-attr] # load() tells
        asked = asked if path.hops else chosen.including(asked, relation.target_column)
        for part in related.in_parts(path.column, keys, dialect):
            yield _call(node, related.of_parents(asked, path, part), found)
    if path.hops:
        by_key, found = _by_junction(node.model.table(), relation, found)
    else:
        by_key = {}
        for row in found:
            by_key.setdefault(getattr(row, relation.target_column), []).append(row)
    if not relation.to_many:
        _check_single(node, by_key)
    is_field = node.attribute == node.relation
    for parent, key in zip(parents, own, strict=True):
        rows = by_key.get(key, ())
        vars(parent)[node.attribute] = [*rows] if relation.to_many else rows[0] if rows else None
        if is_field:
            parent.__pydantic_fields_set__.add(node.attribute)
    return found


def _call(node: Node, state: Any, found: list[Any]) -> Call:
    query: Any = node.query
    made, reader, lock = compile.select(state), query.rows.reader(state), state.lock
    return Call(made.shape, made.values, lambda batch: found.extend(reader(batch)), locks=lock is not None and not lock.optional)


def _by_junction(table: Table, relation: Relation, found: Sequence[Any]) -> tuple[dict[Any, list[Any]], list[Any]]:
    """Returns the rows by the key of their parent, and each row once: one instance, even if several parents share it."""
    identity = [column.field for column in table.key] or [relation.target_column]
    once: dict[Any, Any] = {}
    by_key: dict[Any, dict[Any, Any]] = {}
    for row in found:
        values = vars(row)
        parent = values.pop(PARENT)
        key = values[identity[0]] if len(identity) == 1 else tuple(values[name] for name in identity)
        by_key.setdefault(parent, {})[key] = once.setdefault(key, row)
    return {parent: [*rows.values()] for parent, rows in by_key.items()}, [*once.values()]


def _check_single(node: Node, by_key: dict[Any, list[Any]]) -> None:
    """Raises MultipleObjectsReturned if several rows stand where the relation holds one."""
    if any(len(rows) > 1 for rows in by_key.values()):
        message = (
            f"{node.owner.model}.{node.relation} holds one {node.model.name}, and there are several for one row; annotate it as a list, "
            f"or declare the foreign key of {node.model.name} as unique"
        )
        raise MultipleObjectsReturned(message, table=node.owner.name)
