"""Row strategies: rows as instances, dictionaries, tuples, single values or objects of a row type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from oxyde.db.rows import Batch, Hydrator
from oxyde.models import layouts, restore
from oxyde.models.info import AnyModel
from oxyde.models.row_types import row_type
from oxyde.queries.source import Named, State

M = TypeVar("M", bound=AnyModel)
T = TypeVar("T")


@dataclass(frozen=True)
class Instances(Generic[M]):
    """Instances of a model."""

    model: type[M]

    def reader(self, state: State) -> Callable[[Batch], list[M]]:
        """Returns a function that turns batches into instances, with annotations as attributes."""
        info = self.model.__oxyde__
        if state.fields is not None:
            return layouts.partly(info, [name for name, _ in state.own], state.visible, layouts.children(info, state.joined))
        if state.visible:
            return layouts.annotated(info, state.visible, layouts.children(info, state.joined))
        return Hydrator(layouts.tree(info, state.joined) if state.joined else layouts.whole(info)).models


class Values:
    """A row strategy of chosen values: how their tuples are shaped."""

    def shaped(self, columns: Named) -> Callable[[list[tuple[Any, ...]]], list[Any]]:  # noqa: ARG002 - tuples have no names
        """Returns a function that turns tuples of these values into rows."""
        return lambda rows: rows

    def reader(self, state: State) -> Callable[[Batch], list[Any]]:
        """Returns a function that turns a batch into rows."""
        columns = state.columns
        rows, shaped = restore.rows([term for _, term in columns]), self.shaped(columns)
        return lambda batch: shaped(rows(batch))


@dataclass(frozen=True)
class Tuples(Values):
    """Tuples of the chosen values."""


@dataclass(frozen=True)
class Dicts(Values):
    """Dictionaries of the chosen values by name."""

    def shaped(self, columns: Named) -> Callable[[list[tuple[Any, ...]]], list[dict[str, Any]]]:
        """Returns a function that turns tuples into dictionaries."""
        names = [name for name, _ in columns]
        return lambda rows: [dict(zip(names, row, strict=True)) for row in rows]


@dataclass(frozen=True)
class Flat(Values):
    """The single value of each row."""

    def shaped(self, columns: Named) -> Callable[[list[tuple[Any, ...]]], list[Any]]:  # noqa: ARG002 - there is one
        """Returns a function that turns tuples into their values."""
        return lambda rows: [row[0] for row in rows]


@dataclass(frozen=True)
class Into(Values, Generic[T]):
    """Objects of a row type."""

    kind: type[T]

    def shaped(self, columns: Named) -> Callable[[list[tuple[Any, ...]]], list[T]]:
        """Returns a function that turns tuples into objects.

        Raises:
            FieldError: A verb after ``into()`` changed the values, and they do not fit any more.
        """
        kind = row_type(self.kind)
        kind.check(columns)
        names = [name for name, _ in columns]
        return lambda rows: kind.made([dict(zip(names, row, strict=True)) for row in rows])


TUPLES = Tuples()
DICTS = Dicts()
FLAT = Flat()
