"""A lint as a value and as text."""

from __future__ import annotations

from pathlib import Path

from oxyde.migrations.lint import NAMES, Lint


def test_text() -> None:
    """File and line where they are known; a comment that allows nothing is an error."""
    lint = Lint("drop", None, Path("a.py"), 3, "it is lost", "keep it")
    assert str(lint) == "a.py:3: drop: it is lost; keep it"
    assert str(Lint("drop", None, Path("a.py"), None, "it is lost", "keep it")) == "a.py: drop: it is lost; keep it"
    assert str(Lint("drop", None, None, None, "it is lost", "keep it")) == "drop: it is lost; keep it"
    assert not lint.is_error
    assert Lint("allow", None, None, 1, "no reason", "say one").is_error
    assert "allow" not in NAMES
