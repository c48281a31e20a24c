"""Migrations: states of a schema, the operations between them, and the files that hold them."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from oxyde.migrations.folder.factories import check, column, exclude, foreign_key, index, unique

if TYPE_CHECKING:
    from oxyde.migrations.changes.make import makemigrations
    from oxyde.migrations.comparing.drifting import drift
    from oxyde.migrations.rebasing.rebase import rebase
    from oxyde.migrations.running.migrating import migrate
    from oxyde.migrations.squashing.squash import squash

__all__ = ["check", "column", "drift", "exclude", "foreign_key", "index", "makemigrations", "migrate", "rebase", "squash", "unique"]

_HOMES: Final = {
    "makemigrations": "changes.make",
    "drift": "comparing.drifting",
    "rebase": "rebasing.rebase",
    "migrate": "running.migrating",
    "squash": "squashing.squash",
}
"""Names that are imported at their first use: migration files and most commands do without them."""

if not TYPE_CHECKING:  # type checkers would accept any misspelt name

    def __getattr__(name: str) -> object:
        """Returns a public name at its first use."""
        if name not in _HOMES:
            message = f"module 'oxyde.migrations' has no attribute {name!r}"
            raise AttributeError(message, name=name)
        value = getattr(import_module(f"oxyde.migrations.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
