"""Lists of models are tables; coroutines of ours name the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.formatters import PlainTextFormatter

from oxyde import Field, Model
from oxyde.notebook.formatters import listing, unawaited
from tests.unit.test_markup import ALLOWED, Tags


class Stone(Model):
    """No table: what is shown needs none."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    weight: float = 0.0
    hidden: str = Field(default="x", repr=False)


class Other(Model):
    """Another one."""


def test_listing() -> None:
    """A row for each, the first ten of them, without fields that their repr hides."""
    page = listing([Stone(id=at, name=f"<b>{at}", weight=at / 3) for at in range(12)])
    assert page
    found = Tags(page)
    assert set(found.tags) <= ALLOWED
    assert found.open == []
    assert found.tags.count("tr") == 11
    assert "<b>9" in found.text
    assert "2.666667" in found.text
    assert found.text.endswith("first 10 of 12 · list of Stone")
    assert "hidden" not in found.text
    assert listing([Stone(name="a")]).endswith("<p><small>all 1 · list of Stone</small></p>")


@pytest.mark.parametrize("values", [[], [1], [Stone(name="a"), 1], [Stone(name="a"), Other()], [None], [Stone]])
def test_other_lists(values: list[Any]) -> None:
    """Any other list is shown as ever."""
    assert listing(values) is None


async def test_unawaited() -> None:
    """A coroutine that came from a verb says what to do; any other one is shown as ever."""
    formatter = PlainTextFormatter()

    async def other() -> None: ...

    for coroutine, shown in (
        (Stone(name="a").save(), "<Model.save(), not run: write await before it (blocking code: .sync or oxyde.sync)>"),
        (other(), "<coroutine object "),
    ):
        formatter.for_type(type(coroutine), unawaited)
        assert formatter(coroutine).startswith(shown)
        coroutine.close()
