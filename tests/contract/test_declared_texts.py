"""Texts that PostgreSQL keeps as another type (``db_type``) are, beside expressions and in updates, what is read of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

import oxyde
from oxyde import Coalesce, Concat, DataError, F, Field, Model, NullIf, Upper, Value
from tests import backends
from tests.backends import Servers

TYPES: Final = {
    "INET": ("10.0.0.1", "10.0.0.2"),
    "CIDR": ("10.0.0.0/24", "10.1.0.0/24"),
    "MACADDR": ("08:00:2b:01:02:03", "08:00:2b:01:02:04"),
    "CITEXT": ("Ab", "aB"),
    "declared_word": ("ab", "AB"),
    "declared_host": ("10.0.0.1", "10.0.0.2"),
    "declared_mood": ("ab", "AB"),
    "CHAR(5)": ("abcde", "ABCDE"),
    "CHAR(4)": ("ab  ", "AB  "),
    "UUID": ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c9"),
    "BIT(3)": ("100", "101"),
    "JSON": ('{"a": 1}', "1"),
    "XML": ("<a/>", "<b/>"),
    "VARCHAR(40)": ("ab", "AB"),
    "NAME": ("ab", "AB"),
}


@pytest.fixture(scope="module")
def postgres(servers: Servers) -> Iterator[None]:
    """A connection with the types that are made by hand."""
    if "postgres" not in backends.names():
        pytest.skip("no PostgreSQL is there")
    with oxyde.connect(servers.get("postgres").url, "default"):
        raw = oxyde.sync.execute_raw
        raw("CREATE EXTENSION IF NOT EXISTS citext")
        raw("CREATE DOMAIN declared_word AS text CHECK (length(VALUE) < 9)")
        raw("CREATE DOMAIN declared_host AS inet")
        raw("CREATE TYPE declared_mood AS ENUM ('ab', 'AB')")
        yield
        raw("DROP DOMAIN declared_word, declared_host")
        raw("DROP TYPE declared_mood")


@pytest.fixture(params=TYPES)
def table(postgres: None, request: pytest.FixtureRequest) -> Iterator[tuple[type[Model], str, str]]:
    """A table with two columns of a type and one of text, two rows, and the values that are in them."""
    db_type = request.param

    class DeclaredText(Model):
        id: int = Field(db_pk=True)
        a: str = Field(db_type=db_type)
        b: str | None = Field(default=None, db_type=db_type)
        name: str

        class Meta:
            is_table = True
            table_name = "declared_text"

    first, second = TYPES[db_type]
    oxyde.sync.create_tables(models=DeclaredText)
    DeclaredText.objects.sync.create(id=1, a=first, b=second, name=first)
    DeclaredText.objects.sync.create(id=2, a=first, b=first, name=second)
    yield DeclaredText, first, second
    oxyde.sync.drop_tables(models=DeclaredText)


def test_comparisons_are_of_what_is_read(table: tuple[type[Model], str, str]) -> None:
    """With other columns, functions, ranges, queries and plain values; in every place of the comparison."""
    model, first, second = table
    column: Any = model.model_fields["a"]
    query: Any = model.objects.sync
    low, high = sorted((first, second), key=str.lower)

    def ids(*conditions: Any, **lookups: Any) -> list[int]:
        return sorted(query.filter(*conditions, **lookups).values_list("id", flat=True).all())

    def named(name: str) -> Any:
        return model.objects.values_list(name, flat=True)

    assert [row.a for row in query.all()] == [first, first]
    assert ids(a=F("name")) == ids(name=F("a")) == ids(a=Concat("name", Value(""))) == ids(a=Coalesce("name", "b")) == [1]
    assert ids(a=Coalesce("b", "name")) == ids(a=NullIf("b", Value("?"))) == [2]
    assert ids(a__between=(F("name"), F("name"))) == ids(a__gte=F("name"), a__lte=F("name")) == [1]
    assert ids(a__between=(F("name"), first)) == [key for key in (1, 2) if key in ids(a__gte=F("name"))]
    assert ids(F("a") <= F("name"), F("a") >= F("name")) == [1]
    assert ids(a__in=named("name")) == ids(a__in=named("b")) == [1, 2]
    assert ids(name__in=named("a")) == ids(name__in=named("a").distinct()) == ids(name__in=named("a").order_by("id")[:1]) == [1]
    assert ids(a=first) == ids(a__in=[first]) == ids(a=Value(first)) == ids(a__startswith=first[:2]) == ids(a__iexact=first) == [1, 2]
    assert query.annotate(x=Upper("a")).filter(x=F("a")).count() == (2 if first.upper() == first else 0)
    assert query.annotate(x=F("a")).filter(x=F("name")).count() == 1
    assert query.exclude(a=F("name")).values_list("id", flat=True).all() == [2]
    assert query.filter(a=F("b")).count() == (2 if column.db_type == "CITEXT" else 1)
    assert {query.max("a"), query.min("b")} <= {first, second}
    assert low != high
    assert query.order_by("a", "id").values_list("id", flat=True).all() == [1, 2]


def test_updates_write_what_is_read(table: tuple[type[Model], str, str]) -> None:
    """Into the column and out of it; what is none of its type is refused."""
    model, first, second = table
    column: Any = model.model_fields["a"]
    query: Any = model.objects.sync.filter(id=2)
    for made, wanted in ((F("name"), second), (Concat("b", Value("")), first), (Coalesce("name", "b"), second), (F("b"), first)):
        query.update(a=made)
        assert query.get().a == wanted, made
    query.update(name=F("a"))
    assert query.get().name == first
    query.update(name=Upper("a"))
    assert query.get().name == first.upper()
    if column.db_type not in {"CITEXT", "NAME"}:
        with pytest.raises((DataError, oxyde.CheckViolationError)):
            query.update(a=Concat("a", Value("<" * 60)))
