"""``page()``: pages by key on every backend: all rows, none twice, in both directions, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from pydantic import AwareDatetime

import oxyde
from oxyde import F, Field, Model, Page, Q, db
from oxyde.db.lifecycle import Secret
from oxyde.exceptions import FieldError, FieldValueError
from tests.tables import statements, table, tables


class PagesMood(str, enum.Enum):
    """An enumeration."""

    GLAD = "glad"
    SAD = "sad"


class PagesTeam(Model):
    """A team."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    rows: list[PagesRow] = Field(default=[], db_reverse_fk="team")

    Meta = table("pages_team")


class PagesRow(Model):
    """A row with a column of every type that has an order."""

    id: int | None = Field(default=None, db_pk=True)
    number: int | None = None
    real: float | None = None
    price: Decimal | None = Field(default=None, max_digits=10, decimal_places=2)
    wide: Decimal | None = None
    text: str | None = None
    flag: bool | None = None
    day: dt.date | None = None
    at: dt.datetime | None = None
    moment: AwareDatetime | None = None
    clock: dt.time | None = None
    span: dt.timedelta | None = None
    key: uuid.UUID | None = None
    raw: bytes | None = None
    mood: PagesMood | None = None
    data: dict[str, Any] | None = None
    team: PagesTeam | None = None

    Meta = table("pages_row")


class PagesPair(Model):
    """Has a key of two fields."""

    one: int = Field(db_pk=True)
    two: str = Field(db_pk=True, max_length=5)
    number: int = 0

    Meta = table("pages_pair")


class PagesFree(Model):
    """Has no key."""

    number: int = 0

    Meta = table("pages_free")


COLUMNS = ["number", "real", "price", "wide", "text", "flag", "day", "at", "moment", "clock", "span", "key", "raw", "mood", "team"]


def row(number: int) -> dict[str, Any]:
    """Returns a row: every value comes several times, and every fourth is None."""
    part = number % 7 % 4
    if part == 3:
        return {"text": "null"}
    moment = dt.datetime(2024, 1, 1 + part, 12, 0, 0, part * 7)
    return {
        "number": part - 1,
        "real": part * 0.1,
        "price": Decimal(part) / 4,
        "wide": Decimal("0.10000000000000000001") * part,
        "text": ["a", "B", "é"][part],
        "flag": bool(part % 2),
        "day": moment.date(),
        "at": moment,
        "moment": moment.replace(tzinfo=dt.timezone.utc),
        "clock": moment.time(),
        "span": dt.timedelta(seconds=part, microseconds=part),
        "key": uuid.UUID(int=part),
        "raw": bytes([part, 0, 255]),
        "mood": PagesMood.GLAD if part else PagesMood.SAD,
        "team_id": 1 + part % 2,
    }


