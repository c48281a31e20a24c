"""Many rows at once: mixed, of different columns, in batches, all or none."""

from __future__ import annotations

import contextlib
import uuid
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from oxyde import Field, FieldValueError, Model, UniqueViolationError, atomic, db
from oxyde.exceptions import FieldError, IntegrityError
from tests.backends import Backend
from tests.models import Author, Post, Tag
from tests.tables import statements, table, tables


class Part(Model):
    """Has defaults of every origin."""

    id: int | None = Field(default=None, db_pk=True)
    code: str = Field(db_unique=True, max_length=40)
    size: int | None = None
    price: Decimal = Field(default=Decimal("1.50"), max_digits=10, decimal_places=2)
    token: uuid.UUID = Field(default_factory=uuid.uuid4)
    kind: str = Field(max_length=10, db_default="'plain'")

    Meta = table("bulk_part")


class Attachment(Model):
    """Holds large values."""

    id: int | None = Field(default=None, db_pk=True)
    body: bytes
    name: str = Field(default="", max_length=20)

    Meta = table("bulk_attachment")


class Bare(Model):
    """Has nothing but what the database gives."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("bulk_bare")


async def test_mixed_rows(database: db.AsyncDatabase) -> None:
    """Instances and dictionaries, of different fields: every row gets its own values and defaults, in the order given."""
    async with tables(Part):
        given: list[Any] = [
            {"code": "a"},
            Part(code="b", size=5),
            {"code": "c", "size": 6, "kind": "odd"},
            Part(code="d", price=Decimal(2)),
        ]
        made = await Part.objects.bulk_create(given)
        assert made[1] is given[1]
        assert [(row.code, row.size, row.price, row.kind) for row in made] == [
            ("a", None, Decimal("1.50"), "plain"),
            ("b", 5, Decimal("1.50"), "plain"),
            ("c", 6, Decimal("1.50"), "odd"),
            ("d", None, Decimal("2.00"), "plain"),
        ]
        stored = {row.code: row for row in await Part.objects.all()}
        assert [stored[row.code] for row in made] == made
        assert len({row.token for row in made}) == 4
        assert all(isinstance(row.token, uuid.UUID) for row in stored.values())


@pytest.mark.parametrize("order", [1, -1])
async def test_the_columns_are_those_of_all_rows(database: db.AsyncDatabase, order: int) -> None:
    """No row loses a value because another one does not have it, whichever comes first."""
    async with tables(Part):
        rows = [Part(code="1"), Part(code="2", size=5)][::order]
        await Part.objects.bulk_create(rows)
        assert await Part.objects.order_by("code").values_list("size", flat=True).all() == [None, 5]


@pytest.mark.parametrize("size", [None, 1, 7, 1000])
async def test_batches(blog: Backend, size: int | None) -> None:
    """However the rows are split, keys come back to the instance that they belong to."""
    made = await Tag.objects.bulk_create([Tag(name=f"tag {number}") for number in range(50)], batch_size=size)
    stored = {row.id: row.name for row in await Tag.objects.all()}
    assert {row.id: row.name for row in made} == stored
    assert len(stored) == 50


async def test_more_rows_than_parameters(blog: Backend) -> None:
    """5,000 rows pass the parameter limits of every server, in one call."""
    made = await Author.objects.bulk_create({"name": f"n{number}", "email": f"e{number}"} for number in range(5_000))
    assert await Author.objects.count() == 5_000
    assert len({row.id for row in made}) == 5_000
    probe = made[4_321]
    assert (await Author.objects.get(id=probe.id)).email == "e4321"


async def test_a_failure_leaves_nothing(blog: Backend) -> None:
    """Not even the batches before it; the instances are as new as before."""
    rows = [Tag(name=f"tag {number}") for number in range(20)]
    rows[17].name = "tag 3"
    with pytest.raises(UniqueViolationError):
        await Tag.objects.bulk_create(rows, batch_size=5)
    assert await Tag.objects.count() == 0
    rows[17].name = "tag 17"
    await Tag.objects.bulk_create(rows, batch_size=5)
    assert await Tag.objects.count() == 20


async def test_a_failure_inside_a_block(blog: Backend) -> None:
    """Is undone to a savepoint where the application caught it around a nested block."""
    async with db.atomic():
        await Tag.objects.create(name="before")
        with pytest.raises(IntegrityError):
            async with db.atomic():
                await Tag.objects.bulk_create([{"name": "x"}, {"name": "x"}])
        await Tag.objects.create(name="after")
    assert await Tag.objects.order_by("id").values_list("name", flat=True).all() == ["before", "after"]


async def test_bad_values_are_met_before_anything_is_sent(blog: Backend) -> None:
    """One bad row is enough."""
    with statements() as sent:
        with pytest.raises(ValidationError):
            await Post.objects.bulk_create([{"title": "t"}, {"title": "t", "views": -1}])
        with pytest.raises(FieldError, match='did you mean "title"'):
            await Post.objects.bulk_create([{"titel": "t"}])
        with pytest.raises(FieldError, match="an unsaved Author"):
            await Post.objects.bulk_create([Post(title="t", author=Author(name="n", email="e"))])
        with pytest.raises(TypeError, match="takes its instances and dictionaries, not Tag"):
            await Post.objects.bulk_create([Tag(name="t")])
        with pytest.raises(TypeError, match=r"takes a list of rows, not dict: bulk_create\(\[...\]\)"):
            await Post.objects.bulk_create({"title": "t"})
        with pytest.raises(ValueError, match="batch_size"):
            await Post.objects.bulk_create([{"title": "t"}], batch_size=0)
        assert await Post.objects.bulk_create([]) == []
    assert sent == []
    assert await Post.objects.count() == 0


async def test_conflicts_can_be_ignored(blog: Backend) -> None:
    """Rows that are there already stay as they are, the others come; keys that the server makes stay None."""
    await Author.objects.create(name="first", email="a")
    made = await Author.objects.bulk_create([Author(name="second", email="a"), Author(name="third", email="b")], ignore_conflicts=True)
    assert [row.id for row in made] == [None, None]
    assert await Author.objects.order_by("id").values_list("name", "email").all() == [("first", "a"), ("third", "b")]


async def test_ignoring_conflicts_ignores_nothing_else(blog: Backend) -> None:
    """A missing related row is still an error."""
    with pytest.raises(IntegrityError):
        await Post.objects.bulk_create([{"title": "t", "author_id": 999_999}], ignore_conflicts=True)
    assert await Post.objects.count() == 0


async def test_given_keys(blog: Backend) -> None:
    """Keys that are given are kept, and keys that the server counts up afterwards do not meet them."""
    await Tag.objects.bulk_create([Tag(id=number, name=f"tag {number}") for number in (1, 2, 3)])
    await Tag.objects.bulk_create([Tag(id=1_000_000, name="high"), Tag(name="counted")])
    last = await Tag.objects.create(name="last")
    assert last.id not in {1, 2, 3, 1_000_000}
    assert await Tag.objects.count() == 6


async def test_rows_of_nothing_but_defaults(database: db.AsyncDatabase) -> None:
    """Every one of them is a row."""
    async with tables(Bare):
        made = await Bare.objects.bulk_create([Bare(), {}, Bare()])
        one = await Bare.objects.create()
        assert len({row.id for row in [*made, one]}) == 4
        assert await Bare.objects.count() == 4


async def test_saving_after_a_bulk(blog: Backend) -> None:
    """The instances know their rows: saving one updates it."""
    (tag,) = await Tag.objects.bulk_create([Tag(name="a")])
    tag.name = "b"
    await tag.save()
    assert await Tag.objects.values_list("name", flat=True).all() == ["b"]


async def test_rows_beyond_a_packet(database: db.AsyncDatabase) -> None:
    """300 rows of 64 KiB are more than MariaDB takes in a statement: they are cut by bytes, and are all there or none."""
    async with tables(Attachment):
        rows = [Attachment(body=bytes([number % 256]) * 65_536, name=str(number)) for number in range(300)]
        await Attachment.objects.bulk_create(rows)
        stored = await Attachment.objects.order_by("id").all()
        assert [(one.id, one.name, one.body) for one in stored] == [(one.id, one.name, one.body) for one in rows]
        first = rows[0].id
        assert first is not None
        taken = [Attachment(id=first + 1_000 + number, body=one.body) for number, one in enumerate(rows)]
        with pytest.raises(UniqueViolationError):
            await Attachment.objects.bulk_create([*taken, Attachment(id=first, body=b"")])
        assert await Attachment.objects.count() == 300
        async with atomic():
            await Attachment.objects.bulk_create([Attachment(body=b"x" * 65_536) for _ in range(299)])
        assert await Attachment.objects.count() == 599


async def test_a_value_beyond_a_packet(backend: Backend, database: db.AsyncDatabase) -> None:
    """What fits is stored; what does not is refused before it is sent, in every way to send it, and the connection stays."""
    if backend.dialect not in {"mariadb", "mysql"}:
        pytest.skip("the others take a gigabyte")
    packet = (await db.execute_raw("SELECT @@max_allowed_packet AS size"))[0]["size"]
    async with tables(Attachment):
        stored = await Attachment.objects.create(body=b"x" * (packet - 160))
        assert len((await Attachment.objects.get(id=stored.id)).body) == packet - 160
        for size in range(packet - 120, packet + 41, 40):
            with contextlib.suppress(FieldValueError):
                await Attachment.objects.create(body=b"x" * size)
        with pytest.raises(FieldValueError, match=rf"^Attachment\.body: {packet} bytes are too many"):
            await Attachment.objects.create(body=b"x" * packet)
        count = await Attachment.objects.count()
        with pytest.raises(FieldValueError, match="bytes are too many"):
            await Attachment.objects.bulk_create([Attachment(body=b"y"), Attachment(body=b"x" * packet)])
        with pytest.raises(FieldValueError, match="bytes are too many"):
            await Attachment.objects.filter(name="x" * packet).count()
        with pytest.raises(FieldValueError, match="bytes are too many"):
            await db.execute_raw("SELECT ?", ["x" * packet])
        assert await Attachment.objects.count() == count
