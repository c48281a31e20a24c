"""What a cell asks for, before it is sent: bound variables, querysets, and when rows are enough."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde.notebook.command import MagicLine, UsageError
from oxyde.notebook.run import Collector, _bound, _Enough, _evaluated, run
from tests.cases.models import Novelist


class Rows:
    """A batch of some rows."""

    def __init__(self, rows: int, *, done: bool = False, affected: int = 0) -> None:
        self.rows, self.done, self.affected, self.names = rows, done, affected, ["a"]


def collect(taken: Collector, *batches: Any) -> Collector:
    """Lets it take batches, until it has enough."""
    try:
        for batch in batches:
            taken(batch)
    except _Enough:
        taken.complete = False
    return taken


def test_all_rows_are_kept() -> None:
    """Without a number."""
    taken = collect(Collector(None, stops=True), Rows(5), Rows(5, done=True, affected=3))
    assert (taken.rows, len(taken.batches), taken.columns, taken.affected, taken.complete) == (10, 2, ["a"], 3, True)


def test_enough_rows() -> None:
    """What may be stopped is; of anything else the rest is counted and not kept."""
    stopped = collect(Collector(4, stops=True), Rows(3), Rows(3), Rows(3, done=True))
    assert (stopped.rows, len(stopped.batches), stopped.complete) == (6, 2, False)
    counted = collect(Collector(4, stops=False), Rows(3), Rows(3), Rows(3, done=True))
    assert (counted.rows, len(counted.batches), counted.complete) == (9, 2, True)
    assert collect(Collector(4, stops=True), Rows(6, done=True)).complete


def test_variables_of_the_notebook_are_bound() -> None:
    """Those that the statement names; text and casts name none."""
    names = {"low": 1, "other": 2, "nothing": None}
    assert _bound("SELECT ':x' FROM t WHERE a > :low AND b::int = :nothing", "postgres", names) == {"low": 1, "nothing": None}
    with pytest.raises(UsageError, match=r':lwo has no variable named "lwo"; did you mean "low"'):
        _bound("SELECT :lwo", "postgres", names)
    with pytest.raises(UsageError, match="set it in a cell before this one"):
        _bound("SELECT :x", "postgres", {})


@pytest.mark.parametrize("body", ["Novelist.objects.filter(age=1)", "  Novelist", "# a comment\nNovelist.objects"])
def test_querysets(body: str) -> None:
    """A model means its rows."""
    assert _evaluated(body, {"Novelist": Novelist}).model is Novelist


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("selec 1", r'neither SQL, .*: invalid syntax; did you mean "select"\?$'),
        ("1 +", "neither SQL, which begins with a word such as SELECT, nor one Python expression"),
        ("3", "is a value of type int; %oxyde runs SQL or a queryset"),
        ("Novelist.objects.all()", "is a coroutine; leave the terminal verb out"),
        ("x = 3", "nor one Python expression"),
    ],
)
def test_what_is_no_queryset(body: str, message: str) -> None:
    """The message says what is meant."""
    with pytest.raises(UsageError, match=message):
        _evaluated(body, {"Novelist": Novelist})


def test_errors_of_the_expression_are_its_own() -> None:
    """Their class stays."""
    with pytest.raises(ZeroDivisionError):
        _evaluated("1 / 0", {})


def test_transactions_are_blocks() -> None:
    """BEGIN is refused before a connection is looked for."""
    with pytest.raises(UsageError, match=r"with oxyde\.sync\.atomic\(\):"):
        run("BEGIN", {}, MagicLine())
