"""Caches of answers about tables: they remember, and all of them are emptied together."""

from __future__ import annotations

import pytest

from oxyde.schema import memo


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches of this test's own."""
    monkeypatch.setattr(memo, "_clear", [])


def test_answers_are_remembered_until_they_are_forgotten() -> None:
    """Forgetting empties every cache, those of other kinds too."""
    asked: list[int] = []
    other = {"a": 1}
    memo.emptied(other.clear)

    @memo.remembered(8)
    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    assert [double(1), double(1), double(2)] == [2, 2, 4]
    assert asked == [1, 2]
    memo.forget()
    assert double(1) == 2
    assert asked == [1, 2, 1]
    assert other == {}


def test_a_cache_is_bounded() -> None:
    """It holds that many answers."""
    asked: list[int] = []

    @memo.remembered(2)
    def same(number: int) -> int:
        asked.append(number)
        return number

    for number in (1, 2, 3, 1):
        same(number)
    assert asked == [1, 2, 3, 1]
