"""The progress of the demo, on a terminal and elsewhere."""

from __future__ import annotations

import pytest

from oxyde.cli.demo.progress import WIDTH, Progress


def test_elsewhere_quarters_are_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A few plain lines, also where a chunk is more than a quarter."""
    progress = Progress(8, "rows")
    for done in (1, 2, 3, 7, 8):
        progress(done)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["  2 of 8 rows", "  7 of 8 rows", "  8 of 8 rows"]


def test_on_a_terminal_a_bar_is_drawn(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Over itself, with the line ended once; more than expected is all of it."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = Progress(4, "rows")
    for done in (1, 5):
        progress(done)
    first, second = capsys.readouterr().err.split("\r")[1:]
    assert first.count("█") == WIDTH // 4
    assert not first.endswith("\n")
    assert " 100%  5 rows" in second
    assert second.endswith("\n")
