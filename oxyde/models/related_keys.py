"""The keys of related objects, and related objects that saving an instance cannot relate to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.models.info import AnyModel, Link, ModelInfo, holds, info_of
from oxyde.models.row_state import is_new, require_read


def check_unwritten(model: ModelInfo, link: Link, related: Iterable[AnyModel], *, inserts: bool) -> None:
    """Checks the rows of a relation that has no column in the table, which are not written with an instance.

    Args:
        model: The instance's class.
        link: The relation.
        related: The rows.
        inserts: Whether the instance is new and about to be inserted, so that no row is related to it yet.

    Raises:
        FieldError: A row is not saved, or the instance is inserted.
    """
    unsaved = next((one for one in related if is_new(one) and not has_given_key(one)), None)
    if unsaved is None and not inserts:
        return
    ours, theirs = model.name, link.target.__name__ if unsaved is None else type(unsaved).__name__
    what = f"rows of {theirs}" if unsaved is None else f"an unsaved {theirs}"
    if link.kind == "many":
        remedy = f'save {"it without" if unsaved is None else "both"} first, then await it.related("{link.field}").add(...)'
    elif unsaved is None:
        remedy = f"save it without first, then set {link.options.db_reverse_fk} of the {theirs} and save that"
    else:
        remedy = f"save the {ours} first, then create the {theirs} with {link.options.db_reverse_fk}=..."
    message = f"{ours}.{link.field} was given {what}, and saving {ours} writes no related rows; {remedy}"
    raise FieldError(message, column=link.field)


def saved_key(where: str, field: str, related: AnyModel) -> Any:
    """Returns the key of a related object.

    Args:
        where: Model and relation, for messages.
        field: The field of the object that is its key here.
        related: The object.

    Raises:
        FieldError: It is not saved.
    """
    require_read(related, (field,))
    key = related.__dict__.get(field)
    if key is None or (is_new(related) and field not in related.__pydantic_fields_set__):
        message = f"{where} was given an unsaved {type(related).__name__}; save it first: await it.save()"
        raise FieldError(message, column=where.rpartition(".")[2])
    return key


def related_key(where: str, target: type[AnyModel], fields: Sequence[str], value: Any) -> Any:
    """Returns the key of a related object, a tuple if it has several fields; any other value is returned unchanged.

    Raises:
        FieldError: The object is of another class, or not saved.
    """
    if holds(target, type(value)):
        key = tuple(saved_key(where, field, value) for field in fields)
        return key[0] if len(key) == 1 else key
    if info_of(type(value)) is not None:
        again = ", whose class was made again since: read it once more" if type(value).__name__ == target.__name__ else ""
        message = f"{where} takes a {target.__name__} or its {' and '.join(fields)}, not {type(value).__name__}{again}"
        raise FieldError(message, column=where.rpartition(".")[2])
    return value


def has_no_key(instance: AnyModel) -> bool:
    """Returns whether the key of an instance with a row was set to None: saving it inserts a copy."""
    keys = type(instance).__oxyde__.keys
    return bool(keys) and all(instance.__dict__.get(name) is None for name in keys)


def has_given_key(instance: AnyModel) -> bool:
    """Returns whether the application itself gave a new instance its whole key."""
    values, given, info = instance.__dict__, instance.__pydantic_fields_set__, type(instance).__oxyde__
    for name in info.keys:
        link = info.reference_by_key.get(name)
        if values.get(name) is None or not (name in given or (link is not None and link.field in given)):
            return False
    return bool(info.keys)
