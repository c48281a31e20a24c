"""Every column type, edge values included, written three ways and read four ways: all agree, or a named error says why not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import oxyde
from tests.backends import Backend
from tests.property import everything, witness
from tests.property.everything import FIELDS, Everything

ROWS = 24
EXAMPLES = 60 * (10 if os.environ.get("OXYDE_LONG") else 1)
ENOUGH = 20_000


@pytest.fixture(scope="module")
def table(backend_module: Backend) -> Iterator[Backend]:
    """The table, on each server."""
    connection = oxyde.connect(backend_module.url)
    oxyde.sync.drop_tables(models=[Everything], if_exists=True)
    oxyde.sync.create_tables(models=[Everything])
    yield backend_module
    oxyde.sync.drop_tables(models=[Everything])
    connection.close()


def write(dialect: str, rows: list[dict[str, Any]]) -> None:
    """Writes a third of the rows as models, a third in bulk, a third as literals of raw SQL."""
    third = len(rows) // 3
    for row in rows[:third]:
        Everything.objects.sync.create(**row)
    Everything.objects.sync.bulk_create([Everything(**row) for row in rows[third : 2 * third]])
    quote = "`{}`" if dialect in {"mysql", "mariadb"} else '"{}"'
    names = ", ".join(quote.format(name) for name in FIELDS)
    for row in rows[2 * third :]:
        values = ", ".join(witness.literal(dialect, name, row[name]) for name in FIELDS)
        oxyde.sync.execute_raw(f"INSERT INTO round_trip ({names}) VALUES ({values})")


def test_round_trip(table: Backend) -> None:
    """All paths agree on every value."""
    read = witness.reader(table.dialect, table.url)
    quote = "`{}`" if table.dialect in {"mysql", "mariadb"} else '"{}"'
    sql = "SELECT {} FROM round_trip ORDER BY id".format(", ".join(quote.format(name) for name in FIELDS))
    counted = 0

    # A difference names its path, field and value; making the example smaller would take minutes.
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=[Phase.generate])
    @given(everything.rows(table.dialect))
    def check(rows: list[dict[str, Any]]) -> None:
        nonlocal counted
        Everything.objects.sync.delete()
        write(table.dialect, rows)
        query = Everything.objects.order_by("id")
        models, values = query.sync.all(), query.values(*FIELDS).sync.all()
        arrow = query.values(*FIELDS).sync.to_arrow().to_pylist()
        other = read(sql)
        assert len(models) == len(values) == len(arrow) == len(other) == len(rows)
        for number, row in enumerate(rows):
            for position, name in enumerate(FIELDS):
                wanted = row[name]
                found = {
                    "model": getattr(models[number], name),
                    "values": values[number][name],
                    "witness": witness.understand(table.dialect, name, other[number][position]),
                }
                for path, value in found.items():
                    assert everything.same(value, wanted), (path, name, wanted, value)
                flat = everything.from_arrow(name, arrow[number][name])
                assert everything.same(flat, everything.arrow_value(name, wanted)), ("arrow", name, wanted, flat)
                counted += 1

    check()
    assert counted >= ENOUGH


@pytest.mark.parametrize(
    ("field", "value"),
    [("integer", 2**63), ("integer", -(2**63) - 1), ("text", "\ud800")],
)
def test_values_that_no_server_holds(table: Backend, field: str, value: Any) -> None:
    """A value that cannot be sent is refused by a named error, and nothing is written."""
    before = Everything.objects.sync.count()
    with pytest.raises(oxyde.FieldValueError, match=rf"^Everything\.{field}\b"):
        Everything.objects.sync.create(**{field: value})
    assert Everything.objects.sync.count() == before
