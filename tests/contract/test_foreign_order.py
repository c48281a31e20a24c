"""The first rows of an order of SQLite values in several spellings: those that Python finds, with the index of the column."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from pydantic import AwareDatetime

import oxyde
from oxyde import Field, Model
from tests.contract.test_foreign_files import WRITERS
from tests.tables import table

UTC: Final = dt.timezone.utc
START: Final = dt.datetime(2024, 2, 28, 22)


class Seen(Model):
    """A row that may be ordered by any of its columns."""

    id: int = Field(db_pk=True)
    at: dt.datetime = Field(db_index=True)
    tz: AwareDatetime = Field(db_index=True)
    clock: dt.time = Field(db_index=True)
    key: uuid.UUID = Field(db_index=True)
    kind: int

    Meta = table("foreign_seen")


FIELDS: Final = ("at", "tz", "clock", "key")


def make(path: Path, seed: int, spelt: list[str]) -> list[Seen]:
    """Writes rows that lie close together, each as one of the tools spells them, and returns what they mean."""
    random = Random(seed)
    made = []
    for number in range(1, 61):
        at = START + dt.timedelta(minutes=random.randrange(0, 60 * 80, 20), microseconds=random.choice([0, 0, 1, 500_000]))
        key = uuid.UUID(int=random.getrandbits(8) << 120 | random.getrandbits(2) << 96 | random.getrandbits(2))
        made.append(Seen(id=number, at=at, tz=at.replace(tzinfo=UTC), clock=at.time(), key=key, kind=number % 3))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE foreign_seen (id INTEGER PRIMARY KEY, at DATETIME, tz TIMESTAMPTZ, clock TIME, key BLOB, kind INT)"
        )
        for row in made:
            one = WRITERS[random.choice(spelt)]
            values = (row.id, one.at(row.at), one.tz(row.tz), one.clock(row.clock), one.key(row.key), row.kind)
            connection.execute("INSERT INTO foreign_seen VALUES (?, ?, ?, ?, ?, ?)", values)
        for field in FIELDS:
            connection.execute(f"CREATE INDEX ix_{field} ON foreign_seen ({field})")
        connection.commit()
    return made


@pytest.fixture(params=[*range(4), "sqlite3", "tortoise", "javascript"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Seen]]:
    """A connection to such a file: of all tools together, or of one."""
    several = isinstance(request.param, int)
    made = make(tmp_path / "seen.db", request.param if several else 7, list(WRITERS) if several else [request.param])
    with oxyde.connect(f"sqlite:///{tmp_path / 'seen.db'}"):
        yield made


def test_the_first_rows(rows: list[Seen]) -> None:
    """Any limit and offset, both directions, with and without a filter, inside another query and of changed rows."""
    query = Seen.objects.sync
    for field in FIELDS:
        for desc in (False, True):
            for kind in (None, 1):
                chosen = [row for row in rows if kind is None or row.kind == kind]
                asked = query if kind is None else query.filter(kind=kind)
                ids = [row.id for row in sorted(sorted(chosen, key=lambda row: row.id), key=lambda row: getattr(row, field), reverse=desc)]
                ordered = asked.order_by(f"-{field}" if desc else field, "id")
                for offset, limit in ((0, 0), (0, 1), (0, 7), (3, 5), (18, 4), (0, 100), (55, 10), (200, 5)):
                    found: list[Any] = ordered.offset(offset).limit(limit).all()
                    assert [row.id for row in found] == ids[offset : offset + limit], (field, desc, kind, offset, limit)
                inner = (Seen.objects if kind is None else Seen.objects.filter(kind=kind)).order_by(f"-{field}" if desc else field, "id")
                assert {row.id for row in query.filter(id__in=inner.limit(6).values("id")).all()} == set(ids[:6])
    first = min(rows, key=lambda row: (row.tz, row.id))
    assert query.order_by("tz", "id").limit(1).update(kind=9) == 1
    assert query.get(kind=9).id == first.id


def test_an_index_finds_them(rows: list[Seen]) -> None:
    """The table is not read from end to end."""
    for field in FIELDS:
        for order in (field, f"-{field}"):
            sql = Seen.objects.order_by(order).limit(5).sql()[0]
            plan = [row["detail"] for row in oxyde.sync.execute_raw("EXPLAIN QUERY PLAN " + sql.replace("?", "5"))]
            assert any(f"USING INDEX ix_{field}" in line or f"USING COVERING INDEX ix_{field}" in line for line in plan), (order, plan)
            assert "SCAN foreign_seen" not in plan, (order, plan)
