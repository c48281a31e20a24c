"""The blocking twins of ``models`` and ``source``, for scripts and for services that do not use asyncio."""

from oxyde.inspect.inspecting import models_blocking as models
from oxyde.inspect.inspecting import source_blocking as source

__all__ = ["models", "source"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
