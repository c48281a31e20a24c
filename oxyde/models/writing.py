"""One write of one instance: the known state of its row, and the checked values of its statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from oxyde.db.rows import Batch
from oxyde.exceptions import FieldError, UnsupportedError
from oxyde.models.errors import after_write
from oxyde.models.info import AnyModel, ModelInfo, is_table
from oxyde.models.layouts import filling
from oxyde.models.related_keys import check_unwritten, saved_key
from oxyde.models.row_state import (
    Changed,
    New,
    Stored,
    after,
    differs,
    is_written,
    require_read,
    row_of,
    set_state,
    state_of,
    stored_of,
)
from oxyde.models.snapshot import Snapshot
from oxyde.models.unloaded import UNLOADED
from oxyde.queries.paths import column_meant
from oxyde.schema import Column, Table
from oxyde.schema.naming import meant


def table_of(model: ModelInfo) -> Table:
    """Returns the table that instances of a model are rows of.

    Raises:
        FieldError: The model has none of its own.
    """
    if not model.is_table:
        parent = next((base for base in model.model.__mro__ if is_table(base)), None)
        other = f", or use {parent.__name__}, which it is derived from and which has one" if parent is not None else ""
        message = f"{model.name} has no table, so that its instances are no rows; say is_table = True in its Meta{other}"
        raise FieldError(message)
    return model.table()


def writable(model: ModelInfo, *, by_key: bool = False) -> Table:
    """Returns the table of a model that can be written.

    Args:
        model: The model.
        by_key: Whether one row is written, which its key tells from others.

    Raises:
        FieldError: The model has none of its own.
        UnsupportedError: It is a view, or a table without a key that is not ours to change.
    """
    table = table_of(model)
    if table.view is not None:
        message = f"{model.name} is a view, which can only be read"
        raise UnsupportedError(message)
    if by_key and not table.key and not table.managed:
        message = (
            f"{model.name} has no primary key that tells its rows apart for save() and delete(); use create() and the verbs of querysets"
        )
        raise UnsupportedError(message, table=table.name)
    return table


def now(column: Column) -> Any:
    """Returns the current time in UTC, as the column's type."""
    instant = dt.datetime.now(dt.timezone.utc)
    if column.type.kind == "datetime_tz":
        return instant
    naive = instant.replace(tzinfo=None)
    return {"date": naive.date, "time": naive.time}.get(column.type.kind, lambda: naive)()


def validate_assigned(info: ModelInfo, instance: AnyModel, state: Changed | New) -> None:
    """Validates what was assigned to an instance since it was made, read or written, in the order of the model.

    Args:
        info: The class of the instance.
        instance: The instance, whose dictionary Pydantic replaces.
        state: The names of what was assigned; empty afterwards.

    Raises:
        ValidationError: A value is not valid.
    """
    for link in info.references:
        if instance.__dict__.get(link.field, UNLOADED) is not UNLOADED:
            state.discard(link.key)  # taken from the relation, whose object may have been saved since
    validate = info.model.__pydantic_validator__.validate_assignment
    for name in [name for name in info.fields if name in state] if state else ():
        value = instance.__dict__.get(name, UNLOADED)
        # Pydantic reports a row that points to itself as infinite recursion.
        if value is not UNLOADED and value is not instance:
            validate(instance, name, value, by_alias=True, by_name=True)
            state.discard(name)  # a validator runs once for a value, though the write may fail and be tried again
    state.clear()


