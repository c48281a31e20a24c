"""Row strategies: what the values of a batch become."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde.models.rows import DICTS, FLAT, TUPLES
from tests.cases.models import Mood, Novelist


class Rows:
    """A batch of two columns."""

    def columns(self) -> list[list[Any]]:
        return [["glad", None], [1, 2]]

    def values(self) -> list[tuple[Any, ...]]:
        return list(zip(*self.columns(), strict=True))


@pytest.mark.parametrize(
    ("strategy", "found"),
    [
        (TUPLES, [(Mood.GLAD, 1), (None, 2)]),
        (DICTS, [{"mood": Mood.GLAD, "age": 1}, {"mood": None, "age": 2}]),
        (FLAT, [Mood.GLAD, None]),
    ],
)
def test_values_by_name_or_place(strategy: Any, found: list[Any]) -> None:
    """Enumeration members are restored in all of them."""
    state = Novelist.objects.values("mood", "age")._state
    assert strategy.reader(state)(Rows()) == found
