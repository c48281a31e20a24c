"""Pages together are all rows, in order, on every backend; and while others insert, none comes twice and none is left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oxyde
from oxyde import F, Field, Model
from tests.backends import Backend
from tests.tables import table as meta

EXAMPLES = 40 * (25 if os.environ.get("OXYDE_LONG") else 1)


class PageLine(Model):
    """A row with few values, so that many are equal."""

    id: int | None = Field(default=None, db_pk=True)
    a: int | None = None
    b: str | None = Field(default=None, max_length=5)
    c: float = 0.0

    Meta = meta("page_line")


LINES = st.fixed_dictionaries(
    {
        "a": st.sampled_from([None, -1, 0, 1, 2**62]),
        "b": st.sampled_from([None, "", "a", "b", "é"]),
        "c": st.sampled_from([0.0, 0.1, -1e300]),
    }
)
ORDERS = st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.sampled_from([None, "first", "last"])), max_size=3)


def ordered(order: list[tuple[str, bool, str | None]]) -> list[Any]:
    """Returns the order as ``order_by()`` takes it; NULLs last where nothing is said."""
    found = []
    for name, desc, nulls in order:
        where = {"nulls_first": True} if nulls == "first" else {"nulls_last": True}
        found.append(F(name).desc(**where) if desc else F(name).asc(**where))
    return found


@pytest.fixture(scope="module")
def lines(backend_module: Backend) -> Iterator[Backend]:
    """The table, on each server, and a secret."""
    before = os.environ.get("OXYDE_SECRET")
    os.environ["OXYDE_SECRET"] = "a secret"
    with oxyde.connect(backend_module.url):
        oxyde.sync.drop_tables(models=[PageLine], if_exists=True)
        oxyde.sync.create_tables(models=[PageLine])
        yield backend_module
        oxyde.sync.drop_tables(models=[PageLine])
    if before is None:
        del os.environ["OXYDE_SECRET"]
    else:
        os.environ["OXYDE_SECRET"] = before


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(LINES, max_size=14), order=ORDERS, size=st.integers(1, 5), more=st.lists(LINES, min_size=1, max_size=3))
def test_pages_together_are_all_rows(lines: Backend, rows: list[Any], order: list[Any], size: int, more: list[Any]) -> None:
    """Forwards and backwards, while rows are inserted between two pages."""
    objects = PageLine.objects.sync
    objects.delete()
    objects.bulk_create(rows)
    query = objects.order_by(*ordered(order))
    wanted = [row.id for row in query.order_by(*ordered(order), "id")]
    page = query.page(size=size)
    found = [row.id for row in page]
    while page.next is not None:
        page = query.page(page.next, size=size)
        found += [row.id for row in page]
    assert found == wanted
    back = [row.id for row in page]
    while page.prev is not None:
        page = query.page(before=page.prev, size=size)
        back = [*(row.id for row in page), *back]
    assert back == wanted

    page = query.page(size=size)
    found = [row.id for row in page]
    while page.next is not None:
        if len(found) < 30:
            objects.bulk_create(more)
        page = query.page(page.next, size=size)
        found += [row.id for row in page]
    assert len(found) == len(set(found))
    assert set(wanted) <= set(found)
    now = [row.id for row in query.order_by(*ordered(order), "id")]
    assert found == [key for key in now if key in set(found)]
