"""Blocking twins, for scripts, notebooks and threads, of the verbs that belong to no queryset.

Generated from ``oxyde/models/model.py`` by ``tests/codebase/twins.py``; edit that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from oxyde.db.execute import run_blocking
from oxyde.db.lifecycle import connect_blocking as connect
from oxyde.db.raw import execute_raw_blocking as execute_raw
from oxyde.db.tables import create_tables_blocking as create_tables
from oxyde.db.tables import drop_tables_blocking as drop_tables
from oxyde.db.transaction import blocking_atomic as atomic
from oxyde.models.blocking_raw import raw
from oxyde.models.blocking_related import related
from oxyde.models.model import Model
from oxyde.models.verbs import instance as steps
from oxyde.models.where import route_of_model

M = TypeVar("M", bound=Model)
__all__ = ["atomic", "connect", "create_tables", "delete", "drop_tables", "execute_raw", "raw", "refresh", "related", "save"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)


def save(
    instance: M,
    *,
    using: str | None = None,
    client: object | None = None,
    update_fields: Iterable[str] | None = None,
    force_insert: bool = False,
) -> M:
    """Writes the instance: an INSERT of a new one, an UPDATE of the changed fields of a row that was read.

    Args:
        using: The alias of a connection.
        client: A connection or an atomic block.
        update_fields: Write only these fields.
        force_insert: INSERT even though a key was given.

    Returns:
        The instance, with what the database filled in.

    Raises:
        NotFoundError: No row has this key.
        StaleObjectError: Another writer changed the row (``db_version``).
        FieldError: A relation was assigned an object that is not saved.
        FieldValueError: A value does not fit its column.
        ValidationError: An assigned value is not valid.
    """
    run_blocking(
        steps.save(instance, update_fields=update_fields, force_insert=force_insert), route_of_model(type(instance), using, client)
    )
    return instance


def delete(instance: Model, *, using: str | None = None, client: object | None = None) -> int:
    """Deletes the row; returns how many there were, 0 or 1.

    Raises:
        StaleObjectError: Another writer changed the row (``db_version``).
    """
    return run_blocking(steps.delete(instance), route_of_model(type(instance), using, client))


def refresh(instance: M, *, using: str | None = None, client: object | None = None) -> M:
    """Reads the row again; drops loaded relations whose key changed, keeps the others.

    Raises:
        NotFoundError: The row is gone.
    """
    run_blocking(steps.refresh(instance), route_of_model(type(instance), using, client))
    return instance
