"""The actions of foreign keys, read off the text of a table."""

from __future__ import annotations

from typing import Final

import pytest

from oxyde.migrations.live.mysql import key_actions

QUOTED: Final = """CREATE TABLE `pets` (
  `owner` int(11) DEFAULT NULL COMMENT 'ON DELETE CASCADE',
  CONSTRAINT `odd ``key` FOREIGN KEY (`owner`) REFERENCES `people` (`id`) ON DELETE CASCADE ON UPDATE SET NULL,
  CONSTRAINT `plain` FOREIGN KEY (`owner`) REFERENCES `people` (`id`)
)"""
BARE: Final = """CREATE TABLE pets (
  owner int(11) DEFAULT NULL,
  CONSTRAINT 9d FOREIGN KEY (owner) REFERENCES people (id) ON DELETE SET NULL,
  CONSTRAINT Größe FOREIGN KEY (owner) REFERENCES people (id) ON UPDATE CASCADE,
  CONSTRAINT `a b` FOREIGN KEY (owner) REFERENCES people (id)
)"""


@pytest.mark.parametrize(("dialect", "default"), [("mariadb", "RESTRICT"), ("mysql", "NO ACTION")])
def test_key_actions(dialect: str, default: str) -> None:
    """Each key has its own, and what it does not say is the server's default."""
    assert key_actions(QUOTED, dialect) == {
        "odd `key": {"on_delete": "CASCADE", "on_update": "SET NULL"},
        "plain": {"on_delete": default, "on_update": default},
    }


@pytest.mark.parametrize(("dialect", "default"), [("mariadb", "RESTRICT"), ("mysql", "NO ACTION")])
def test_names_without_quotes(dialect: str, default: str) -> None:
    """As a server writes them whose ``sql_quote_show_create`` is off."""
    assert key_actions(BARE, dialect) == {
        "9d": {"on_delete": "SET NULL", "on_update": default},
        "Größe": {"on_delete": default, "on_update": "CASCADE"},
        "a b": {"on_delete": default, "on_update": default},
    }
