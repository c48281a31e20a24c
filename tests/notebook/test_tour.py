"""The tour runs from top to bottom in a fresh kernel, shows what its text says, and is committed without output."""

from __future__ import annotations

import ast
import json
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_without_output(path: Path) -> None:
    """No outputs, no counts, no traces of who ran it where."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(notebook)
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook["cells"]:
        assert cell["metadata"] == {}
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
    assert path.read_text(encoding="utf-8") == json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def shown(cell: Any) -> str:
    """Returns what a cell shows as text."""
    texts = [output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"] for output in cell["outputs"]]
    return "\n".join(texts)


def test_tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs, and the ones that matter show what they should."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep))
    notebook = nbformat.read(ROOT / "notebooks" / "01_tour.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    cells = {cell["source"].splitlines()[-1]: shown(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"}
    assert cells["%oxyde connect sqlite:///tour.db"] == "<Connection default: sqlite:///tour.db>"
    assert cells["await Flight.objects.count()"] == "336776"
    assert cells["late"].startswith("<QuerySet of Flight: SELECT ")
    assert re.search(r"\nfirst 5, more exist · default · \d\.\d{3} s$", cells["%oxyde -n 5 late"])
    assert cells["worst"].startswith("Flight(id=7073, airline_carrier='HA', flight=51, ")
    rows = ast.literal_eval(cells['await late.limit(3).values("airline__name", "tailnum", "dep_delay").all()'])
    assert rows[0] == {"airline__name": "Hawaiian Airlines Inc.", "tailnum": "N384HA", "dep_delay": 1301}
    assert cells['Flight.objects.filter(origin="JFK").sync.avg("dep_delay")'].startswith("12.11")
    assert cells["ORDER BY delay DESC"].startswith("by_carrier: 10 rows x 3 columns · default · ")
    assert "\nall 10 rows · default · " in cells["by_carrier"]
    assert "shape: (10, 3)" in cells["by_carrier.to_polars()"]
    assert "F9" in cells[').sort("arr_delay", descending=True).head()']
    assert 'did you mean "origin"?\nString should have at most 2 characters' in cells['    print(error.errors()[0]["msg"])']
    assert cells['await Airline.objects.get(carrier="OX")'] == "Airline(carrier='OX', name='Oxyde Airways')"
    assert cells["%oxyde DELETE FROM airlines WHERE carrier = 'OX'"].startswith("1 row changed · default · ")
    assert cells["%oxyde close"] == "closed default\n"
