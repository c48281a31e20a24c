"""Filters, orders, values, updates and deletes across relations of every kind, to the same table too, on every backend."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

import oxyde
from oxyde import Count, F, Field, FieldError, FieldLookupValueError, Max, Model, Q, Sum
from tests.tables import table, tables


class Fellow(Model):
    """Has a boss, a badge, friends, heroes and clubs."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20, db_unique=True)
    score: int = 0
    boss: Fellow | None = Field(default=None, db_on_delete="SET NULL")
    staff: list[Fellow] = Field(db_reverse_fk="boss")
    badge: Badge | None = Field(db_reverse_fk="fellow")
    friends: list[Fellow] = Field(db_m2m=True)
    heroes: list[Fellow] = Field(db_m2m=True, db_through="Worship", db_through_fields=("fan", "hero"))
    fans: list[Fellow] = Field(db_m2m=True, db_through="Worship", db_through_fields=("hero", "fan"))
    clubs: list[Club] = Field(db_m2m=True)
    worships: list[Worship] = Field(db_reverse_fk="fan")
    desk: Desk | None = Field(db_reverse_fk="fellow")

    Meta = table("path_fellow")


class Badge(Model):
    """Belongs to one fellow, by name."""

    id: int | None = Field(default=None, db_pk=True)
    color: str
    fellow: Fellow = Field(db_fk="name", db_unique=True, db_on_delete="CASCADE", db_on_update="CASCADE")

    Meta = table("path_badge")


class Worship(Model):
    """Who is whose hero."""

    fan: Fellow = Field(db_pk=True, db_on_delete="CASCADE")
    hero: Fellow = Field(db_pk=True, db_on_delete="CASCADE")

    Meta = table("path_worship")


class Desk(Model):
    """Has a key of two fields, and at most one for each fellow."""

    floor: int = Field(db_pk=True)
    number: int = Field(db_pk=True)
    fellow: Fellow | None = Field(default=None, db_unique=True, db_on_delete="CASCADE")

    Meta = table("path_desk")


class Club(Model):
    """Is told apart by a text."""

    code: str = Field(db_pk=True, max_length=10)
    city: str | None = None

    Meta = table("path_club")


ALL = (Club, Fellow, Badge, Worship, Desk)


@pytest.fixture
async def fellows(database: oxyde.AsyncDatabase) -> AsyncIterator[dict[str, Fellow]]:
    """Four fellows: a has everything, b some, c is liked, d has nothing."""
    async with tables(*ALL):
        made = {name: await Fellow.objects.create(name=name, score=score) for name, score in (("a", 4), ("b", 3), ("c", 2), ("d", 1))}
        for one, boss in (("b", "a"), ("c", "a")):
            made[one].boss = made[boss]
            await made[one].save()
        await made["a"].related("friends").add(made["b"], made["c"])
        await made["b"].related("friends").add(made["a"])
        await made["a"].related("heroes").add(made["c"])
        await made["b"].related("heroes").add(made["c"], made["a"])
        x, y = await Club.objects.bulk_create([{"code": "x", "city": "Rome"}, {"code": "y"}])
        await made["a"].related("clubs").add(x, y)
        await made["b"].related("clubs").add(y)
        await Badge.objects.bulk_create([{"color": "red", "fellow": made["a"]}, {"color": "blue", "fellow": made["b"]}])
        yield made


