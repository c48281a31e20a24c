"""Exporters name the package that is missing, and refuse two columns of one name."""

from __future__ import annotations

import pytest

from oxyde import export
from oxyde.exceptions import DecodeError
from oxyde.export.exporter import Exporter, require, require_distinct


def test_a_missing_package_is_named() -> None:
    with pytest.raises(ImportError, match="no_such_package is not installed; run: pip install no_such_package") as caught:
        require("no_such_package")
    assert caught.value.name == "no_such_package"


def test_nothing_is_read_without_the_package() -> None:
    read: list[object] = []
    exporter = Exporter(("no_such_package",), read.append)
    with pytest.raises(ImportError, match="no_such_package"):
        exporter.load()
    with pytest.raises(ImportError, match="no_such_package"):
        exporter(None)  # type: ignore[arg-type] # never read
    assert read == []


def test_what_is_missing_may_lie_deeper(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """A package that is there but lacks one of its own names that one."""
    folder = tmp_path / "half_installed"  # type: ignore[operator] # a path
    folder.mkdir()
    (folder / "__init__.py").write_text("import not_there_at_all")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ImportError, match="not_there_at_all is not installed; run: pip install not_there_at_all"):
        require("half_installed")


def test_columns_of_one_name() -> None:
    require_distinct(["a", "b"])
    with pytest.raises(DecodeError, match=r'"a".*AS') as caught:
        require_distinct(["a", "b", "a"])
    assert caught.value.column == "a"


def test_every_format_is_an_exporter() -> None:
    for name in export.__all__:
        made = getattr(export, name)
        if name in {"to_csv", "to_duckdb", "to_parquet"}:
            made = made("anywhere")
        assert isinstance(made, Exporter)
        assert made.needs
        made.load()
