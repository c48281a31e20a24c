"""``JsonPath``, on every backend, beside the same walk in Python."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from oxyde import Count, DataError, F, Field, FieldError, JsonPath, Model, Sum
from tests.backends import Backend
from tests.tables import table, tables


class PathInner(BaseModel):
    """A typed document."""

    city: str
    sizes: list[int] = []


class PathDocument(Model):
    """Has a free document and a typed one."""

    id: int | None = Field(default=None, db_pk=True)
    data: Any = Field(default=None, db_nullable=True)
    inner: PathInner | None = None
    best: str | None = None

    Meta = table("path_document")


LEAVES = (1, -7, 2**62, 0.5, -1e300, "x", "7", "", 'é"\\', True, False, None, "true")


def drawn(rng: random.Random, depth: int) -> Any:
    """Returns a random document."""
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(LEAVES)
    if rng.random() < 0.5:
        return [drawn(rng, depth - 1) for _ in range(rng.randrange(3))]
    return {rng.choice(["a", "b", "0", 'k"\\.$']): drawn(rng, depth - 1) for _ in range(3)}


def walked(document: Any, path: tuple[str | int, ...]) -> Any:
    """Returns the value behind a path; None where there is none."""
    for step in path:
        if isinstance(document, dict):
            document = document.get(str(step))
        elif isinstance(document, list) and isinstance(step, int):
            document = document[step] if step < len(document) else None
        else:
            return None
    return document


@pytest.fixture
async def documents(database: Backend) -> AsyncIterator[list[PathDocument]]:
    """Documents at random."""
    rng = random.Random(11)
    async with tables(PathDocument):
        made = [PathDocument(id=key, data=drawn(rng, 3)) for key in range(1, 61)]
        await PathDocument.objects.bulk_create(made)
        yield made


PATHS: list[tuple[str | int, ...]] = [("a",), ("b", "a"), (0,), ("a", 0), (1, "a"), ('k"\\.$',), ("0",), ("a", "b", 1)]


@pytest.mark.parametrize("path", PATHS)
async def test_values(documents: list[PathDocument], path: tuple[str | int, ...]) -> None:
    """The value is that of the walk; with an output it is None where it is of another type."""
    query = PathDocument.objects.annotate(
        any=JsonPath("data", *path),
        text=JsonPath("data", *path, output=str),
        real=JsonPath("data", *path, output=float),
        truth=JsonPath("data", *path, output=bool),
    ).order_by("id")
    for document, found in zip(documents, await query.values_list("any", "text", "real", "truth").all(), strict=True):
        value = walked(document.data, path)
        is_truth, is_number = isinstance(value, bool), isinstance(value, (int, float))
        assert found[0] == value
        assert isinstance(found[0], bool) == is_truth
        assert found[1] == (value if isinstance(value, str) else None)
        assert found[2] == (float(value) if is_number and not is_truth else None)
        assert found[3] == (value if is_truth else None)


async def test_numbers(database: Backend) -> None:
    """An int and a Decimal are exact, or an error; they can be summed, compared and ordered by."""
    async with tables(PathDocument):
        await PathDocument.objects.bulk_create(
            [
                {"id": 1, "data": {"n": 2**63 - 1, "p": "1.10"}},
                {"id": 2, "data": {"n": -5}},
                {"id": 3, "data": {"n": "5"}},
                {"id": 4, "data": {"n": 3, "p": 2.25}},
            ]
        )
        whole = JsonPath("data", "n", output=int)
        query = PathDocument.objects.annotate(n=whole, p=JsonPath("data", "p", output=Decimal))
        assert await query.order_by("id").values_list("n", "p").all() == [(2**63 - 1, None), (-5, None), (None, None), (3, Decimal("2.25"))]
        assert await query.filter(n__gt=0).order_by("n").values_list("id", flat=True).all() == [4, 1]
        assert await query.filter(whole + 1 > F("id")).filter(id__gt=1).values_list("id", flat=True).all() == []
        assert await query.filter(id__in=[2, 4]).aggregate(total=Sum("n")) == {"total": -2}
        with pytest.raises(DataError):
            await PathDocument.objects.annotate(n=JsonPath("data", "p", output=int)).all()


async def test_in_every_verb(database: Backend) -> None:
    """It is grouped by, filtered by as a document, and assigned; a typed document knows its fields."""
    async with tables(PathDocument):
        cities = ["Ulm", "Bonn", "Ulm"]
        await PathDocument.objects.bulk_create(
            [{"id": key, "data": {"k": {"m": key}}, "inner": PathInner(city=city, sizes=[key])} for key, city in enumerate(cities, 1)]
        )
        city = JsonPath("inner", "city", output=str)
        grouped = PathDocument.objects.annotate(city=city).values("city").annotate(n=Count()).order_by("city")
        assert await grouped.all() == [{"city": "Bonn", "n": 1}, {"city": "Ulm", "n": 2}]
        assert await PathDocument.objects.annotate(k=JsonPath("data", "k")).filter(k={"m": 2}).count() == 1
        assert await PathDocument.objects.annotate(k=JsonPath("data", "k")).filter(k__m=2).count() == 1
        assert await PathDocument.objects.update(best=city) == 3
        assert await PathDocument.objects.filter(best="Ulm").count() == 2
        assert (
            await PathDocument.objects.order_by(JsonPath("inner", "sizes", 0, output=int).desc()).values_list("id", flat=True).first() == 3
        )
        with pytest.raises(FieldError, match=r'PathDocument\.inner has no field "town" inside'):
            PathDocument.objects.annotate(x=JsonPath("inner", "town"))
