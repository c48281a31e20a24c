"""Unit tests of oxyde.inspect.words."""

from __future__ import annotations

import pytest

from oxyde.inspect.words import parts, plural, singular

PAIRS = (
    "address-addresses alias-aliases analysis-analyses box-boxes bus-buses cache-caches category-categories child-children class-classes "
    "clause-clauses cookie-cookies database-databases exercise-exercises half-halves hero-heroes house-houses key-keys leaf-leaves "
    "matrix-matrices menu-menus movie-movies person-people photo-photos purchase-purchases quiz-quizzes shoe-shoes size-sizes "
    "dbalias-dbaliases metric-metrics radius-radii status-statuses topic-topics user-users wife-wives"
)


@pytest.mark.parametrize("pair", PAIRS.split())
def test_singulars_and_plurals(pair: str) -> None:
    """A table is called by the plural, its class by the singular, and the rows that point elsewhere by the plural again."""
    one, many = pair.split("-")
    assert singular(many) == one
    assert singular(one) == one
    assert plural(one) == many


@pytest.mark.parametrize("word", ["data", "media", "metadata", "nas", "news", "pos", "series", "staff", "physics", "statistics"])
def test_words_that_are_their_own_plural(word: str) -> None:
    """They stay as they are."""
    assert singular(word) == plural(word) == word


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OrderDetails", "order details"),
        ("ORDER_DETAILS", "order details"),
        ("order details", "order details"),
        ("HTTPCode", "http code"),
        ("MACAddress2", "mac address2"),
        ("isoWeekday", "iso weekday"),
        ("ÅngströmUnits", "ångström units"),
        ("$%&", ""),
    ],
)
def test_the_words_of_names(name: str, expected: str) -> None:
    """Capitals and what is no letter or digit set words apart."""
    assert " ".join(parts(name)) == expected


def test_abbreviations_are_no_plurals() -> None:
    """Three consonants at the end of which is an s."""
    assert [singular(word) for word in ("crs", "css", "ids")] == ["crs", "css", "id"]
