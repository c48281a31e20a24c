"""Blocking twins, for scripts, notebooks and threads, of the verbs that belong to no queryset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from oxyde.db.execute import run_blocking
from oxyde.db.raw import execute_raw_blocking as execute_raw
from oxyde.db.route import route
from oxyde.db.transaction import blocking_atomic as atomic
from oxyde.models import hooks
from oxyde.models.model import Model
from oxyde.models.verbs import instance as steps

M = TypeVar("M", bound=Model)


def save(
    instance: M,
    *,
    using: str | None = None,
    client: object | None = None,
    update_fields: Iterable[str] | None = None,
    force_insert: bool = False,
) -> M:
    """Writes an instance, as ``await instance.save()`` does, and returns it.

    Raises:
        TypeError: The model has an async hook; nothing has been sent.
    """
    hooks.refuse_async(type(instance), hooks.SAVING)
    run_blocking(steps.save(instance, update_fields=update_fields, force_insert=force_insert), route(using, client))
    return instance


def delete(instance: Model, *, using: str | None = None, client: object | None = None) -> int:
    """Deletes an instance's row, as ``await instance.delete()`` does.

    Raises:
        TypeError: The model has an async hook; nothing has been sent.
    """
    hooks.refuse_async(type(instance), hooks.DELETING)
    return run_blocking(steps.delete(instance), route(using, client))


def refresh(instance: M, *, using: str | None = None, client: object | None = None) -> M:
    """Reads an instance's row again, as ``await instance.refresh()`` does, and returns it."""
    run_blocking(steps.refresh(instance), route(using, client))
    return instance


__all__ = ["atomic", "delete", "execute_raw", "refresh", "save"]
