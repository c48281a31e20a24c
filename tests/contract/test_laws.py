"""Laws of queries, on random conditions and slices over rows with many NULLs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import oxyde
from oxyde import F, Q
from tests.backends import Backend
from tests.cases import models
from tests.cases.models import Team
from tests.tables import blocking_tables
from tests.unit.queries import trees

People = models.Novelist


@pytest.fixture(scope="module")
def people(backend_module: Backend) -> Iterator[Backend]:
    """The teams and authors of the cases, and some with many NULLs."""
    with oxyde.connect(backend_module.url), blocking_tables(*models.READ_ONLY):
        Team.objects.sync.bulk_create(models.teams())
        sparse = [People(id=number, name="x" * (number % 3), age=number % 4, team_id=None if number % 2 else 2) for number in range(5, 12)]
        People.objects.sync.bulk_create([*models.authors(), *sparse])
        yield backend_module


def keys(chain: Any) -> list[int]:
    """Returns the keys of a query's rows."""
    return chain.values_list("id", flat=True).sync.all()


def test_one_of_a_search_and_its_negation_holds(people: Backend) -> None:
    """MariaDB takes ``a LIKE p`` and ``NOT (a LIKE p)`` for one value beside ``<>``."""
    for found in (Q(name__contains=""), Q(name__startswith="x"), Q(name__iexact="x"), Q(age=1)):
        assert People.objects.filter(found ^ ~found).sync.count() == People.objects.sync.count()
        assert People.objects.exclude(found ^ ~found).sync.count() == 0


def test_a_condition_and_its_negation_part_the_rows(people: Backend) -> None:
    """Every row fulfils a condition or its negation, and none both; ``count`` and ``exists`` agree."""
    everybody = keys(People.objects.order_by("id"))

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(trees.conditions(6))
    def check(condition: Q) -> None:
        values = People.objects.filter(condition)._compiled().values
        assume(people.dialect != "postgres" or "\\x00" not in repr(values))  # refused by name, as it cannot hold NUL
        assume(people.dialect not in {"mysql", "mariadb"} or "inf" not in repr(values))  # nor these infinity
        inside = keys(People.objects.filter(condition))
        outside = keys(People.objects.exclude(condition))
        assert sorted(inside + outside) == everybody
        assert keys(People.objects.filter(~condition).order_by("id")) == sorted(outside)
        assert sorted(keys(People.objects.filter(~~condition))) == sorted(inside)
        assert People.objects.filter(condition).sync.count() == len(inside)
        assert People.objects.exclude(condition).sync.exists() is bool(outside)

    check()


def test_a_condition_as_a_value(people: Backend) -> None:
    """An annotation that is a condition is true where the condition is; its negation, NULL included, has the other rows."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(trees.conditions(4), trees.conditions(2))
    def check(condition: Q, other: Q) -> None:
        values = People.objects.filter(condition, other)._compiled().values
        assume(people.dialect != "postgres" or "\\x00" not in repr(values))
        assume(people.dialect not in {"mysql", "mariadb"} or "inf" not in repr(values))
        flagged = People.objects.annotate(flag=condition, age_now=F("age") + 1).order_by("id")
        found = dict(flagged.values_list("id", "flag").sync.all())
        inside = keys(People.objects.filter(condition).order_by("id"))
        assert [key for key, flag in found.items() if flag] == inside
        assert keys(flagged.filter(flag=True)) == inside
        assert keys(flagged.exclude(flag=True)) == [key for key, flag in found.items() if not flag]
        assert keys(flagged.filter(flag=None)) == [key for key, flag in found.items() if flag is None]
        assert keys(flagged.exclude(flag=other, age_now__gt=2)) == keys(flagged.filter(~Q(flag=other, age_now__gt=2)))
        both = [*keys(flagged.filter(flag=other)), *keys(flagged.exclude(flag=other))]
        assert sorted(both) == sorted(found)
        ordered = keys(flagged.order_by(Q(flag=True).desc(nulls_last=True), "id"))
        assert ordered[: len(inside)] == inside
        union = People.objects.filter(condition).union_all(People.objects.exclude(condition))
        assert keys(union.order_by("id")) == sorted(found)

    check()


def test_slices_compose(people: Backend) -> None:
    """A slice of a slice is what Python makes of the list; so are ``count``, ``exists``, ``first`` and ``last`` of it."""
    everybody = keys(People.objects.order_by("-id"))
    ends = st.one_of(st.none(), st.integers(0, 13))

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(ends, ends), min_size=1, max_size=3))
    def check(slices: list[tuple[int | None, int | None]]) -> None:
        chain, rows = People.objects.order_by("-id"), everybody
        for start, stop in slices:
            chain, rows = chain[start:stop], rows[start:stop]
        assert keys(chain) == rows
        assert chain.sync.count() == len(rows)
        assert chain.sync.exists() is bool(rows)
        ends_of = [row and row.id for row in (chain.sync.first(), chain.sync.last())]
        assert ends_of == ([rows[0], rows[-1]] if rows else [None, None])
        assert keys(chain.reverse()) == rows[::-1]
        assert chain.sync.max("id") == (max(rows) if rows else None)

    check()


def test_values_have_their_types(people: Backend) -> None:
    """``values()`` gives what models give: datetimes, Decimals, UUIDs and members, not text."""
    model = People.objects.sync.get(id=1)
    row = People.objects.filter(id=1).values().sync.first()
    assert row == {name: getattr(model, name) for name in row}
    assert {name: type(value) for name, value in row.items()} == {name: type(getattr(model, name)) for name in row}
    assert row["mood"] is models.Mood.GLAD
    assert (type(row["balance"]), type(row["seen"]), type(row["span"])) == (Decimal, dt.datetime, dt.timedelta)
    assert People.objects.sync.max("mood") in models.Mood
    assert People.objects.sync.sum("balance") == Decimal("109.49")


def test_decimals_compare_as_numbers(people: Backend) -> None:
    """10 is more than 9, whatever the column holds them in."""
    assert keys(People.objects.filter(balance__gt=Decimal(9)).order_by("id")) == [1]
    assert keys(People.objects.filter(worth__gt=Decimal("9.5")).order_by("id")) == [1, 3]
    assert keys(People.objects.filter(worth__isnull=False).order_by("worth")) == [4, 3, 1]


def test_numbers_beyond_64_bits(people: Backend) -> None:
    """Compare as the numbers that they are."""
    assert keys(People.objects.filter(age=2**63)) == keys(People.objects.filter(age__lt=-(2**63) - 1)) == []
    assert set(keys(People.objects.filter(age__lte=2**63))) == set(keys(People.objects.filter(age__isnull=False)))


def test_a_condition_beside_its_negation(people: Backend) -> None:
    """They are never equal, whatever MariaDB makes of ``a LIKE p`` beside ``NOT (a LIKE p)``."""
    like = Q(name__contains="")
    flagged = People.objects.annotate(flag=like)
    everybody = keys(People.objects.exclude(name=None).order_by("id"))
    assert keys(flagged.filter(flag=~like)) == []
    assert keys(flagged.exclude(flag=~like).order_by("id")) == everybody
    assert keys(flagged.filter(flag=like).order_by("id")) == everybody
