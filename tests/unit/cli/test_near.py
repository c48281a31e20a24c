"""Paths as one writes them from here."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxyde.cli.near import near


def test_near(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is below the working directory is named from there; everything else stays as it is."""
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    assert near(tmp_path / "here/a/b.py") == Path("a/b.py")
    assert near(tmp_path / "link/a.py") == Path("a.py")
    assert near(Path("a/b.py")) == Path("a/b.py")
    assert near(tmp_path / "other.py") == tmp_path / "other.py"
    assert near(Path("../other.py")) == Path("../other.py")
