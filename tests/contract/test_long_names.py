"""Names beyond what a server keeps: refused where tables are made, kept apart where a query gives them."""

from __future__ import annotations

import pytest

from oxyde import F, Field, Model, db
from oxyde.exceptions import UnsupportedError
from tests.backends import Backend
from tests.tables import table, tables

LONG = "n" * 70


class Measure(Model):
    """Has short names."""

    id: int | None = Field(default=None, db_pk=True)
    size: int

    Meta = table("long_measure")


class LongTable(Model):
    """Has a name that no server but SQLite keeps."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("t" * 65)


class LongColumns(Model):
    """Has two columns whose names differ beyond 64 characters."""

    id: int | None = Field(default=None, db_pk=True)
    left: int = Field(db_column=f"{LONG}_left")
    right: int = Field(db_column=f"{LONG}_right")

    Meta = table("long_columns")


@pytest.mark.parametrize("model", [LongTable, LongColumns])
async def test_tables_with_long_names(backend: Backend, database: db.AsyncDatabase, model: type[Model]) -> None:
    """SQLite keeps any name; the others would cut it or complain: refused before anything is sent."""
    if backend.dialect == "sqlite":
        async with tables(model):
            assert await model.objects.count() == 0
        return
    most = "63 bytes" if backend.dialect == "postgres" else "64 characters"
    with pytest.raises(UnsupportedError, match=rf"is too long for {backend.dialect}, which allows {most}; choose a shorter one"):
        await db.create_tables(models=[model])


async def test_names_that_a_query_gives(database: db.AsyncDatabase) -> None:
    """Annotations that differ beyond the limit stay apart, filtered, ordered, grouped in a union and read."""
    left, right = f"{LONG}_left", f"{LONG}é_right"
    async with tables(Measure):
        await Measure.objects.bulk_create([Measure(size=size) for size in (3, 1, 2)])
        query = Measure.objects.annotate(**{left: F("size") + 1, right: F("size") + 10})
        expected = [{left: 3, right: 12}, {left: 4, right: 13}]
        assert await query.filter(**{f"{right}__gt": 11}).order_by(left).values(left, right).all() == expected
        rows = await query.order_by(f"-{right}").all()
        assert [getattr(row, right) for row in rows] == [13, 12, 11]
        both = query.values(left, right).union(query.values(left, right))
        assert sorted(row[right] for row in await both.all()) == [11, 12, 13]
