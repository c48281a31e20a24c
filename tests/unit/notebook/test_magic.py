"""What a magic does with its line and its cell."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde.notebook import magic
from oxyde.notebook.command import MagicLine, UsageError
from oxyde.notebook.magic import dispatch
from oxyde.notebook.result import Outcome, Preview, Result


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, MagicLine]]:
    """What would have run."""
    found: list[tuple[str, MagicLine]] = []

    def run(body: str, _names: Any, wanted: MagicLine) -> Result | Preview:
        found.append((body, wanted))
        return Result(["a"], [], Outcome("main", 0.0, 0)) if wanted.kept else Preview(["a"], [], "all 0 rows")

    monkeypatch.setattr(magic, "run", run)
    return found


def test_lines_and_cells(asked: list[tuple[str, MagicLine]]) -> None:
    """A line holds options and the statement, the line of a cell options alone."""
    assert isinstance(dispatch("-n 3 SELECT 1", None, {}, {}), Preview)
    dispatch("--on other", "SELECT 2", {}, {})
    assert [(body, wanted.rows, wanted.on) for body, wanted in asked] == [("SELECT 1", 3, None), ("SELECT 2", 10, "other")]
    with pytest.raises(UsageError, match="takes options alone, not 'SELECT 1'; the statement begins on the next line"):
        dispatch("SELECT 1", "SELECT 2", {}, {})


@pytest.mark.parametrize(("line", "cell"), [("-n 3", None), ("", ""), ("", "-- a comment\n"), ("", "  \n")])
def test_nothing_to_run(asked: list[tuple[str, MagicLine]], line: str, cell: str | None) -> None:
    """A comment is nothing."""
    with pytest.raises(UsageError, match="there is nothing to run"):
        dispatch(line, cell, {}, {})
    assert asked == []


def test_a_result_is_kept(asked: list[tuple[str, MagicLine]], capsys: pytest.CaptureFixture[str]) -> None:
    """In the variable that the line names; a line says so instead of a table."""
    variables: dict[str, Any] = {}
    assert dispatch("x <<", "SELECT 1", {}, variables) is None
    assert isinstance(variables["x"], Result)
    assert capsys.readouterr().out.startswith("x: 0 rows x 1 column · main")
    assert isinstance(dispatch("--all", "SELECT 1", {}, variables), Result)


def test_verbs_are_of_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Without anything the help is shown."""
    dispatch("", None, {}, {})
    dispatch("help", None, {}, {})
    said = capsys.readouterr().out
    assert said.count("Oxyde in the notebook.") == 2
