"""What tests of an application use: how many statements a piece of code sends."""

from oxyde.testing.statements import assert_statements

__all__ = ["assert_statements"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
