"""What is unsafe about migrations while the application runs: lints with their safe ways, and the locks of operations."""

from oxyde.migrations.lint.lint import NAMES, Lint
from oxyde.migrations.lint.linting import lints, of_operations
from oxyde.migrations.lint.lock import TableLock
from oxyde.migrations.lint.locks import locks

__all__ = ["NAMES", "Lint", "TableLock", "lints", "locks", "of_operations"]
