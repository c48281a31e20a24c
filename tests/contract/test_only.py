"""``only()`` and ``defer()``: what was not read says so, is not written, and is not shown."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from pydantic import PrivateAttr, ValidationInfo, computed_field, field_validator, model_validator

import oxyde
from oxyde import F, Field, Model, Prefetch, db
from oxyde.exceptions import DecodeError, FieldError, NotLoaded, StaleObjectError
from tests.contract.test_pages import PagesRow, PagesTeam, row
from tests.tables import statements, table, tables


class OnlyHouse(Model):
    """Publishes."""

    id: int | None = Field(default=None, db_pk=True)
    code: str = Field(db_unique=True, max_length=10)
    books: list[OnlyBook] = Field(default=[], db_reverse_fk="house")

    Meta = table("only_house")


class OnlyBook(Model):
    """Has much that is seldom needed."""

    id: int | None = Field(default=None, db_pk=True)
    title: str = Field(max_length=100)
    text: str = "long"
    price: Decimal = Field(default=Decimal("1.50"), max_digits=8, decimal_places=2)
    data: dict[str, Any] = Field(default={})
    house: OnlyHouse | None = Field(default=None, db_fk="code")
    version: int = Field(default=1, db_version=True)

    Meta = table("only_book")


class OnlyRules(Model):
    """Has rules that look at the whole model, and at other fields."""

    id: int | None = Field(default=None, db_pk=True)
    low: int = 0
    high: int = 10
    word: str = Field(default="w", min_length=1)
    _seen: list[int] = PrivateAttr(default_factory=list)

    Meta = table("only_rules")

    @field_validator("high")
    @classmethod
    def above(cls, value: int, info: ValidationInfo) -> int:
        """Looks at another field."""
        if value < info.data["low"]:
            message = "high is below low"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def ordered(self) -> OnlyRules:
        """Looks at the whole model."""
        assert self.low <= self.high
        return self

    @computed_field  # type: ignore[prop-decorator] # as Pydantic documents it
    @property
    def span(self) -> int:
        """Needs both."""
        return self.high - self.low


@pytest.fixture
async def books(database: db.AsyncDatabase) -> Any:
    """One book of one house."""
    async with tables(OnlyHouse, OnlyBook, OnlyRules):
        await OnlyHouse.objects.create(code="H")
        await OnlyBook.objects.create(title="T", text="a text", data={"a": [1]}, house_code="H")
        yield OnlyBook.objects


async def test_what_was_not_read_says_so(books: Any) -> None:
    """And how to read it; keys and versions are always read."""
    with statements() as sent:
        book = await books.only("title").get(title="T")
    assert "text" not in sent[0].split("FROM")[0].replace("only_book", "")
    assert (book.id, book.title, book.version) == (1, "T", 1)
    for name in ("text", "price", "data", "house_code"):
        with pytest.raises(NotLoaded, match=f"OnlyBook.{name} was left out by only.. or defer..; have the query read it, or refresh"):
            getattr(book, name)
    with pytest.raises(NotLoaded, match="house"):
        _ = book.house
    with pytest.raises(AttributeError):
        _ = book.nothing
    same = await books.defer("text", "data", "house", "price").get(id=1)
    assert same == book
    assert repr(book) == "OnlyBook(id=1, title='T', version=1)"
    assert book.model_dump() == {"id": 1, "title": "T", "version": 1}
    assert json.loads(book.model_dump_json()) == {"id": 1, "title": "T", "version": 1}
    assert dict(book) == {"id": 1, "title": "T", "version": 1}
    assert "title" in book._repr_html_()
    assert book.model_fields_set == {"id", "title", "version"}


async def test_it_is_read_by_refresh(books: Any) -> None:
    """Then the instance is as any other."""
    book = await books.only("data").get(id=1)
    await book.refresh()
    whole = await books.get(id=1)
    assert book == whole
    assert list(book.model_dump()) == list(whole.model_dump())
    assert book.model_dump_json() == whole.model_dump_json()
    book.data["b"] = 2
    await book.save()
    assert (await books.get(id=1)).data == {"a": [1], "b": 2}


async def test_save_writes_no_field_that_was_not_read(books: Any) -> None:
    """Only what changed; what is assigned is written."""
    book = await books.only("data").get(id=1)
    with statements() as sent:
        await book.save()
    assert sent == []
    await books.filter(id=1).update(title="other", version=F("version"))
    book.data["a"].append(2)
    book.text = "assigned"
    assert book.text == "assigned"
    with statements() as sent:
        await book.save()
    assert "title" not in sent[0]
    now = await books.get(id=1)
    assert (now.title, now.text, now.data, now.price, now.house_code) == ("other", "assigned", {"a": [1, 2]}, Decimal("1.50"), "H")
    stale = await books.only("title").get(id=1)
    await now.save(update_fields=["title"])
    stale.title = "lost"
    with pytest.raises(StaleObjectError):
        await stale.save()


async def test_what_needs_the_whole_row_is_refused(books: Any) -> None:
    """A copy, a row of its own, a field that update_fields names."""
    book = await books.only("title").get(id=1)
    with pytest.raises(NotLoaded, match=r"OnlyBook\.text"):
        await book.save(update_fields=["text"])
    with pytest.raises(NotLoaded, match=r"OnlyBook\.text"):
        await books.bulk_update([book], ["text"])
    book.title = "many"
    assert await books.bulk_update([book], ["title"]) == 1
    with pytest.raises(NotLoaded):
        await book.save(force_insert=True)
    with pytest.raises(NotLoaded):
        await books.bulk_create([book])
    book.id = None
    with pytest.raises(NotLoaded, match="refresh"):
        await book.save()
    house = await OnlyHouse.objects.only("id").get()
    with pytest.raises(NotLoaded, match=r"OnlyHouse\.code"):
        await books.create(title="x", house=house)
    assert await books.count() == 1


async def test_copies_are_as_partial(books: Any) -> None:
    """By copy, deepcopy, model_copy and pickle."""
    book = await books.only("title", "data").get(id=1)
    copies = [copy.copy(book), copy.deepcopy(book), book.model_copy(), book.model_copy(deep=True), pickle.loads(pickle.dumps(book))]
    for one in copies:
        assert one == book
        with pytest.raises(NotLoaded):
            _ = one.text
        with statements() as sent:
            await one.save()
        assert sent == []
    changed = book.model_copy(update={"text": "new"})
    await changed.save()
    assert (await books.get(id=1)).text == "new"
    await changed.delete()
    assert await books.count() == 0


async def test_with_other_verbs(books: Any) -> None:
    """Annotations, joins, orders by what is not read, slices, unions, streams, frames."""
    row = await books.only("title").annotate(twice=F("price") * 2).get()
    assert row.twice == Decimal("3.00")
    assert "price" not in vars(row)
    joined = await books.only("title").join("house").get()
    assert joined.house.code == joined.house_code == "H"
    with statements() as sent:
        await joined.save()
    assert sent == []
    assert await books.join("house").only("title").get() == joined
    assert [one.title for one in await books.only("title").order_by("-price")[:1].filter(text="a text").all()] == ["T"]
    assert [one.title async for one in books.only("title").stream()] == ["T"]
    loaded = await books.only("title").prefetch("house").get()
    assert (loaded.house.code, set(vars(loaded))) == ("H", {"id", "title", "house_code", "house", "version"})
    assert [one.house.code async for one in books.only("title").prefetch("house").stream()] == ["H"]
    houses = OnlyHouse.objects.prefetch(Prefetch("books", books.only("title").order_by("id")))
    assert [(one.title, one.house_code) for one in (await houses.get()).books] == [("T", "H")]
    some = books.only("title")
    assert vars((await some.union(some).all())[0]).keys() == vars(row).keys() - {"twice"}
    with pytest.raises(TypeError, match="same fields"):
        some.union(books)
    assert (await some.to_polars()).columns == ["id", "title", "version"]
    assert await some.values("text").all() == [{"text": "a text"}]
    assert list(await OnlyHouse.objects.only("id").in_bulk(["H"], field="code")) == ["H"]
    assert await books.only("title").only("text").defer("text").get() == await books.only("version").get()
    assert await some.filter(id=1).update(returning=True, text="whole") == [await books.get()]
    assert vars(some.sync.first()).keys() == vars(await some.first()).keys()


async def test_rules_of_the_whole_model_do_not_apply(books: Any) -> None:
    """They cannot be asked of a part; those of one field do apply."""
    rules = OnlyRules.objects
    await rules.create(low=1, high=3)
    part = await rules.only("low").get()
    assert part.low == 1
    assert part._seen == []
    with pytest.raises(NotLoaded, match=r"OnlyRules\.high"):
        _ = part.span
    assert (await rules.only("low", "high").get()).high == 3
    with pytest.raises(FieldError, match="looks at 'low', which was not read"):
        await rules.only("high").get()
    await rules.filter(id=1).update(word="w")
    await oxyde.execute_raw("UPDATE only_rules SET word = ''")
    assert (await rules.only("low").get()).low == 1
    with pytest.raises(DecodeError, match="word"):
        await rules.only("word").get()


async def test_every_type_is_read_alone(database: db.AsyncDatabase) -> None:
    """As in a whole row, and saved as one: each by itself, and all but it."""
    async with tables(PagesTeam, PagesRow):
        await PagesTeam.objects.bulk_create([{"name": "Red"}, {"name": "Blue"}])
        await PagesRow.objects.bulk_create([row(number) for number in range(5)])
        whole = await PagesRow.objects.order_by("id").all()
        for name in PagesRow.__table__.by_field:
            alone = await PagesRow.objects.only(name).order_by("id").all()
            others = await PagesRow.objects.defer(name).order_by("id").all()
            assert [getattr(one, name) for one in alone] == [getattr(one, name) for one in whole]
            for one, other in zip(whole, others, strict=True):
                assert {**vars(one), **vars(other)} == vars(one)
            with statements() as sent:
                for one in (*alone, *others):
                    await one.save()
            assert sent == []
