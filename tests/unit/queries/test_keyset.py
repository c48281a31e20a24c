"""Pages by key: the order, and the conditions for the rows behind a position."""

from __future__ import annotations

from typing import Any

from oxyde import F
from oxyde.db import render
from oxyde.queries import compile, keyset
from tests.cases.models import Novelist


def sql(query: Any, *values: Any, inclusive: bool = False) -> str:
    """Returns the conditions and the order of the rows behind a position, without the names of the table."""
    state = keyset.beyond(keyset.paged(query._state), values, inclusive=inclusive)
    made = compile.select(state)
    text, _ = render.render(made.shape, "sqlite", made.values)
    return text.partition(" WHERE ")[2].replace('"case_author".', "").replace('"', "")


def test_the_key_comes_last() -> None:
    """Unless it is there."""
    novelists = Novelist.objects
    assert sql(novelists, 3) == "id > ? ORDER BY id"
    assert sql(novelists.order_by("-id"), 3) == "id < ? ORDER BY id DESC"
    assert sql(novelists.order_by("name"), "a", 3) == "name >= ? AND (name > ? OR (name = ? AND id > ?)) ORDER BY name, id"


def test_nulls_come_last() -> None:
    """Unless the order says otherwise; behind them are no values."""
    scores = Novelist.objects.order_by("-score")
    assert sql(scores, 1.5, 3) == "score < ? OR score IS NULL OR (score = ? AND id > ?) ORDER BY score DESC NULLS LAST, id"
    assert sql(scores, None, 3) == "score IS NULL AND id > ? ORDER BY score DESC NULLS LAST, id"
    first = Novelist.objects.order_by(F("score").asc(nulls_first=True))
    assert sql(first, None, 3) == "score IS NOT NULL OR (score IS NULL AND id > ?) ORDER BY score NULLS FIRST, id"
    assert sql(first, 1.5, 3, inclusive=True).startswith("score > ? OR (score = ? AND id > ?) OR (score = ? AND id = ?)")


def test_fingerprints() -> None:
    """Are the same for the same question, and tell queries and orders apart."""
    novelists = Novelist.objects

    def of(query: Any) -> tuple[str, str]:
        return keyset.fingerprints(keyset.paged(query._state))

    assert of(novelists.filter(age=3).values("name")) == of(novelists.filter(age=3).join("team"))
    assert of(novelists.filter(age=3))[0] != of(novelists.filter(age=4))[0]
    assert of(novelists.order_by("name"))[0] == of(novelists)[0]
    assert of(novelists.order_by("name"))[1] != of(novelists.order_by("-name"))[1]
    assert of(novelists.order_by(F("age") + 1))[1] != of(novelists.order_by(F("age") + 2))[1]
