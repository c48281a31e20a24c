"""Models on every backend: created, saved, read again, changed and deleted, one row at a time."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from decimal import Decimal

import pytest
from pydantic import ValidationError

from oxyde import Field, Model, NotFoundError, NotLoaded, StaleObjectError, db
from oxyde.exceptions import FieldError
from tests.backends import Backend
from tests.models import Author, Comment, Post
from tests.tables import statements, table, tables


class Token(Model):
    """Makes its own key."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, db_pk=True)
    name: str = ""

    Meta = table("model_token")


class Renamed(Model):
    """Columns and JSON have other names than fields."""

    id: int | None = Field(default=None, db_pk=True)
    views: int = Field(default=0, db_column="view count", alias="viewCount")
    note: str | None = Field(default=None, alias="Note")

    Meta = table("model renamed")


class Seat(Model):
    """Has a key of two columns."""

    hall: int = Field(db_pk=True)
    number: str = Field(db_pk=True, max_length=10)
    taken: bool = False

    Meta = table("model_seat")


class Tenant(Model):
    """Is referred to by a column that is not its key."""

    id: int | None = Field(default=None, db_pk=True)
    uid: uuid.UUID = Field(db_unique=True)

    Meta = table("model_tenant")


class Badge(Model):
    """Refers to it."""

    id: int | None = Field(default=None, db_pk=True)
    tenant: Tenant = Field(db_fk="uid")

    Meta = table("model_badge")


class Stamped(Model):
    """Knows when it was made and changed, and what its size is doubled."""

    id: int | None = Field(default=None, db_pk=True)
    size: int = 0
    made: dt.datetime = Field(auto_now_add=True)
    changed: dt.datetime = Field(auto_now=True)
    doubled: int = Field(db_generated="size * 2", db_stored=True)
    kind: str = Field(max_length=10, db_default="'plain'")

    Meta = table("model_stamped")


