"""Row types: classes that are no tables, and that ``into()`` makes of rows: Pydantic models, dataclasses and typed dictionaries."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError
from typing_extensions import is_typeddict

from oxyde.exceptions import DecodeError, FieldError
from oxyde.models.core_schemas import named_parts
from oxyde.models.info import info_of
from oxyde.models.row_fields import Slot
from oxyde.queries import query
from oxyde.queries.paths import split
from oxyde.queries.source import State
from oxyde.queries.term import Term
from oxyde.schema.naming import meant

T = TypeVar("T")


class RowType(Generic[T]):
    """How rows become objects of a class.

    Attributes:
        kind: The class.
        slots: Its fields, by name.
    """

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind
        self.name = kind.__name__
        self.slots = {slot.name: slot for slot in _slots(TypeAdapter(kind).core_schema)}
        self._rows = TypeAdapter(list[kind])  # type: ignore[valid-type] # made at run time

    def selected(self, state: State) -> State:
        """Returns the query with the values that the fields need.

        Raises:
            FieldError: A required field is not there, a value has no field, or its type cannot fit.
        """
        if state.selection is None:
            known = {*dict(state.own), *dict(state.annotations), *state.table.relations, "pk"}
            wanted = [slot.name for slot in self.slots.values() if slot.required or slot.name in known or _is_path(state, slot.name)]
            state = query.selected(state, [self._known(state, name) for name in wanted])
        self.check(state.columns)
        return state

    def _known(self, state: State, name: str) -> str:
        try:
            state.names.column(name)
        except FieldError as error:
            message = f"{self.name}.{name} has no value in these rows: {error} (or compute it: annotate({name}=...))"
            raise FieldError(message, table=state.table.name, column=name) from None
        return name

    def check(self, columns: Iterable[tuple[str, Term]]) -> None:
        """Raises FieldError unless every required field has a value, every value a field, and their types can fit."""
        given = dict(columns)
        self.check_names(list(given))
        for name, term in given.items():
            slot = self.slots[name]
            if slot.fits(term):
                continue
            if term.restore is not None:
                message = f"{self.name}.{name} cannot hold what the column is read as, {term.restore}; declare it as that"
            elif slot.object is not None:
                remedy = f"name columns of a relation by their path, as in author__name, or its key: {name}: {term.type}"
                message = f"{self.name}.{name} holds a {slot.object}, and the value is {term.type}; {remedy}"
            else:
                remedy = f"Cast() converts them: annotate(...=Cast({name!r}, ...))"
                message = f"{self.name}.{name} cannot hold values of type {term.type}; {remedy}"
            raise FieldError(message, column=name)

    def check_names(self, given: Sequence[str]) -> None:
        """Raises FieldError unless every required field has a value, and every value a field."""
        for slot in self.slots.values():
            if slot.required and slot.name not in given:
                message = f"{self.name} requires {slot.name!r}, which is not among the values{meant(slot.name, given)}"
                raise FieldError(message, column=slot.name)
        for name in given:
            if name not in self.slots:
                near = meant(name, self.slots) or f"; it has {', '.join(self.slots)}"
                message = f"{self.name} has no field for the value {name!r}{near}"
                raise FieldError(message, column=name)

    def made(self, rows: list[dict[str, Any]]) -> list[T]:
        """Returns rows as objects.

        Raises:
            DecodeError: A row is not valid for the class.
        """
        try:
            found: list[T] = self._rows.validate_python(rows, by_alias=False, by_name=True)
        except ValidationError as error:
            first, *others = error.errors(include_input=False, include_url=False, include_context=False)
            place = ".".join(map(str, first["loc"][1:]))
            more = f" (and {len(others)} more)" if others else ""
            message = f"a row is not valid for {self.name}: {f'{place}: ' if place else ''}{first['msg']}{more}"
            raise DecodeError(message, column=place or None) from error
        return found


def _is_path(state: State, name: str) -> bool:
    """Whether a name leads over a relation to a column."""
    if split(name)[0] not in state.table.relations:
        return False
    try:
        state.names.column(name)
    except FieldError:
        return False
    return True


def row_type(kind: type[T]) -> RowType[T]:
    """Returns a class as a row type.

    Raises:
        TypeError: It is none: a Pydantic model without a table, a dataclass or a TypedDict.
    """
    anything: Any = kind
    return _row_type(anything)


@lru_cache(maxsize=256)
def _row_type(kind: Any) -> RowType[Any]:
    info = info_of(kind)
    if info is not None and info.is_table:
        message = (
            f"into() makes objects that are no rows of a table, and {kind.__name__} has one; only() and join() say what instances have"
        )
        raise TypeError(message)
    is_one = isinstance(kind, type) and (issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind) or is_typeddict(kind))
    if not is_one:
        shown = kind.__name__ if isinstance(kind, type) else repr(kind)
        message = f"into() takes a Pydantic model, a dataclass or a TypedDict, not {shown}"
        raise TypeError(message)
    try:
        return RowType(kind)
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        message = f"into() cannot make {kind.__name__}: {error.message if isinstance(error, PydanticUserError) else error}"
        raise TypeError(message) from error


def _slots(schema: Any) -> Iterable[Slot]:
    """Yields the fields of a class by its core schema."""
    known = {one["ref"]: one for one in schema.get("definitions", ())}
    while schema["type"] not in {"model-fields", "typed-dict", "dataclass-args"}:
        schema = known[schema["schema_ref"]] if schema["type"] == "definition-ref" else schema["schema"]
    for name, field in named_parts(schema):
        inner = field["schema"]
        if field.get("init", True):
            yield Slot(name, field.get("required", inner["type"] != "default"), inner, known)
