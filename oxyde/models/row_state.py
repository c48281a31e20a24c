"""The state of an instance's row: the row as last read or written, and the fields assigned since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from pydantic_core import from_json

from oxyde.exceptions import FieldError, NotLoaded
from oxyde.models.info import AnyModel, holds
from oxyde.models.unloaded import UNLOADED
from oxyde.schema import Column, Table

SLOT: Final = "__oxyde_state__"

Stored: TypeAlias = "tuple[Any, ...]"
"""The values of a row as it is in the database, one for each column of the table: JSON as its text, a list as a tuple of wire
values, because those may change inside. ``UNLOADED`` for a column that is not known; empty where no column is."""


class New(set[str]):
    """The fields of a new instance that were assigned since it was made and are not validated yet."""


class Changed(set[str]):
    """The fields of a row that were assigned since it was read or written and are not validated yet.

    Attributes:
        stored: The row.
        forced: The fields to write even if they equal what was read, because reading may have changed the stored value.
    """

    def __init__(self, fields: Iterable[str] = (), stored: Stored = (), forced: Iterable[str] = ()) -> None:
        super().__init__(fields)
        self.stored = stored
        self.forced = set(forced)

    def copy(self) -> Changed:
        """Returns a copy."""
        return Changed(self, self.stored, self.forced)

    def __copy__(self) -> Changed:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Changed:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Changed, (sorted(self), self.stored, sorted(self.forced)))


State: TypeAlias = "Stored | Changed | New | None"


def state_of(instance: AnyModel) -> State:
    """Returns None or ``New`` for a new instance; the row as it is stored, or what was assigned since, for one that has a row."""
    found: State = instance.__oxyde_state__
    return found


def stored_of(state: State) -> Stored | None:
    """Returns the row as it is stored; None for a new instance."""
    return state.stored if isinstance(state, Changed) else state if isinstance(state, tuple) else None


def is_new(instance: AnyModel) -> bool:
    """Whether an instance was neither read from the database nor written to it."""
    state = state_of(instance)
    return state is None or isinstance(state, New)


def set_state(instance: AnyModel, state: State) -> None:
    """Sets the state, bypassing the model's own ``__setattr__``."""
    object.__setattr__(instance, SLOT, state)


def copied(state: State) -> State:
    """Returns a state for a copy of its instance."""
    if isinstance(state, Changed):
        return state.copy()
    return New(state) if isinstance(state, New) else state


def packed(instance: AnyModel) -> Any:
    """Returns the state for pickle: the row by field, because another version of the class may have other columns."""
    state = state_of(instance)
    stored = stored_of(state)
    if not stored:
        return state
    pairs = zip(type(instance).__oxyde__.table().columns, stored, strict=True)
    row = {column.field: value for column, value in pairs if value is not UNLOADED}
    return Changed(state, (), state.forced) if isinstance(state, Changed) else (), row


def unpacked(cls: type[AnyModel], found: Any) -> State:
    """Returns the unpickled state for the columns that the class has now; new columns count as unknown."""
    if not isinstance(found, tuple) or not found:
        state: State = found
        return state
    state, row = found
    try:
        stored = tuple([row.get(column.field, UNLOADED) for column in cls.__oxyde__.table().columns])
    except FieldError:
        stored = ()  # A class that the model refers to was not imported; then every field is written.
    return Changed(state, stored, state.forced) if isinstance(state, Changed) else stored


def after(now: State, stored: Stored, sent: Iterable[str]) -> State:
    """Returns the state after a write.

    Args:
        now: The state; what was assigned while the write was under way is not validated yet.
        stored: The row that was written.
        sent: The fields that were written.
    """
    forced = now.forced.difference(sent) if isinstance(now, Changed) else ()
    return Changed(now, stored, forced) if isinstance(now, (Changed, New)) and (now or forced) else stored


def not_read(instance: AnyModel) -> list[str]:
    """Returns the fields of columns that were not read (``only()``, ``defer()``), and not assigned since."""
    stored = stored_of(state_of(instance))
    if not stored or UNLOADED not in stored:
        return []
    pairs = zip(type(instance).__oxyde__.table().columns, stored, strict=False)
    return [column.field for column, value in pairs if value is UNLOADED and column.field not in instance.__dict__]


def require_read(instance: AnyModel, names: Iterable[str]) -> None:
    """Raises NotLoaded if one of the fields was not read."""
    missing = next((name for name in not_read(instance) if name in names), None)
    if missing is not None:
        raise was_not_read(type(instance), missing)


def was_not_read(model: type[AnyModel], name: str) -> NotLoaded:
    """Returns the error for a field that was not read."""
    message = (
        f"{model.__name__}.{name} was left out by only() or defer(); have the query read it, or refresh() the {model.__name__}, "
        f"which reads the whole row"
    )
    return NotLoaded(message, column=name)


