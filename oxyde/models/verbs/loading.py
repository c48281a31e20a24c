"""``load()``: rows of a frame or a file, validated in columns and inserted in bulk, all or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails, SchemaValidator, core_schema

from oxyde.db.steps import Atomically, Call, Steps, Work
from oxyde.exceptions import FieldError, FieldValueError
from oxyde.export.source import Expected, Source
from oxyde.models.adapt import is_exact
from oxyde.models.bulk import BulkRows, wire_values
from oxyde.models.construct import make
from oxyde.models.errors import blame, in_row, line_of
from oxyde.models.hydrate import BY_DICTIONARY, SILENT, Tiers, tiers
from oxyde.models.info import ModelInfo
from oxyde.models.verbs.bulk import batch_size_of
from oxyde.models.writing import now, writable
from oxyde.queries import dml
from oxyde.queries.dml import RowGroup, batches
from oxyde.queries.paths import unknown
from oxyde.schema import Column, Table

NAMED: Final = 100
"""The most failing values that one error names."""
SHOWN: Final = 10
"""The most failing rows that its note names."""


def load(model: ModelInfo, given: Any, *, batch_size: int | None) -> Steps[int]:
    """Inserts the rows of a frame or a file, all or none; returns how many."""
    table = writable(model)
    source = Source(given, batch_size_of(batch_size) or 16_384)
    columns = _columns(table, source.schema.names)
    with blame(table):
        count: int = yield Atomically(_loaded(Loader(model, table, columns, source)))
    return count


def _loaded(loader: Loader) -> Steps[int]:
    count = 0
    reading = loader.source.batches()

    def read() -> tuple[int, list[RowGroup]]:
        rows = next(reading, None)
        return (0, []) if rows is None else (rows.num_rows, loader.groups(rows, count))

    while True:
        rows, groups = yield Work(read)
        if not rows:
            return count
        for group in groups:
            made = dml.insert_many(loader.table, group, copy=True)
            yield Call(made.shape, made.values)
        count += rows


def _columns(table: Table, names: Sequence[str]) -> dict[str, Column]:
    """Returns the columns that names of a source mean.

    Raises:
        FieldError: A name is not a writable column, or two names mean the same column.
    """
    found: dict[str, Column] = {}
    for name in names:
        column = table.by_field.get(name) or table.by_relation.get(name)
        if column is None:
            raise unknown(table, name)
        if column.generated is not None:
            message = f"{table.model}.{name} is computed by the database; leave that column out of what is loaded"
            raise FieldError(message, column=name)
        if column in found.values():
            message = f"{table.model}.{column.field} is given by two columns of what is loaded"
            raise FieldError(message, column=name)
        found[name] = column
    return found


class Loader:
    """What turns rows of a source into inserts.

    Attributes:
        table: The table.
        source: The rows.
    """

    def __init__(self, model: ModelInfo, table: Table, columns: Mapping[str, Column], source: Source) -> None:
        """Decides how the columns are validated.

        Raises:
            FieldError: A field without a default is missing.
        """
        self.table, self.source = table, source
        self._model, self._columns = model, columns
        kind = tiers(model)
        self._expected = {name: Expected(column.type.kind, f"{model.name}.{name}") for name, column in columns.items()}
        is_whole = kind.by_dictionaries or bool(kind.crossing)
        self._validators = None if is_whole else _validators(kind, columns.values())
        self._exact = (
            {}
            if source.is_text or self._validators is None
            else {
                name: (node, column.nullable and kind.takes_none(column))
                for name, column in columns.items()
                if column.check is None and is_exact(column.adapt) and not (column.auto_now or column.auto_now_add)
                if (node := kind.exact_node(column)) is not None
            }
        )
        given = {column.field for column in columns.values()}
        missing = [
            name
            for name, info in model.fields.items()
            if info.is_required() and name not in given and name in table.by_field and not table.by_field[name].auto
        ]
        missing += [name for name, column in table.by_relation.items() if not column.nullable and column.field not in given]
        missing = [name for name in dict.fromkeys(missing) if name not in columns]
        if missing:
            names = ", ".join(missing)
            message = f"load() of {model.name} needs columns for {names}: the fields have no default, and there is no such column"
            raise FieldError(message, column=missing[0])

    def groups(self, rows: Any, first: int) -> list[RowGroup]:
        """Returns the batches of an insert.

        Raises:
            ValidationError: Values are not valid; names rows and fields.
            FieldValueError: A column is of another type than its field, or a value does not fit.
        """
        if not rows.num_rows:
            return []
        is_text = self.source.is_text
        given = dict(zip(self._columns, rows.columns, strict=True))
        arrays = self._arrays(given)
        values = {name: _read(self._expected[name], column, is_text=is_text) for name, column in given.items() if name not in arrays}
        places = range(first, first + rows.num_rows)
        return self._of_rows(values, places) if self._validators is None else self._of_columns(values, arrays, places)

    def _arrays(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the columns that go to the core as Arrow arrays, whose type proves that every value is valid and stays as it is."""
        if any(column.auto and given[name].null_count for name, column in self._columns.items()):
            return {}  # rows that leave a key to the database are inserted apart from the others
        found: dict[str, Any] = {}
        for name, (node, takes_none) in self._exact.items():
            array = self._expected[name].array(given[name])
            if array is not None and (takes_none or not array.null_count) and _proves(array.type, node):
                found[name] = array
        return found

    def _of_columns(self, values: dict[str, Sequence[Any]], arrays: dict[str, Any], places: range) -> list[RowGroup]:
        """Validates each column by itself."""
        failed = Failed([])
        valid: dict[str, Any] = {}
        for (name, column), validator in zip(self._columns.items(), self._validators or (), strict=True):
            if name in arrays:
                valid[column.field] = arrays[name]
                continue
            with _collected(failed, partial(_in_column, places, name)):
                valid[column.field] = validator.validate_python(values[name])
        if failed.lines:
            raise _refused(self._model, failed)
        passed = {self._columns[name].field for name in arrays}
        sent: dict[str, Any] = {}
        absent: dict[str, list[bool]] = {}
        for column in self.table.columns:
            if column.generated is not None:
                continue
            given = valid.get(column.field)
            if given is None and (column.auto or column.default is not None):
                continue
            if column.field in passed:
                sent[column.field] = given
                continue
            made = self._default(column, len(places)) if given is None else given
            if column.auto_now or column.auto_now_add:
                present = now(column)
                made = [present if value is None or column.auto_now else value for value in made]
            if column.auto and None in made:
                absent[column.field] = [value is None for value in made]
            sent[column.field] = self._adapted(column, made, places)
        return batches(sent, absent)

    def _default(self, column: Column, count: int) -> list[Any]:
        info = self._model.fields.get(column.field)
        if info is None or info.is_required():
            return [None] * count
        return [info.get_default(call_default_factory=True, validated_data={}) for _ in range(count)]

    def _adapted(self, column: Column, values: Sequence[Any], places: range) -> list[Any]:
        if None in values and not column.nullable and not column.auto:
            with in_row(places[list(values).index(None)], "load"):
                message = f"{self.table.model}.{column.field} cannot be None; its column is NOT NULL"
                raise FieldValueError(message, column=column.field)
        return wire_values(column, [*values], lambda at: in_row(places[at], "load"))

    def _of_rows(self, values: dict[str, Sequence[Any]], places: range) -> list[RowGroup]:
        """Makes instances: validators see several fields."""
        names = [column.field for column in self._columns.values()]
        failed = Failed([])
        made: list[Any] = []
        for at, row in zip(places, zip(*values.values(), strict=True), strict=True):
            given = {name: value for name, value in zip(names, row, strict=True) if value is not None or not self.table.by_field[name].auto}
            with _collected(failed, partial(_in_place, at)):
                made.append(make(self._model, given))
        if failed.lines:
            raise _refused(self._model, failed)
        return BulkRows(self.table, made, None, "load", places).batches


