"""Wrong results that were measured in another data layer, one short test for each: values, columns and what a write stores."""

from __future__ import annotations

import datetime as dt
import enum
import ipaddress
import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, HttpUrl, ValidationError

from oxyde import DecodeError, F, Field, FieldError, FieldLookupValueError, Max, Model, Sum, atomic, db, execute_raw
from tests.backends import Backend, Servers
from tests.models import Author, Post
from tests.tables import table, tables


class TrapMood(str, enum.Enum):
    """An enumeration."""

    CALM = "calm"
    WILD = "wild"


class TrapPlace(BaseModel):
    """A part of a row."""

    street: str
    number: int


class TrapGoods(Model):
    """A row whose columns have other names than its fields, and prices."""

    id: int | None = Field(default=None, db_pk=True)
    views: int = Field(default=0, db_column="n_views")
    price: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)

    Meta = table("trap_goods")


class TrapOwner(Model):
    """Is pointed to by another field than its key."""

    id: int | None = Field(default=None, db_pk=True)
    uid: str = Field(max_length=20, db_unique=True)

    Meta = table("trap_owner")


class TrapPet(Model):
    """Points to the other field."""

    id: int | None = Field(default=None, db_pk=True)
    owner: TrapOwner = Field(db_fk="uid")

    Meta = table("trap_pet")


class TrapToken(Model):
    """Makes its key itself, and has values of many types."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, db_pk=True)
    mood: TrapMood = TrapMood.CALM
    cost: Decimal = Field(default=Decimal(0), max_digits=10, decimal_places=2)
    seen: dt.datetime | None = None

    Meta = table("trap_token")


class TrapProfile(Model):
    """Has an alias, a part, and types that JSON and text stand for."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(alias="fullName")
    place: TrapPlace
    codes: set[int] = Field(default_factory=set)
    site: HttpUrl | None = None
    address: ipaddress.IPv4Address | None = None

    Meta = table("trap_profile")


@pytest.fixture
async def goods(database: db.AsyncDatabase) -> AsyncIterator[db.AsyncDatabase]:
    """Two goods: of 10 and of 9."""
    async with tables(TrapGoods):
        await TrapGoods.objects.bulk_create([{"id": 1, "views": 5, "price": "10.00"}, {"id": 2, "views": 7, "price": "9.00"}])
        yield database


RAW = {
    "sqlite": (
        "SELECT 9223372036854775807 AS big, 0.1 AS real, 'text' AS text, NULL AS none",
        {"big": 2**63 - 1, "real": 0.1, "text": "text", "none": None},
    ),
    "mysql": (
        (
            "SELECT CAST(18446744073709551615 AS UNSIGNED) AS big, CAST('-838:59:59' AS TIME) AS span,"
            " CAST('12345678901234567890.12345678901234567890' AS DECIMAL(65,20)) AS digits"
        ),
        {
            "big": 2**64 - 1,
            "span": -dt.timedelta(hours=838, minutes=59, seconds=59),
            "digits": Decimal("12345678901234567890.12345678901234567890"),
        },
    ),
    "postgres": (
        (
            "SELECT 7::smallint AS small, 1.5::real AS real, interval '1 day 1 second' AS span, '08:00+02'::timetz AS clock,"
            " '10.0.0.1'::inet AS host, 1234567890123456789012345678901234567890.5::numeric AS digits, ARRAY[1, NULL, 3] AS list,"
            " 'xl'::trap_size AS size, ARRAY['s']::trap_size[] AS sizes"
        ),
        {
            "small": 7,
            "real": 1.5,
            "span": dt.timedelta(days=1, seconds=1),
            "clock": dt.time(8, tzinfo=dt.timezone(dt.timedelta(hours=2))),
            "host": "10.0.0.1",
            "digits": Decimal("1234567890123456789012345678901234567890.5"),
            "list": [1, None, 3],
            "size": "xl",
            "sizes": ["s"],
        },
    ),
}
"""A row of values of each server's own types, and what they are."""