class Versioned(Model):
    """Is not overwritten by who read it before."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = ""
    version: int = Field(db_version=True)

    Meta = table("model_versioned")


async def test_a_tutorial(blog: Backend) -> None:
    """The models of a tutorial create, link, read, change and delete."""
    ada = await Author.objects.create(name="Ada", email="ada@example.org")
    bob = Author(name="Bob", email="bob@example.org", bio="It's me")
    assert await bob.save() is bob
    assert ada.id != bob.id
    post = await Post.objects.create(title="On engines", author=ada, published=dt.datetime(1843, 7, 1, 12, 0, 0, 5))
    comment = await Comment.objects.create(text="Fine.", post_id=post.id)
    assert (post.author_id, post.author.name, comment.post_id) == (ada.id, "Ada", post.id)
    read = await Post.objects.get(id=post.id)
    assert (read.title, read.views, read.published, read.author_id) == ("On engines", 0, dt.datetime(1843, 7, 1, 12, 0, 0, 5), ada.id)
    with pytest.raises(NotLoaded, match=r'\.join\("author"\)'):
        _ = read.author
    read.author = bob
    await read.save()
    assert await Post.objects.filter(author=bob).count() == 1
    assert await Post.objects.filter(author__name="Bob").values_list("title", flat=True).all() == ["On engines"]
    await read.refresh()
    assert read.author is bob
    assert await comment.delete() == 1
    assert await Comment.objects.count() == 0
    assert await bob.delete() == 1
    assert await Post.objects.count() == 0


async def test_saving_writes_only_what_changed(blog: Backend) -> None:
    """A column that another writer changed meanwhile stays; nothing changed is no statement."""
    one = await Author.objects.create(name="Ada", email="a@x")
    other = await Author.objects.get(id=one.id)
    other.bio = "new"
    await other.save()
    one.name = "Ada L."
    with statements() as sent:
        await one.save()
        await one.save()
    assert len(sent) == 1
    assert "name" in sent[0]
    assert "email" not in sent[0]
    again = await Author.objects.get(id=one.id)
    assert (again.name, again.bio) == ("Ada L.", "new")


async def test_update_fields(blog: Backend) -> None:
    """Only the named fields are written; the others are still to be."""
    one = await Author.objects.create(name="Ada", email="a@x")
    one.name, one.bio = "Eve", "x"
    await one.save(update_fields=["bio"])
    assert (await Author.objects.get(id=one.id)).name == "Ada"
    await one.save()
    assert (await Author.objects.get(id=one.id)).name == "Eve"


async def test_a_given_key(blog: Backend) -> None:
    """A new instance with a key updates; without a row it says so, and ``force_insert`` inserts."""
    with pytest.raises(NotFoundError, match="force_insert"):
        await Author(id=77, name="n", email="e").save()
    await Author(id=77, name="n", email="e").save(force_insert=True)
    await Author(id=77, name="m", email="e").save()
    assert (await Author.objects.get(id=77)).name == "m"


async def test_a_key_from_a_factory(database: db.AsyncDatabase) -> None:
    """Such an instance is new until it is saved; its key stays a UUID, also in bulk."""
    async with tables(Token):
        token = await Token(name="one").save()
        assert isinstance(token.id, uuid.UUID)
        token.name = "two"
        await token.save()
        (bulk,) = await Token.objects.bulk_create([Token(name="three")])
        assert isinstance(bulk.id, uuid.UUID)
        assert {(row.id, row.name) for row in await Token.objects.all()} == {(token.id, "two"), (bulk.id, "three")}
        assert (await Token.objects.get(id=token.id)).id == token.id


async def test_columns_of_another_name(database: db.AsyncDatabase) -> None:
    """``db_column`` is used by every verb, and an alias only by JSON and ``create``."""
    async with tables(Renamed):
        one = await Renamed.objects.create(viewCount=5, Note="x")
        two = await Renamed.objects.create(views=1)
        assert await Renamed.objects.filter(views=5).update(views=one.views + 1) == 1
        assert await Renamed.objects.filter(id=one.id).increment("views", 3) == 1
        await one.refresh()
        assert (one.views, one.note) == (9, "x")
        assert await Renamed.objects.sum("views") == 10
        assert await Renamed.objects.order_by("-views").values_list("views", flat=True).all() == [9, 1]
        assert await Renamed.objects.filter(id=two.id).values("views", "note").all() == [{"views": 1, "note": None}]
        assert one.model_dump(by_alias=True) == {"id": one.id, "viewCount": 9, "Note": "x"}


async def test_a_key_of_two_columns(database: db.AsyncDatabase) -> None:
    """Rows are found by the whole key, also when a part of it changes."""
    async with tables(Seat):
        await Seat.objects.bulk_create([Seat(hall=1, number="a"), Seat(hall=1, number="b"), Seat(hall=2, number="a")])
        seat = await Seat.objects.get(hall=1, number="a")
        seat.taken = True
        await seat.save()
        seat.number = "c"
        await seat.save()
        assert await Seat.objects.order_by("hall", "number").values_list("hall", "number", "taken").all() == [
            (1, "b", False),
            (1, "c", True),
            (2, "a", False),
        ]
        assert await Seat.objects.order_by("hall", "number").limit(1).delete() == 1
        assert await seat.delete() == 1
        assert await Seat.objects.count() == 1


async def test_a_foreign_key_to_another_column(database: db.AsyncDatabase) -> None:
    """The column is named after it, and joins and filters compare with it."""
    async with tables(Tenant, Badge):
        other, tenant = [await Tenant.objects.create(uid=uuid.UUID(int=number)) for number in (1, 2)]
        badge = await Badge.objects.create(tenant=tenant)
        assert badge.tenant_uid == tenant.uid
        assert await Badge.objects.filter(tenant=tenant).count() == 1
        assert await Badge.objects.filter(tenant=other).count() == 0
        assert await Badge.objects.filter(tenant__id=tenant.id).count() == 1
        assert await Badge.objects.filter(tenant=tenant.uid).values_list("tenant__id", flat=True).all() == [tenant.id]


async def test_what_the_database_fills_in(database: db.AsyncDatabase) -> None:
    """Defaults, generated columns and times are in the instance after it is written, and times move on."""
    async with tables(Stamped):
        before = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
        one = await Stamped.objects.create(size=4)
        assert (one.doubled, one.kind) == (8, "plain")
        assert dt.timedelta(seconds=-1) < one.made - before < dt.timedelta(seconds=60)
        first = one.changed
        await asyncio.sleep(0.002)
        one.size = 5
        await one.save()
        assert one.doubled == 10
        assert one.changed > first
        await asyncio.sleep(0.002)
        assert await Stamped.objects.filter(id=one.id).update(size=6) == 1
        again = await Stamped.objects.get(id=one.id)
        assert (again.doubled, again.made) == (12, one.made)
        assert again.changed > one.changed
        (bulk,) = await Stamped.objects.bulk_create([{"size": 1}])
        assert (bulk.doubled, bulk.kind) == (2, "plain")
        with pytest.raises(FieldError, match="computed by the database"):
            await Stamped.objects.update(doubled=1)


async def test_versions(database: db.AsyncDatabase) -> None:
    """A lost race is an error, for saving and for deleting."""
    async with tables(Versioned):
        one = await Versioned.objects.create(name="a")
        late = await Versioned.objects.get(id=one.id)
        one.name = "b"
        await one.save()
        assert one.version == 2
        late.name = "c"
        with pytest.raises(StaleObjectError, match="changed by another writer"):
            await late.save()
        with pytest.raises(StaleObjectError):
            await late.delete()
        await late.refresh()
        late.name = "c"
        await late.save()
        assert (await Versioned.objects.get(id=one.id)).name == "c"


async def test_values_are_validated_before_they_are_sent(blog: Backend) -> None:
    """Neither an assigned value nor one of ``update()`` reaches the database unchecked."""
    post = await Post.objects.create(title="t")
    post.views = -5
    with pytest.raises(ValidationError):
        await post.save()
    with pytest.raises(FieldError, match=r"Post\.views"):
        await Post.objects.update(views="abc")
    with pytest.raises(FieldError, match=r"Post\.views does not take this int"):
        await Post.objects.update(views=-1)
    with pytest.raises(ValidationError):
        await Post.objects.create(title="x" * 201)
    assert await Post.objects.values_list("views", flat=True).all() == [0]


async def test_rows_that_are_gone(blog: Backend) -> None:
    """Refreshing and saving a row that another deleted says so; deleting it counts nothing."""
    one = await Author.objects.create(name="Ada", email="a@x")
    await Author.objects.delete()
    one.name = "x"
    with pytest.raises(NotFoundError):
        await one.save()
    with pytest.raises(NotFoundError):
        await one.refresh()
    assert await one.delete() == 0


async def test_refresh_keeps_what_still_fits(blog: Backend) -> None:
    """A loaded relation stays unless its key changed."""
    ada, bob = [await Author.objects.create(name=name, email=name) for name in ("a", "b")]
    post = await Post.objects.create(title="t", author=ada)
    await post.refresh()
    assert post.author is ada
    await Post.objects.update(author=bob)
    await post.refresh()
    assert post.author_id == bob.id
    with pytest.raises(NotLoaded):
        _ = post.author


async def test_objects_that_are_not_saved(blog: Backend) -> None:
    """They have no key that could be written."""
    with pytest.raises(FieldError, match=r"Post\.author was given an unsaved Author"):
        await Post.objects.create(title="t", author=Author(name="n", email="e"))
    assert await Post.objects.count() == 0


async def test_decimals_keep_their_digits(database: db.AsyncDatabase) -> None:
    """An unbounded Decimal is as exact as the server can, and what does not fit is refused."""

    class Worth(Model):
        id: int | None = Field(default=None, db_pk=True)
        much: Decimal | None = None

        Meta = table("model_worth")

    async with tables(Worth):
        values = [Decimal("1.10"), Decimal("12345678901234567890123456789.123456789"), Decimal("-0.000000000000000001"), Decimal(10)]
        for value in values:
            await Worth.objects.create(much=value)
        assert await Worth.objects.order_by("id").values_list("much", flat=True).all() == values
        assert await Worth.objects.filter(much__gt=9).count() == 2
