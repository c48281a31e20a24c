"""Blocking twins of the verbs of ``oxyde.db``, for scripts and notebooks: ``db.sync.create_tables()``."""

from oxyde.db.lifecycle import connect_blocking as connect
from oxyde.db.tables import create_tables_blocking as create_tables
from oxyde.db.tables import drop_tables_blocking as drop_tables

__all__ = ["connect", "create_tables", "drop_tables"]
