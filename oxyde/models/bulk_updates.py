"""Bulk updates: the values of many instances by column, checked before they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from oxyde.models.bulk import wire_values
from oxyde.models.errors import in_row, in_rows
from oxyde.models.hydrate import tiers
from oxyde.models.info import AnyModel
from oxyde.models.readable import check_row
from oxyde.models.row_state import Changed, New, State, after, kept, require_read, row_of, set_state, state_of, stored_of
from oxyde.models.unloaded import UNLOADED
from oxyde.models.writing import Write, now, validate_assigned
from oxyde.schema import Table

VERB: Final = "bulk_update"


class Changes:
    """The rows of a bulk update.

    Attributes:
        finders: What finds the rows (the key, and the version), as wire values by field.
        sent: The wire values that are written, by field.
        fields: The fields that are written.
    """

    def __init__(self, table: Table, instances: Sequence[AnyModel], names: set[str]) -> None:
        """Collects the columns; nothing is sent if a value does not fit.

        Args:
            table: The table.
            instances: The rows.
            names: The fields to be written.

        Raises:
            ValidationError: An assigned value is not valid.
            FieldError: An instance has no key, or a relation was assigned an object that is not saved.
            FieldValueError: A value does not fit its column.
            NotLoaded: A field was not read.
        """
        self._table, self._instances = table, instances
        self._states: list[State] = [*map(state_of, instances)]
        taken = self._taken(names)
        self._rows = [vars(one) for one in instances]  # Pydantic replaces the dictionary of an instance that it validates
        self._values: dict[str, list[Any]] = {}
        self._filled: dict[str, list[Any]] = {}
        for column in table.stored:
            name = column.field
            if name not in names or column.version:
                continue
            values = [row.get(name) for row in self._rows]
            if any(name in keys for keys in taken):
                pairs = zip(taken, values, strict=True)
                values = self._filled[name] = [keys.get(name, value) for keys, value in pairs]
            self._values[name] = values
        if self._values:
            for column in table.stamped:
                self._values[column.field] = self._filled[column.field] = [now(column)] * len(instances)
        finders = self._keys()
        version = table.version
        known: list[Any] = [] if version is None else [row.get(version.field) for row in self._rows]
        if version is not None and None not in known:
            finders[version.field] = known
            self._values[version.field] = self._filled[version.field] = [number + 1 for number in known]
        self.sent = self._adapted(self._values)
        self._check_rows()
        self.finders = self._adapted(finders)
        self.fields = [*self._values]

    def _taken(self, names: set[str]) -> list[dict[str, Any]]:
        """Validates what was assigned; returns the keys of assigned relations for each instance, nothing where there are no relations."""
        found = []
        with in_rows(VERB) as row:
            for row.at, (instance, state) in enumerate(zip(self._instances, self._states, strict=True)):
                info = type(instance).__oxyde__
                if isinstance(state, (Changed, New)):
                    validate_assigned(info, instance, state)
                    if isinstance(state, Changed) and not state.forced:
                        set_state(instance, state.stored)  # nothing is left to be validated
                keys = Write(instance).keys() if info.links else {}
                if UNLOADED in (stored_of(state) or ()):
                    require_read(instance, names - keys.keys())
                if info.links:
                    found.append(keys)
        return found

    def _keys(self) -> dict[str, list[Any]]:
        """Returns the keys that the rows have in the database, by field."""
        found: dict[str, list[Any]] = {}
        stored = [stored_of(state) for state in self._states]
        for at, column in enumerate(self._table.columns):
            if column.key:
                own = (row.get(column.field) for row in self._rows)
                pairs = zip(stored, own, strict=True)
                found[column.field] = [value if not row or row[at] is UNLOADED else row[at] for row, value in pairs]
        if not found or any(None in values for values in found.values()):
            with in_rows(VERB) as row:
                for row.at, instance in enumerate(self._instances):
                    Write(instance).stored_key()  # raises for the first instance without a key
        return found

    def _adapted(self, values: dict[str, list[Any]]) -> dict[str, list[Any]]:
        by_field = self._table.by_field
        return {name: wire_values(by_field[name], given, lambda at: in_row(at, VERB)) for name, given in values.items()}

    def _check_rows(self) -> None:
        info = type(self._instances[0]).__oxyde__
        if tiers(info).crossing:
            with in_rows(VERB) as row:
                for row.at, known in enumerate(self._rows):
                    check_row(info, self.row(self.sent, row.at), known)

    @staticmethod
    def row(columns: dict[str, list[Any]], at: int) -> dict[str, Any]:
        """Returns one row of columns."""
        return {name: values[at] for name, values in columns.items()}

    def written(self) -> None:
        """Records that the rows were written; fields that were assigned meanwhile stay changed."""
        for name, values in self._filled.items():
            for instance, value in zip(self._instances, values, strict=True):
                vars(instance)[name] = value
        places = []
        for at, column in enumerate(self._table.columns):
            if column.field in self.sent:
                pairs = zip(self._values[column.field], self.sent[column.field], strict=True)
                places.append((at, [kept(column, value, wire) for value, wire in pairs] if column.mutable else self._values[column.field]))
        for number, (instance, state) in enumerate(zip(self._instances, self._states, strict=True)):
            before = stored_of(state)
            if before:
                row = [*before]
                for at, values in places:
                    row[at] = values[number]
                stored = tuple(row)
            else:
                known = {**vars(instance), **self.row(self._values, number)}
                stored = row_of(self._table, known, self.row(self.sent, number))
            set_state(instance, after(state_of(instance), stored, self.sent))
