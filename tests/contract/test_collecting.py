"""Aggregates that collect values or measure their spread, on every backend, beside the same computed in Python."""

from __future__ import annotations

import datetime as dt
import enum
import math
import random
import statistics
import uuid
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest
from pydantic import AwareDatetime

from oxyde import (
    ArrayAgg,
    Cast,
    Count,
    DataError,
    F,
    Field,
    FieldLookupValueError,
    JsonAgg,
    Model,
    Q,
    StdDev,
    StringAgg,
    UnsupportedError,
    Variance,
    Window,
    execute_raw,
)
from tests.backends import Backend
from tests.tables import table, tables


class CollectHue(str, enum.Enum):
    """What a row is like."""

    RED = "red"
    BLUE = "blue"


class CollectHome(Model):
    """Has rows."""

    id: int | None = Field(default=None, db_pk=True)
    rows: list[CollectRow] = Field(default=[], db_reverse_fk="home")

    Meta = table("collect_home")


class CollectRow(Model):
    """A value of every type that is collected."""

    id: int | None = Field(default=None, db_pk=True)
    kind: int
    name: str | None = None
    label: str = Field(default="", max_length=20)
    whole: int | None = None
    real: float | None = None
    exact: Decimal | None = Field(default=None, max_digits=12, decimal_places=6)
    wide: Decimal | None = None
    flag: bool | None = None
    day: dt.date | None = None
    clock: dt.time | None = None
    moment: dt.datetime | None = None
    instant: AwareDatetime | None = None
    span: dt.timedelta | None = None
    key: uuid.UUID | None = None
    blob: bytes | None = None
    hue: CollectHue | None = None
    data: Any = Field(default=None, db_nullable=True)
    home: CollectHome | None = None

    Meta = table("collect_row")


TEXTS = ("", "a", "A", "b ", "b", "ü\U0001f600", 'say "hi"\\', "line\nbreak\ttab", "\x01\x1f", "it's", "a,b", "null")
JSONS = (1, -(2**62), 0.1, True, None, "x", [], {}, [1, [2, "é"]], {"k": {"n": None}}, 1e300)


def drawn(rng: random.Random, key: int) -> CollectRow:
    """Returns a row of random values, a third of them None."""

    def maybe(value: Any) -> Any:
        return None if rng.random() < 0.3 else value

    moment = dt.datetime(2000, 1, 1) + dt.timedelta(seconds=rng.randrange(10**9), microseconds=rng.choice([0, 1, 999999]))
    return CollectRow(
        id=key,
        kind=rng.randrange(4),
        name=maybe(rng.choice(TEXTS)),
        label=rng.choice(["x", "y", "zz"]),
        whole=maybe(rng.choice([0, -1, 7, 2**63 - 1, -(2**63)])),
        real=maybe(rng.choice([0.1, -2.5, 1e300, 5e-324, 1.7976931348623157e308, 3.0, 0.1 + 0.2])),
        exact=maybe(Decimal(rng.randrange(-(10**9), 10**9)).scaleb(-6)),
        wide=maybe(Decimal(rng.choice(["1e-9", "12345678901234567890.5", "-3"]))),
        flag=maybe(rng.random() < 0.5),
        day=maybe(moment.date()),
        clock=maybe(moment.time()),
        moment=maybe(moment),
        instant=maybe(moment.replace(tzinfo=dt.timezone.utc)),
        span=maybe(dt.timedelta(microseconds=rng.randrange(-(10**15), 10**15))),
        key=maybe(uuid.UUID(int=rng.getrandbits(128))),
        blob=maybe(rng.randbytes(rng.randrange(4))),
        hue=maybe(rng.choice(list(CollectHue))),
        data=rng.choice(JSONS),
        home_id=maybe(rng.choice([1, 2])),
    )


