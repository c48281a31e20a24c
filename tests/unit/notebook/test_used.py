"""A magic whose value is used keeps all rows; one that is only shown does not."""

from __future__ import annotations

import ast

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from oxyde.notebook.used import Used


def transformed(cell: str) -> str:
    """Returns the Python that IPython runs for a cell."""
    return ast.unparse(Used().visit(ast.parse(TransformerManager().transform_cell(cell))))


@pytest.mark.parametrize(
    "cell",
    [
        "x = %oxyde SELECT 1",
        "x, y = %oxyde SELECT 1",
        "def f():\n    return get_ipython().run_line_magic('oxyde', 'SELECT 1')",
        "print(get_ipython().run_line_magic('oxyde', 'SELECT 1'))",
    ],
)
def test_used(cell: str) -> None:
    """The value goes somewhere."""
    assert "run_line_magic('oxyde', '--all SELECT 1')" in transformed(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "%oxyde SELECT 1",
        "if True:\n    %oxyde SELECT 1",
        "x = %oxyde connect $URL",
        "x = %oxyde tables",
        "x = %oxyde",
        "x = %time SELECT 1",
        "x = %oxyde y << SELECT 1",
        "x = get_ipython().run_line_magic('oxyde', line)",
        "%%oxyde\nSELECT 1",
    ],
)
def test_not_used(cell: str) -> None:
    """It is shown, or it is no statement."""
    assert "--all" not in transformed(cell)