async def test_trap_01_raw_values_are_exact(database: db.AsyncDatabase) -> None:
    """Small and large numbers, intervals, addresses, arrays and enumerations are values, never None."""
    sql, wanted = RAW[database.backend]
    async with atomic():
        if database.backend == "postgres":
            await execute_raw("CREATE TYPE trap_size AS ENUM ('s', 'xl')")
        assert await execute_raw(sql) == [wanted]
        if database.backend == "postgres":
            await execute_raw("DROP TYPE trap_size")


async def test_trap_02_infinity_is_an_error(servers: Servers) -> None:
    """A moment of PostgreSQL that Python has no value for raises, and the connection lives on."""
    async with db.connect(servers.get("postgres").url):
        with pytest.raises(DecodeError, match='"at"'):
            await execute_raw("SELECT 'infinity'::timestamp AS at")
        assert await execute_raw("SELECT 1 AS one") == [{"one": 1}]


async def test_trap_03_bytes_without_a_column(database: db.AsyncDatabase) -> None:
    """A literal of bytes is bytes."""
    literal = {"postgres": "'\\x00ff'::bytea"}.get(database.backend, "x'00ff'")
    assert await execute_raw(f"SELECT {literal} AS bytes") == [{"bytes": b"\x00\xff"}]


async def test_trap_04_names_of_columns(goods: db.AsyncDatabase) -> None:
    """Expressions, sums and counts up go to the column, not to a string of the field's name."""
    assert await TrapGoods.objects.sum("views") == 12
    assert await TrapGoods.objects.aggregate(most=Max("views"), all=Sum("views")) == {"most": 7, "all": 12}
    assert await TrapGoods.objects.filter(id=1).update(views=F("views") + 1) == 1
    assert await TrapGoods.objects.filter(id=1).increment("views", by=2) == 1
    assert (await TrapGoods.objects.get(id=1)).views == 8


async def test_trap_05_foreign_keys_to_other_fields(database: db.AsyncDatabase) -> None:
    """A join and a filter compare with the field that the key points to."""
    async with tables(TrapOwner, TrapPet):
        await TrapOwner.objects.create(id=40, uid="x")
        owner = await TrapOwner.objects.create(id=41, uid="u-1")
        pet = await TrapPet.objects.create(owner=owner)
        assert pet.owner_uid == "u-1"  # type: ignore[attr-defined, unused-ignore] # the column of the relation
        (found,) = await TrapPet.objects.join("owner").all()
        assert found.owner.id == 41
        assert await TrapPet.objects.filter(owner=owner).count() == await TrapPet.objects.filter(owner__id=41).count() == 1


async def test_trap_06_related_objects_are_stored(blog: Backend) -> None:
    """By create(), by assignment, by update(); they are also what lookups take."""
    ada = await Author.objects.create(name="Ada", email="a@x")
    bob = await Author.objects.create(name="Bob", email="b@x")
    post = await Post.objects.create(title="One", author=ada)
    assert await Post.objects.values_list("author_id", flat=True).all() == [ada.id]
    post.author = bob
    await post.save()
    assert await Post.objects.filter(author=bob).count() == 1
    assert await Post.objects.filter(author=bob).update(author=ada) == 1
    assert await Post.objects.filter(author=ada).count() == 1


async def test_trap_10_decimals_compare_as_numbers(goods: db.AsyncDatabase) -> None:
    """10 is more than 9."""
    assert await TrapGoods.objects.filter(price__gt=9).values_list("id", flat=True).all() == [1]
    assert await TrapGoods.objects.order_by("price").values_list("id", flat=True).all() == [2, 1]
    assert await TrapGoods.objects.max("price") == Decimal("10.00")


async def test_trap_11_ints_that_do_not_fit(blog: Backend) -> None:
    """They are refused before anything is stored, and comparable all the same."""
    for value in (2**63, -(2**63) - 1, 10**30):
        with pytest.raises((FieldError, ValidationError)):
            await Post.objects.create(title="Large", views=value)
        assert await Post.objects.filter(views=value).count() == 0
    assert await Post.objects.count() == 0
    assert (await Post.objects.create(title="Largest", views=2**63 - 1)).views == 2**63 - 1
    assert await Post.objects.filter(views__lt=2**63).values_list("views", flat=True).all() == [2**63 - 1]


