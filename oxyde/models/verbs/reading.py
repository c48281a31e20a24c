"""Terminal verbs that read: generators of steps, driven by asyncio or blocking."""

from __future__ import annotations

import json as json_text
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import FieldError, MultipleObjectsReturned, NotFoundError
from oxyde.ir import statement
from oxyde.models import restore
from oxyde.models.info import holds
from oxyde.models.prefetch import tree
from oxyde.models.verbs import relating
from oxyde.queries import Q, chosen, compile, query
from oxyde.queries.compile import body, compiled
from oxyde.queries.foreign_values import named
from oxyde.queries.paths import column_path

if TYPE_CHECKING:
    from oxyde.models.chain import Chain

T = TypeVar("T")
KEYS: Final = 10_000
"""Keys in one statement of ``in_bulk()``: fewer than any server takes as parameters."""


def call(chain: Chain[Any, Any], take: Callable[[list[Any]], Any]) -> Call:
    """Returns the step that reads the rows and passes them on batch by batch, as the queryset's row strategy returns them."""
    made = chain._compiled()
    reader = chain._query.rows.reader(chain._state)
    return Call(made.shape, made.values, lambda batch: take(reader(batch)), locks=chain._state.is_locked)


def everything(chain: Chain[Any, T]) -> Steps[list[T]]:
    """Reads all rows."""
    nodes = tree(chain.model.__oxyde__, chain._query) if chain._query.prefetched else {}
    found: list[Any] = []
    chain = chain._next(relating.with_keys(chain._state, nodes)) if nodes else chain
    yield call(chain, found.extend)
    yield from relating.load(nodes, found)
    return found


def first(chain: Chain[Any, T]) -> Steps[T | None]:
    """Reads the first row, by key where no order is given; None when there is none."""
    state = chain._state
    if not state.order and not state.is_sliced and not (state.distinct and state.selection is not None):
        state = state.with_(order=query.natural(state))
    found = yield from everything(chain._next(query.limited(state, 1)))
    return found[0] if found else None


def last(chain: Chain[Any, T]) -> Steps[T | None]:
    """Reads the last row."""
    found = yield from everything(chain._next(query.limited(query.turned(chain._state), 1)))
    return found[0] if found else None


def extreme(chain: Chain[Any, T], verb: str, fields: tuple[Any, ...]) -> Steps[T]:
    """Reads the first row by the fields, or (``latest``) the last.

    Raises:
        NotFoundError: There is none.
    """
    if not fields:
        message = f'{verb}() needs what decides: {verb}("created")'
        raise TypeError(message)
    state = query.ordered(chain._state, fields)
    found = yield from everything(chain._next(query.limited(state if verb == "earliest" else query.turned(state), 1)))
    if not found:
        message = f"{verb}() of {chain.model.__name__} found no row; first() returns None then"
        raise NotFoundError(message, table=chain._state.table.name)
    return found[0]


def in_bulk(chain: Chain[Any, Any], keys: Iterable[Any] | None, field: str) -> Steps[dict[Any, Any]]:
    """Reads the rows with these values of a unique field, all without values; by that value.

    Raises:
        FieldError: The field is not unique, or the rows are a slice.
        TypeError: The rows are no instances, or the keys no list.
    """
    table = chain._state.table
    if chain._state.selection is not None:
        raise TypeError("in_bulk() returns instances; leave values() and values_list() out")
    path = column_path(table, field)
    if path.hops or not (path.column.unique or table.key == (path.column,)):
        remedy = f"filter({field}__in=[...]) reads all rows of each value"
        message = f"in_bulk() takes a field that is unique in {table.model}, and {path.where} is not; {remedy}"
        raise FieldError(message, column=field)
    name = path.column.field
    chain = chain._next(chosen.including(chain._state, name))
    found: list[Any] = []
    if keys is None:
        found = yield from everything(chain)
    else:
        if isinstance(keys, (str, bytes)) or not isinstance(keys, Iterable):
            message = f"in_bulk() takes a list of values of {path.where}, not {named(keys)}; in_bulk([...])"
            raise TypeError(message)
        wanted = list(keys)
        for start in range(0, len(wanted), KEYS):
            part = query.filtered(chain._state, Q(**{f"{name}__in": wanted[start : start + KEYS]}))
            found += yield from everything(chain._next(part))
    return {getattr(one, name): one for one in found}


def contains(chain: Chain[Any, Any], row: Any) -> Steps[bool]:
    """Asks whether the row of an instance is among the rows.

    Raises:
        TypeError: It is no instance of the model, or the rows are none.
        FieldError: It has no key: it was never saved.
    """
    model, table = chain.model, chain._state.table
    if chain._state.selection is not None or not holds(model, type(row)):
        message = f"contains() takes an instance of {model.__name__}, on rows that are instances; exists() asks with conditions"
        raise TypeError(message)
    key = {column.field: getattr(row, column.field) for column in table.key}
    if not key or None in key.values():
        message = f"contains() needs the key of the {model.__name__}, and it has none; save it first"
        raise FieldError(message, table=table.name)
    found: bool = yield from exists(chain._next(query.filtered(chain._state, Q(**key))))
    return found


def one(chain: Chain[Any, Any], given: Q, *, required: bool) -> Steps[Any]:
    """Reads the only row.

    Raises:
        NotFoundError: There is none, and one is required.
        MultipleObjectsReturned: There are several.
    """
    found: list[Any] = []
    asked = chain._query
    made = None if asked.prefetched else compile.by_key(asked.state, given)
    if made is None:
        state = query.filtered(asked.state, given)
        found = yield from everything(chain._next(state if compile.is_point(state) else query.limited(state, 2)))
    else:
        reader = asked.rows.reader(asked.state)
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


def aggregates(chain: Chain[Any, Any], given: Mapping[str, Any]) -> Steps[dict[str, Any]]:
    """Reads aggregates over all rows, by name."""
    made, terms = compile.aggregates(chain._state, given)
    rows = restore.rows([term for _, term in terms])
    batch: Batch = yield Call(made.shape, made.values)
    return dict(zip(given, rows(batch)[0], strict=True))


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
