"""Files and folders that are written whole leave nothing behind when they are not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from oxyde.exceptions import FieldError
from oxyde.export.files import require_columns, require_file, require_free, whole_file, whole_folder


def test_a_file_has_the_rights_of_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").write_text("")
    with whole_file(tmp_path / "made") as file:
        file.write_text("x")
        assert not (tmp_path / "made").exists()
    assert (tmp_path / "made").read_text() == "x"
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


def test_a_folder_has_the_rights_of_a_new_folder(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    with whole_folder(tmp_path / "made") as folder:
        (folder / "a").write_text("x")
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["a"]
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


@pytest.mark.parametrize("whole", [whole_file, whole_folder])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left(tmp_path: Path, whole: object, error: type[BaseException]) -> None:
    with pytest.raises(error), whole(tmp_path / "made"):  # type: ignore[operator] # one of two
        raise error
    assert list(tmp_path.iterdir()) == []


def test_what_is_there(tmp_path: Path) -> None:
    require_free(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    require_free(tmp_path / "empty")
    (tmp_path / "file").write_text("")
    for taken in (tmp_path / "file", tmp_path):
        with pytest.raises(FileExistsError, match="exists and is not empty"):
            require_free(taken)


def test_columns() -> None:
    require_columns(("a",), ["a", "b"], "x()")
    with pytest.raises(FieldError, match=r"x\(\) names 'c', which is no column of the rows: a, b"):
        require_columns(("a", "c"), ["a", "b"], "x()")


def test_a_file_that_is_replaced_keeps_its_rights(tmp_path: Path) -> None:
    """A private file does not become one that all may read."""
    (tmp_path / "private").write_text("old")
    (tmp_path / "private").chmod(0o600)
    with whole_file(tmp_path / "private") as file:
        file.write_text("new")
    assert (tmp_path / "private").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o600


def test_a_link_remains_one(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there" / "file")
    with whole_file(tmp_path / "link") as file:
        file.write_text("x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "file").read_text() == "x"


def test_the_longest_names(tmp_path: Path) -> None:
    """What is written beside the file has a shorter name; file systems take 255 bytes."""
    for name in ("a" * 255, "é" * 127):
        with whole_file(tmp_path / name) as file:
            file.write_text("x")
        assert (tmp_path / name).read_text() == "x"
    with whole_folder(tmp_path / ("b" * 255)):
        pass
    assert (tmp_path / ("b" * 255)).is_dir()


def test_what_no_file_replaces(tmp_path: Path) -> None:
    """A device would be lost (root may rename over ``/dev/null``); it is refused, and so is a folder."""
    os.mkfifo(tmp_path / "pipe")
    for path, said in ((tmp_path, "a folder"), (tmp_path / "pipe", "a device or a pipe"), (Path(os.devnull), "a device or a pipe")):
        with pytest.raises(FileExistsError, match=f"is {said}, which no file replaces"):
            require_file(path)
    with pytest.raises(FileExistsError, match="exists and is not empty"):
        require_free(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*missing; make it first"):
        require_file(tmp_path / "missing" / "file")
    with pytest.raises(FileNotFoundError, match="the path is empty"):
        require_file("")
    assert require_file(os.fsencode(tmp_path / "new")) == tmp_path / "new"  # type: ignore[arg-type] # bytes are a path, too
