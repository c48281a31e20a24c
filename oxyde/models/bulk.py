"""Bulk inserts: the values of many instances by column, checked before they are sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.models.adapt import adapt_all
from oxyde.models.errors import Row, in_row
from oxyde.models.hydrate import tiers
from oxyde.models.info import AnyModel
from oxyde.models.readable import check_row
from oxyde.models.row_state import after, kept, require_read, set_state, state_of
from oxyde.models.writing import Write, now
from oxyde.queries.dml import batches
from oxyde.schema import Column, Table


def wire_values(column: Column, values: list[Any], in_row: Callable[[int], Row]) -> list[Any]:
    """Returns the wire values of a column.

    Args:
        column: The column.
        values: Its values.
        in_row: Returns the context that adds a row to an error.

    Raises:
        FieldValueError: A value does not fit; names the row.
    """
    adapt = column.writer
    try:
        return adapt_all(adapt, values)
    except FieldError:
        for at, value in enumerate(values):
            with in_row(at):
                None if value is None else adapt(value)
        raise


class BulkRows:
    """The rows of a bulk insert.

    Attributes:
        batches: The batches to send.
        filled: The values that the write sets on all instances, by field: keys of relations, the current time.
        fills: The fields that the write sets: those in ``filled``, and those that the database generates.
    """

    def __init__(
        self,
        table: Table,
        instances: Sequence[AnyModel],
        size: int | None,
        verb: str = "bulk_create",
        places: Sequence[int] | None = None,
    ) -> None:
        """Collects the columns; nothing is sent if a value does not fit.

        Args:
            table: The table.
            instances: The rows.
            size: The most rows in a batch.
            verb: The verb that writes them, for messages.
            places: The positions of the rows in what the verb was given, if these are not all.

        Raises:
            ValidationError: An assigned value is not valid.
            FieldError: A relation was assigned an object that is not saved, or that saving does not relate to the instance.
            FieldValueError: A value does not fit its column.
        """
        self.filled: dict[str, list[Any]] = {}
        self._values: dict[str, list[Any]] = {}
        self._table, self._instances = table, instances
        self._verb, self._places = verb, places
        for at, instance in enumerate(instances):
            if state_of(instance) is not None:
                with self._in_row(at):
                    require_read(instance, table.by_field)
                    Write(instance).validate()
        self._take_keys()
        columns: dict[str, list[Any]] = {}
        absent: dict[str, list[bool]] = {}
        rows = [instance.__dict__ for instance in instances]
        for column in table.columns:
            if column.generated is not None:
                continue
            name = column.field
            values = self.filled.get(name) or [row.get(name) for row in rows]
            if column.auto_now or column.auto_now_add:
                values = self.filled[name] = self._dated(column, values)
            missing = self._absent(column, values)
            if missing is not None and any(missing):
                absent[name] = missing
            self._values[name] = values
            columns[name] = self._adapted(column, values)
        self._sent = columns
        self._check_rows(columns, absent)
        self.batches = batches(columns, absent, size)
        self.fills = {*self.filled, *(name for batch in self.batches for name in table.by_field if name not in batch.fields)}

    def _in_row(self, at: int) -> Row:
        return in_row(at if self._places is None else self._places[at], self._verb)

    def _adapted(self, column: Column, values: list[Any]) -> list[Any]:
        return wire_values(column, values, self._in_row)

    def _check_rows(self, columns: dict[str, list[Any]], absent: dict[str, list[bool]]) -> None:
        info = type(self._instances[0]).__oxyde__
        if not tiers(info).crossing:
            return
        for at, instance in enumerate(self._instances):
            sent = {name: values[at] for name, values in columns.items() if name not in absent or not absent[name][at]}
            with self._in_row(at):
                check_row(info, sent, vars(instance))

    def _take_keys(self) -> None:
        info = type(self._instances[0]).__oxyde__
        if not info.links:
            return
        taken = []
        for at, instance in enumerate(self._instances):
            with self._in_row(at):
                taken.append(Write(instance).keys(inserts=True))
        for name in info.reference_by_key:
            if any(name in keys for keys in taken):
                pairs = zip(taken, self._instances, strict=True)
                self.filled[name] = [keys[name] if name in keys else instance.__dict__.get(name) for keys, instance in pairs]

    def _dated(self, column: Column, values: list[Any]) -> list[Any]:
        present = now(column)
        return [present if value is None or column.auto_now else value for value in values]

    def _absent(self, column: Column, values: list[Any]) -> list[bool] | None:
        """Returns which rows leave the column to the database; None if no row can."""
        if column.auto:
            return [value is None for value in values]
        if column.default is None:
            return None
        pairs = zip(values, self._instances, strict=True)
        return [value is None and column.field not in instance.__pydantic_fields_set__ for value, instance in pairs]

    def largest(self, field: str) -> int | None:
        """Returns the row with the largest text or bytes in a field; None if it has none."""
        values = self._sent.get(field, ())
        sizes = [
            len(value.encode(errors="replace")) if isinstance(value, str) else len(value)
            for value in values
            if isinstance(value, (str, bytes))
        ]
        at = [row for row, value in enumerate(values) if isinstance(value, (str, bytes))]
        return at[sizes.index(max(sizes))] if sizes else None

    def store(self) -> None:
        """Stores on each instance the row that was written; fields that were assigned meanwhile stay changed."""
        made = self.fills - self.filled.keys()
        rows: list[Sequence[Any]] = []
        for column in self._table.columns:
            name = column.field
            values = None if name in made else self._values.get(name)
            if values is None:
                values = [vars(instance).get(name) for instance in self._instances]
            if column.mutable:
                wires = self._sent.get(name) or repeat(None)
                values = [kept(column, value, wire) for value, wire in zip(values, wires, strict=False)]
            rows.append(values)
        for instance, stored in zip(self._instances, zip(*rows, strict=True), strict=True):
            state = state_of(instance)
            set_state(instance, stored if state is None else after(state, stored, ()))

    def written(self) -> None:
        """Sets the values that the write filled in on the instances."""
        for name, values in self.filled.items():
            for instance, value in zip(self._instances, values, strict=True):
                vars(instance)[name] = value
