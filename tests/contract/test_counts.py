"""How many rows a statement says that it changed."""

from __future__ import annotations

from oxyde import Field, Model, db, execute_raw
from tests.tables import table, tables


class Tally(Model):
    """A row with a key that may be there already."""

    id: int = Field(db_pk=True)
    name: str = Field(max_length=20, db_unique=True)

    Meta = table("counts_tally")


async def test_only_changes_are_counted(database: db.AsyncDatabase) -> None:
    """A SELECT behind WITH changes nothing; the skipped rows of an insert are none that it wrote."""
    counts: list[int | None] = []
    async with tables(Tally):
        stop = db.events.on_statement(lambda event: counts.append(event.affected))
        try:
            await execute_raw("WITH x AS (SELECT 1 AS a UNION SELECT 2) SELECT a FROM x")
            await Tally.objects.bulk_create([Tally(id=1, name="a"), Tally(id=2, name="b")])
            await Tally.objects.bulk_create([Tally(id=n, name=name) for n, name in ((1, "x"), (3, "b"), (4, "d"))], ignore_conflicts=True)
            await Tally.objects.bulk_create([Tally(id=1, name="a")], ignore_conflicts=True)
        finally:
            stop()
        assert counts == [0, 2, 1, 0]
        assert await Tally.objects.count() == 3
