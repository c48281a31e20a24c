"""The blocking twin of an application's queryset class: its own methods on top of the blocking verbs."""

from __future__ import annotations

import inspect
from typing import Any, NoReturn

from oxyde.models.blocking import BlockingQuerySet
from oxyde.models.chain import Chain


class Async:
    """Replaces an async method in a blocking twin, where it cannot be awaited.

    Args:
        where: The method, for the message.
    """

    def __init__(self, where: str) -> None:
        self.where = where

    def __get__(self, instance: object, owner: type | None = None) -> NoReturn:
        message = (
            f"{self.where} is async, and .sync cannot await it; write it as a plain method that returns a queryset, or leave out .sync"
        )
        raise AttributeError(message)


def twin(own: type[Chain[Any, Any]], awaited: type[Chain[Any, Any]]) -> type[BlockingQuerySet[Any, Any]]:
    """Returns the blocking twin of a queryset class; made once.

    Args:
        own: The class.
        awaited: ``QuerySet``, whose verbs are replaced by blocking ones.
    """
    found: type[BlockingQuerySet[Any, Any]] | None = vars(own).get("_oxyde_twin")
    if found is None:
        members: dict[str, Any] = {}
        for base in own.__mro__:
            if base not in awaited.__mro__:
                members = {**vars(base), **members}
        refused = {name: Async(f"{own.__name__}.{name}") for name, member in members.items() if _is_async(member)}
        bases: tuple[Any, ...] = (BlockingQuerySet, awaited)
        verbs = type("BlockingVerbs", bases, {"sync": property(lambda chain: chain)})
        found = type(f"Blocking{own.__name__}", (own, verbs), refused)
        own._oxyde_twin = found  # type: ignore[attr-defined] # kept with the class, and collected with it
    return found


def _is_async(member: Any) -> bool:
    function = getattr(member, "__func__", member)
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