async def names(query: Any) -> str:
    """Returns the names of fellows, in order."""
    return "".join(await query.order_by("name").values_list("name", flat=True).all())


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Q(friends__name="b"), "a"),
        (Q(friends__friends__name="a"), "a"),
        (Q(heroes__fans__name="b"), "ab"),
        (Q(fans__score__gt=3), "c"),
        (Q(heroes__name="c") & Q(heroes__score=4), ""),
        (Q(heroes__name="c") | Q(clubs__city="Rome"), "ab"),
        (~Q(clubs__code="y"), "cd"),
        (Q(clubs=None), "cd"),
        (Q(clubs__isnull=False), "ab"),
        (Q(clubs="x"), "a"),
        (Q(clubs__in=["x", "y"]), "ab"),
        (Q(clubs__in=Club.objects.filter(city=None)), "ab"),
        (Q(clubs__city=None), "ab"),
        (~Q(clubs__city="Rome"), "bcd"),
        (Q(staff__heroes__name="a"), "a"),
        (Q(staff__isnull=True), "bcd"),
        (Q(boss__clubs__code="x"), "bc"),
        (Q(boss__staff__name="b"), "bc"),
        (Q(badge__color="red"), "a"),
        (Q(badge=None), "cd"),
        (Q(badge__isnull=False), "ab"),
        (~Q(badge__color="red"), "bcd"),
        (Q(boss__badge__color="red"), "bc"),
        (Q(friends__badge__color="blue"), "a"),
        (Q(friends__boss__name="a"), "a"),
        (Q(pk__in=Fellow.objects.filter(friends__score__lt=3)), "a"),
    ],
)
async def test_filters(fellows: dict[str, Fellow], condition: Q, expected: str) -> None:
    """No filter repeats a row; ``exclude`` gives the others; both count, update and delete the same rows."""
    every = Fellow.objects
    found, others = every.filter(condition), every.exclude(condition)
    assert await names(found) == expected
    assert await names(others) == "".join(sorted(set("abcd") - set(expected)))
    assert await found.count() == len(expected)
    assert await found.exists() is bool(expected)
    assert await found.sum("score") == (sum({"a": 4, "b": 3, "c": 2, "d": 1}[one] for one in expected) if expected else None)
    assert await found.update(score=F("score") + 10) == len(expected)
    assert await names(every.filter(score__gt=10)) == expected
    assert {one.name for one in await found.update(returning=True, score=0)} <= set(expected)
    left = await names(found)
    assert await found.delete() == len(left)
    assert set(await names(every)) == set("abcd") - set(left)


async def test_filters_by_objects(fellows: dict[str, Fellow]) -> None:
    """Related objects are compared by the key that the relation uses."""
    a, b, c = (fellows[name] for name in "abc")
    assert await names(Fellow.objects.filter(friends=a)) == "b"
    assert await names(Fellow.objects.filter(heroes__in=[a, c])) == "ab"
    assert await names(Fellow.objects.filter(staff=b)) == "a"
    assert await names(Fellow.objects.filter(fans=b, friends=c)) == "a"
    badge = await Badge.objects.get(color="red")
    assert await names(Fellow.objects.filter(badge=badge)) == "a"
    assert await Badge.objects.filter(fellow=a).count() == 1
    with pytest.raises(FieldError, match="not Badge"):
        Fellow.objects.filter(friends=badge)


async def test_values_and_orders(fellows: dict[str, Fellow]) -> None:
    """A row for each related row, and for a row without one; orders across single rows."""
    rows = await Fellow.objects.filter(name__in=["a", "d"]).values_list("name", "heroes__name", "clubs__code").all()
    assert sorted(map(repr, rows)) == ["('a', 'c', 'x')", "('a', 'c', 'y')", "('d', None, None)"]
    assert await Fellow.objects.filter(name="b").order_by("name").values("boss__badge__color", "badge__color").all() == [
        {"boss__badge__color": "red", "badge__color": "blue"}
    ]
    ordered = Fellow.objects.filter(badge__isnull=False).order_by("badge__color")
    assert await ordered.values_list("name", flat=True).all() == ["b", "a"]
    assert await Fellow.objects.filter(boss__isnull=False).order_by("boss__badge__color", "-name").values_list("name", flat=True).all() == [
        "c",
        "b",
    ]
    assert [
        one.color for one in await Fellow.objects.annotate(color=F("badge__color")).filter(color__isnull=False).order_by("name").all()
    ] == [
        "red",
        "blue",
    ]
    for path in ("friends__name", "staff", "clubs__city"):
        with pytest.raises(FieldError, match="leads to several rows"):
            Fellow.objects.order_by(path)


async def test_changes_of_slices(fellows: dict[str, Fellow]) -> None:
    """Limits and orders beside conditions on the table itself."""
    followed = Fellow.objects.filter(fans__isnull=False).order_by("-score")
    assert await followed[:1].update(score=9) == 1
    assert await names(Fellow.objects.filter(score=9)) == "a"
    assert await followed.order_by("badge__color", "name").limit(1).update(score=0) == 1
    assert await Fellow.objects.filter(boss__boss=None, boss__friends__name="b").order_by("name")[:1].delete() == 1
    assert await names(Fellow.objects) == "acd"
    assert await Badge.objects.count() == 1
    assert await Fellow.objects.join("friends").filter(name="a").delete() == 1
    assert await Fellow.objects.join("heroes")[:1].update(score=5) == 1


