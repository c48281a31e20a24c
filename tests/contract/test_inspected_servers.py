"""Models of what servers have themselves, copied: databases that nobody here wrote, and that are on every machine."""

from __future__ import annotations

from pathlib import Path

import pytest

import oxyde
import oxyde.inspect
from oxyde.inspect.classes import classes
from oxyde.migrations import drift
from tests.backends import Servers
from tests.migrating import fresh
from tests.property.databases.rows import differences
from tests.property.databases.servers import OWNED, Own

LEAST = {"mysql-mariadb": 25, "information_schema-postgres": 60}
"""How many models there are at least."""


@pytest.mark.parametrize("own", [one for one in OWNED if one.name in LEAST], ids=lambda one: one.name)
async def test_models_read_them(own: Own, servers: Servers, tmp_path: Path) -> None:
    """Every row is equal to what another driver reads, and nothing differs from the models."""
    with fresh(servers.get(own.dialect), tmp_path) as backend:
        own.load(backend)
        async with oxyde.db.connect(backend.url, "copied") as connection:
            models = classes(await oxyde.inspect.source(client=connection), connection)
            assert len(models) >= LEAST[own.name]
            found = await drift(models.values(), using="copied")
            assert [str(one) for one in found.differences] == []
            assert [line for model in models.values() for line in differences(model, backend)] == []
