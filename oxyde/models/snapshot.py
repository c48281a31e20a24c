"""Snapshots that restore instances when the write that changed them is rolled back."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from oxyde.models.info import AnyModel
from oxyde.models.row_state import Changed, New, State, copied, set_state, state_of

_ABSENT: Final = object()


class Snapshot:
    """The state of instances before a write. Once the write is done, the snapshot does not keep them alive."""

    def __init__(self, instances: Sequence[AnyModel], names: Iterable[str]) -> None:
        """Takes the snapshot.

        Args:
            instances: What is about to be written.
            names: The fields that the write may fill: keys, versions, the current time, values that the server computes.
        """
        self._instances: Sequence[Callable[[], AnyModel | None]] | None = None
        self._writing: Sequence[AnyModel] = instances
        self._states = [copied(state_of(instance)) for instance in instances]
        rows, given = [vars(one) for one in instances], [one.__pydantic_fields_set__ for one in instances]
        self._before = {name: [row.get(name, _ABSENT) for row in rows] for name in names}
        self._given = {name: [name in fields for fields in given] for name in self._before}
        self._after: dict[str, list[Any]] | None = None

    def written(self) -> Snapshot:
        """Records what the write filled in, to distinguish it from later assignments; returns itself."""
        rows = [vars(one) for one in self._writing]
        self._after = {name: [row.get(name, _ABSENT) for row in rows] for name in self._before}
        self._instances, self._writing = [weakref.ref(one) for one in self._writing], ()
        return self

    def __call__(self) -> None:
        """Undoes the write: the values it filled in are removed, and the values it wrote count as not written. Later assignments stay."""
        instances = self._writing if self._instances is None else [known() for known in self._instances]
        for at, instance in enumerate(instances):
            if instance is None:
                continue
            for name, before in self._before.items():
                value = vars(instance).get(name, _ABSENT)
                if value is before[at] or (self._after is not None and value is not self._after[name][at]):
                    continue
                if before[at] is _ABSENT:
                    vars(instance).pop(name, None)
                else:
                    vars(instance)[name] = before[at]
                if self._given[name][at]:
                    instance.__pydantic_fields_set__.add(name)
                else:
                    instance.__pydantic_fields_set__.discard(name)
            set_state(instance, _earlier(self._states[at], state_of(instance)))


def _earlier(before: State, now: State) -> State:
    """Returns the state before a write, with the fields assigned after it."""
    later = now if isinstance(now, (Changed, New)) else New()
    if before is None or isinstance(before, New):
        return New([*(before or ()), *later]) if before or later else before
    old = before if isinstance(before, Changed) else Changed(stored=before)
    forced = old.forced | (later.forced if isinstance(later, Changed) else set())
    return Changed(old | later, old.stored, forced) if old or later or forced else old.stored


__all__ = ["Snapshot"]
