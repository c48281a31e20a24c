"""The blocking twin of ``migrate``, for scripts and for services that do not use asyncio."""

from oxyde.migrations.migrating import migrate_blocking as migrate

__all__ = ["migrate"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
