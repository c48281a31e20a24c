"""Row strategies: what the values of a batch become."""

from __future__ import annotations

from typing import Any

import pytest

import oxyde
from oxyde import F
from oxyde.models.rows import DICTS, FLAT, TUPLES
from oxyde.models.unloaded import is_unloaded
from tests.cases.models import Mood, Novelist, Team
from tests.tables import blocking_tables


class Rows:
    """A batch of two columns."""

    def columns(self) -> list[list[Any]]:
        return [["glad", None], [1, 2]]

    def values(self) -> list[tuple[Any, ...]]:
        return list(zip(*self.columns(), strict=True))


def test_instances() -> None:
    """With what was joined and annotated, read from a database in memory."""
    with oxyde.connect("sqlite::memory:"), blocking_tables(Novelist, Team):
        Team.objects.sync.create(id=1, name="Red")
        Novelist.objects.sync.create(id=1, name="Ada", age=3, team_id=1)
        joined = Novelist.objects.join("team")
        plain, with_team, both = (chain.sync.get() for chain in (Novelist.objects, joined, joined.annotate(older=F("age") + 1)))
        assert [one.name for one in (plain, with_team, both)] == ["Ada"] * 3
        assert is_unloaded(vars(plain)["team"])
        assert with_team.team == both.team == Team(id=1, name="Red")
        assert [getattr(one, "older", None) for one in (plain, with_team, both)] == [None, None, 4]


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
