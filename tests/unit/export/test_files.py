"""Files and folders that are written whole leave nothing behind when they are not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from oxyde.exceptions import FieldError
from oxyde.export.files import require_columns, require_free, whole_file, whole_folder


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