@pytest.fixture
async def rows(database: Backend, request: pytest.FixtureRequest) -> AsyncIterator[list[CollectRow]]:
    """Rows of random values."""
    rng = random.Random(getattr(request, "param", 1))
    made = [drawn(rng, key) for key in range(1, 41)]
    async with tables(CollectHome, CollectRow):
        await CollectHome.objects.bulk_create([{"id": 1}, {"id": 2}, {"id": 3}])
        await CollectRow.objects.bulk_create(made)
        yield made


def by_kind(rows: list[CollectRow]) -> dict[int, list[CollectRow]]:
    """Returns the groups."""
    groups: dict[int, list[CollectRow]] = {}
    for row in rows:
        groups.setdefault(row.kind, []).append(row)
    return groups


ITEMS = ("name", "label", "whole", "real", "exact", "wide", "flag", "day", "clock", "moment", "instant", "span", "key", "blob", "hue")


@pytest.mark.parametrize("rows", range(3), indirect=True)
async def test_lists_are_what_is_stored(rows: list[CollectRow]) -> None:
    """A list of every type reads back what its rows hold, None included, in the order asked for."""
    arrays = {f"all_{name}": ArrayAgg(name, order_by="-id") for name in ITEMS}
    jsons = {f"json_{name}": JsonAgg(name, order_by="id") for name in ("name", "whole", "real", "flag", "hue", "data")}
    found = {row["kind"]: row for row in await CollectRow.objects.values("kind").annotate(**arrays, **jsons).all()}
    for kind, group in by_kind(rows).items():
        for name in ITEMS:
            assert found[kind][f"all_{name}"] == [getattr(row, name) for row in reversed(group)], name
        for name in ("name", "whole", "real", "flag", "data"):
            assert found[kind][f"json_{name}"] == [getattr(row, name) for row in group], name
        assert found[kind]["json_hue"] == [row.hue and row.hue.value for row in group]
        assert all(isinstance(hue, CollectHue) for hue in found[kind]["all_hue"] if hue is not None)


@pytest.mark.parametrize("rows", range(3), indirect=True)
async def test_filters_and_distinct_values(rows: list[CollectRow]) -> None:
    """A condition leaves rows out, equal values are collected once; nothing to collect is None."""
    query = CollectRow.objects.values("kind").annotate(
        big=ArrayAgg("whole", filter=Q(whole__gt=0), order_by=("whole", "id")),
        days=ArrayAgg("day", distinct=True, filter=Q(day__isnull=False), order_by="-day"),
        labels=JsonAgg("label", distinct=True, order_by="label"),
        names=StringAgg("label", ", ", distinct=True, order_by=F("label").desc()),
        wides=ArrayAgg("wide", distinct=True, filter=Q(wide__isnull=False), order_by="wide"),
        nothing=ArrayAgg("id", filter=Q(id=0)),
        no_text=StringAgg("label", "-", filter=Q(id=0)),
        no_json=JsonAgg("id", filter=Q(id=0)),
    )
    found = {row["kind"]: row for row in await query.all()}
    for kind, group in by_kind(rows).items():
        assert found[kind] == {
            "kind": kind,
            "big": sorted(row.whole for row in group if row.whole is not None and row.whole > 0) or None,
            "days": sorted({row.day for row in group if row.day}, reverse=True) or None,
            "labels": sorted({row.label for row in group}),
            "names": ", ".join(sorted({row.label for row in group}, reverse=True)),
            "wides": sorted({row.wide for row in group if row.wide is not None}) or None,
            "nothing": None,
            "no_text": None,
            "no_json": None,
        }
    distinct = await CollectRow.objects.aggregate(found=ArrayAgg("flag", distinct=True))
    assert sorted(map(str, distinct["found"])) == ["False", "None", "True"]


