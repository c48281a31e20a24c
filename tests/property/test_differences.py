"""The declared differences between servers, one test for each: what the oracle is told about a server is what the server does."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

import oxyde
from oxyde import Avg, F, Field, Model
from tests.backends import Backend
from tests.property.oracle.differences import RULES, Rules
from tests.property.oracle.schemas import VALUES
from tests.tables import blocking_tables, table


class Spelt(Model):
    """A text and a number."""

    id: int = Field(db_pk=True)
    text: str | None = Field(default=None, max_length=40)
    price: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)

    Meta = table("differences_spelt")


TEXTS = VALUES["text"]


@pytest.fixture(scope="module")
def server(backend_module: Backend) -> Iterator[Rules]:
    """The rules of a server on which every text of the oracle is stored."""
    with oxyde.connect(backend_module.url), blocking_tables(Spelt):
        Spelt.objects.sync.bulk_create([Spelt(id=at, text=text, price=Decimal(at)) for at, text in enumerate([*TEXTS, None])])
        yield RULES[backend_module.dialect]


def found(**lookups: object) -> list[int]:
    """Returns the keys of the rows for which lookups are true."""
    return Spelt.objects.filter(**lookups).order_by("id").values_list("id", flat=True).sync.all()


def test_equal_texts(server: Rules) -> None:
    """MySQL and MariaDB compare by the collation of the column: without case, accents and spaces at the end."""
    for text in TEXTS:
        equal = [at for at, other in enumerate(TEXTS) if server.text_key(other) == server.text_key(text)]
        assert found(text=text) == found(text__in=[text]) == equal, text


def test_texts_without_case(server: Rules) -> None:
    """SQLite folds the letters of ASCII, the others those of Unicode."""
    for text in [*TEXTS, "É"]:
        assert found(text__iexact=text) == [at for at, other in enumerate(TEXTS) if server.fold(other) == server.fold(text)], text
        assert found(text__icontains=text) == [at for at, other in enumerate(TEXTS) if server.fold(text) in server.fold(other)], text
    assert found(text__icontains="É") == ([] if server is RULES["sqlite"] else [TEXTS.index("é")])


def test_a_dot_and_a_line_break(server: Rules) -> None:
    """PostgreSQL takes a line break for a character as any other."""
    assert found(text__regex="^a.b$") == sorted([TEXTS.index("a%b"), *([TEXTS.index("a\nb")] if server.dot else [])])


def test_nulls_in_order(server: Rules) -> None:
    """They are the greatest on PostgreSQL, and the least elsewhere."""
    last = len(TEXTS)
    for desc in (False, True):
        keys = Spelt.objects.order_by("-text" if desc else "text", "id").values_list("id", flat=True).sync.all()
        assert keys.index(last) == (0 if server.nulls_first(desc=desc) else last)
        assert Spelt.objects.order_by(F("text").desc(nulls_last=True)).values_list("id", flat=True).sync.all()[-1] == last


def test_digits_of_averages(server: Rules) -> None:
    """A third has four digits or more behind the point."""
    mean = Spelt.objects.filter(id__in=[0, 0, 1, 3]).sync.aggregate(mean=Avg("price"))["mean"]
    assert abs(mean - Decimal(4) / 3) < Decimal("0.0001")
