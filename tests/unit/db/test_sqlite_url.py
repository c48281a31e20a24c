"""Three slashes before a path are a relative one; whoever meant an absolute one is told."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import ConnectionFailed, db
from oxyde.db.sqlite_url import check_present, file_of


def make(url: str) -> None:
    """Names a database, without connecting."""
    db.AsyncDatabase(url, auto_register=False)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file, while another folder is the current one."""
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    (there / "x.db").touch()
    monkeypatch.chdir(here)
    return there


def test_a_warning(elsewhere: Path) -> None:
    """It names both files, at the line of the caller, once for each URL."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        for _ in range(3):
            make(f"sqlite://{elsewhere}/x.db")
    (one,) = seen
    assert str(one.message) == (
        f"sqlite://{elsewhere}/x.db is a relative path, and {elsewhere}/x.db exists; "
        f"for that one write four slashes: sqlite:///{elsewhere}/x.db"
    )
    assert one.filename == __file__


def test_the_line_of_the_caller(elsewhere: Path) -> None:
    """However deep the call is inside the package."""
    with pytest.warns(UserWarning, match="write four slashes") as seen, pytest.raises(ConnectionFailed):
        oxyde.connect(f"sqlite://{elsewhere}/x.db")
    assert seen[0].filename == __file__


@pytest.mark.parametrize(
    "url", ["sqlite:///{}/x.db", "sqlite://{}/y.db", "sqlite:///:memory:", "sqlite::memory:", "sqlite:///x.db", "postgres:///x"]
)
def test_no_warning(elsewhere: Path, url: str) -> None:
    """Nothing is said where nothing is doubtful."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(url.format(elsewhere))


def test_no_warning_at_the_root(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There both are one file."""
    monkeypatch.chdir("/")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(f"sqlite://{elsewhere}/x.db")


async def _async(url: str) -> Any:
    return await db.AsyncDatabase(url, auto_register=False).connect()


@pytest.mark.parametrize("connect", [_async, oxyde.connect])
async def test_the_error_for_a_folder(elsewhere: Path, connect: Callable[[str], Any]) -> None:
    """It says how to write the folder that is there."""
    with pytest.raises(ConnectionFailed, match=rf"does not exist; three slashes begin a relative path.*: sqlite:///{elsewhere}/y.db$"):
        await connect(f"sqlite://{elsewhere}/y.db")
    with pytest.raises(ConnectionFailed, match=r"does not exist$"):
        await connect(f"sqlite://{elsewhere}/nowhere/y.db")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite://x.db", "x.db"),
        ("sqlite:///x.db?mode=ro", "x.db"),
        ("sqlite:////srv/a%20b.db", "/srv/a b.db"),
        ("SQLite+aiosqlite:x.db", "x.db"),
        ("sqlite::memory:", None),
        ("sqlite:///:memory:", None),
        ("sqlite:///x.db?mode=memory", None),
        ("postgresql://host/name", None),
    ],
)
def test_the_file_of_a_url(url: str, path: str | None) -> None:
    """It is the one that the driver opens."""
    assert file_of(url) == (None if path is None else Path(path))


def test_a_file_that_is_not_there(elsewhere: Path) -> None:
    """It is refused; where four slashes were meant, they are named."""
    with pytest.raises(ConnectionFailed, match=r"there is no file .*/here/y\.db; correct the path"):
        check_present("sqlite:///y.db")
    with pytest.raises(ConnectionFailed, match=f"for {elsewhere}/x.db write four slashes: sqlite:///{elsewhere}/x.db"):
        check_present(f"sqlite://{elsewhere}/x.db")
    check_present(f"sqlite:///{elsewhere}/x.db")
    check_present("sqlite::memory:")
