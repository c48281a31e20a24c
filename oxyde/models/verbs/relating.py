"""Loading related rows by statements of their own: the generators behind ``prefetch()``."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any
from unicodedata import combining, normalize

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
    own = [*map(attrgetter(relation.column), parents)]
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
        for key, row in zip(map(attrgetter(relation.target_column), found), found, strict=True):
            rows = by_key.get(key)
            if rows is None:
                by_key[key] = [row]
            else:
                rows.append(row)
    if path.column.type.kind == "text":
        yield from _respell(node, relation, keys, by_key)
    if not relation.to_many:
        _check_single(node, by_key)
    is_field = node.attribute == node.relation
    for parent, key in zip(parents, own, strict=True):
        rows = by_key.get(key)
        vars(parent)[node.attribute] = [*(rows or ())] if relation.to_many else rows[0] if rows else None
        if is_field:
            parent.__pydantic_fields_set__.add(node.attribute)
    return found


def _call(node: Node, state: Any, found: list[Any]) -> Call:
    query: Any = node.query
    made, reader = compile.select(state), query.rows.reader(state)
    return Call(made.shape, made.values, lambda batch: found.extend(reader(batch)), locks=state.is_locked)


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


def _respell(node: Node, relation: Relation, keys: Sequence[Any], by_key: dict[Any, list[Any]]) -> Steps[None]:
    """Finds whose rows are that have another spelling of the key, which the server compares as equal: another case, spaces at the end."""
    wanted = set(keys)
    unclaimed = [key for key in by_key if key not in wanted]
    odd = unclaimed
    if relation.kind == "one":
        missing = [key for key in keys if key not in by_key]
        is_likely = bool(unclaimed) or not {_folded(key) for key in missing}.isdisjoint(map(_folded, by_key))
        odd = missing if is_likely else []
    if not odd or not all(isinstance(key, str) for key in odd):
        return
    pairs: dict[str, str] = {}
    for start in range(0, len(odd), related.LONG):
        made = compile.select(related.spellings(node.owner, node.relation, odd[start : start + related.LONG]))
        yield Call(made.shape, made.values, lambda batch: pairs.update(batch.values()))
    for key in odd:
        if relation.kind == "one" and pairs.get(key) in by_key:
            by_key[key] = by_key[pairs[key]]
        elif relation.kind != "one" and key in pairs:
            by_key.setdefault(pairs[key], []).extend(by_key.pop(key))


def _folded(key: Any) -> str:
    """Returns what is left of a text without case, accents and spaces at its end: two that collations compare as equal, at least."""
    return "".join(letter for letter in normalize("NFKD", str(key)) if not combining(letter)).casefold().rstrip()


def _check_single(node: Node, by_key: dict[Any, list[Any]]) -> None:
    """Raises MultipleObjectsReturned if there are several rows where the relation holds one."""
    if any(len(rows) > 1 for rows in by_key.values()):
        message = (
            f"{node.owner.model}.{node.relation} holds one {node.model.name}, and there are several for one row; annotate it as a list, "
            f"or declare the foreign key of {node.model.name} as unique"
        )
        raise MultipleObjectsReturned(message, table=node.owner.name)
