"""A live database turned into models."""

from oxyde.inspect import sync
from oxyde.inspect.inspecting import models, source

__all__ = ["models", "source", "sync"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