def _read(expected: Expected, column: Any, *, is_text: bool) -> Sequence[Any]:
    values = expected.values(column, is_text=is_text)
    if expected.kind not in {"json", "array"} or not any(isinstance(value, str) for value in values):
        return values
    try:
        return [json.loads(value) if isinstance(value, str) else value for value in values]
    except ValueError as error:
        raise expected.refusal(f"takes JSON, and its column has a text that is none: {error}") from None


def _proves(kind: Any, node: Mapping[str, Any]) -> bool:
    """Whether every value of an Arrow type obeys the rules of a node: it has none, or they are about a decimal's digits."""
    rules = node.keys() - SILENT
    if node["type"] != "decimal" or not rules <= {"max_digits", "decimal_places"}:
        return not rules
    digits, places = node.get("max_digits"), node.get("decimal_places")
    is_whole = None in (digits, places) or kind.precision - kind.scale <= digits - places  # type: ignore[operator] # neither is None
    return is_whole and (digits is None or kind.precision <= digits) and (places is None or kind.scale <= places)


def _validators(kind: Tiers, columns: Any) -> list[SchemaValidator] | None:
    """Returns a validator of the values of each column, or None where only instances say whether a row is valid."""
    if any(kind.validator(column) is BY_DICTIONARY for column in columns):
        return None
    fields: list[Any] = [kind.schema.field(column.field) for column in columns]
    schemas = [core_schema.list_schema(field) for field in fields]
    return [SchemaValidator(kind.schema_of(schema), kind.schema.config) for schema in schemas]


@dataclass
class Failed:
    """The values that are not valid.

    Attributes:
        lines: The lines of their errors, each with row and field as its ``loc``.
        hides: The values are not to be shown.
    """

    lines: list[ErrorDetails]
    hides: bool = False


Place: TypeAlias = "tuple[int | str, ...]"


def _in_column(places: range, name: str, place: Place) -> Place:
    return (places[int(place[0])], name, *place[1:])


def _in_place(at: int, place: Place) -> Place:
    return (at, *place)


@contextmanager
def _collected(failed: Failed, moved: Callable[[Place], Place]) -> Iterator[None]:
    """Adds the errors of a validation."""
    try:
        yield
    except ValidationError as error:
        failed.hides = failed.hides or "input_value=" not in str(error)
        lines = error.errors(include_url=False)
        for line in lines:
            line["loc"] = moved(line["loc"])
        failed.lines += lines


def _refused(model: ModelInfo, failed: Failed) -> ValidationError:
    """Returns the error of rows that are not valid, in their order."""
    failed.lines.sort(key=lambda line: line["loc"][0])
    lines = [line_of(line, line["loc"]) for line in failed.lines[:NAMED]]
    made = ValidationError.from_exception_data(model.name, lines, hide_input=failed.hides)
    rows = [str(row) for row in sorted({int(line["loc"][0]) for line in failed.lines})]
    listed = ", ".join((*rows[:SHOWN], *["..."][: len(rows) > SHOWN]))
    note = f"{len(failed.lines)} values in {len(rows)} rows of load() are not valid, rows {listed}, counted from 0; nothing is stored"
    made.__notes__ = [note]  # type: ignore[attr-defined, unused-ignore] # add_note() of Python 3.11 does no more
    return made