@pytest.mark.parametrize("delimiter", ["", ", ", "'; --", "\\", "é\U0001f600", "%s?"])
async def test_joined_texts(rows: list[CollectRow], delimiter: str) -> None:
    """Texts are joined as by ``str.join()``, without those that are NULL, whatever is between them."""
    query = CollectRow.objects.values("kind").annotate(
        names=StringAgg("name", delimiter, order_by="id"), some=StringAgg("name", delimiter, filter=Q(id__gt=20), order_by="id")
    )
    found = {row["kind"]: row for row in await query.all()}
    for kind, group in by_kind(rows).items():
        known = [row for row in group if row.name is not None]
        assert found[kind]["names"] == (delimiter.join(str(row.name) for row in known) if known else None)
        late = [str(row.name) for row in known if (row.id or 0) > 20]
        assert found[kind]["some"] == (delimiter.join(late) if late else None)
    numbers = await CollectRow.objects.filter(id__lt=4).aggregate(ids=StringAgg(Cast("id", str), "+", order_by="id"))
    assert numbers == {"ids": "1+2+3"}


async def test_of_related_rows_and_in_conditions(rows: list[CollectRow]) -> None:
    """Over a path each row has its own list; conditions and orders of groups may name one."""
    homes = (
        await CollectHome.objects.annotate(
            names=StringAgg("rows__label", "", order_by="rows__id"),
            ids=ArrayAgg("rows__id", filter=Q(rows__whole__isnull=False), order_by="-rows__id"),
            spread=StdDev("rows__id"),
            n=Count("rows"),
        )
        .order_by("id")
        .values("id", "names", "ids", "spread", "n")
        .all()
    )
    for home in homes:
        own = [row for row in rows if row.home_id == home["id"]]  # type: ignore[attr-defined] # a key column
        assert home["n"] == len(own)
        assert home["names"] == ("".join(row.label for row in own) or None)
        assert home["ids"] == ([row.id for row in reversed(own) if row.whole is not None] or None)
        assert home["spread"] == (pytest.approx(statistics.pstdev(row.id or 0 for row in own)) if own else None)
    assert homes[2]["ids"] is None
    joined = CollectRow.objects.values("kind").annotate(names=StringAgg("label", "", order_by="id"))
    first = min(by_kind(rows))
    expected = "".join(row.label for row in by_kind(rows)[first])
    assert [row["kind"] for row in await joined.having(names=expected).all()] == [first]
    wanted = sorted("".join(row.label for row in group) for group in by_kind(rows).values())
    assert await joined.order_by("names").values_list("names", flat=True).all() == wanted


async def test_what_follows(rows: list[CollectRow], database: Backend) -> None:
    """Lists are asked as fields of lists and documents are, and leave as frames."""
    query = CollectRow.objects.values("kind").annotate(ids=ArrayAgg("id", order_by="id"), texts=JsonAgg("label", order_by="id"))
    kind = next(row.kind for row in rows if row.id == 1)
    groups = by_kind(rows)
    assert await query.filter(ids__len__gt=0).count() == len(groups)
    assert [row["kind"] for row in await query.filter(ids__0=1).all()] == [kind]
    assert [row["kind"] for row in await query.filter(texts__0=rows[0].label, ids__0=1).all()] == [kind]
    assert [row["kind"] for row in await query.filter(ids__contains=[1]).all()] == [kind]
    frame = (await query.order_by("kind").to_polars()).to_dicts()
    assert [row["ids"] for row in frame] == [[row.id for row in groups[kind]] for kind in sorted(groups)]
    for lookups in ({"ids__contains": ["1"]}, {"ids__0": 1.5}, {"ids__overlap": [object()]}):
        with pytest.raises(FieldLookupValueError):
            query.filter(**lookups)
    halves = query.order_by("kind")[:1].union(query.order_by("kind")[1:2])
    assert len(await halves.all()) == 2


SPREADS: list[tuple[str, bool, Callable[[list[Any]], Any]]] = [
    ("StdDev", False, statistics.pstdev),
    ("StdDev", True, statistics.stdev),
    ("Variance", False, statistics.pvariance),
    ("Variance", True, statistics.variance),
]


