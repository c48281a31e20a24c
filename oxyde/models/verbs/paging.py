"""``page()``: generators of steps, driven by asyncio or blocking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from oxyde.db import cursors
from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import FieldValueError
from oxyde.models import restore
from oxyde.models.page import Page
from oxyde.models.page_position import Position
from oxyde.models.prefetch import tree
from oxyde.models.rows import Instances
from oxyde.models.verbs import relating
from oxyde.queries import compile, keyset, query
from oxyde.queries.source import State

if TYPE_CHECKING:
    from oxyde.models.chain import Chain

R = TypeVar("R")
Found = list[tuple[Any, tuple[Any, ...]]]
"""Rows, each with the values of its position."""


def page(chain: Chain[Any, R], after: str | None, before: str | None, size: int) -> Steps[Page[R]]:
    """Reads the rows behind a cursor, or those before one.

    Raises:
        FieldError: The query has no order that tells its rows apart, or there is no secret.
        FieldValueError: The cursor is of another query, another order or another secret.
        TypeError: Two cursors were given, or the size is no number.
        ValueError: The size is less than 1.
    """
    if after is not None and before is not None:
        raise TypeError("page() goes after one cursor or before one: give after= or before=, not both")
    _check_size(size)
    cursors.secret()  # a first page without neighbours needs none, and the error would come only when there are more rows
    nodes = tree(chain.model.__oxyde__, chain._query) if chain._query.prefetched else {}
    state = keyset.paged(relating.with_keys(chain._state, nodes))
    here = Position(*keyset.fingerprints(state), ())
    cursor = after if after is not None else before
    given = None if cursor is None else _position(cursor, here)
    backwards = before is not None
    found = yield from _rows(chain, state, given, size + 1, backwards=backwards)
    more = len(found) > size
    del found[size:]
    yield from relating.load(nodes, [row for row, _ in found])
    if backwards:
        found.reverse()
    return _page(found, here, given, more=more, backwards=backwards)


def _check_size(size: Any) -> None:
    if not isinstance(size, int) or isinstance(size, bool):
        message = f"page() takes a size that is an int, not {type(size).__name__}"
        raise TypeError(message)
    if not 0 < size < 2**31:
        message = f"page() takes a size of at least 1 row, not {size}"
        raise ValueError(message)


def _position(cursor: str, here: Position) -> Position:
    """Returns the position of a cursor, which must be of this query and order."""
    given = Position.unpack(cursors.unseal(cursor))
    if given.query != here.query:
        raise FieldValueError("the cursor was made for another query: its filters or its model differ; begin again at the first page")
    if given.order != here.order:
        raise FieldValueError("the cursor was made for another order: order_by() differs; begin again at the first page")
    return given


def _page(found: Found, here: Position, given: Position | None, *, more: bool, backwards: bool) -> Page[Any]:
    """Returns the page; where it is empty, its only neighbour begins with the row at the cursor itself."""

    def at(place: int) -> str:
        return cursors.seal(replace(here, values=found[place][1]).pack())

    items = [row for row, _ in found]
    if not found:
        back = None if given is None else cursors.seal(replace(given, inclusive=not given.inclusive).pack())
        return Page(items, next=back if backwards else None, prev=None if backwards else back)
    has_next = given is not None if backwards else more
    has_prev = more if backwards else given is not None
    return Page(items, next=at(-1) if has_next else None, prev=at(0) if has_prev else None)


def _rows(chain: Chain[Any, Any], state: State, given: Position | None, count: int, *, backwards: bool) -> Steps[Found]:
    if backwards:
        state = state.with_(order=tuple(one.turned() for one in state.order))
    if given is not None:
        state = keyset.beyond(state, given.values, inclusive=given.inclusive)
    state = query.limited(state, count)
    read, asked = _reader(chain, state)
    made = compile.select(asked)
    found: Found = []
    yield Call(made.shape, made.values, lambda batch: found.extend(read(batch)), locks=chain._state.is_locked)
    return found


def _reader(chain: Chain[Any, Any], state: State) -> tuple[Callable[[Batch], Found], State]:
    """Returns a function that reads rows with their positions, and the query that has both."""
    keys = keyset.keys(state.order)
    strategy: Any = chain._query.rows
    if isinstance(strategy, Instances):
        asked = state.with_(annotations=(*state.annotations, *keys))
        names = [name for name, _ in keys]
        read = strategy.reader(asked)
        return lambda batch: [(row, _taken(row.__dict__, names)) for row in read(batch)], asked
    visible = state.columns
    asked = state.with_(selection=(*visible, *keys))
    rows, shaped = restore.rows([term for _, term in asked.columns]), strategy.shaped(visible)
    return lambda batch: _split(rows(batch), len(visible), shaped), asked


def _taken(values: dict[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple([values.pop(name) for name in names])


def _split(rows: Sequence[tuple[Any, ...]], width: int, shaped: Callable[[list[tuple[Any, ...]]], list[Any]]) -> Found:
    return list(zip(shaped([row[:width] for row in rows]), [row[width:] for row in rows], strict=True))