@pytest.fixture
async def rows(database: db.AsyncDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """A few rows, many of them equal; and a secret."""
    monkeypatch.setenv("OXYDE_SECRET", "the secret of the tests")
    async with tables(PagesTeam, PagesRow, PagesPair, PagesFree):
        await PagesTeam.objects.bulk_create([{"name": "Red"}, {"name": "Blue"}])
        await PagesRow.objects.bulk_create([row(number) for number in range(23)])
        yield PagesRow.objects


async def walk(query: Any, size: int) -> list[Any]:
    """Reads all pages forwards, then backwards; returns the rows of the first walk, which the second repeats."""
    pages = [await query.page(size=size)]
    while pages[-1].next is not None:
        pages.append(await query.page(pages[-1].next, size=size))
        assert 0 < len(pages[-1]) <= size
    assert pages[0].prev is None
    found = [one for page in pages for one in page]
    back = list(pages[-1].items)
    page = pages[-1]
    while page.prev is not None:
        page = await query.page(before=page.prev, size=size)
        assert page.next is not None
        back = [*page.items, *back]
    assert back == found
    return found


def pinned(query: Any, *names: str) -> Any:
    """Returns the query in the order of ``page()``: NULLs last, then the key."""
    orders = [F(name.removeprefix("-")).desc(nulls_last=True) if name[0] == "-" else F(name).asc(nulls_last=True) for name in names]
    return query.order_by(*orders, "id")


@pytest.mark.parametrize("name", COLUMNS)
async def test_every_type_pages(rows: Any, name: str) -> None:
    """In both directions, with ties and NULLs."""
    for order in (name, f"-{name}"):
        query = rows.order_by(order).values_list("id", flat=True)
        assert await walk(query, 4) == await pinned(rows, order).values_list("id", flat=True).all()


async def test_mixed_orders_page(rows: Any) -> None:
    """Of several terms, across relations, of expressions, with NULLs where the order wants them."""
    for size in (1, 3, 50):
        query = rows.order_by("-number", "text")
        assert await walk(query, size) == await pinned(rows, "-number", "text").all()
    first = rows.order_by(F("number").asc(nulls_first=True), "-id")
    assert await walk(first, 5) == await first.all()
    across = rows.join("team").order_by("team__name", "-real")
    walked = await walk(across, 5)
    assert [one.id for one in walked] == [one.id for one in await pinned(rows, "team__name", "-real").all()]
    assert walked[0].team.name == "Blue"
    computed = rows.annotate(twice=F("number") * 2).order_by("-twice", (F("id") % 3).asc())
    walked = await walk(computed, 4)
    assert len({one.id for one in walked}) == 23
    assert [one.twice for one in walked[:3]] == [2, 2, 2]
    assert set(vars(walked[0])) == set(vars(await computed.first()))
    assert await walk(rows, 6) == await rows.order_by("id").all()
    assert await walk(rows.order_by("-id").filter(number__isnull=True), 2) == await rows.order_by("-id").filter(number=None).all()


async def test_every_shape_pages(rows: Any) -> None:
    """Instances, some fields of them, dictionaries, tuples, values, objects; slices; composite keys; both faces."""

    @dataclass
    class Pair:
        """A row."""

        id: int
        text: str | None

    for query in (
        rows.order_by("text").values("number"),
        rows.order_by("text").values_list("number", "mood"),
        rows.order_by("-text").into(Pair),
        rows.order_by("text").only("number"),
        rows.order_by("id")[3:15].order_by("-number"),
        rows.order_by("-id").distinct("number"),
    ):
        assert len(await walk(query, 4)) == await query.count()
    partial = await rows.only("number").order_by("text").page(size=1)
    assert set(vars(partial.items[0])) == {"id", "number", "team"}
    with statements() as sent:
        await partial.items[0].save()
    assert sent == []
    await PagesPair.objects.bulk_create([{"one": number % 3, "two": f"{number:02}", "number": number % 2} for number in range(9)])
    pairs = await walk(PagesPair.objects.order_by("-number"), 2)
    assert pairs == await PagesPair.objects.order_by("-number", "one", "two").all()
    page: Page[PagesRow] = rows.sync.order_by("id").page(size=2)
    assert [one.id for one in page] == [1, 2]
    assert [one.id for one in rows.sync.order_by("id").page(page.next, size=2)] == [3, 4]


async def test_related_rows_come_along(rows: Any) -> None:
    """By prefetch, for the rows of the page alone, and with only()."""
    teams = PagesTeam.objects.prefetch("rows").order_by("-id")
    with statements() as sent:
        page = await teams.page(size=1)
    assert len(sent) == 2
    assert page.items[0].name == "Blue"
    assert {one.team_id for one in page.items[0].rows} == {2}
    back = await teams.page(page.next, size=1)
    assert len(back.items[0].rows) == await rows.filter(team=1).count()
    parts = await rows.only("text").prefetch("team").filter(team__isnull=False).order_by("id").page(size=2)
    assert [one.team.name for one in parts] == ["Red", "Blue"]
    assert parts.items[0].team_id == 1


async def test_rows_that_come_and_go(rows: Any) -> None:
    """Shift no page; a page that became empty leads back."""
    query = rows.order_by("-id").values_list("id", flat=True)
    first = await query.page(size=5)
    assert first.items == [23, 22, 21, 20, 19]
    await PagesRow.objects.bulk_create([{"text": "new"}] * 3)
    await rows.filter(id__in=[19, 18]).delete()
    second = await query.page(first.next, size=5)
    assert second.items == [17, 16, 15, 14, 13]
    assert (await query.page(before=second.prev, size=100)).items == [26, 25, 24, 23, 22, 21, 20]
    await rows.filter(id__lt=13).delete()
    third = await query.page(second.next, size=5)
    assert third.items == []
    assert third.next is None
    assert (await query.page(before=third.prev, size=2)).items == [14, 13]
    await rows.filter(id__gt=17).delete()
    empty = await query.page(before=second.prev, size=5)
    assert (empty.items, empty.prev) == ([], None)
    assert (await query.page(empty.next, size=2)).items == [17, 16]
    nothing = await query.filter(id=-1).page()
    assert (nothing.items, nothing.next, nothing.prev) == ([], None, None)


async def test_cursors_are_of_one_query(rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one order, and of one secret; they show no value, and the shape of rows does not matter."""
    query = rows.filter(text="a").order_by("text")
    cursor = (await query.page(size=1)).next
    assert "a" * 3 not in cursor
    assert (await query.values("id").page(cursor, size=1)).items != []
    assert (await query.filter(Q()).page(cursor, size=1)).items != []
    for other in (rows.order_by("text"), query.filter(id__gt=0), rows.filter(text="B").order_by("text"), PagesPair.objects):
        with pytest.raises(FieldValueError, match="made for another query"):
            await other.page(cursor)
    for other in (query.order_by("-text"), query.order_by("id"), query.order_by("text", "number")):
        with pytest.raises(FieldValueError, match="made for another order"):
            await other.page(before=cursor)
    for wrong in ("", "abc", cursor[:-2], cursor[1:], cursor + "AA", "é", cursor.swapcase()):
        with pytest.raises(FieldValueError, match="made with another secret, or was altered"):
            await query.page(wrong)
    monkeypatch.setenv("OXYDE_SECRET", "another secret")
    with pytest.raises(FieldValueError, match="made with another secret"):
        await query.page(cursor)
    monkeypatch.setattr(Secret, "value", "the secret of the tests")  # what db.init(secret=...) sets
    assert (await query.page(cursor, size=1)).items != []


async def test_what_page_takes(rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cursor, a size, an order that tells rows apart, and a secret."""
    with pytest.raises(TypeError, match="not both"):
        await rows.page("a", before="b")
    with pytest.raises(TypeError, match=r"page.next or page.prev has, not int"):
        await rows.page(3)
    for wrong in (0, -1, 2**40):
        with pytest.raises(ValueError, match="at least 1 row"):
            await rows.page(size=wrong)
    with pytest.raises(TypeError, match="a size that is an int"):
        await rows.page(size="3")
    with pytest.raises(FieldError, match="random"):
        await rows.order_by("?").page()
    with pytest.raises(FieldError, match="json has no order"):
        await rows.order_by("data").page()
    with pytest.raises(FieldError, match=r"PagesFree has none; use limit\(\) and offset\(\)"):
        await PagesFree.objects.page()
    with pytest.raises(FieldError, match=r"distinct\(\), groups or values\(\) across"):
        await rows.values("text").distinct().page()
    with pytest.raises(FieldError, match="in a union a key may come twice"):
        await rows.union_all(rows).page()
    monkeypatch.delenv("OXYDE_SECRET")
    with pytest.raises(FieldError, match=r"OXYDE_SECRET, or give db.init\(secret=...\)"):
        await rows.page(size=1)
    with pytest.raises(FieldError, match="OXYDE_SECRET"):
        await rows.filter(id=-1).page()
    assert oxyde.Page is Page
