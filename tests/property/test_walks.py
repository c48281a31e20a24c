"""Walks from state to state on every server: rows survive each step and its way back, and the database is as if made afresh."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.backends import Backend
from tests.property.walks.walk import Walk
from tests.property.walks.world import World, world

WALKS = {"sqlite": 150}
"""How many walks are taken where not all are; servers whose changes each wait for the disk get the fewest."""
FEWEST = 30
ALL = 1_000


@pytest.fixture
def the_world(backend: Backend, tmp_path: Path) -> Iterator[World]:
    """Two databases."""
    with world(backend, tmp_path) as made:
        yield made


@pytest.mark.timeout(36_000)
def test_walks(the_world: World, tmp_path: Path) -> None:
    """Walks of eight steps."""
    counts: Counter[str] = Counter()
    walks = ALL if os.environ.get("OXYDE_LONG") else WALKS.get(the_world.dialect, FEWEST)

    @settings(max_examples=walks, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(seed=st.integers(0, 2**32))
    def walked(seed: int) -> None:
        walk = Walk(seed, the_world, tmp_path / "migrations", counts)
        try:
            walk.run()
        except BaseException:
            print("\n".join(walk.log))
            raise

    walked()
    assert counts["with rows"] > 0.8 * counts["tables"]