async def test_relations_to_keys_of_several_fields(fellows: dict[str, Fellow]) -> None:
    """Rows that have such a key are counted, missed, and compared by the whole of it."""
    a, b, c = (fellows[name] for name in "abc")
    await Worship.objects.create(fan=a, hero=b)
    await Desk.objects.bulk_create([{"floor": 1, "number": 1, "fellow": a}, {"floor": 1, "number": 2, "fellow": b}])
    first, second = await Worship.objects.filter(fan=a).order_by("hero_id").all()
    desk = await Desk.objects.get(pk=(1, 2))
    conditions: list[tuple[Q, str]] = [
        (Q(worships=None), "cd"),
        (Q(worships__isnull=True), "cd"),
        (~Q(worships__isnull=True), "ab"),
        (Q(worships__isnull=False), "ab"),
        (Q(worships=first), "a"),
        (Q(worships=(b.id, c.id)), "b"),
        (Q(worships__pk=(b.id, c.id)), "b"),
        (Q(worships__in=[first, second, (c.id, c.id)]), "a"),
        (Q(worships__in=[]), ""),
        (Q(worships=first, worships__hero=c), ""),
        (Q(worships=first) | Q(worships=None), "acd"),
        (Q(boss__worships__in=[(a.id, b.id)]), "bc"),
        (Q(desk=desk), "b"),
        (Q(desk=None), "cd"),
        (Q(desk__isnull=False), "ab"),
        (Q(desk__pk__in=[(1, 1), (2, 2)]), "a"),
        (~Q(desk=(1, 1)), "bcd"),
    ]
    for condition, expected in conditions:
        assert await names(Fellow.objects.filter(condition)) == expected, condition
    counted = Fellow.objects.annotate(n=Count("worships"), m=Count("worships", filter=Q(worships=second)), d=Count("desk__number"))
    assert await counted.order_by("name").values_list("n", "m").all() == [(2, 1), (2, 0), (0, 0), (0, 0)]
    with pytest.raises(FieldError, match=r'Count\("worships", distinct=True\) .* count one of them: "worships__fan_id"'):
        Fellow.objects.annotate(n=Count("worships", distinct=True))
    with pytest.raises(FieldError, match="Worship has a key of several fields"):
        Fellow.objects.filter(worships__gt=first)
    with pytest.raises(FieldLookupValueError, match=r"the key of Worship is a tuple \(fan_id, hero_id\), not int"):
        Fellow.objects.filter(worships=3)
    with pytest.raises(FieldError, match=r"Fellow\.worships was given an unsaved Worship"):
        Fellow.objects.filter(worships=Worship(fan=a, hero=b))
    with pytest.raises(FieldLookupValueError, match="not a queryset; read it first"):
        Fellow.objects.filter(worships__in=Worship.objects.filter(fan=a))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (Count("badge"), [1, 1, 0, 0]),
        (Count("badge__color", distinct=True, filter=Q(badge__color="red")), [1, 0, 0, 0]),
        (Count("badge", filter=Q(score=4)), [1, 0, 0, 0]),
        (Count("desk__floor"), [0, 1, 0, 0]),
        (Count("boss__badge"), [0, 1, 1, 0]),
        (Count("badge__fellow__staff"), [2, 0, 0, 0]),
        (Max("badge__color"), ["red", "blue", None, None]),
        (Sum(F("desk__number") + F("score")), [None, 10, None, None]),
    ],
)
async def test_the_one_row_at_the_other_end_is_aggregated(fellows: dict[str, Fellow], term: Any, expected: list[Any]) -> None:
    """Without groups, of each row, which has one such row or none; the values can be filtered and sorted."""
    await Desk.objects.create(floor=1, number=7, fellow=fellows["b"])
    rows = Fellow.objects.annotate(n=term)
    assert [fellow.n for fellow in await rows.order_by("name").all()] == expected
    assert await rows.order_by("-n", "name").values_list("n", flat=True).first() in expected
    assert await rows.filter(n__isnull=False).count() == sum(one is not None for one in expected)


async def test_the_one_row_at_the_other_end_of_groups(fellows: dict[str, Fellow]) -> None:
    """And of all rows."""
    assert await Fellow.objects.values("boss").annotate(n=Count("badge")).order_by("n").values_list("n", flat=True).all() == [1, 1]
    assert await Fellow.objects.aggregate(n=Count("badge"), last=Max("badge__color")) == {"n": 2, "last": "red"}
