"""Evaluates the expression of a case, against a server or only as far as its first statement."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import oxyde
from oxyde.db import execute
from oxyde.db.steps import Atomically, Call, Work
from oxyde.models import where
from oxyde.models.prefetch import tree
from oxyde.models.queryset import QuerySet
from oxyde.queries.locks import PRESENT
from oxyde.queries.query import locked
from oxyde.queries.related import of_parents, tie
from tests.cases import models


def loading(queryset: QuerySet[Any], keys: list[Any]) -> QuerySet[Any]:
    """Returns what the only path of ``prefetch()`` reads for rows with these keys."""
    (node,) = tree(queryset.model.__oxyde__, queryset._query).values()
    assert node.query is not None
    state = of_parents(node.query.state, tie(node.owner, node.relation), keys)
    return QuerySet(node.model.model, node.query.with_(state=state))


def met(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Returns what ``get_or_create()`` reads once its insert has met a row."""
    return queryset._next(locked(queryset._state, PRESENT))


NAMES: dict[str, Any] = {
    "loading": loading,
    "met": met,
    **{name: getattr(oxyde, name) for name in oxyde.__all__},
    **{name: getattr(models, name) for name in ("Team", "Novelist", "Prize", "Win", "Item", "Mood")},
    "date": dt.date,
    "datetime": dt.datetime,
    "time": dt.time,
    "timedelta": dt.timedelta,
    "timezone": dt.timezone,
    "Decimal": Decimal,
    "UUID": uuid.UUID,
}


class _Stop(Exception):
    def __init__(self, call: Call) -> None:
        super().__init__("the first statement")
        self.call = call


def evaluate(query: str) -> Any:
    """Returns the value of the expression; a queryset is run."""
    value = eval(query, dict(NAMES))
    return value.sync.all() if isinstance(value, QuerySet) else value


def record(query: str) -> tuple[bytes, tuple[Any, ...]]:
    """Returns the shape and the values of the first statement that the expression would run, Arrow arrays as lists; nothing is run."""
    originals = execute.run_blocking, where.route, where.home

    def stop(generator: Any, route: Any = None) -> Any:
        call = next(generator)
        while not isinstance(call, Call):
            if isinstance(call, Atomically):
                generator = call.generator
            call = generator.send(call.function() if isinstance(call, Work) else None)
        raise _Stop(call)

    execute.run_blocking, where.route, where.home = stop, lambda *_: None, lambda *_: None
    try:
        evaluate(query)
    except _Stop as stopped:
        lists = [value.to_pylist() if hasattr(value, "to_pylist") else value for value in stopped.call.values]
        return stopped.call.shape, tuple(lists)
    finally:
        execute.run_blocking, where.route, where.home = originals
    message = f"the case runs no statement: {query}"
    raise AssertionError(message)
