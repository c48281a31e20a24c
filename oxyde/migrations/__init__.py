"""Migrations: states of a schema, the operations between them, and the files that hold them."""

from oxyde.migrations.changes.make import makemigrations
from oxyde.migrations.comparing.drifting import drift
from oxyde.migrations.folder.factories import check, column, exclude, foreign_key, index, unique
from oxyde.migrations.rebasing.rebase import rebase
from oxyde.migrations.running.migrating import migrate
from oxyde.migrations.squashing.squash import squash

__all__ = ["check", "column", "drift", "exclude", "foreign_key", "index", "makemigrations", "migrate", "rebase", "squash", "unique"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
