"""Checks, before a row is written, that the model's functions that see several fields would read it back unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn

from pydantic import ValidationError
from pydantic_core import from_json

from oxyde.exceptions import FieldValueError
from oxyde.models.hydrate import Tiers, tiers
from oxyde.models.info import ModelInfo
from oxyde.schema import Column

UNKNOWN: Final = object()
"""Stands for a value that only the database knows."""


def check_row(model: ModelInfo, sent: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Checks that a row is read back as it is written.

    Functions that see one field are checked with it (``Column.check``). Those that see several (model validators, ``__init__``,
    ``model_post_init``, validators that take ``info``) run here once more, on the row; nothing of what they make is stored.

    Args:
        model: The row's class.
        sent: The wire values that are written, by field.
        known: The instance's values by field, for the other columns.

    Raises:
        FieldValueError: A function of the application would change the row on reading, or refuse it.
    """
    tier = tiers(model)
    if not tier.crossing:
        return
    columns = model.table().columns
    row = {column.field: _stored(column, sent[column.field] if column.field in sent else _wire(column, known)) for column in columns}
    if any(value is UNKNOWN for value in row.values()):
        return
    try:
        (read,) = tier.validate_rows([row])
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = [step for step in problem["loc"] if step != 0]
        reason = f"would refuse it on reading: {problem['msg']}"
        _refuse(model, tier, str(place[0]) if place else None, reason, "write values that are valid together")
    except Exception:  # noqa: BLE001 - one that needs more than the row: a relation, a service
        return
    for column in columns:
        if column.field in sent and not _is_kept(column, sent[column.field], vars(read).get(column.field)):
            _refuse(model, tier, column.field, "would make another value of it on reading", "let it leave its own results alone")


def _wire(column: Column, known: Mapping[str, Any]) -> Any:
    """Returns the wire value of a column that is not written."""
    value = known.get(column.field)
    if value is not None:
        return column.adapt(value)
    return 1 if column.auto else None if column.nullable else UNKNOWN


def _stored(column: Column, wire: Any) -> Any:
    """Returns a wire value as reading a row would return it."""
    return from_json(wire) if column.type.kind == "json" and isinstance(wire, str) else wire


def _is_kept(column: Column, wire: Any, read: Any) -> bool:
    """Whether a value that was read equals the one that was written."""
    try:
        return bool((None if read is None else column.adapt(read)) == wire)
    except FieldValueError:
        return False


def _refuse(model: ModelInfo, tier: Tiers, field: str | None, reason: str, remedy: str) -> NoReturn:
    where = model.name if field is None else f"{model.name}.{field}"
    if not all(name.endswith(".model_post_init") for name in tier.crossing):
        remedy += ', or say db_read = "types" in Meta, which reads without validators'
    message = f"{where}: {' or '.join(tier.crossing)} {reason}; {remedy}"
    raise FieldValueError(message, column=field)
