"""Groups of random rows: every aggregate is what plain Python computes, on every backend."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oxyde
from oxyde import Avg, Count, F, Field, Max, Min, Model, Q, Sum
from tests.backends import Backend
from tests.tables import table

EXAMPLES: Final = int(os.environ.get("OXYDE_ORACLE", "1000" if os.environ.get("OXYDE_LONG") == "1" else "40"))

Row = dict[str, Any]


class HeapOwner(Model):
    """Has heaps."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=5)
    heaps: list[Heap] = Field(default=[], db_reverse_fk="owner")
    marks: list[HeapMark] = Field(default=[], db_reverse_fk="owner")

    Meta = table("property_heap_owner")


class Heap(Model):
    """A row with what is grouped by and what is aggregated."""

    id: int | None = Field(default=None, db_pk=True)
    kind: str | None = Field(default=None, max_length=5)
    flag: bool
    size: int
    price: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)
    owner: HeapOwner | None = None

    Meta = table("property_heap")


class HeapMark(Model):
    """Belongs to an owner too."""

    id: int | None = Field(default=None, db_pk=True)
    owner: HeapOwner

    Meta = table("property_heap_mark")


MODELS: Final = [HeapOwner, Heap, HeapMark]


@pytest.fixture(scope="module")
def connected(backend_module: Backend) -> Iterator[Backend]:
    """A single connection to the tables."""
    with oxyde.connect(backend_module.url, settings=oxyde.PoolSettings(max_connections=1)):
        oxyde.sync.drop_tables(models=MODELS, if_exists=True)
        oxyde.sync.create_tables(models=MODELS)
        yield backend_module
        oxyde.sync.drop_tables(models=MODELS)


PRICES: Final = st.none() | st.decimals(Decimal("-99.99"), Decimal("99.99"), places=2)
ROWS: Final = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["a", "b", "c", None]),
            "flag": st.booleans(),
            "size": st.integers(-3, 3) | st.integers(-(2**40), 2**40),
            "price": PRICES,
            "owner_id": st.sampled_from([1, 2, 3, None]),
        }
    ),
    max_size=12,
)

OVER: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "n": len,
    "total": lambda values: sum(values) if values else None,
    "mean": lambda values: sum(values) / len(values) if values else None,
    "least": lambda values: min(values, default=None),
    "most": lambda values: max(values, default=None),
    "apart": lambda values: len(set(values)),
}
MADE: Final[dict[str, Callable[..., Any]]] = {"n": Count, "total": Sum, "mean": Avg, "least": Min, "most": Max}
FILTERS: Final[list[tuple[Q | None, Callable[[Row], bool]]]] = [
    (None, lambda _: True),
    (Q(flag=True), lambda row: row["flag"]),
    (~Q(kind="a"), lambda row: row["kind"] != "a"),
    (Q(price__gt=0) | Q(size=0), lambda row: (row["price"] is not None and row["price"] > 0) or row["size"] == 0),
]


def expected(name: str, values: list[Any]) -> Any:
    """Returns what an aggregate of these values is; NULLs do not count."""
    return OVER[name]([value for value in values if value is not None])


def same(found: Any, wanted: Any) -> bool:
    """Whether two values are equal: exactly, or as two divisions of the same numbers that are rounded at different digits."""
    if type(found) is not type(wanted):
        return False
    if isinstance(wanted, Decimal):
        return abs(found - wanted) <= Decimal("1e-4")
    return found == pytest.approx(wanted, rel=1e-12, abs=1e-12) if isinstance(wanted, float) else bool(found == wanted)


def stock(rows: list[Row]) -> None:
    """Fills the tables: three owners, these heaps, and a mark for each heap that has an owner, twice."""
    for model in reversed(MODELS):
        model.objects.sync.delete()
    HeapOwner.objects.sync.bulk_create([{"id": key, "name": name} for key, name in ((1, "x"), (2, "x"), (3, "y"))])
    Heap.objects.sync.bulk_create(rows)
    HeapMark.objects.sync.bulk_create([{"owner_id": row["owner_id"]} for row in rows if row["owner_id"] is not None] * 2)


@pytest.mark.timeout(3600)
def test_groups_are_those_of_python(connected: Backend) -> None:
    """Keys, aggregates with filters, conditions on groups, and what a grouped query counts and sums."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        ROWS,
        st.lists(st.sampled_from(["kind", "flag", "owner_id", "rest"]), min_size=1, max_size=3, unique=True),
        st.sampled_from(["size", "price"]),
        st.sampled_from(FILTERS),
        st.sampled_from(FILTERS),
        st.integers(0, 3),
    )
    def check(rows: list[Row], keys: list[str], of: str, chosen: Any, narrowed: Any, least: int) -> None:
        stock(rows)
        where, holds = chosen
        only, counts = narrowed
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            if holds(row):
                groups.setdefault(tuple({**row, "rest": row["size"] % 3}[key] for key in keys), []).append(row)
        query = Heap.objects.filter(*([] if where is None else [where])).annotate(rest=F("size") % 3).values(*keys)
        aggregates = {name: make(of, filter=only) for name, make in MADE.items()}
        query = query.annotate(rows=Count(), apart=Count(of, distinct=True, filter=only), **aggregates).having(rows__gt=least)
        found = {tuple(row.pop(key) for key in keys): row for row in query.sync.all()}
        assert found.keys() == {key for key, members in groups.items() if len(members) > least}
        for key, row in found.items():
            values = [member[of] for member in groups[key] if counts(member)]
            assert row.pop("rows") == len(groups[key])
            wanted = {name: expected(name, values) for name in row}
            if of == "size" and wanted["mean"] is not None:
                wanted["mean"] = float(wanted["mean"])
            for name, value in row.items():
                assert same(value, wanted[name]), (key, name, value, wanted[name])
        assert query.sync.count() == len(found)
        assert query.sync.exists() is bool(found)
        assert query.sync.sum("rows") == (sum(len(groups[key]) for key in found) or None)

    check()


@pytest.mark.timeout(3600)
def test_paths_never_multiply(connected: Backend) -> None:
    """Aggregates of two paths from each row, and of groups of rows, are what each is alone."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ROWS)
    def check(rows: list[Row]) -> None:
        stock(rows)
        heaps = {key: [row for row in rows if row["owner_id"] == key] for key in (1, 2, 3)}
        query = HeapOwner.objects.annotate(
            n=Count("heaps"), total=Sum("heaps__size"), dear=Max("heaps__price", filter=Q(heaps__flag=True)), seen=Count("marks")
        )
        found = {row["id"]: row for row in query.values("id", "n", "total", "dear", "seen").sync.all()}
        for key, members in heaps.items():
            dear = expected("most", [row["price"] for row in members if row["flag"]])
            sizes = expected("total", [row["size"] for row in members])
            assert found[key] == {"id": key, "n": len(members), "total": sizes, "dear": dear, "seen": 2 * len(members)}
        groups = HeapOwner.objects.values("name").annotate(n=Count("heaps"), total=Sum("heaps__size"), seen=Count("marks"))
        for row in groups.sync.all():
            members = [one for key in ((1, 2) if row["name"] == "x" else (3,)) for one in heaps[key]]
            sizes = expected("total", [one["size"] for one in members])
            assert (row["n"], row["total"], row["seen"]) == (len(members), sizes, 2 * len(members))
        busy = [key for key, members in heaps.items() if len(members) > 1]
        assert sorted(query.filter(n__gt=1).values_list("id", flat=True).sync.all()) == busy

    check()
