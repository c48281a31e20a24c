"""Whether a statement took effect that was interrupted: not before it ran, and after it did, whatever else has its name."""

from __future__ import annotations

from pathlib import Path

import pytest

import oxyde
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.migrations.running.effects import took_effect
from tests.backends import Backend, names
from tests.migrating import fresh

BEFORE = (
    "CREATE TABLE `ef_towns` (`id` INT PRIMARY KEY, `twin` INT, `size` INT, `name` VARCHAR(9), `place` POINT NOT NULL)",
    "CREATE TABLE `ef_gone` (`id` INT PRIMARY KEY)",
)
STATEMENTS = (
    "CREATE TABLE `ef_roads` (`id` INT)",
    "ALTER TABLE `ef_roads` ADD PRIMARY KEY (`id`)",
    "ALTER TABLE `ef_roads` DROP PRIMARY KEY",
    "DROP TABLE `ef_gone`",
    "ALTER TABLE `ef_roads` RENAME TO `ef_paths`",
    "CREATE VIEW `ef_names` AS SELECT name FROM ef_towns",
    "DROP VIEW `ef_names`",
    "ALTER TABLE `ef_towns` ADD COLUMN `age` INT",
    "ALTER TABLE `ef_towns` RENAME COLUMN `age` TO `years`",
    "ALTER TABLE `ef_towns` DROP COLUMN `years`",
    "ALTER TABLE `ef_towns` ADD CONSTRAINT `ef_twin` FOREIGN KEY (`twin`) REFERENCES `ef_towns` (`id`)",
    "ALTER TABLE `ef_towns` DROP FOREIGN KEY `ef_twin`",
    "DROP INDEX `ef_twin` ON `ef_towns`",
    "CREATE INDEX `ef_twin` ON `ef_towns` (`twin`)",
    "ALTER TABLE `ef_towns` ADD CONSTRAINT `ef_twin` FOREIGN KEY (`twin`) REFERENCES `ef_towns` (`id`)",
    "ALTER TABLE `ef_towns` ADD CONSTRAINT `ef_size` CHECK (`size` > 0)",
    "CREATE INDEX `ef_size` ON `ef_towns` (`size`)",
    "ALTER TABLE `ef_towns` DROP CONSTRAINT `ef_size`",
    "ALTER TABLE `ef_towns` ADD CONSTRAINT `ef_one` UNIQUE (`size`, `name`)",
    "ALTER TABLE `ef_towns` RENAME INDEX `ef_one` TO `ef_other`",
    "ALTER TABLE `ef_towns` DROP INDEX `ef_other`",
    "CREATE SPATIAL INDEX `ef_place` ON `ef_towns` (`place`)",
    "DROP INDEX `ef_place` ON `ef_towns`",
    "CREATE FULLTEXT INDEX `ef_words` ON `ef_towns` (`name`)",
    "DROP INDEX `ef_words` ON `ef_towns`",
)
"""As we write them. A foreign key leaves an index of its name, and a check and an index may have the same."""


@pytest.mark.parametrize("backend", [name for name in names() if name in {"mariadb", "mysql"}], indirect=True)
def test_statements(backend: Backend, tmp_path: Path) -> None:
    """Each in turn; on the servers that cannot roll a table's changes back."""
    with fresh(backend, tmp_path) as place, oxyde.connect(place.url, "effects"):
        for sql in BEFORE:
            oxyde.sync.execute_raw(sql, using="effects")
        for sql in STATEMENTS:
            assert not run_blocking(took_effect(sql, backend.dialect), route("effects")), sql
            oxyde.sync.execute_raw(sql, using="effects")
            assert run_blocking(took_effect(sql, backend.dialect), route("effects")), sql
