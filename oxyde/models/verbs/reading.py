"""Terminal verbs that read: generators of steps, driven by asyncio or blocking."""

from __future__ import annotations

import json as json_text
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import MultipleObjectsReturned, NotFoundError
from oxyde.ir import statement
from oxyde.models import restore
from oxyde.queries import Q, compile, query
from oxyde.queries.compile import body, compiled

if TYPE_CHECKING:
    from oxyde.models.chain import Chain

T = TypeVar("T")


def call(chain: Chain[Any, Any], take: Callable[[list[Any]], Any]) -> Call:
    """Returns the step that reads the rows and passes them on batch by batch, as the queryset's row strategy returns them."""
    made = chain._compiled()
    reader = chain._query.rows.reader(chain._state)
    return Call(made.shape, made.values, lambda batch: take(reader(batch)))


def everything(chain: Chain[Any, T]) -> Steps[list[T]]:
    """Reads all rows."""
    found: list[T] = []
    yield call(chain, found.extend)
    return found


def first(chain: Chain[Any, T]) -> Steps[T | None]:
    """Reads the first row, by key where no order is given; None when there is none."""
    state = chain._state
    if not state.order and not state.is_sliced and not (state.distinct and state.selection is not None):
        state = state.with_(order=query.by_key(state.table))
    found = yield from everything(chain._next(query.limited(state, 1)))
    return found[0] if found else None


def last(chain: Chain[Any, T]) -> Steps[T | None]:
    """Reads the last row."""
    found = yield from everything(chain._next(query.limited(query.turned(chain._state), 1)))
    return found[0] if found else None


def one(chain: Chain[Any, Any], given: Q, *, required: bool) -> Steps[Any]:
    """Reads the only row.

    Raises:
        NotFoundError: There is none, and one is required.
        MultipleObjectsReturned: There are several.
    """
    found: list[Any] = []
    made = compile.by_key(chain._state, given)
    if made is None:
        state = query.filtered(chain._state, given)
        found = yield from everything(chain._next(state if compile.is_point(state) else query.limited(state, 2)))
    else:
        reader = chain._query.rows.reader(chain._state)
        yield Call(made.shape, made.values, lambda batch: found.extend(reader(batch)))
    if len(found) == 1:
        return found[0]
    model = chain.model.__name__
    if found:
        message = f"more than one {model} matches; get() needs conditions that match one row; first() returns the first of several"
        raise MultipleObjectsReturned(message, table=chain._state.table.name)
    if required:
        message = f"no {model} matches; get_or_none() returns None then"
        raise NotFoundError(message, table=chain._state.table.name)
    return None


def exists(chain: Chain[Any, Any]) -> Steps[bool]:
    """Reads whether there is a row."""
    made = compile.exists(chain._state)
    batch: Batch = yield Call(made.shape, made.values)
    return batch.rows > 0


def count(chain: Chain[Any, Any]) -> Steps[int]:
    """Reads how many rows there are."""
    made = compile.count(chain._state)
    batch: Batch = yield Call(made.shape, made.values)
    found: int = batch.values()[0][0]
    return found


def aggregate(chain: Chain[Any, Any], function: str, field: str) -> Steps[Any]:
    """Reads sum, avg, min or max of a field; None without rows."""
    made, term = compile.aggregate(chain._state, function, field)
    rows = restore.rows([term])
    batch: Batch = yield Call(made.shape, made.values)
    return rows(batch)[0][0]


def explain(chain: Chain[Any, Any], *, analyze: bool, format: str) -> Steps[Any]:
    """Reads the server's plan for the statement.

    Raises:
        ValueError: The format is neither text nor json.
    """
    if format not in {"text", "json"}:
        message = f'format takes "text" or "json", not {format!r}'
        raise ValueError(message)
    json = format == "json"

    def build(values: Any) -> Any:
        return statement.explain(statement.query(body(chain._state, values)), analyze=analyze, json=json)

    made = compiled(("explain", analyze, json), chain._state, build)
    rows: list[tuple[Any, ...]] = []
    last: Batch = yield Call(made.shape, made.values, lambda batch: rows.extend(batch.values()))
    if json:
        return json_text.loads(rows[0][0]) if isinstance(rows[0][0], str) else rows[0][0]
    if len(last.names) in {1, 4}:  # a line of text for each row; SQLite has numbers before it
        return "\n".join(str(row[-1]) for row in rows)
    return _aligned([tuple(last.names), *(tuple("NULL" if value is None else str(value) for value in row) for row in rows)])


def _aligned(rows: list[tuple[str, ...]]) -> str:
    """Returns a table as text, each column as wide as its widest value."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
