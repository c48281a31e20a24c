"""HEAD: what it names, a conflict in it, and what it says then."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder import head
from oxyde.migrations.folder.files import load
from tests.migrating import write

BODY = "def upgrade(ctx): pass\n"
CONFLICT = "<<<<<<< HEAD\n0002_ours\n=======\n0002_theirs\n>>>>>>> main\n"


def test_no_file(tmp_path: Path) -> None:
    """Is fine: older folders have none."""
    head.check(tmp_path, load(write(tmp_path, m0001_a=BODY)))
    assert (head.names(tmp_path), head.is_conflict(tmp_path), head.other_side(tmp_path)) == ([], False, None)


def test_names(tmp_path: Path) -> None:
    """It has to name the newest; of two, nothing may be newer."""
    migrations = load(write(tmp_path, m0001_a=BODY, m0002_b=BODY))
    head.write(tmp_path, "0002_b")
    assert (tmp_path / "HEAD").read_bytes() == b"0002_b\n"
    head.check(tmp_path, migrations)
    for text, said in (("0001_a\n", "0001_a"), ("0001_a\n0002_b\n", "0001_a and 0002_b")):
        (tmp_path / "HEAD").write_text(text)
        with pytest.raises(
            MigrationError,
            match=f"HEAD names {said}, and the newest migration is 0002_b; oxyde migrations rebase lets the files follow each other",
        ):
            head.check(tmp_path, migrations)
    with pytest.raises(MigrationError, match="the newest migration is none"):
        head.check(tmp_path, [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A shell of Windows writes others; what is no text is no name, and the remedy is said."""
    migrations = load(write(tmp_path, m0001_a=BODY))
    (tmp_path / "HEAD").write_text("0001_a\n", encoding=encoding, newline="\r\n")
    head.check(tmp_path, migrations)
    (tmp_path / "HEAD").write_bytes(b"\xff0001_a")
    with pytest.raises(MigrationError, match=r"HEAD names .0001_a, and the newest migration is 0001_a; oxyde migrations rebase"):
        head.check(tmp_path, migrations)


def test_a_conflict(tmp_path: Path) -> None:
    """Is known by git's markers, and names both sides."""
    (tmp_path / "HEAD").write_text(CONFLICT)
    assert (head.names(tmp_path), head.is_conflict(tmp_path), head.other_side(tmp_path)) == (["0002_ours", "0002_theirs"], True, "main")
    with pytest.raises(
        MigrationError,
        match="HEAD has a conflict of git, 0002_ours and 0002_theirs; oxyde migrations rebase lets the files follow each other",
    ):
        head.check_conflict(tmp_path)


def test_a_file_that_cannot_be_written_whole(tmp_path: Path) -> None:
    """Stays what it was, with its mode, and nothing is left beside it."""
    path = tmp_path / "models.py"
    path.write_text("mine")
    path.chmod(0o640)
    with pytest.raises(UnicodeEncodeError):
        head.put(path, "\ud800")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        head.put(tmp_path / "folder", "text")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder", "models.py"]
    assert path.read_text() == "mine"
    head.put(path, "theirs")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("theirs", 0o640)
