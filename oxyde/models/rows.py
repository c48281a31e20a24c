"""Row strategies: what the rows of a query become: instances, dictionaries, tuples or single values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from oxyde.db.rows import Batch, Hydrator
from oxyde.models import hydrate
from oxyde.models.errors import refusing
from oxyde.models.info import AnyModel
from oxyde.queries.source import State

M = TypeVar("M", bound=AnyModel)


@dataclass(frozen=True)
class Instances(Generic[M]):
    """Instances of a model."""

    model: type[M]

    def reader(self, state: State) -> Callable[[Batch], list[M]]:
        """Returns what turns a batch into instances; annotations are attributes of theirs."""
        info = self.model.__oxyde__
        table = info.table()
        annotated = state.annotations
        read = hydrate.annotated(info, annotated) if annotated else Hydrator(hydrate.whole(info)).models
        return refusing(table, table.columns, read)


@dataclass(frozen=True)
class Tuples:
    """Tuples of the chosen values."""

    def reader(self, state: State) -> Callable[[Batch], list[tuple[Any, ...]]]:
        """Returns what turns a batch into tuples."""
        return hydrate.rows([term for _, term in state.columns])


@dataclass(frozen=True)
class Dicts:
    """Dictionaries of the chosen values by name."""

    def reader(self, state: State) -> Callable[[Batch], list[dict[str, Any]]]:
        """Returns what turns a batch into dictionaries."""
        rows, names = TUPLES.reader(state), [name for name, _ in state.columns]
        return lambda batch: [dict(zip(names, row, strict=True)) for row in rows(batch)]


@dataclass(frozen=True)
class Flat:
    """The single value of each row."""

    def reader(self, state: State) -> Callable[[Batch], list[Any]]:
        """Returns what turns a batch into values."""
        rows = TUPLES.reader(state)
        return lambda batch: [row[0] for row in rows(batch)]


TUPLES = Tuples()
DICTS = Dicts()
FLAT = Flat()
