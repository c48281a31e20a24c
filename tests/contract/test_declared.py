"""Columns that a table declares in a way of its own: the field's ``db_type`` makes them found, and without it reading refuses."""

from __future__ import annotations

import csv
import datetime as dt
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from pathlib import Path
from typing import Any, Final

import pytest

import oxyde
from oxyde import DecodeError, Field, Model
from tests import backends
from tests.backends import Servers
from tests.tables import table

LOOKUPS: Final[dict[str, Callable[[Any, Any], bool]]] = {"exact": eq, "lt": lt, "lte": le, "gt": gt, "gte": ge}
KEYS: Final = [uuid.UUID(int=0xA0 << 120 | number) for number in (5, 3, 4)]


def agree(model: Any, name: str, values: list[Any]) -> None:
    """Checks that comparisons, lists, orders and extremes are those of the values."""
    query = model.objects.sync
    for value in values:
        for lookup, holds in LOOKUPS.items():
            assert query.filter(**{f"{name}__{lookup}": value}).count() == sum(holds(one, value) for one in values), (name, lookup, value)
        assert query.filter(**{f"{name}__in": [value, values[0]]}).count() == len({value, values[0]})
        assert query.filter(**{f"{name}__between": (value, max(values))}).count() == sum(value <= one for one in values)
    assert [getattr(row, name) for row in query.order_by(name).all()] == sorted(values)
    assert sorted(row[name] for row in query.values(name).distinct().all()) == sorted(set(values))
    assert query.filter(**{f"{name}__in": model.objects.filter(**{name: values[0]}).values(name)}).count() == 1
    if not isinstance(values[0], uuid.UUID):
        assert (query.max(name), query.min(name)) == (max(values), min(values))


@pytest.fixture
def server(servers: Servers) -> Iterator[None]:
    """A connection to MariaDB, with a table that another tool made."""
    if "mariadb" not in backends.names():
        pytest.skip("no MariaDB is there")
    with oxyde.connect(servers.get("mariadb").url, "default"):
        raw = oxyde.sync.execute_raw
        raw("DROP TABLE IF EXISTS declared_thing")
        raw(
            "CREATE TABLE declared_thing (id BINARY(16) PRIMARY KEY, short CHAR(32), native UUID, took TIME(6), number VARCHAR(20), "
            "price VARCHAR(40), ratio TEXT, flags BIT(9), INDEX (short))"
        )
        yield
        raw("DROP TABLE declared_thing")


def test_mariadb_finds_what_is_declared(server: None) -> None:
    """UUIDs in BINARY(16) and CHAR(32), timedeltas in TIME, numbers in text and bits: stored, found, sorted, changed and deleted."""

    class Thing(Model):
        """A row of the table."""

        id: uuid.UUID = Field(db_pk=True, db_type="BINARY(16)")
        short: uuid.UUID = Field(db_type="CHAR(32)")
        native: uuid.UUID
        took: dt.timedelta = Field(db_type="TIME(6)")
        number: int = Field(db_type="VARCHAR(20)")
        price: Decimal = Field(db_type="VARCHAR(40)")
        ratio: float = Field(db_type="TEXT")
        flags: int = Field(db_type="BIT(9)")

        Meta = table("declared_thing")

    took = [dt.timedelta(hours=100, microseconds=5), -dt.timedelta(seconds=3, microseconds=1), dt.timedelta(0)]
    prices = [Decimal("9.5"), Decimal("10.25"), Decimal(100)]
    values: dict[str, list[Any]] = {
        **dict.fromkeys(("id", "short", "native"), KEYS),
        "took": took,
        "number": [9, 25, 100],
        "price": prices,
        "ratio": [9.5, 10.25, 100.0],
        "flags": [9, 300, 11],
    }
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    query = Thing.objects.sync
    query.create(**rows[0])
    query.bulk_create([Thing(**row) for row in rows[1:]])
    assert [row.model_dump() for row in query.order_by("number").all()] == rows
    for name, column in values.items():
        agree(Thing, name, column)
    (stored,) = oxyde.sync.execute_raw("SELECT HEX(id) AS id, short FROM declared_thing WHERE number = '9'")
    assert stored == {"id": KEYS[0].hex.upper(), "short": KEYS[0].hex}
    assert query.filter(id=KEYS[1]).update(took=dt.timedelta(hours=1), short=KEYS[2]) == 1
    (changed,) = query.filter(id=KEYS[1]).update(number=26, returning=True)
    assert (changed.took, changed.short, changed.number) == (dt.timedelta(hours=1), KEYS[2], 26)
    plan = oxyde.sync.execute_raw("EXPLAIN " + Thing.objects.filter(short=KEYS[0]).sql()[0].replace("?", "'x'"))
    assert plan[0]["key"] == "short"
    assert query.filter(id=KEYS[1]).delete() == 1


