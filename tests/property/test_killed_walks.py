"""Walks in which processes that migrate are killed: the next run ends where one that was not killed does, and no row is lost."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom

import pytest

from oxyde.migrations import sync as blocking
from tests.backends import Backend
from tests.killing import Migrator
from tests.property.walks.walk import Walk
from tests.property.walks.world import World, world

WALKS = 6
ALL = 300
STATEMENTS = 60
"""Up to which statement a process may be killed; most migrations of walks take fewer, and some that are to be killed then are not."""


class KilledWalk(Walk):
    """A walk in which a process is killed at each step, unless it is done before."""

    def __init__(self, seed: int, world: World, folder: Path, counts: Counter[str], migrator: Migrator) -> None:
        super().__init__(seed, world, folder, counts)
        self.migrator = migrator

    def forward(self) -> None:
        """Lets another process apply the newest migration, kills it, and goes on where it stopped."""
        point, where = self.rng.randint(1, STATEMENTS), self.rng.choice(("before", "after"))
        self.log.append(f"--- killed {where} statement {point}")
        status, _ = self.migrator.run(self.world.walked.backend, self.folder, point, where)
        assert status in {0, signal.SIGKILL}
        self.counts["killed"] += status == signal.SIGKILL
        blocking.migrate(self.folder, using=self.world.walked.alias)


@pytest.fixture
def shared_world(backend: Backend, tmp_path: Path) -> Iterator[World]:
    """Two databases, of which other processes reach one."""
    with world(backend, tmp_path, shared=True) as made:
        yield made


@pytest.mark.timeout(36_000)
def test_killed_walks(shared_world: World, migrator: Migrator, tmp_path: Path) -> None:
    """The laws of walks hold, which compare with a database that is made afresh."""
    counts: Counter[str] = Counter()
    walks = ALL if os.environ.get("OXYDE_LONG") else WALKS
    for _ in range(walks):
        seed = SystemRandom().getrandbits(32)
        walk = KilledWalk(seed, shared_world, tmp_path / "migrations", counts, migrator)
        try:
            walk.run()
        except BaseException:
            print(f"seed {seed}", *walk.log, sep="\n")
            raise
    assert counts["killed"] > 0 or walks < ALL  # few walks may meet none
