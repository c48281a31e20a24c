"""The blocking faces are what is generated from the awaited ones."""

from __future__ import annotations

import os

import pytest

from tests.codebase.twins import ROOT, TWINS, Twin, text


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.target)
def test_a_twin_is_generated(twin: Twin) -> None:
    """``OXYDE_UPDATE_TWINS=1`` writes it; without it a difference is shown."""
    path, made = ROOT / twin.target, text(twin)
    if os.environ.get("OXYDE_UPDATE_TWINS"):
        path.write_text(made, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == made, "run OXYDE_UPDATE_TWINS=1 python -m pytest tests/codebase/test_twins.py"
