"""Infinities and NaN in functions, casts, arithmetic and sums: Python's value, or an error where the server has none."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

import pytest

import oxyde
from oxyde import Abs, Cast, Ceil, DataError, F, Field, FieldValueError, Floor, Greatest, Least, Model, Power, Round, Value
from tests.backends import Backend


class Endless(Model):
    """Floats without an end."""

    id: int = Field(db_pk=True)
    f: float | None = None

    class Meta:
        """Its table."""

        is_table = True
        table_name = "endless_float"


GIVEN: Final = {1: math.inf, 2: -math.inf, 3: 1.5, 4: None, 5: math.nan}
LAWS: Final[dict[str, tuple[Any, Callable[[float], Any]]]] = {
    "floor": (Floor("f"), lambda f: f if math.isinf(f) or math.isnan(f) else float(math.floor(f))),
    "ceil": (Ceil("f"), lambda f: f if math.isinf(f) or math.isnan(f) else float(math.ceil(f))),
    "round": (Round("f"), lambda f: round(f, 0)),
    "round 2": (Round("f", 2), lambda f: round(f, 2)),
    "round -2": (Round("f", -2), lambda f: round(f, -2)),
    "abs": (Abs("f"), abs),
    "negative": (-F("f"), lambda f: -f),
    "greatest": (Greatest("f", 0.5), lambda f: f if math.isnan(f) else max(f, 0.5)),
    "least": (Least("f", 0.5), lambda f: 0.5 if math.isnan(f) else min(f, 0.5)),
    "less itself": (F("f") - F("f"), lambda f: f - f),
    "by itself": (F("f") / F("f"), lambda f: f / f),
    "nothing of it": (F("f") * 0.0, lambda f: f * 0.0),
    "remainder": (F("f") % 2.0, lambda f: f % 2.0 if math.isfinite(f) else math.nan),
    "plus": (F("f") + 1, lambda f: f + 1),
    "power": (Power("f", 0), lambda f: f**0),
    "to bool": (Cast("f", bool), bool),
    "to int": (Cast("f", int), int),
    "to Decimal": (Cast("f", Decimal), lambda f: Decimal(str(f))),
}


@pytest.fixture(scope="module")
def endless(backend_module: Backend) -> Iterator[Backend]:
    """A connection with such rows: MariaDB holds no infinity, SQLite no NaN."""
    with oxyde.connect(backend_module.url, "default"):
        oxyde.sync.create_tables(models=Endless)
        for key, value in GIVEN.items():
            if holds(backend_module.dialect, value):
                Endless.objects.sync.create(id=key, f=value)
        yield backend_module
        oxyde.sync.drop_tables(models=Endless)


def holds(dialect: str, value: Any) -> bool:
    """Whether a server holds a value."""
    if value is None or dialect == "postgres":
        return True
    return not math.isnan(value) if dialect == "sqlite" else math.isfinite(value)


def test_what_a_server_does_not_hold_is_refused(endless: Backend) -> None:
    """By name, before anything is sent."""
    for value in GIVEN.values():
        if not holds(endless.dialect, value):
            with pytest.raises(FieldValueError, match="cannot hold"):
                Endless.objects.sync.create(id=9, f=value)
            with pytest.raises(FieldValueError, match="cannot hold"):
                Endless.objects.sync.filter(id=3).annotate(x=Value(value) + F("f")).values("x").get()


@pytest.mark.parametrize("name", LAWS)
def test_values(endless: Backend, name: str) -> None:
    """Where Python raises, or the server has no such value, an error; never NULL."""
    made, python = LAWS[name]
    for key, value in GIVEN.items():
        if not holds(endless.dialect, value):
            continue
        query = Endless.objects.sync.filter(id=key).annotate(x=made).values("x")
        try:
            wanted = None if value is None else python(value)
        except (OverflowError, ValueError):
            wanted = DataError
        has_none = isinstance(wanted, float) and not holds(endless.dialect, wanted)
        if isinstance(wanted, Decimal) and not wanted.is_finite():
            has_none = endless.dialect != "postgres"
        if wanted is DataError or has_none:
            with pytest.raises(DataError):
                query.get()
        else:
            found = query.get()["x"]
            assert type(found) is type(wanted), (value, found, wanted)
            assert found == wanted or (found != found and wanted != wanted), (value, found, wanted)  # noqa: PLR0124 - NaN is not itself


def test_sums(endless: Backend) -> None:
    """Of infinities of one sign, of both, and of no row."""
    query = Endless.objects.sync
    assert (query.filter(id__in=[3, 4]).sum("f"), query.filter(id__in=[3, 4]).avg("f")) == (1.5, 1.5)
    assert query.filter(id=4).sum("f") is query.filter(id=9).avg("f") is None
    if endless.dialect in {"postgres", "sqlite"}:
        assert query.filter(id__in=[1, 3]).sum("f") == query.filter(id__in=[1, 3]).avg("f") == math.inf
        both = query.filter(id__in=[1, 2, 3])
        asked: list[Callable[[str], Any]] = [both.sum, both.avg]
        for ask in asked:
            if endless.dialect == "postgres":
                assert math.isnan(ask("f"))
            else:
                with pytest.raises(DataError, match="no number"):
                    ask("f")