class Write:
    """One write of one instance.

    Attributes:
        instance: The instance.
        info: Its class.
        table: The table of the class.
        state: The instance's row state when the write began.
        given: The instance's values by field.
    """

    __slots__ = ("given", "info", "instance", "state", "table")

    def __init__(self, instance: AnyModel) -> None:
        """Takes the instance as it is now."""
        self.instance = instance
        self.info = type(instance).__oxyde__
        self.table = self.info.table()
        self.state = state_of(instance)
        self.given = instance.__dict__

    @property
    def is_new(self) -> bool:
        """Whether the instance was neither read from the database nor written to it."""
        return self.state is None or isinstance(self.state, New)

    @property
    def version(self) -> Column | None:
        """The version column, when the instance knows its version."""
        column = self.table.version
        return None if column is None or self.given.get(column.field) is None else column

    def validate(self) -> None:
        """Validates what was assigned since the instance was made, read or written, in the order of the model.

        Raises:
            ValidationError: A value is not valid; nothing has been sent.
        """
        state = self.state
        if isinstance(state, (Changed, New)):
            validate_assigned(self.info, self.instance, state)
            self.given = self.instance.__dict__  # Pydantic replaced it

    def _check_generated(self) -> None:
        """Raises FieldError if a column that the database computes was assigned on a new instance."""
        assigned = self.state if isinstance(self.state, New) else ()
        for column in self.table.columns if assigned else ():
            if column.generated is not None and column.field in assigned:
                message = f"{self.info.name}.{column.field} is computed by the database and cannot be assigned"
                raise FieldError(message, column=column.field)

    def keys(self, *, inserts: bool = False) -> dict[str, Any]:
        """Returns the keys of the relations that were assigned, by the field that holds them.

        Rows that point here are not written.

        Raises:
            FieldError: A relation was assigned an object that is not saved, or (``inserts``) a new instance was given related rows.
        """
        found: dict[str, Any] = {}
        for link in self.info.links.values():
            related = self.given.get(link.field, UNLOADED)
            if related is UNLOADED:
                continue
            if link.kind != "one":
                if related:
                    check_unwritten(self.info, link, related if isinstance(related, list) else [related], inserts=inserts and self.is_new)
            elif link.field in self.instance.__pydantic_fields_set__:
                where = f"{self.info.name}.{link.field}"
                found[link.key] = None if related is None else saved_key(where, link.target_key, related)
        return found

    def inserted(self) -> dict[str, Any]:
        """Returns the values that an INSERT of the instance writes, by field; what the database fills in is left out.

        Raises:
            ValidationError: An assigned value is not valid.
            FieldError: A relation was assigned an object that is not saved, or that saving does not relate to the instance.
        """
        if self.state is not None:
            require_read(self.instance, [column.field for column in self.table.stored])
            self._check_generated()
        self.validate()
        keys = self.keys(inserts=True) if self.info.links else {}
        given, fields_set = self.given, self.instance.__pydantic_fields_set__
        values: dict[str, Any] = {}
        for column in self.table.stored:
            name = column.field
            value = keys[name] if name in keys else given.get(name)
            if column.auto_now or (column.auto_now_add and value is None):
                value = now(column)
            if value is None and (column.auto or (column.default is not None and name not in fields_set)):
                continue
            values[name] = value
        return values

    def updated(self, update_fields: Iterable[str] | None = None) -> dict[str, Any]:
        """Returns the values that an UPDATE of the instance writes, by field; empty when nothing changed.

        Args:
            update_fields: Write only these fields.

        Raises:
            ValidationError: An assigned value is not valid.
            FieldError: A relation was assigned an object that is not saved, or a name is no column.
        """
        self.validate()
        keys = self.keys() if self.info.links else {}
        table, given = self.table, self.given
        stored = stored_of(self.state)
        if update_fields is not None:
            touched = named_columns(self.info, update_fields)
            require_read(self.instance, touched - keys.keys())
        elif not stored:
            touched = {name for name in self.instance.__pydantic_fields_set__ if name in table.by_field}
            touched = {name for name in touched | keys.keys() if not table.by_field[name].key}
        else:
            forced = self.state.forced if isinstance(self.state, Changed) else set()
            touched = {name for name, key in keys.items() if given.get(name) != key}
            for column, old in zip(table.columns, stored, strict=False):
                value = given.get(column.field, UNLOADED)
                if value is UNLOADED or (value is old and not column.mutable and not forced):
                    continue
                if differs(column, value, old) or (column.field in forced and not is_written(column, value, old)):
                    touched.add(column.field)
                    if column.generated is not None:
                        message = f"{self.info.name}.{column.field} is computed by the database and cannot be assigned; refresh() reads it"
                        raise FieldError(message, column=column.field)
        values: dict[str, Any] = {}
        for column in table.stored if touched else ():
            name = column.field
            if name in touched and not column.version:
                values[name] = keys[name] if name in keys else given[name]
        if values:
            values.update({column.field: now(column) for column in table.stamped})
        return values

    def mark_written(self, values: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
        """Records that an UPDATE was sent; fields that ``update_fields`` left out, or that were assigned meanwhile, stay changed.

        Args:
            values: The values that were written, by field.
            sent: The wire values that were written, and None for what the database filled in, by field.
        """
        known = {**self.instance.__dict__, **values}
        self._mark(row_of(self.table, known, sent, stored_of(self.state) or ()), sent)

    def mark_inserted(self, values: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
        """Records that an INSERT was sent; fields that were assigned meanwhile stay changed."""
        self._mark(row_of(self.table, {**self.instance.__dict__, **values}, sent), sent)

    def _mark(self, stored: Stored, sent: Mapping[str, Any]) -> None:
        set_state(self.instance, after(state_of(self.instance), stored, sent))

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the values to be written that the instance does not have yet: keys, versions, the current time.

        They are set once the row is written; other fields keep what is assigned meanwhile.
        """
        given = self.given
        return {name: value for name, value in values.items() if given.get(name) is not value}

    def stored_key(self) -> dict[str, Any]:
        """Returns the key that the instance's row has in the database, by field.

        Raises:
            FieldError: The table has no key, or the instance has none yet.
        """
        table = self.table
        if not table.key:
            message = f"{table.model} has no primary key, so a single row cannot be identified; use the queryset's verbs"
            raise FieldError(message)
        stored = stored_of(self.state)
        key: dict[str, Any] = {}
        for column in table.key:
            old = stored[table.places[column.field][0]] if stored else UNLOADED
            value = self.given.get(column.field) if old is UNLOADED else old
            if value is None:
                message = f"this {table.model} has no key yet; save it first"
                raise FieldError(message)
            key[column.field] = value
        return key

    def snapshot(self, names: Iterable[str]) -> Snapshot:
        """Returns a snapshot of the instance before it is written or refreshed, to restore it if its block is rolled back.

        Args:
            names: The fields that are about to be filled in.
        """
        return Snapshot([self.instance], names)

    def filler(self, columns: tuple[Column, ...]) -> Callable[[Batch], None] | None:
        """Returns a function that sets the values generated by the database on the instance; None if there are none."""
        return partial(self._fill, columns) if columns else None

    def _fill(self, columns: tuple[Column, ...], batch: Batch) -> None:
        if batch.rows:
            with after_write():
                batch.fill(filling(self.info, columns), [self.instance])

    def adapted(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the wire values of the values of columns.

        Raises:
            FieldError: A value does not fit its column.
        """
        writers = self.table.writers
        return {name: None if value is None else writers[name](value) for name, value in values.items()}


def named_columns(model: ModelInfo, names: Iterable[str]) -> set[str]:
    """Returns the column fields that a list of names means; a foreign key may be named by its relation.

    Raises:
        FieldError: A name is not a column, or the database computes it.
        TypeError: A single name was given instead of a list.
    """
    if isinstance(names, str):
        message = f'update_fields takes a list of fields: update_fields=["{names}"]'
        raise TypeError(message)
    table = model.table()
    found = set()
    for name in names:
        column = table.by_relation.get(name) or table.by_field.get(name)
        if column is None:
            known = [*table.by_field, *table.by_relation]
            message = f'{model.name} has no field "{name}"{column_meant(table, name) or meant(name, known)}'
            raise FieldError(message, column=name)
        if column.generated is not None:
            message = f"{model.name}.{name} is computed by the database and cannot be written"
            raise FieldError(message, column=name)
        found.add(column.field)
    return found
