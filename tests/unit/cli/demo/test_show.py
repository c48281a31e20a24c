"""How the demo shows values."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde.cli.demo import show


class Frame:
    """What has columns and rows."""

    columns = ("a", "b")

    def rows(self) -> list[tuple[Any, ...]]:
        return [(1, "x")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3\n"),
        ([], "[]\n"),
        ([1, "a"], "[1,\n 'a']\n"),
        (("SELECT 1 FROM t", [2]), "SELECT 1\nFROM t\n[2]\n"),
        ((3, 4), "(3, 4)\n"),
    ],
)
def test_values(value: Any, text: str) -> None:
    """A list is an item a line, SQL a clause a line, anything else its repr."""
    assert show.value(value) == text


def test_frames_are_tables() -> None:
    """Their columns are the head."""
    head, *_ = show.value(Frame()).splitlines()
    assert head.split() == ["a", "b"]


@pytest.mark.parametrize(
    ("terminal", "environment", "coloured"),
    [(True, {}, True), (False, {}, False), (True, {"NO_COLOR": "1"}, False), (True, {"TERM": "dumb"}, False)],
)
def test_colours(monkeypatch: pytest.MonkeyPatch, terminal: bool, environment: dict[str, str], coloured: bool) -> None:
    """Only on a terminal that has them, unless it is asked for none."""
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    assert bool(show.coloured()) is coloured
    assert ("\x1b" in show.line("1")) is coloured
