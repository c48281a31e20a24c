"""What an instance knows of its row: new, as the database has it, or changed since."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias

from oxyde.models.info import AnyModel, holds
from oxyde.models.unloaded import UNLOADED

SLOT: Final = "__oxyde_state__"
IMMUTABLE: Final = (int, str, bool, bytes, dt.date, dt.time, dt.timedelta, uuid.UUID, Enum, type(None))
"""Types of which an equal value needs no writing. Not Decimal and float: 1.10 and 1.1, 0.0 and -0.0 are equal and not the same."""


class Clean:
    """The mark of an instance that is as its row was when it was read or written; there is one."""

    def __repr__(self) -> str:
        return "CLEAN"

    def __copy__(self) -> Clean:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Clean:
        return self

    def __reduce__(self) -> str:
        return "CLEAN"


CLEAN: Final = Clean()


class New(set[str]):
    """The fields of a new instance that were assigned since it was made: not yet validated."""


class Changed(set[str]):
    """The fields of a row that were assigned since it was read or written.

    Attributes:
        key: The key that the row still has in the database, by field, where a part of it was assigned.
    """

    def __init__(self, fields: Any = (), key: dict[str, Any] | None = None) -> None:
        super().__init__(fields)
        self.key: dict[str, Any] = {} if key is None else dict(key)

    def copy(self) -> Changed:
        """Returns another one of the same content."""
        return Changed(self, self.key)

    def __copy__(self) -> Changed:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Changed:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Changed, (sorted(self), self.key))


State: TypeAlias = "Clean | Changed | New | None"


def state_of(instance: AnyModel) -> State:
    """Returns None or ``New`` for a new instance, ``CLEAN``, or what changed."""
    found: State = instance.__oxyde_state__
    return found


def is_new(instance: AnyModel) -> bool:
    """Whether an instance was neither read from the database nor written to it."""
    state = state_of(instance)
    return state is None or isinstance(state, New)


def set_state(instance: AnyModel, state: State) -> None:
    """Sets the state past the model's own ``__setattr__``."""
    object.__setattr__(instance, SLOT, state)


def copied(state: State) -> State:
    """Returns a state for a copy of its instance."""
    if isinstance(state, Changed):
        return state.copy()
    return New(state) if isinstance(state, New) else state


def changed(instance: AnyModel, name: str, old: Any = UNLOADED) -> None:
    """Notes that a field was assigned.

    Args:
        instance: The instance.
        name: The field.
        old: Its value before.
    """
    state = state_of(instance)
    if not isinstance(state, (Changed, New)):
        state = New() if state is None else Changed()
        set_state(instance, state)
    state.add(name)
    if isinstance(state, New):
        return
    if old is not UNLOADED and name not in state.key and name in type(instance).__oxyde__.keys:
        state.key[name] = old


def mark_written(instance: AnyModel, names: Iterable[str] | None, written: Iterable[str]) -> None:
    """Notes that an instance was written: what was left out by name is still changed.

    Args:
        instance: The instance.
        names: The fields that the write was narrowed to.
        written: The fields of the columns that were written.
    """
    state = state_of(instance)
    if names is None or not isinstance(state, Changed):
        set_state(instance, CLEAN)
        return
    links = type(instance).__oxyde__.links
    done = {*written, *(link.field for link in links.values() if link.key in written)}
    left = Changed(state - done, {name: value for name, value in state.key.items() if name not in done})
    set_state(instance, left or CLEAN)


def is_same(old: Any, new: Any) -> bool:
    """Whether a value that was assigned is the one that was there."""
    if old is new:
        return not isinstance(old, (list, dict, set))
    return type(old) is type(new) and isinstance(old, IMMUTABLE) and not isinstance(old, (float, Decimal)) and bool(old == new)


def follow(instance: AnyModel, name: str, old: Any) -> None:
    """Lets what belongs to an assigned field follow: a relation its key, a key its relation; and notes the change."""
    links = type(instance).__oxyde__.links
    values = vars(instance)
    value = values[name]
    link = links.get(name)
    if link is None:
        if not is_same(old, value):
            changed(instance, name, old)
        for other in links.values():
            if other.kind == "one" and other.key == name:
                related = values.get(other.field, UNLOADED)
                if related is not UNLOADED and value != (None if related is None else related.__dict__.get(other.target_key)):
                    values[other.field] = UNLOADED
                    instance.__pydantic_fields_set__.discard(other.field)
        return
    changed(instance, name)
    if link.kind == "one" and (value is None or holds(link.target, type(value))):
        key = None if value is None else value.__dict__.get(link.target_key)
        before = values.get(link.key, UNLOADED)
        values[link.key] = key
        instance.__pydantic_fields_set__.add(link.key)
        if not is_same(before, key):
            changed(instance, link.key, before)
