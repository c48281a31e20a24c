"""Laws that hold for every queryset, whatever its rows are: random ones answer alike on all ways of asking, on every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from oxyde import F
from tests.backends import Backend
from tests.property.oracle.asked import agree, built, made
from tests.property.oracle.conditions import Condition, condition
from tests.property.oracle.drawing import Draw, number
from tests.property.oracle.questions import Question, question
from tests.property.oracle.schemas import Schema, Table
from tests.property.test_oracle import COUNT, every, stocked

__all__ = ["stocked"]

Asked = tuple[Question, Condition, int, int]
Law = Callable[[Question, Any, Asked], "bool | None"]
LAWS: list[Law] = []


def law(function: Law) -> Law:
    """Registers a law: whether it holds; None where it says nothing about the queryset."""
    LAWS.append(function)
    return function


def asked(draw: Draw, schema: Schema) -> Asked:
    """Draws a queryset, a condition on its rows, and the ends of a slice."""
    one = question(draw, schema, most=3)
    scope = replace(one.scope, depth=1) if one.scope.fields() else replace(one.scope, has_columns=True)
    return one, condition(draw, scope), number(draw, 0, 4), number(draw, 0, 6)


def rows(query: Any, one: Question) -> list[tuple[Any, ...]]:
    """Returns what a queryset has in the columns of a question."""
    if one.kind == "whole":
        return query.values_list(*one.columns).sync.all()
    return [tuple(row[name] for name in one.columns) for row in query.sync.all()]


def is_plain(one: Question) -> bool:
    """Whether rows are those of the table, each once, with nothing beside."""
    return one.kind == "whole" and one.columns == ("id",) and not one.repeats


@law
def a_condition_and_its_negation_part_the_rows(one: Question, query: Any, more: Asked) -> bool | None:
    """``exclude(p)`` is ``filter(~p)``, and has what ``filter(p)`` has not."""
    if not one.scope.fields():
        return None
    p = made(one.scope.schema, more[1].code)
    inside, outside = rows(query.filter(p), one), rows(query.exclude(p), one)
    if one.windows and not one.mentions_windows(more[1].code):  # it chooses the rows that windows see
        return len(inside) + len(outside) == query.sync.count()
    return agree(rows(query.filter(~p), one), outside, in_order=False) and agree(inside + outside, rows(query, one), in_order=False)


@law
def a_condition_is_a_value(one: Question, query: Any, more: Asked) -> bool | None:
    """``filter(p)`` has as many rows as an annotation ``p`` is true for."""
    if one.kind != "whole":
        return None
    p = made(one.scope.schema, more[1].code)
    flags = query.annotate(held=p).values_list("held", flat=True).sync.all()
    if one.windows and not one.mentions_windows(more[1].code):
        return None
    return flags.count(True) == query.filter(p).sync.count()


@law
def counts(one: Question, query: Any, more: Asked) -> bool:
    """``count()`` is the length of the list, ``exists()`` whether it has one, ``first()`` its first row."""
    found = query.sync.all()
    is_first = one.order is None or (query.sync.first() == found[0] if found else query.sync.first() is None)
    return query.sync.count() == len(found) and query.sync.exists() is bool(found) and is_first


@law
def slices(one: Question, query: Any, more: Asked) -> bool | None:
    """A slice of a queryset is that of its list, and so are the slice of a slice and the list turned round."""
    if one.order is None or one.wild:
        return None
    found, (start, size) = rows(query, one), more[2:]
    cut = query[start : start + size]
    return rows(cut, one) == found[start : start + size] and rows(cut[1:], one) == found[start : start + size][1:]


@law
def values_are_those_of_models(one: Question, query: Any, more: Asked) -> bool | None:
    """Every column by ``values()`` is the attribute of the instance."""
    if one.kind != "whole":
        return None
    names = [column.name for column in (*one.scope.table.columns, *one.scope.table.keys)] + list(one.columns)
    names = list(dict.fromkeys(names))
    instances = [tuple(getattr(row, name) for name in names) for row in query.sync.all()]
    return agree(query.values_list(*names).sync.all(), instances, in_order=one.order is not None)


@law
def arrow_has_the_same(one: Question, query: Any, more: Asked) -> bool:
    """The Arrow table has the rows, value by value."""
    chosen = query.values(*one.columns) if one.kind == "whole" else query
    table, wanted = chosen.sync.to_arrow(), rows(query, one)
    has_decimals = [any(isinstance(row[at], Decimal) for row in wanted) for at in range(len(one.columns))]
    found = [tuple(map(_from_arrow, row.values(), has_decimals)) for row in table.to_pylist()]
    return table.column_names == list(one.columns) and agree(found, wanted, in_order=one.order is not None)


def _from_arrow(value: Any, is_decimal: bool) -> Any:
    """Returns a value as Oxyde has it: UUIDs are bytes in Arrow, Decimals without a number of digits text."""
    if is_decimal and value is not None:
        return Decimal(value)
    return UUID(bytes=value) if isinstance(value, bytes) else value


@law
def json_is_what_models_dump(one: Question, query: Any, more: Asked) -> bool | None:
    """Byte for byte."""
    if not is_plain(one):
        return None
    query = query if one.order is not None else query.order_by("id")
    model = one.scope.schema.model(one.scope.table)
    return query.sync.json() == TypeAdapter(list[model]).dump_json(query.sync.all())


@law
def a_stream_is_all_rows(one: Question, query: Any, more: Asked) -> bool:
    """In batches of any size."""
    found = list(query.sync.stream(batch_size=more[3] + 1))
    every_row = query.sync.all()
    return found == every_row if one.order is not None else len(found) == len(every_row)


@law
def pages_are_all_rows(one: Question, query: Any, more: Asked) -> bool | None:
    """One behind the other, from the first to the last; while rows are inserted: ``test_pages.py``."""
    if not is_plain(one) or one.cut or any(verb in one.code for verb in ("union", "except_", "intersect", "distinct", "With(")):
        return None
    query = query.order_by(F("int1").asc(nulls_last=True), "-id")
    page = query.sync.page(size=more[3] + 1)
    found = [row.id for row in page]
    while page.next is not None:
        page = query.sync.page(page.next, size=more[3] + 1)
        found += [row.id for row in page]
    return found == query.values_list("id", flat=True).sync.all()


@law
def relations_are_loaded_alike(one: Question, query: Any, more: Asked) -> bool | None:
    """``prefetch()`` and ``join()`` load the related rows that the data has."""
    if not is_plain(one) or "With(" in one.code or "union_all(" in one.code:  # whose rows join() cannot tell apart
        return None
    table = one.scope.table
    names = [*table.parents, *sorted(table.many)]
    if not names:
        return None
    name = names[more[2] % len(names)]

    def keys(row: Any) -> list[int]:
        related = getattr(row, name)
        return sorted(other.id for other in (related if isinstance(related, list) else [related] if related else []))

    joined = {row.id: keys(row) for row in query.join(name).sync.all()}
    fetched = {row.id: keys(row) for row in query.prefetch(name).sync.all()}
    alone = {key: sorted(_related(table, name, key)) for key in joined}
    return joined == fetched == alone


def _related(table: Table, name: str, key: int) -> list[int]:
    """Returns the keys that the data of the schema has."""
    if name not in table.parents:
        return table.many[name].of(key)[1]
    found = table.by_key[key][table.parents[name].column]
    return [] if found is None else [found]


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cursors of pages are made with."""
    monkeypatch.setenv("OXYDE_SECRET", "a secret")


@pytest.mark.timeout(3600)
def test_every_law_holds(stocked: Backend, secret: None) -> None:
    """At least a thousand checks on each backend, and a good number of each law."""
    held: Counter[str] = Counter()

    def check(given: Asked) -> None:
        for one in LAWS:
            answer = one(given[0], built(given[0]), given)
            assert answer is not False, (one.__name__, given[0].code, given[1].code, given[2:])
            held[one.__name__] += answer is not None

    every(asked, COUNT // 5, check)
    assert sum(held.values()) >= COUNT
    assert all(held[one.__name__] >= COUNT // 100 for one in LAWS), held
