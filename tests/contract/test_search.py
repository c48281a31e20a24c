"""The search in texts finds what Python finds, whatever characters mean something to a server; long lists and long texts, too."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oxyde
from oxyde import DataError, F, Field, Model
from tests.backends import Backend
from tests.tables import blocking_tables, table

LETTERS = ("a", "A", "é", "%", "_", "*", "?", "[", "]", "\\", "!", "'")
FOUND: dict[str, Callable[[str, str], bool]] = {
    "exact": lambda text, end: text == end,
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "iexact": lambda text, end: text.lower() == end.lower(),
    "icontains": lambda text, part: part.lower() in text.lower(),
    "istartswith": lambda text, part: text.lower().startswith(part.lower()),
    "iendswith": lambda text, part: text.lower().endswith(part.lower()),
}


class Word(Model):
    """A text and a number."""

    id: int = Field(db_pk=True)
    text: str | None = None
    number: int = 0
    long: str = Field(default="", max_length=100_000)

    Meta = table("search_word")


def letters(backend: Backend) -> tuple[str, ...]:
    """Returns the alphabet: PostgreSQL has no NUL."""
    return LETTERS if backend.dialect == "postgres" else (*LETTERS, "\0")


@pytest.fixture(scope="module")
def words(backend_module: Backend) -> Iterator[Backend]:
    """Every text of up to two letters, and many of three."""
    some = letters(backend_module)
    short = ["".join(word) for length in range(3) for word in itertools.product(some, repeat=length)]
    more = ["".join(word) for word in itertools.product(some[::2], some, some[1::2])]
    with oxyde.connect(backend_module.url), blocking_tables(Word):
        Word.objects.sync.bulk_create([{"id": number, "text": text} for number, text in enumerate([*short, *more])])
        Word.objects.sync.create(id=-1)
        yield backend_module


def test_what_is_found(words: Backend) -> None:
    """Each lookup and its negation part the rows as Python does; a row without a text is found by neither."""
    texts = dict(Word.objects.values_list("id", "text").sync.all())
    del texts[-1]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(st.sampled_from(letters(words)), max_size=3), st.sampled_from(sorted(FOUND)))
    def check(needle: str, lookup: str) -> None:
        if words.dialect in {"mysql", "mariadb"} and lookup == "exact":
            return  # the column's collation decides
        ids = Word.objects.values_list("id", flat=True)
        expected = {key for key, text in texts.items() if FOUND[lookup](text, needle)}
        assert set(ids.filter(**{f"text__{lookup}": needle}).sync.all()) == expected
        assert set(ids.exclude(**{f"text__{lookup}": needle}).sync.all()) == {*texts, -1} - expected

    check()


def test_long_texts_are_searched(words: Backend) -> None:
    """Neither the text nor what is looked for is too long."""
    # Not periodic: MariaDB's LIKE compares almost the whole pattern at every place of a text that repeats itself.
    text = "".join(random.Random(0).choices("xyzé", k=80_000))
    Word.objects.sync.create(id=-2, long=f"<{text}>")
    try:
        found = Word.objects.values_list("id", flat=True).sync
        for lookup, needle in (("contains", text), ("startswith", f"<{text}"), ("endswith", f"{text}>"), ("icontains", text.upper())):
            wanted = [] if words.dialect == "sqlite" and lookup == "icontains" else [-2]  # é folds elsewhere only
            assert found.filter(**{f"long__{lookup}": needle}).all() == wanted
            assert found.filter(**{f"long__{lookup}": f"{needle}y"}).all() == []
        assert found.get(id=-2) == -2
    finally:
        Word.objects.filter(id=-2).sync.delete()


def test_long_lists(words: Backend) -> None:
    """Lists have no limit but MySQL's number of parameters, which the refusal names together with the remedy."""
    assert Word.objects.sync.filter(id__in=range(-1, 61_000)).count() == len(Word.objects.sync.all())
    many = Word.objects.sync.filter(id__in=range(-1, 100_000))
    if words.dialect in {"mysql", "mariadb"}:
        with pytest.raises(oxyde.UnsupportedError, match="lists of so many values"):
            many.count()
    else:
        assert many.count() == len(Word.objects.sync.all())


@pytest.mark.parametrize(
    "computed",
    [
        lambda number: number + 1,
        lambda number: number * 2,
        lambda number: -(-number - 1) - 1 - number - number - number,
        lambda number: (number + 1) % 10,
    ],
    ids=["sum", "product", "difference", "inside"],
)
def test_integers_do_not_become_floats(words: Backend, computed: Any) -> None:
    """Where a condition computes more than 64 bits hold, the statement fails on every server instead of comparing floats."""
    Word.objects.sync.create(id=-3, number=2**63 - 1)
    try:
        with pytest.raises(DataError):
            Word.objects.sync.filter(number__lt=computed(F("number")), id=-3).count()
    finally:
        Word.objects.filter(id=-3).sync.delete()
