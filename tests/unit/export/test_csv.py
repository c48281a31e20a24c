"""CSV files hold every value as text that tells NULL from nothing, and appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from oxyde import export
from oxyde.exceptions import DecodeError
from tests.unit.export.source import IDS, Broken, Source, more, rows


def test_every_value(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    assert export.to_csv(file)(Source(more())) == 3
    header, written = file.read_text("utf-8").split("\n", 1)
    assert header == '"id","uuid","seen","tags","ok","text","photo","span","price","data"'
    first = (
        f'9007199254740993,"{IDS[0]}",2024-01-01 00:00:00.000000Z,"[1, 2]",true,'
        '"a,""b""\n","00ff","-P0DT86399.999999S",1.50,"{""a"":[1]}"\n'
    )
    assert written == first + f',,,"[]",,"","","P1DT2.5S",,\n3,"{IDS[2]}",,,false,,,,-0.01,"null"\n'


def test_lists_of_what_json_has_no_type_for(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    table = pa.table({"a": pa.array([[b"\x01"], None]), "b": pa.array([["é"], []])})
    export.to_csv(file)(Source(table))
    assert file.read_text("utf-8") == '"a","b"\n"[""01""]","[""é""]"\n,"[]"\n'


def test_header_and_delimiter(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    export.to_csv(file, header=False, delimiter="\t")(Source(pa.table({"a": [1], "b": ["x\ty"]})))
    assert file.read_text("utf-8") == '1\t"x\ty"\n'
    assert export.to_csv(file)(Source(pa.table({"a": pa.array([], pa.int64())}))) == 0
    assert file.read_text("utf-8") == '"a"\n'


def test_an_existing_file_is_replaced_by_whole_ones_only(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("older")
    with pytest.raises(OSError, match="the server is gone"):
        export.to_csv(file)(Broken())
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("rows.csv", "older")]


def test_what_is_refused(tmp_path: Path) -> None:
    for delimiter in ("", ";;", '"', "\n", "é", 1, "1", "-", ".", ":", " ", "e"):
        with pytest.raises(ValueError, match="delimiter"):
            export.to_csv(tmp_path / "rows.csv", delimiter=delimiter)  # type: ignore[arg-type] # planted
    with pytest.raises(DecodeError, match='"a"'):
        export.to_csv(tmp_path / "rows.csv")(Source(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])))
    with pytest.raises(FileNotFoundError):
        export.to_csv(tmp_path / "missing" / "rows.csv")(Source(rows()))
    assert list(tmp_path.iterdir()) == []