@pytest.mark.parametrize("rows", range(3), indirect=True)
@pytest.mark.parametrize(("name", "sample", "expected"), SPREADS)
async def test_spreads(rows: list[CollectRow], name: str, sample: bool, expected: Callable[[list[Any]], Any]) -> None:
    """Deviations and variances are those of Python's statistics, far from zero too; too few values have none."""
    made = {"StdDev": StdDev, "Variance": Variance}[name]
    query = CollectRow.objects.values("kind").annotate(
        ids=made("id", sample=sample),
        far=made(F("id") + 1_000_000_000, sample=sample),
        cents=made("exact", sample=sample),
        few=made("real", sample=sample, filter=Q(real__between=(-10, 10))),
        one=made("id", sample=sample, filter=Q(id=1)),
    )
    for row in await query.all():
        group = by_kind(rows)[row["kind"]]
        given = {
            "ids": [one.id for one in group],
            "far": [(one.id or 0) + 1_000_000_000 for one in group],
            "cents": [one.exact for one in group if one.exact is not None],
            "few": [one.real for one in group if one.real is not None and -10 <= one.real <= 10],
            "one": [one.id for one in group if one.id == 1],
        }
        for key, values in given.items():
            wanted = expected(values) if len(values) > sample else None
            assert row[key] == (None if wanted is None else pytest.approx(float(wanted), rel=1e-7)), key
            assert row[key] is None or isinstance(row[key], float)


async def test_spreads_that_no_float_holds(rows: list[CollectRow]) -> None:
    """A variance that overflows is an error, never another number."""
    await CollectRow.objects.update(real=1e300)
    await CollectRow.objects.filter(id=1).update(real=-1e300)
    with pytest.raises(DataError):
        await CollectRow.objects.aggregate(too_far=Variance("real"))


async def test_windows(rows: list[CollectRow], database: Backend) -> None:
    """Over a window a list and a spread are of the rows of its frame."""
    frame = ("rows", -2, 0)
    spread = CollectRow.objects.annotate(far=Window(StdDev("id"), order_by="id", frame=frame)).order_by("id")
    found = await spread.values_list("far", flat=True).all()
    assert found == [pytest.approx(statistics.pstdev(range(max(1, key - 2), key + 1))) for key in range(1, 41)]
    listed = CollectRow.objects.annotate(
        ids=Window(ArrayAgg("id"), order_by="id", frame=frame), names=Window(StringAgg("label", "."), order_by="id", frame=frame)
    )
    if database.dialect in {"mariadb", "mysql"}:
        with pytest.raises(UnsupportedError, match="windows of collected values"):
            await listed.all()
        return
    for row in await listed.order_by("id").all():
        around = range(max(1, row.id - 2), row.id + 1)
        assert (row.ids, row.names) == (list(around), ".".join(rows[key - 1].label for key in around))


async def test_numbers_that_json_has_not(database: Backend) -> None:
    """A float that JSON cannot hold is an error in a JSON array."""
    if database.dialect in {"mariadb", "mysql"}:
        return  # it stores none
    async with tables(CollectHome, CollectRow):
        await CollectRow.objects.create(kind=1, real=math.inf)
        with pytest.raises(DataError):
            await CollectRow.objects.aggregate(found=JsonAgg("real"))


async def test_lists_beyond_a_packet(database: Backend) -> None:
    """What a server would cut is an error."""
    if database.dialect not in {"mariadb", "mysql"}:
        return  # they cut nothing
    async with tables(CollectHome, CollectRow):
        (packet,) = (await execute_raw("SELECT @@max_allowed_packet AS most"))[0].values()
        text = "\U0001f600" * (packet // 40)
        await CollectRow.objects.bulk_create([CollectRow(kind=1, name=text) for _ in range(11)])
        for made in (StringAgg("name", ""), StringAgg("name", "long delimiter " * 100), ArrayAgg("name"), JsonAgg("name")):
            with pytest.raises(DataError, match="max_allowed_packet"):
                await CollectRow.objects.values("kind").annotate(found=made).filter(found__isnull=True).all()
