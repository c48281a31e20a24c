"""``json()`` is what Pydantic dumps, byte for byte, for every column type, edge values included."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

import oxyde
from oxyde.models import json_rows
from tests.backends import Backend
from tests.property import everything
from tests.property.everything import Everything

EXAMPLES = 12 * (25 if os.environ.get("OXYDE_LONG") else 1)


@pytest.fixture(scope="module")
def table(backend_module: Backend) -> Iterator[Backend]:
    """The table, on each server."""
    connection = oxyde.connect(backend_module.url)
    oxyde.sync.drop_tables(models=[Everything], if_exists=True)
    oxyde.sync.create_tables(models=[Everything])
    yield backend_module
    oxyde.sync.drop_tables(models=[Everything])
    connection.close()


def test_json_is_what_the_instances_dump(table: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is written without them, nearly always; bytes that are no text are refused by both."""
    written, dumped = 0, list[int]()
    assert json_rows._fields(Everything.__oxyde__)
    adapter, slow = TypeAdapter(list[Everything]), json_rows._dumped

    def dump(chain: Any, rows: list[Any]) -> bytes:
        text = slow(chain, rows)
        dumped.append(len(rows))
        return text

    monkeypatch.setattr(json_rows, "_dumped", dump)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],
    )
    @given(everything.rows(table.dialect), st.booleans())
    def check(rows: list[dict[str, Any]], has_text: bool) -> None:
        nonlocal written
        Everything.objects.sync.delete()
        for row in rows if has_text else ():
            row.update({name: value.decode("latin-1").encode() for name, value in row.items() if isinstance(value, bytes)})
        Everything.objects.sync.bulk_create([Everything(**row) for row in rows])
        query = Everything.objects.order_by("id")
        try:
            wanted = adapter.dump_json(query.sync.all())
        except ValueError as refused:
            with pytest.raises(type(refused)):
                query.sync.json()
            return
        assert query.sync.json() == wanted
        written += len(rows)

    check()
    assert written >= 50
    assert sum(dumped) <= written * 0.6, "these rows needed instances"