async def test_trap_12_values_are_checked_before_they_are_written(blog: Backend) -> None:
    """By update(), by lookups, by assignment and save()."""
    post = await Post.objects.create(title="One", views=1)
    for wrong in ("abc", -5, None):
        with pytest.raises(FieldError):
            await Post.objects.update(views=wrong)
    with pytest.raises(FieldLookupValueError):
        Post.objects.filter(views="abc")
    post.views = -5
    with pytest.raises(ValidationError):
        await post.save()
    assert await Post.objects.values_list("views", flat=True).all() == [1]


async def test_trap_13_zones_are_not_dropped(blog: Backend) -> None:
    """An aware moment is refused where the column is naive."""
    aware = dt.datetime(2024, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    with pytest.raises((FieldError, ValidationError), match=r"zone|aware|naive"):
        await Post.objects.create(title="Late", published=aware)
    with pytest.raises(FieldError):
        await Post.objects.update(published=aware)
    with pytest.raises(FieldLookupValueError):
        Post.objects.filter(published=aware)
    assert await Post.objects.count() == 0


async def test_trap_14_loaded_relations_stay(blog: Backend) -> None:
    """After save() and after refresh()."""
    ada = await Author.objects.create(name="Ada", email="a@x")
    await Post.objects.create(title="One", author=ada)
    post = await Post.objects.join("author").get()
    post.title = "Two"
    await post.save()
    await post.refresh()
    assert post.author is not None
    assert post.author.name == "Ada"
    author = await Author.objects.prefetch("posts").get()
    author.bio = "new"
    await author.save()
    assert [one.title for one in author.posts] == ["Two"]


async def test_trap_15_keys_of_our_own(database: db.AsyncDatabase) -> None:
    """A key from a default factory is inserted by save(), and stays what it is."""
    async with tables(TrapToken):
        token = await TrapToken().save()
        assert await TrapToken.objects.get() == token
        (made,) = await TrapToken.objects.bulk_create([TrapToken()])
        assert type(made.id) is uuid.UUID
        assert await TrapToken.objects.filter(id=made.id).exists()


async def test_trap_16_values_have_their_types(database: db.AsyncDatabase) -> None:
    """In dictionaries, groups and aggregates, as in instances."""
    async with tables(TrapToken):
        token = await TrapToken.objects.create(mood=TrapMood.WILD, cost=Decimal("91.00"), seen=dt.datetime(2024, 1, 2, 3, 4, 5, 6))
        (row,) = await TrapToken.objects.values("id", "mood", "cost", "seen").all()
        assert row == {"id": token.id, "mood": TrapMood.WILD, "cost": Decimal("91.00"), "seen": token.seen}
        assert [type(value) for value in row.values()] == [uuid.UUID, TrapMood, Decimal, dt.datetime]
        (group,) = await TrapToken.objects.values("mood").annotate(total=Sum("cost"), last=Max("seen")).all()
        assert group == {"mood": TrapMood.WILD, "total": Decimal("91.00"), "last": token.seen}
        assert isinstance(group["total"], Decimal)


async def test_trap_17_every_pydantic_type(database: db.AsyncDatabase) -> None:
    """Aliases, nested models, sets, URLs and addresses are read as they were written."""
    async with tables(TrapProfile):
        given: dict[str, Any] = {"fullName": "Ada L.", "place": {"street": "A", "number": 1}, "codes": {3, 1}, "site": "https://a.example/"}
        made = await TrapProfile.objects.create(**given, address="10.0.0.1")
        found = await TrapProfile.objects.get(name="Ada L.")
        assert found == made
        assert (found.place, found.codes) == (TrapPlace(street="A", number=1), {1, 3})
        assert (str(found.site), found.address) == ("https://a.example/", ipaddress.IPv4Address("10.0.0.1"))