def test_mariadb_refuses_what_is_not(server: None) -> None:
    """Without db_type such a value would not be found: it is not read, and the error says what to write."""

    class Plain(Model):
        """The same table, of which the model says nothing."""

        id: uuid.UUID = Field(db_pk=True)
        short: uuid.UUID
        native: uuid.UUID
        took: dt.timedelta
        number: int
        price: Decimal
        ratio: float
        flags: bytes

        Meta = table("declared_thing")

    key = KEYS[0]
    oxyde.sync.execute_raw(
        "INSERT INTO declared_thing VALUES (:id, :hex, :key, '01:00:00', '9', '9.5', '9.5', b'1')",
        {"id": key.bytes, "hex": key.hex, "key": key},
    )
    remedies = {
        "id": "BINARY.16",
        "short": "CHAR.32",
        "took": 'db_type="TIME"',
        "number": "VARCHAR",
        "price": "VARCHAR",
        "ratio": "TEXT",
        "flags": "declare the field int",
    }
    for name, remedy in remedies.items():
        with pytest.raises(DecodeError, match=f"declared_thing.{name} .*{remedy}"):
            Plain.objects.sync.values(name).all()
    assert Plain.objects.sync.filter(native=key).values("native").all() == [{"native": key}]


class Person(Model):
    """A row of a file of comma-separated values, imported as text."""

    id: int = Field(db_pk=True, db_type="TEXT")
    name: str
    age: int = Field(db_type="TEXT")
    score: Decimal = Field(max_digits=10, decimal_places=2, db_type="TEXT")

    Meta = table("declared_person")


@pytest.fixture
def imported(tmp_path: Path) -> Iterator[None]:
    """A connection to an SQLite file whose numbers are text."""
    lines = "id,name,age,score\n1,Ann,9,9.5\n2,Bob,025,10.25\n3,Cyd,100,1E+2\n".splitlines()
    with closing(sqlite3.connect(tmp_path / "csv.db")) as connection:
        connection.execute("CREATE TABLE declared_person (id TEXT, name TEXT, age TEXT, score TEXT)")
        connection.executemany("INSERT INTO declared_person VALUES (:id, :name, :age, :score)", csv.DictReader(lines))
        connection.commit()
    with oxyde.connect(f"sqlite:///{tmp_path / 'csv.db'}"):
        yield


def test_sqlite_finds_numbers_in_text(imported: None) -> None:
    """They are compared, sorted, added up, changed and deleted as the numbers that they are."""
    agree(Person, "age", [9, 25, 100])
    agree(Person, "score", [Decimal("9.50"), Decimal("10.25"), Decimal("100.00")])
    query = Person.objects.sync
    assert (query.sum("age"), query.avg("age"), query.get(id=2).name) == (134, pytest.approx(44.666_666), "Bob")
    assert query.filter(id=2).update(age=26) == 1
    assert query.get(age=26).id == 2
    assert query.filter(id=2).delete() == 1


def test_sqlite_refuses_them_otherwise(imported: None) -> None:
    """Text in a column of ints is not read, and the error says what to write."""

    class Bare(Model):
        """The same table, of which the model says nothing."""

        id: int = Field(db_pk=True)
        age: int
        score: Decimal = Field(max_digits=10, decimal_places=2)

        Meta = table("declared_bare")

    oxyde.sync.execute_raw("ALTER TABLE declared_person RENAME TO declared_bare")
    for name in ("id", "age", "score"):
        with pytest.raises(DecodeError, match=f'declared_bare.{name}".*db_type="TEXT"'):
            Bare.objects.sync.values(name).all()
