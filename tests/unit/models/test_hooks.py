"""Hooks: with which keywords they are called, and which of them a blocking driver refuses."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import Model
from oxyde.db.steps import Await
from oxyde.models import hooks


class Plain(Model):
    """Has no hooks of its own."""


class Hooked(Model):
    """Has one of each kind."""

    def pre_save(self, is_create: bool) -> Any:  # type: ignore[override] # takes what it names
        return ("pre", is_create)

    async def post_save(self, **known: Any) -> Any:
        return known


def test_overridden() -> None:
    """Only a class's own hooks are called."""
    assert [hooks.is_overridden(Hooked, name) for name in (*hooks.SAVING, *hooks.DELETING)] == [True, True, False, False]
    assert not hooks.is_overridden(Plain, "pre_save")


def test_keywords() -> None:
    """A hook is given what it names, one with ``**`` everything."""
    (step,) = hooks.run(Hooked(), "pre_save", is_create=True, update_fields=None)
    assert step == Await(("pre", True), "Hooked.pre_save")
    (step,) = hooks.run(Hooked(), "post_save", is_create=True, update_fields=["a"])
    with pytest.raises(StopIteration) as end:
        step.value.send(None)
    assert end.value.value == {"is_create": True, "update_fields": ["a"]}


def test_async_hooks_are_announced() -> None:
    """Before anything is sent, so that a driver that cannot await refuses them."""
    assert [step.hook for step in hooks.announce(Hooked, hooks.SAVING)] == ["Hooked.post_save"]
    assert list(hooks.announce(Plain, hooks.SAVING)) == []
    with pytest.raises(TypeError, match="an instance of a model is needed here, not one of int"):
        list(hooks.announce(int, hooks.SAVING))  # type: ignore[arg-type] # what is tested


async def test_the_hooks_of_model_do_nothing() -> None:
    """Whether ``super()`` is awaited or not."""
    model = Plain()
    assert await model.pre_save() is None
    assert await model.post_delete() is None
