"""Making a table of SQLite anew, for what SQLite cannot change of one that is there."""

from oxyde.migrations.sql.rebuild.grouping import arranged
from oxyde.migrations.sql.rebuild.need import made_anew
from oxyde.migrations.sql.rebuild.rebuild import Rebuild
from oxyde.migrations.sql.rebuild.running import run
from oxyde.migrations.sql.rebuild.watching import watched

__all__ = ["Rebuild", "arranged", "made_anew", "run", "watched"]
