"""The page on notebooks: its cells run one after the other in a kernel, as they are printed."""

from __future__ import annotations

import re
from pathlib import Path

from tests.notebook.kernel import Kernel

PAGE = Path(__file__).parents[2] / "docs" / "notebook.md"
CELLS = re.findall(r"^```ipython\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_cells(notebook: Kernel) -> None:
    """None fails, and the ones that matter show what the page says."""
    replies = {cell.splitlines()[-1]: notebook.run(cell) for cell in CELLS}
    assert {cell: reply.message for cell, reply in replies.items() if reply.message} == {}
    assert "<code>SELECT " in replies["late"].html
    assert "list of Flight" in replies["worst"].html
    assert "first 5" in replies["%oxyde -n 5 late"].text
    assert replies["ORDER BY carrier"].printed.startswith("by_carrier: 2 rows x 3 columns · default · ")
    assert "all 2 rows" in replies["by_carrier"].text
    assert replies["%oxyde DELETE FROM weather"].text.partition(" · ")[0].endswith(" rows changed")
    assert replies["%oxyde tables air*"].text.endswith("2 tables · default")
    assert notebook.run("oxyde.sync.execute_raw('SELECT count(*) AS n FROM airlines')").text == "[{'n': 17}]"


def test_no_block_is_left_out() -> None:
    """Every block of the page is a cell."""
    assert PAGE.read_text(encoding="utf-8").count("```") == 2 * len(CELLS)
