"""The ``ctx`` of a migration file, which records operations."""

from oxyde.migrations.folder.context.columns import Columns
from oxyde.migrations.folder.context.constraints import Constraints
from oxyde.migrations.folder.context.enums import Enums
from oxyde.migrations.folder.context.free import Free
from oxyde.migrations.folder.context.tables import Tables


class Context(Tables, Columns, Constraints, Enums, Free):
    """Records the operations of a migration, in the order in which the file says them."""


__all__ = ["Context"]
