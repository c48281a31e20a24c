"""Lookups of what is inside lists and JSON: the same rows on every backend as Python finds, and a negation is the complement."""

from __future__ import annotations

import enum
import random
import uuid
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest

from oxyde import AsyncDatabase, Field, Model, Q, UnsupportedError, db


class Hue(str, enum.Enum):
    """A member of lists."""

    RED = "red"
    BLUE = "blue"


class Box(Model):
    """Lists of several types, and JSON."""

    id: int | None = Field(default=None, db_pk=True)
    tags: list[str] | None = None
    sizes: list[int] = Field(default=[])
    ratios: list[float] = Field(default=[])
    prices: list[Decimal] = Field(default=[])
    hues: list[Hue] = Field(default=[])
    flags: list[bool] = Field(default=[])
    keys: list[uuid.UUID] = Field(default=[])
    data: Any = Field(default=None, db_nullable=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "inside_box"


BIG = 2**53
ONE = uuid.UUID(int=1)
ROWS: list[dict[str, Any]] = [
    {"tags": ["a", "b"], "sizes": [1, 2, 2], "ratios": [0.1, 1e300], "prices": [Decimal("1.10")], "hues": [Hue.RED], "flags": [True]},
    {"tags": [], "sizes": [BIG + 1], "prices": [Decimal(2), Decimal("0.5")], "hues": [Hue.RED, Hue.BLUE], "keys": [ONE]},
    {"tags": None, "sizes": [-(2**63), 2**63 - 1], "flags": [False, True]},
    {"tags": ["A", "a ", "é", "x,y", 'q"', "\\", "{}", "NULL", ""], "sizes": [BIG], "ratios": [-0.0]},
]
VALUES: list[Any] = [
    None,
    {"a": 1, "b": {"c": [1, 2.5, "x", None, True]}, "n": None},
    {"a": 1.0, "b": {"c": []}, "0": "zero", "z": [{"0": [7]}]},
    {"a": BIG + 1, "b": "text", "é": "ü", "a.b": 1, 'q"k': 2, "$": 3, "it's": 4, "back\\slash": 5, "*": 6, "[0]": 7, "": 8},
    {"a": "1", "b": ["x", ["y", [1]], {"k": 1}], "t": "50%_x", "T": "é"},
    {"a": True, "b": {"c": {"d": [[1, 2], [3]]}}},
    {"a": 1e300, "b": {"c": [0.1, BIG]}},
    {"a": -1.5, "b": None},
    {"a": [1, 2, 3], "b": {"c": [[1], {"e": 1, "f": 2}]}},
    {"a": "ab"},
    {"a": "a "},
    {"a": "aé"},
    [1, {"a": 5}],
    "text",
    7,
]
MISSING = object()


@pytest.fixture
async def boxes(database: AsyncDatabase) -> AsyncIterator[AsyncDatabase]:
    """The rows of lists, then those of JSON."""
    await db.drop_tables(models=[Box], if_exists=True)
    await db.create_tables(models=[Box])
    await Box.objects.bulk_create([*({"id": at, **row} for at, row in enumerate(ROWS, 1))])
    await Box.objects.bulk_create([{"id": at, "data": value} for at, value in enumerate(VALUES, 100)])
    yield database
    await db.drop_tables(models=[Box])


async def check(condition: Q, holds: Callable[[Box], Any], among: list[Box], what: object) -> None:
    """The condition finds the rows for which it holds, and its negation the others."""
    ids = [box.id for box in among]
    wanted = [box.id for box in among if holds(box) is True]
    base = Box.objects.filter(id__in=ids).order_by("id")
    assert await base.filter(condition).values_list("id", flat=True).all() == wanted, what
    assert await base.exclude(condition).values_list("id", flat=True).all() == [one for one in ids if one not in wanted], what
    assert await base.filter(~~condition).values_list("id", flat=True).all() == wanted, what


async def test_members_of_lists(boxes: AsyncDatabase) -> None:
    """Every pair of a stored list and an asked one, of every type."""
    stored = await Box.objects.filter(id__lt=100).order_by("id").all()
    asked: dict[str, list[list[Any]]] = {
        "tags": [[], ["a"], ["a", "b"], ["b", "a", "a", "c"], ["A"], ["a "], ["é"], ["x,y", 'q"', "\\"], ["{}", "NULL", ""]],
        "sizes": [[], [1], [2, 1], [BIG], [BIG + 1], [-(2**63)], [1, 2, 3, BIG + 1]],
        "ratios": [[], [0.1], [1e300], [0.0], [0.1, 1e300, 5.0]],
        "prices": [[], [Decimal("1.1")], [Decimal("2.0"), Decimal("0.50")], [Decimal("1.10000000001")]],
        "hues": [[], [Hue.RED], [Hue.BLUE, Hue.RED]],
        "flags": [[], [True], [False], [True, False]],
        "keys": [[], [ONE], [uuid.UUID(int=2)]],
    }
    for field, lists in asked.items():
        for given in lists:
            named: dict[str, Callable[[Any], bool]] = {
                "contains": lambda own, given=given: all(one in own for one in given),
                "contained_by": lambda own, given=given: all(one in given for one in own),
                "overlap": lambda own, given=given: any(one in given for one in own),
            }
            if field != "prices":  # lists are equal by their digits where they are JSON
                named["exact"] = lambda own, given=given: own == given
            for lookup, holds in named.items():

                def found(box: Box, holds: Callable[[Any], bool] = holds, field: str = field) -> bool | None:
                    own = getattr(box, field)
                    return None if own is None else holds(own)

                await check(Q(**{f"{field}__{lookup}": given}), found, stored, (field, lookup, given))
        for count in (0, 1, 2, 9):
            await check(
                Q(**{f"{field}__len": count}),
                lambda box, field=field, count=count: None if getattr(box, field) is None else len(getattr(box, field)) == count,
                stored,
                (field, count),
            )
    await check(Q(sizes__len__gt=1), lambda box: len(box.sizes) > 1, stored, "len__gt")


async def test_places_of_lists(boxes: AsyncDatabase) -> None:
    """A member at a place, with every lookup of its type."""
    stored = await Box.objects.filter(id__lt=100).order_by("id").all()

    def at(field: str, place: int, holds: Callable[[Any], bool]) -> Callable[[Box], bool | None]:
        def found(box: Box) -> bool | None:
            own = getattr(box, field)
            return holds(own[place]) if own is not None and len(own) > place else None

        return found

    for place in (0, 1, 5):
        await check(Q(**{f"tags__{place}": "a"}), at("tags", place, lambda own: own == "a"), stored, ("tags", place))
        await check(Q(**{f"tags__{place}__in": ["b", "A"]}), at("tags", place, lambda own: own in {"b", "A"}), stored, "in")
        await check(Q(**{f"tags__{place}__startswith": "a"}), at("tags", place, lambda own: own.startswith("a")), stored, "startswith")
        await check(Q(**{f"sizes__{place}__gt": BIG}), at("sizes", place, lambda own: own > BIG), stored, ("sizes", place))
        await check(Q(**{f"sizes__{place}": BIG}), at("sizes", place, lambda own: own == BIG), stored, ("sizes", place))
        await check(Q(**{f"ratios__{place}__lt": 0.2}), at("ratios", place, lambda own: own < 0.2), stored, ("ratios", place))
        await check(Q(**{f"flags__{place}": True}), at("flags", place, lambda own: own), stored, ("flags", place))
        await check(Q(**{f"tags__{place}__isnull": True}), lambda box, place=place: len(box.tags or []) <= place, stored, ("isnull", place))


def behind(value: Any, path: str) -> Any:
    """Returns the value behind a path, or MISSING."""
    for part in path.split("__"):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value


def is_number(value: Any) -> bool:
    """Whether JSON calls it a number."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def exactly(value: Any) -> Decimal:
    """Returns a number with its digits in JSON."""
    return Decimal(repr(value)) if isinstance(value, float) and abs(value) < 1e15 else Decimal(value)


def same(one: Any, two: Any) -> bool:
    """Whether two JSON values are the same."""
    if is_number(one) and is_number(two):
        return exactly(one) == exactly(two)
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    return type(one) is type(two) and one == two


def holds(whole: Any, part: Any) -> bool:
    """Whether a JSON value contains another."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return all(key in whole and holds(whole[key], value) for key, value in part.items())
    if isinstance(whole, list) and isinstance(part, list):
        return all(any(holds(one, wanted) for one in whole) for wanted in part)
    return not isinstance(whole, (dict, list)) and same(whole, part)


def ordering(one: Any, two: Any) -> int | None:
    """Returns the order of two values of one type; None for others."""
    left: Any = one.encode() if isinstance(one, str) else exactly(one) if is_number(one) else None
    right: Any = two.encode() if isinstance(two, str) else exactly(two)
    return (left > right) - (left < right) if type(left) is type(right) else None


PATHS = ("a", "b", "b__c", "b__c__0", "b__c__1", "b__2__k", "b__1__1__0", "0", "z__0__0__0", "n", "b__c__d__0__1", "é", "a.b", 'q"k', "$",
         "it's", "back\\slash", "*", "[0]", "1__a", "t", "T", "missing", "a__0", "b__c__3")  # fmt: skip
ASKED: list[Any] = [
    1,
    1.0,
    True,
    None,
    "1",
    "x",
    "a",
    "ab",
    "a ",
    BIG,
    BIG + 1,
    2.5,
    Decimal("2.50"),
    1e300,
    0.1,
    -1,
    [],
    [1, 2],
    {},
    7,
    "ü",
    {"k": 1.0},
]


async def test_values_behind_paths(boxes: AsyncDatabase) -> None:
    """Equality, order, membership and missing keys, over every path."""
    stored = await Box.objects.filter(id__gte=100).order_by("id").all()
    for path in PATHS:
        here = {box.id: behind(box.data, path) for box in stored}
        await check(Q(**{f"data__{path}__isnull": True}), lambda box, here=here: here[box.id] is MISSING, stored, (path, "isnull"))
        for value in ASKED:
            await check(Q(**{f"data__{path}": value}), lambda box, here=here, value=value: same(here[box.id], value), stored, (path, value))
        for value in (1, 1.5, BIG, BIG + 1, Decimal("0.10"), 1e300, "a", "ab", "x", "é"):
            signs: dict[str, Callable[[int], bool]] = {
                "gt": lambda sign: sign > 0,
                "gte": lambda sign: sign >= 0,
                "lt": lambda sign: sign < 0,
                "lte": lambda sign: sign <= 0,
            }
            for lookup, says in signs.items():

                def found(box: Box, here: Any = here, value: Any = value, says: Callable[[int], bool] = says) -> bool | None:
                    sign = ordering(here[box.id], value)
                    return None if sign is None else says(sign)

                await check(Q(**{f"data__{path}__{lookup}": value}), found, stored, (path, lookup, value))
        for many in ([], [1, "x"], [None, True, [1, 2]]):
            await check(
                Q(**{f"data__{path}__in": many}),
                lambda box, here=here, many=many: any(same(here[box.id], one) for one in many),
                stored,
                (path, "in", many),
            )


async def test_text_behind_paths(boxes: AsyncDatabase) -> None:
    """The searches in text, in strings only."""
    stored = await Box.objects.filter(id__gte=100).order_by("id").all()
    searches: dict[str, Callable[[str, str], bool]] = {
        "contains": lambda own, text: text in own,
        "icontains": lambda own, text: text.lower() in own.lower(),
        "startswith": str.startswith,
        "endswith": str.endswith,
        "regex": lambda own, text: text in own,
    }
    for path in ("a", "b", "t", "b__0"):
        for lookup, says in searches.items():
            for text in ("a", "x", "_x", "1"):

                def found(box: Box, path: str = path, text: str = text, says: Callable[[str, str], bool] = says) -> bool | None:
                    own = behind(box.data, path)
                    return says(own, text) if isinstance(own, str) else None

                await check(Q(**{f"data__{path}__{lookup}": text}), found, stored, (path, lookup, text))


async def test_keys(boxes: AsyncDatabase) -> None:
    """Keys of objects, whatever characters they have."""
    stored = await Box.objects.filter(id__gte=100).order_by("id").all()

    def keys(value: Any) -> set[str]:
        return set(value) if isinstance(value, dict) else set()

    for path, field in (("", "data"), ("b", "data__b")):
        for key in ("a", "c", "é", "a.b", 'q"k', "$", "it's", "back\\slash", "*", "[0]", "", "0", "nothing"):

            def own(box: Box, path: str = path) -> set[str]:
                return keys(behind(box.data, path) if path else box.data)

            await check(Q(**{f"{field}__has_key": key}), lambda box, key=key, own=own: key in own(box), stored, (field, key))
            await check(Q(**{f"{field}__has_keys": ["a", key]}), lambda box, key=key, own=own: {"a", key} <= own(box), stored, (field, key))
            await check(
                Q(**{f"{field}__has_any_keys": ["n", key]}), lambda box, key=key, own=own: bool({"n", key} & own(box)), stored, (field, key)
            )


async def test_containment(boxes: AsyncDatabase) -> None:
    """Objects by keys and lists by members, however deep; MySQL and MariaDB say that they cannot."""
    stored = await Box.objects.filter(id__gte=100).order_by("id").all()
    parts: list[Any] = [
        *({}, [], [1], {"a": 1}, {"b": {"c": [1.0]}}, {"b": {"c": [[1]]}}, {"b": {"c": [{"e": 1}]}}, {"b": ["x"]}, {"n": None}),
        *({"b": [["y"]]}, {"a": BIG}, {"a": [3, 1, 1]}, [{"a": 5}], {"a": 1, "b": {"c": []}, "0": "zero", "z": []}),
    ]
    for part in parts:
        if boxes.backend == "mysql":
            with pytest.raises(UnsupportedError, match="JSON containment tests"):
                await Box.objects.filter(data__contains=part).all()
            continue
        await check(Q(data__contains=part), lambda box, part=part: box.data is not None and holds(box.data, part), stored, part)
        await check(Q(data__contained_by=part), lambda box, part=part: box.data is not None and holds(part, box.data), stored, part)


async def test_conditions_join(boxes: AsyncDatabase) -> None:
    """Conditions of several kinds, joined and negated at random: what is not found is found by the negation."""
    drawn = random.Random(9)
    leaves = [
        Q(tags__contains=["a"]),
        Q(tags__overlap=["b", "é"]),
        Q(sizes__len__gt=1),
        Q(tags__0="a"),
        Q(data__a=1),
        Q(data__b__c__0__gte=1),
        Q(data__has_key="a"),
        Q(data__b__c__0__isnull=True),
        Q(data__n=None),
        Q(data__a__startswith="a"),
    ]
    every = await Box.objects.order_by("id").values_list("id", flat=True).all()
    for _ in range(40):
        condition = drawn.choice(leaves)
        for _ in range(drawn.randrange(4)):
            other = drawn.choice(leaves)
            condition = drawn.choice([condition & other, condition | other, condition ^ other, ~condition])
        found = await Box.objects.filter(condition).values_list("id", flat=True).all()
        others = await Box.objects.filter(~condition).values_list("id", flat=True).all()
        assert sorted([*found, *others]) == every, condition


@pytest.mark.parametrize(
    "key",
    [
        "'; DROP TABLE inside_box; --",
        '"; DROP TABLE inside_box; --',
        "') OR 1=1 --",
        "$.a",
        "a'",
        'a"',
        "a\\",
        "\\'",
        "`",
        "{a}",
        "?",
        "$1",
        "%s",
    ],
)
async def test_keys_are_no_sql(boxes: AsyncDatabase, key: str) -> None:
    """A key is a key, whatever it looks like."""
    await Box.objects.create(id=500, data={key: {key: key}})
    for condition in (
        {f"data__{key}__{key}": key},
        {"data__has_key": key},
        {f"data__{key}__has_key": key},
        {f"data__{key}__{key}__in": [key]},
    ):
        assert await Box.objects.filter(**condition).values_list("id", flat=True).all() == [500], condition
    assert await Box.objects.count() == len(ROWS) + len(VALUES) + 1


def drawn_value(draw: random.Random, depth: int = 0) -> Any:
    """Returns a random JSON value over few keys and edge-biased leaves."""
    kind = draw.randrange(10) if depth < 3 else draw.randrange(6)
    if kind < 6:
        return draw.choice([None, True, False, 0, 1, -1, 1.0, 0.1, BIG, BIG + 1, -1e-7, 1e22, "", "a", "A", "ab ", "é", "%", "1", "null"])
    if kind < 8:
        return [drawn_value(draw, depth + 1) for _ in range(draw.randrange(4))]
    return {draw.choice(["a", "b", "0", "é'\"", "a.b"]): drawn_value(draw, depth + 1) for _ in range(draw.randrange(4))}


async def test_random_values(boxes: AsyncDatabase) -> None:
    """Random conditions over random rows find what Python finds, and their negations the others."""
    draw = random.Random(20)
    rows = [
        {
            "id": at,
            "data": draw.choice([drawn_value(draw), {"a": drawn_value(draw), "b": drawn_value(draw)}]),
            "tags": draw.choice([None, [draw.choice(["a", "A", "a ", "é", ""]) for _ in range(draw.randrange(4))]]),
            "sizes": [draw.choice([0, 1, -1, BIG, BIG + 1]) for _ in range(draw.randrange(4))],
        }
        for at in range(1000, 1250)
    ]
    await Box.objects.bulk_create(rows)
    stored = await Box.objects.filter(id__gte=1000).order_by("id").all()
    hits = 0
    for _ in range(60):
        further = [draw.choice(["a", "b", "0", "1", "é'\"", "a.b"]) for _ in range(draw.randrange(3))]
        path = "__".join([draw.choice(["a", "b"]), *further])
        here = {box.id: behind(box.data, path) for box in stored}
        value = draw.choice([drawn_value(draw, 2), *[found for found in here.values() if found is not MISSING]])
        hits += sum(same(found, value) for found in here.values())
        await check(Q(**{f"data__{path}": value}), lambda box, here=here, value=value: same(here[box.id], value), stored, (path, value))
        await check(Q(**{f"data__{path}__isnull": False}), lambda box, here=here: here[box.id] is not MISSING, stored, (path, "isnull"))
        bound = draw.choice([0, 1, 0.1, BIG, "a", "ab", "é"])
        await check(
            Q(**{f"data__{path}__lte": bound}),
            lambda box, here=here, bound=bound: None if (sign := ordering(here[box.id], bound)) is None else sign <= 0,
            stored,
            (path, "lte", bound),
        )
        members = [draw.choice(["a", "A", "a ", "é", ""]) for _ in range(draw.randrange(3))]
        await check(
            Q(tags__contains=members) | Q(sizes__overlap=[BIG + 1]),
            lambda box, members=members: (box.tags is not None and {*members} <= {*box.tags}) or BIG + 1 in box.sizes,
            stored,
            members,
        )
    assert hits > 60
