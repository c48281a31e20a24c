"""The rows that a relation leads to from many rows at once, found by the keys of those: what ``prefetch()`` reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from oxyde.ir import expr
from oxyde.ir.expr import Node
from oxyde.queries.comparisons import Comparison, Condition, padded
from oxyde.queries.connectives import Related
from oxyde.queries.lookups import LOOKUPS, subject_of
from oxyde.queries.names import names_of
from oxyde.queries.paths import Hop, Path, resolve
from oxyde.queries.query import by_key
from oxyde.queries.scope import Scope
from oxyde.queries.source import State, everything
from oxyde.queries.term import NEVER, Bound, Order, Term, Unknown, reference
from oxyde.schema import Column, Relation, Table
from oxyde.schema import types as kinds
from oxyde.schema.memo import remembered

PARENT: Final = "__parent"
"""The name of the value by which a row of a many-to-many relation says whose it is; no annotation can have it."""
NUMBER: Final = "__number"
"""The name of a row's number among the rows of its parent."""
AT_ONCE: Final = {"mysql": 50_000, "mariadb": 50_000, "sqlite": 16_384}
"""Keys in one statement, where each is a parameter of its own, by dialect; fewer than the server takes."""
LONG: Final = 10_000
"""The same for keys of text and bytes, which may be long."""


class Numbered(Term):
    """The number of a row, from 1 on, among the rows that have the same value of the first part, in the order of the others.

    Equal rows have different numbers (row_number), or the same (dense_rank).
    """

    type = kinds.INT

    def __init__(self, function: str, group: Term, order: Sequence[Order]) -> None:
        super().__init__(function, group, *order)

    @property
    def unknown(self) -> Unknown:
        """Never: every row has a number."""
        return NEVER

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns ROW_NUMBER() OVER."""
        order: list[Any] = parts[1:]
        return expr.window(str(self.head), partition_by=parts[:1], order_by=order)


@remembered(1024)
def tie(origin: Table, field: str) -> Path:
    """Returns the column that names the row of ``origin``, as seen from the related rows: their own, or the junction's."""
    relation = origin.relations[field]
    target = origin.find(relation.target)
    if relation.through is None or relation.through_fields is None:
        return resolve(target, relation.target_column)[0]
    junction = origin.find(relation.through)
    ours, theirs = relation.through_fields
    back = Relation(f"{junction.name}__through", "one", relation.through, relation.target_column, theirs)
    return Path(f"{back.field}__{ours}", (Hop(back, target, junction),), junction.by_field[ours], junction)


def of_parents(state: State, path: Path, keys: Sequence[Any]) -> State:
    """Returns the rows of a query that belong to the rows with these keys; a slice is taken of the rows of each.

    Args:
        state: The query of the related rows.
        path: What ``tie`` returned. If it crosses a junction, each row gets the key as the value ``PARENT``, once for each parent.
        keys: The keys, at least one and none of them None.
    """
    column = reference(path)
    lookup = LOOKUPS["in"]
    among = lookup.make(lookup, subject_of(names_of(state.table), column), keys)
    own = ((PARENT, column),) if path.hops else ()
    if not state.is_sliced:
        return state.with_(where=(*state.where, among), annotations=(*state.annotations, *own))
    base = state.with_(limit=None, offset=0)
    base = base.wrapped() if base.distinct else base
    order = (base.order or by_key(base.table)) if not path.hops else (*base.order, *by_key(base.table))
    # A junction may have a pair twice, which counts once.
    number = (NUMBER, Numbered("dense_rank" if path.hops and base.table.key else "row_number", column, order))
    inner = base.with_(order=(), where=(*base.where, among), annotations=(*base.annotations, *own, number))
    outer = inner.over(inner, ())
    at = outer.annotations[-1][1]
    tests: list[Condition] = [Comparison("gt", at, Bound(state.offset, kinds.INT))] if state.offset else []
    if state.limit is not None:
        tests.append(Comparison("le", at, Bound(state.offset + state.limit, kinds.INT)))
    return outer.with_(where=tuple(tests), order=(Order(at),), annotations=outer.annotations[:-1])


def of_one(state: State, path: Path, key: Any) -> State:
    """Returns the rows of a query that belong to the row with this key, each once; ``path`` is what ``tie`` returned."""
    exact = LOOKUPS["exact"]
    if not path.hops:
        return state.with_(where=(*state.where, exact.make(exact, subject_of(names_of(state.table), reference(path)), key)))
    junction, back = path.table, path.hops[0].relation
    own = exact.make(exact, subject_of(names_of(junction), reference(resolve(junction, path.column.field)[0])), key)
    return state.with_(where=(*state.where, Related(_towards(state.table, junction, back), 0, own)))


@remembered(1024)
def _towards(table: Table, junction: Table, back: Relation) -> Path:
    """Returns a path from related rows to those of the junction that refer to them, of which there may be several."""
    return Path(back.field, (Hop(replace(back, kind="reverse"), table, junction),), junction.columns[0], junction)


@remembered(1024)
def _reference(owner: Table, field: str) -> tuple[Path, Path]:
    """Returns the foreign key that a relation joins by, and the column that it refers to, both as seen from the rows that refer."""
    relation = owner.relations[field]
    target = owner.find(relation.target)
    if relation.kind == "one":
        referring, key, referred, wanted = owner, relation.column, target, relation.target_column
    elif relation.through is not None and relation.through_fields is not None:
        referring, key, referred, wanted = owner.find(relation.through), relation.through_fields[0], owner, relation.column
    else:
        referring, key, referred, wanted = target, relation.target_column, owner, relation.column
    hop = Hop(Relation(f"{key}__of", "one", referred.address, key, wanted), referring, referred)
    return resolve(referring, key)[0], Path(f"{hop.relation.field}__{wanted}", (hop,), referred.by_field[wanted], referred)


def spellings(owner: Table, field: str, keys: Sequence[Any]) -> State:
    """Returns pairs of these foreign keys and what each refers to, which a collation may compare as equal although they differ."""
    key, wanted = _reference(owner, field)
    lookup = LOOKUPS["in"]
    among = lookup.make(lookup, subject_of(names_of(key.table), reference(key)), keys)
    return everything(key.table).with_(selection=(("key", reference(key)), ("refers_to", reference(wanted))), where=(among,))


def in_parts(column: Column, keys: Sequence[Any], dialect: str) -> list[Sequence[Any]]:
    """Returns keys in as few lists as one statement each can take: a single one where a list is one parameter."""
    kind = column.type.kind
    is_one = dialect == "postgres" or (dialect == "sqlite" and kind in {"int", "float", "text"} and not padded(list(keys)))
    if is_one:
        return [keys]
    size = LONG if kind in {"text", "bytes"} else AT_ONCE[dialect]
    return [keys[start : start + size] for start in range(0, len(keys), size)]
