"""What tests of an application use: how many statements a piece of code sends, and a database that every test finds the same."""

from oxyde.testing.fixtures import migrated
from oxyde.testing.statements import assert_statements

__all__ = ["assert_statements", "migrated"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
