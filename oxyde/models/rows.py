"""Row strategies: rows as instances, dictionaries, tuples or single values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from oxyde.db.rows import Batch, Hydrator
from oxyde.models import layouts, restore
from oxyde.models.info import AnyModel
from oxyde.queries.source import State

M = TypeVar("M", bound=AnyModel)


@dataclass(frozen=True)
class Instances(Generic[M]):
    """Instances of a model."""

    model: type[M]

    def reader(self, state: State) -> Callable[[Batch], list[M]]:
        """Returns a function that turns batches into instances, with annotations as attributes."""
        info = self.model.__oxyde__
        if state.visible:
            return layouts.annotated(info, state.visible, layouts.children(info, state.joined))
        return Hydrator(layouts.tree(info, state.joined) if state.joined else layouts.whole(info)).models


@dataclass(frozen=True)
class Tuples:
    """Tuples of the chosen values."""

    def reader(self, state: State) -> Callable[[Batch], list[tuple[Any, ...]]]:
        """Returns a function that turns a batch into tuples."""
        return restore.rows([term for _, term in state.columns])


@dataclass(frozen=True)
class Dicts:
    """Dictionaries of the chosen values by name."""

    def reader(self, state: State) -> Callable[[Batch], list[dict[str, Any]]]:
        """Returns a function that turns a batch into dictionaries."""
        rows, names = TUPLES.reader(state), [name for name, _ in state.columns]
        return lambda batch: [dict(zip(names, row, strict=True)) for row in rows(batch)]


@dataclass(frozen=True)
class Flat:
    """The single value of each row."""

    def reader(self, state: State) -> Callable[[Batch], list[Any]]:
        """Returns a function that turns a batch into values."""
        rows = TUPLES.reader(state)
        return lambda batch: [row[0] for row in rows(batch)]


TUPLES = Tuples()
DICTS = Dicts()
FLAT = Flat()
