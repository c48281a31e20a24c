"""A row is found by a UUID that is its key, however the table spells it: in counts, aggregates, compounds and queries inside queries."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from oxyde import Field, Model, db

FIRST, SECOND, NONE = (uuid.UUID(int=number) for number in (1, 2, 3))


class Part(Model):
    """A row of a table that another tool made."""

    id: uuid.UUID = Field(db_pk=True)
    name: str
    size: int | None = None
    whole: Part | None = None

    class Meta:
        """Its table."""

        is_table = True
        table_name = "uuid_part"
        managed = False


@pytest.fixture(params=["str", "hex"])
async def parts(database: db.AsyncDatabase, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """The table; in SQLite its keys are spelt as ours are, or as SQLAlchemy spells them."""
    kind = {"postgres": "uuid", "sqlite": "char(32)"}.get(database.backend, "char(36)")
    spelt = [one.hex if request.param == "hex" and database.backend == "sqlite" else str(one) for one in (FIRST, SECOND)]
    await db.execute_raw(f"CREATE TABLE uuid_part (id {kind} PRIMARY KEY, name varchar(9), size integer, whole_id {kind})")
    try:
        await db.execute_raw(f"INSERT INTO uuid_part VALUES ('{spelt[0]}', 'a', 5, NULL), ('{spelt[1]}', 'b', 7, '{spelt[0]}')")
        yield
    finally:
        await db.execute_raw("DROP TABLE uuid_part")


@pytest.mark.usefixtures("parts")
async def test_counts_and_aggregates() -> None:
    """A count of no rows is a row as well, and must not be taken for the answer."""
    for key, found in ((FIRST, 1), (SECOND, 1), (NONE, 0)):
        rows = Part.objects.filter(id=key)
        assert await rows.count() == await Part.objects.filter(pk=key).count() == len(await rows.all()) == found
        assert await rows.exists() is bool(found)
        assert await Part.objects.exclude(id=key).count() == 2 - found
        assert await rows.distinct().count() == found
    second = Part.objects.filter(id=SECOND)
    assert (await second.max("name"), await second.min("size"), await second.sum("size"), await second.avg("size")) == ("b", 7, 7, 7.0)
    assert await Part.objects.filter(id=NONE).max("name") is None


@pytest.mark.usefixtures("parts")
async def test_compounds_and_queries_inside() -> None:
    """A member of a compound is a query without a limit."""
    first, second = Part.objects.filter(id=FIRST), Part.objects.filter(id=SECOND)
    assert await first.union(second).count() == 2
    assert {one.name for one in await second.union_all(first).all()} == {"a", "b"}
    assert await Part.objects.filter(id__in=first.values("id")).values_list("name", flat=True).all() == ["a"]
    assert await Part.objects.filter(whole_id__in=first.values("id")).count() == 1
    assert [await Part.objects.filter(**{path: FIRST}).count() for path in ("whole", "whole_id", "whole__id")] == [1, 1, 1]
    joined = await Part.objects.join("whole").get(id=SECOND)
    assert joined.whole is not None
    assert joined.whole.name == "a"
    assert await second.values("name", "whole__name").all() == [{"name": "b", "whole__name": "a"}]