def changed(instance: AnyModel, name: str) -> None:
    """Notes that a field was assigned."""
    state = state_of(instance)
    if not isinstance(state, (Changed, New)):
        state = New() if state is None else Changed(stored=state)
        set_state(instance, state)
    info = type(instance).__oxyde__
    if not info.validates_assignment:
        state.add(name)
    if isinstance(state, Changed) and name in info.altered:
        state.forced.add(name)


def row_of(table: Table, values: Mapping[str, Any], sent: Mapping[str, Any], before: Stored = ()) -> Stored:
    """Returns the row that was written.

    Args:
        table: Where.
        values: The instance's values by field.
        sent: The wire values that were written, and those that the database filled in, by field.
        before: The row before, whose other values are kept.
    """
    if before:
        row = list(before)
        for name, wire in sent.items():
            place, column = table.places[name]
            row[place] = kept(column, values.get(name), wire)
        return tuple(row)
    try:
        whole = table.row(values)
    except KeyError:  # a field that was not read
        whole = tuple([values.get(name) for name in table.by_field])
    if not table.mutable:
        return whole
    row = [*whole]
    for place, column in table.mutable:
        row[place] = kept(column, row[place], sent.get(column.field))
    return tuple(row)


def kept(column: Column, value: Any, wire: Any) -> Any:
    """Returns what is stored of a value for comparison: the wire value, if the value is mutable."""
    if not column.mutable or value is None:
        return value
    if wire is None:
        wire = column.adapt(value)
    return tuple(wire) if isinstance(wire, list) else wire


def differs(column: Column, now: Any, stored: Any) -> bool:
    """Whether a value of an instance differs from its row's."""
    if not column.mutable or stored is UNLOADED:
        return not is_same(stored, now)
    sent = None if now is None else column.adapt(now)
    if isinstance(sent, list) or isinstance(stored, tuple):
        return sent is None or stored is None or not is_same([*stored], sent)
    # Other writers space and order JSON differently: the stored text is normalized to our format, and compared.
    return bool(sent != stored) and (stored is None or bool(sent != _rewritten(column, stored)))


def is_written(column: Column, now: Any, stored: Any) -> bool:
    """Whether the database is known to have an assigned value already; reading may have changed the stored value.

    The row holds mutable values as the database has them, others as they were read.
    """
    if not column.mutable or stored is UNLOADED:
        return False
    if stored is None or now is None:
        return stored is now
    sent = column.adapt(now)
    if isinstance(stored, tuple):
        return isinstance(sent, list) and is_same([*stored], sent)
    return bool(sent == stored) or (column.type.kind == "json" and is_same(from_json(sent), from_json(stored)))


def _rewritten(column: Column, stored: Any) -> Any:
    value = from_json(stored) if column.type.kind == "json" else stored
    if value is not None and column.restore is not None:
        (value,) = column.restore([value])
    return None if value is None else column.adapt(value)


def is_same(old: Any, new: Any) -> bool:
    """Whether two values are equal in every respect: 1.10 and 1.1, 0.0 and -0.0, 1 and True are not."""
    if old is new:
        return True
    if type(old) is not type(new):
        return False
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(is_same(*pair) for pair in zip(old, new, strict=True))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(is_same(value, new[key]) for key, value in old.items())
    if isinstance(old, (float, Decimal)):
        return repr(old) == repr(new)
    return bool(old == new)


def restore_fields(instance: AnyModel, values: Mapping[str, Any], given: set[str]) -> None:
    """Restores the values and ``model_fields_set`` of an instance."""
    vars(instance).clear()
    vars(instance).update(values)
    instance.__pydantic_fields_set__.clear()
    instance.__pydantic_fields_set__.update(given)


def follow(instance: AnyModel, name: str, old: Any) -> None:
    """Updates what depends on an assigned field (a relation's key, a key's relation), and records the change."""
    info = type(instance).__oxyde__
    links, values = info.links, vars(instance)
    value = values[name]
    link = links.get(name)
    if link is not None or not is_same(old, value) or name in info.altered:
        changed(instance, name)
    if link is None:
        for other in links.values():
            if other.kind == "one" and other.key == name:
                related = values.get(other.field, UNLOADED)
                if related is not UNLOADED and value != (None if related is None else related.__dict__.get(other.target_key)):
                    values[other.field] = UNLOADED
                    instance.__pydantic_fields_set__.discard(other.field)
        return
    if link.kind == "one" and (value is None or holds(link.target, type(value))):
        key = None if value is None else value.__dict__.get(link.target_key)
        before = values.get(link.key, UNLOADED)
        values[link.key] = key
        instance.__pydantic_fields_set__.add(link.key)
        if not is_same(before, key):
            changed(instance, link.key)
