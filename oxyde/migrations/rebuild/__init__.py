"""Making a table of SQLite anew, for what SQLite cannot change of one that is there."""

from oxyde.migrations.rebuild.grouping import arranged
from oxyde.migrations.rebuild.need import made_anew
from oxyde.migrations.rebuild.rebuild import Rebuild
from oxyde.migrations.rebuild.running import run
from oxyde.migrations.rebuild.watching import watched

__all__ = ["Rebuild", "arranged", "made_anew", "run", "watched"]
