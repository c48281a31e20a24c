"""Results and previews: what is counted, and that showing them never raises."""

from __future__ import annotations

from typing import Any

import pytest

import oxyde
from oxyde import DecodeError
from oxyde.notebook.command import MagicLine
from oxyde.notebook.result import Outcome, Preview, Result, Shown, many
from oxyde.notebook.run import run


class Rows:
    """A batch of two columns."""

    def __init__(self, *rows: tuple[Any, ...]) -> None:
        self._rows = list(rows)

    def values(self) -> list[tuple[Any, ...]]:
        return self._rows


def result(count: int, **outcome: Any) -> Result:
    """Returns a result of rows in two batches."""
    rows = [(at, str(at)) for at in range(count)]
    batches: Any = [Rows(*rows[:2]), Rows(*rows[2:])]
    return Result(["a", "b"], batches, Outcome("main", 0.0123, count, **outcome), shown=3)


@pytest.mark.parametrize(
    ("outcome", "columns", "counted"),
    [
        (Outcome("m", 0.0, 0), 0, "done"),
        (Outcome("m", 0.0, 0, changed=1), 0, "1 row changed"),
        (Outcome("m", 0.0, 1), 2, "all 1 row"),
        (Outcome("m", 0.0, 10), 2, "all 10 rows"),
        (Outcome("m", 0.0, 1_234), 2, "first 10 of 1,234 rows"),
        (Outcome("m", 0.0, 11, complete=False), 2, "first 10, more exist"),
        (Outcome("m", 0.0, 2, changed=2), 1, "2 rows changed · all 2 rows"),
    ],
)
def test_counted(outcome: Outcome, columns: int, counted: str) -> None:
    """How many rows of how many are shown, and how many changed."""
    assert outcome.counted(columns, 10) == counted
    assert outcome.footer(counted) == f"{counted} · m · 0.000 s"


def test_many() -> None:
    """One is one."""
    assert [many(0), many(1), many(1_000), many(1, "table", "tables")] == ["0 rows", "1 row", "1,000 rows", "1 table"]


def test_a_result_is_a_sequence() -> None:
    """Of all its rows, as often as needed."""
    made = result(5)
    assert len(made) == 5
    assert list(made) == list(made) == made.rows()
    assert made[-1] == (4, "4")
    assert made[1:3] == made.rows(3)[1:]
    assert made.footer == "first 3 of 5 rows · main · 0.012 s"
    assert repr(made) == "<Result 5 rows x 2 columns · main · 0.012 s>"
    with pytest.raises(IndexError):
        made[5]


def test_a_preview_says_how_to_keep_all_rows() -> None:
    """Where a method of a result is called; other names are just missing."""
    preview = Preview(["a"], [(1,)], "all 1 row")
    assert preview.rows() == [(1,)]
    with pytest.raises(AttributeError, match=r"has no attribute 'to_polars'; it has only the rows that are shown, keep all of them"):
        preview.to_polars()
    with pytest.raises(AttributeError, match=r"has no attribute 'anything'$"):
        preview.anything()


def test_shown() -> None:
    """As a table, and as a line where there are no columns."""
    shown = Preview(["a<b"], [("<i>",)], "foot & note")._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    assert "<i>" in shown["text/plain"]
    assert "a&lt;b" in shown["text/html"]
    assert "<i>" not in shown["text/html"]
    assert Preview([], [], "1 < 2")._repr_html_() == "<p><small>1 &lt; 2</small></p>"


def test_showing_never_raises() -> None:
    """What cannot be read is named in its place."""

    class Broken(Shown):
        columns, footer = ["a"], "foot"

        def _first_rows(self) -> list[tuple[Any, ...]]:
            raise ValueError("<gone>")

    shown = Broken()._repr_mimebundle_()
    assert shown["text/plain"] == "foot · not shown: ValueError: <gone>"
    assert shown["text/html"] == "foot · not shown: ValueError: &lt;gone&gt;"


@pytest.mark.parametrize("frame", ["to_arrow", "to_polars", "to_pandas"])
def test_a_frame_raises_our_error(frame: str) -> None:
    """Whatever library read the rows."""
    with oxyde.connect("sqlite::memory:", "frames"):
        found = run("SELECT 1 AS a UNION ALL SELECT 'x'", {}, MagicLine(target="found", on="frames"))
        with pytest.raises(DecodeError, match='column "a": values of two types'):
            getattr(found, frame)()
