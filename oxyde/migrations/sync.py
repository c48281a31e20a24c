"""The blocking twins of ``migrate`` and ``drift``, for scripts and for services that do not use asyncio."""

from oxyde.migrations.comparing.drifting import drift_blocking as drift
from oxyde.migrations.running.migrating import migrate_blocking as migrate

__all__ = ["drift", "migrate"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
