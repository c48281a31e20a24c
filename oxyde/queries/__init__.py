"""What is asked: conditions, expressions, states, and the statements they become. Pure, immutable, no await."""

from oxyde.queries.conditions import Q
from oxyde.queries.cte import With
from oxyde.queries.functions import F, Value

__all__ = ["F", "Q", "Value", "With"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
