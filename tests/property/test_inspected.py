"""Law of inspection on servers: the models of a database that was made of a state have that state, in what a model can say."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import oxyde.inspect
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.migrations.comparing.drifting import drifted, initials
from oxyde.migrations.from_models import from_models
from tests.backends import Backend
from tests.property.test_live import Drawn
from tests.property.walks.world import SHOP, World, world

STATES = {"sqlite": 12, "postgres": 3}
"""How many states are drawn where not all are; servers whose changes each wait for the disk get the fewest."""
FEWEST = 1
ALL = 150


def schemas(drawn: Drawn) -> list[str]:
    """Returns the schemas that are read; on PostgreSQL the default one is named where there is another."""
    others = {SHOP for schema, _ in drawn.state.tables if schema is not None}
    return ["public", *others] if others or (drawn.world.dialect == "postgres" and drawn.rng.random() < 0.5) else []


@pytest.fixture
def the_world(backend: Backend, tmp_path: Path) -> Iterator[World]:
    """Two databases, of which one is used."""
    with world(backend, tmp_path) as made:
        yield made


@pytest.mark.timeout(3_600)
def test_models_have_the_state_of_the_database(the_world: World, tmp_path: Path) -> None:
    """Inspected models differ in nothing from the database that they were read from."""
    states = ALL if os.environ.get("OXYDE_LONG") else STATES.get(the_world.dialect, FEWEST)

    @settings(max_examples=states, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(seed=st.integers(0, 2**32))
    def inspected(seed: int) -> None:
        drawn = Drawn(seed, the_world, tmp_path / "migrations", Counter())
        drawn.begin()
        alias = the_world.walked.alias
        read = schemas(drawn)
        models = oxyde.inspect.sync.models(using=alias, schemas=read)
        tables = [model.__table__ for model in models.values()]
        found = run_blocking(drifted(from_models(tables), initials(tables)), route(alias))
        lost = [one for one in found.differences if one.models is not None or not one.what.startswith("foreign key ")]
        assert [*map(str, lost), *found.refused] == []
        source = oxyde.inspect.sync.source(using=alias, schemas=read) if found.differences else ""
        assert all(f"{one.what} (" in source for one in found.differences)  # no relation can be it, as a comment says
        looked_at = {None, *(table.schema for table in drawn.state.tables.values() if table.key)}
        keyless = {address for address, table in drawn.state.tables.items() if not table.key and address[0] in looked_at}
        assert set(found.unmanaged) == keyless  # whose models are not managed

    inspected()
