"""Hooks: methods of a model that run before and after an instance is saved or deleted, plain or async."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from functools import lru_cache
from typing import Any, Final

from oxyde.db.steps import Await, Steps
from oxyde.models.info import AnyModel

SAVING: Final = ("pre_save", "post_save")
DELETING: Final = ("pre_delete", "post_delete")


class Done:
    """The result of ``Model``'s own hooks: None, awaited or not."""

    def __await__(self) -> Generator[Any, None, None]:
        return
        yield


class Hooks:
    """The hooks of a model, which do nothing until they are overridden.

    They may be plain or async, and take whichever of ``is_create`` and ``update_fields`` they name.
    """

    __slots__ = ()

    def pre_save(self, *_: Any, **__: Any) -> Any:
        """Runs before an instance is inserted or updated."""
        return Done()

    def post_save(self, *_: Any, **__: Any) -> Any:
        """Runs after an instance was inserted or updated."""
        return Done()

    def pre_delete(self, *_: Any, **__: Any) -> Any:
        """Runs before an instance is deleted."""
        return Done()

    def post_delete(self, *_: Any, **__: Any) -> Any:
        """Runs after an instance was deleted."""
        return Done()


def is_overridden(model: type[AnyModel], name: str) -> bool:
    """Returns whether a model has a hook of its own."""
    return getattr(model, name) is not getattr(Hooks, name)


def run(instance: AnyModel, name: str, **known: Any) -> Steps[None]:
    """Calls a hook with the keywords that it takes, and waits for it."""
    wanted = _keywords(getattr(type(instance), name))
    given = known if wanted is None else {key: value for key, value in known.items() if key in wanted}
    yield Await(getattr(instance, name)(**given), f"{type(instance).__name__}.{name}")


@lru_cache(maxsize=512)
def _keywords(function: Callable[..., Any]) -> frozenset[str] | None:
    """Returns the keywords that a hook takes, None for any."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return frozenset(parameter.name for parameter in parameters)


def announce(model: type[AnyModel], names: tuple[str, ...]) -> Steps[None]:
    """Announces the hooks that will be called, so that a blocking driver can refuse async ones before anything is sent.

    Raises:
        TypeError: The class is no model.
    """
    for name in names:
        function = getattr(model, name, None)
        if function is None:
            message = f"an instance of a model is needed here, not one of {model.__name__}"
            raise TypeError(message)
        if function is not getattr(Hooks, name) and inspect.iscoroutinefunction(function):
            yield Await(Done(), f"{model.__name__}.{name}")
