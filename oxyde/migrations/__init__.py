"""Migrations: states of a schema, the operations between them, and the files that hold them."""

from oxyde.migrations.drifting import drift
from oxyde.migrations.factories import check, column, exclude, foreign_key, index, unique
from oxyde.migrations.make import makemigrations
from oxyde.migrations.migrating import migrate
from oxyde.migrations.rebasing.rebase import rebase
from oxyde.migrations.squashing.squash import squash

__all__ = ["check", "column", "drift", "exclude", "foreign_key", "index", "makemigrations", "migrate", "rebase", "squash", "unique"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
