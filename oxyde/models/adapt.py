"""Adapters from a field's values to wire values and back: exact, or an error."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any, Final, NoReturn, TypeVar, cast

from pydantic import SecretBytes, SecretStr, ValidationError

from oxyde.exceptions import FieldValueError
from oxyde.models.classify import Kind
from oxyde.models.field_schema import FieldSchema
from oxyde.queries.foreign_values import flaw, named, plain
from oxyde.schema.types import ColumnType

Adapter = Callable[[Any], Any]
Time = TypeVar("Time", dt.date, dt.datetime, dt.timedelta)

INT64 = range(-(2**63), 2**63)


def adapter(kind: Kind, field: FieldSchema) -> Adapter:
    """Returns the function that turns a value of a field into a wire value.

    Args:
        kind: The kind of the field's values.
        field: How Pydantic validates and serializes it.
    """
    if kind.form == "json":
        return field.json
    if kind.form == "json_text":
        return field.plain
    if kind.form == "secret":
        return partial(secret, field.where, kind.type)
    if kind.form == "text":
        return partial(text, field.where, field)
    scalar = partial(SCALARS.get(kind.type.kind, plain_text), field.where)
    if kind.type.kind == "array":
        return partial(array, field.where, item_adapter(kind, field.where))
    if kind.enum is not None:
        return partial(member, field.where, kind.enum)
    return scalar


def adapt_all(adapt: Adapter, values: list[Any]) -> list[Any]:
    """Returns the wire values of a list of values, None among them; the list itself where its values go as they are.

    Args:
        adapt: What ``adapter`` returned.
        values: The values.
    """
    exact = AS_THEY_ARE.get(adapt.func) if isinstance(adapt, partial) else None
    if exact is not None and {*map(type, values)} <= exact and (int not in exact or _fit(values)):
        return values
    return [None if value is None else adapt(value) for value in values]


def _fit(values: list[int | None]) -> bool:
    """Whether all ints have 64 bits."""
    known = [value for value in values if value is not None]
    return not known or (min(known) in INT64 and max(known) in INT64)


def item_adapter(kind: Kind, where: str) -> Adapter:
    """Returns the adapter of an array's members."""
    if kind.enum is not None:
        return partial(member, where, kind.enum)
    return partial(SCALARS[cast("ColumnType", kind.type.item).kind], where)


def refuse(where: str, expected: str, value: Any, remedy: str = "") -> NoReturn:
    """Raises the error for a value of the wrong type; the value itself is not shown, it may be a secret."""
    message = f"{where} takes {expected}, not {named(value)}{remedy}"
    raise FieldValueError(message, column=where.rpartition(".")[2])


def exact_int(where: str, given: Any) -> int:
    """An int of 64 bits."""
    value = given if type(given) is int else plain(given)
    if not isinstance(value, int) or isinstance(value, bool):
        refuse(where, "int", given)
    number = int(value)
    if number not in INT64:
        message = f"{where} takes an int from -2**63 to 2**63 - 1, and this one has {number.bit_length()} bits; use Decimal for larger ones"
        raise FieldValueError(message, column=where.rpartition(".")[2])
    return number


def exact_bool(where: str, given: Any) -> bool:
    """A bool."""
    value = given if type(given) is bool else plain(given)
    if not isinstance(value, bool):
        refuse(where, "bool", given)
    return value


def exact_float(where: str, given: Any) -> float | int:
    """A float, or an int that the core turns into one if that is exact."""
    value = given if type(given) is float else plain(given)
    if not isinstance(value, (float, int)) or isinstance(value, bool):
        refuse(where, "float", given)
    return value


def exact_decimal(where: str, given: Any) -> Decimal | int:
    """A Decimal, or an int."""
    value = given if type(given) is Decimal else plain(given)
    if not isinstance(value, (Decimal, int)) or isinstance(value, bool):
        refuse(where, "Decimal", given, "; write Decimal('1.10') so that no digit is lost" if isinstance(value, float) else "")
    return value


def plain_text(where: str, value: Any) -> str:
    """A str; of an enumeration of str, its value."""
    if isinstance(value, Enum):
        value = value.value
    if not isinstance(value, str):
        refuse(where, "str", value)
    return str.__str__(value)


def exact_bytes(where: str, value: Any) -> bytes:
    """Bytes."""
    if not isinstance(value, bytes):
        refuse(where, "bytes", value)
    return value


def exact_date(where: str, given: Any) -> dt.date:
    """A date that is not a datetime."""
    value = given if type(given) is dt.date else derived(where, "date", dt.date, given)
    if isinstance(value, dt.datetime):
        refuse(where, "date", given, "; use .date() of it")
    return value


def _parsed(expected: str, value: Any) -> str:
    """Returns how a text becomes a date or time, for the end of a message."""
    return f"; write {expected}.fromisoformat(...) around it" if isinstance(value, str) and expected != "timedelta" else ""


def exact_time(where: str, value: Any) -> dt.time:
    """A time without a zone."""
    if not isinstance(value, dt.time):
        refuse(where, "time", value, _parsed("time", value))
    if value.tzinfo is not None:
        refuse(where, "a time without a zone", value, " with one; use value.replace(tzinfo=None)")
    return value


def zoned_time(where: str, value: Any) -> dt.time:
    """A time with a zone of a fixed offset."""
    if not isinstance(value, dt.time):
        refuse(where, "time", value)
    if value.utcoffset() is None:
        refuse(where, "a time with a fixed offset", value, " without one; add it: value.replace(tzinfo=timezone.utc)")
    return value


def naive(where: str, given: Any) -> dt.datetime:
    """A datetime without a zone."""
    value = given if type(given) is dt.datetime else derived(where, "datetime", dt.datetime, given)
    if value.tzinfo is not None:
        refuse(where, "a datetime without a zone", given, " with one; declare the field AwareDatetime, or drop the zone")
    return value


def aware(where: str, given: Any) -> dt.datetime:
    """A datetime with a zone."""
    value = given if type(given) is dt.datetime else derived(where, "datetime", dt.datetime, given)
    if value.tzinfo is None:
        refuse(where, "a datetime with a zone", given, " without one; add it: datetime.now(timezone.utc)")
    return value


def exact_timedelta(where: str, given: Any) -> dt.timedelta:
    """A timedelta."""
    return given if type(given) is dt.timedelta else derived(where, "timedelta", dt.timedelta, given)


def derived(where: str, expected: str, cls: type[Time], given: Any) -> Time:
    """Returns a date, time or timedelta of a derived class (pandas) as Python's own; refuses one whose value would change."""
    value = plain(given)
    if not isinstance(value, cls):
        midnight = "; its midnight is datetime.combine(..., time())" if cls is dt.datetime and isinstance(value, dt.date) else ""
        refuse(where, expected, given, midnight or _parsed(expected, value))
    found = flaw(value)
    if found is not None:
        message = f"{where} takes {expected}, not {found}"
        raise FieldValueError(message, column=where.rpartition(".")[2])
    return value


def exact_uuid(where: str, value: Any) -> uuid.UUID:
    """A UUID; text of one is refused."""
    if not isinstance(value, uuid.UUID):
        refuse(where, "UUID", value, "; write UUID(...) around it" if isinstance(value, str) else "")
    return value


def exact_any(where: str, given: Any) -> Any:
    """A value of any kind that a column of SQLite keeps whatever its type is."""
    value = plain(given)
    check = next((check for cls, check in FREE if isinstance(value, cls)), None)
    if check is None:
        refuse(where, "a number, text, bytes, a date or a time", given)
    return check(where, value)


SCALARS: Mapping[str, Callable[[str, Any], Any]] = {
    "bool": exact_bool,
    "int": exact_int,
    "float": exact_float,
    "text": plain_text,
    "bytes": exact_bytes,
    "decimal": exact_decimal,
    "date": exact_date,
    "time": exact_time,
    "time_tz": zoned_time,
    "datetime": naive,
    "datetime_tz": aware,
    "duration": exact_timedelta,
    "uuid": exact_uuid,
    "any": exact_any,
}


FREE: Final[tuple[tuple[type, Callable[[str, Any], Any]], ...]] = (
    (bool, exact_bool),
    (int, exact_int),
    (float, exact_float),
    (str, plain_text),
    (bytes, exact_bytes),
    (Decimal, exact_decimal),
    (dt.datetime, naive),
    (dt.date, exact_date),
    (dt.time, exact_time),
)
"""What checks the values of a column that holds several kinds, by their class; derived classes come first."""


AS_THEY_ARE: Mapping[Callable[..., Any], frozenset[type]] = {
    check: frozenset({cls, type(None)})
    for check, cls in [
        (exact_bool, bool),
        (exact_int, int),
        (exact_float, float),
        (plain_text, str),
        (exact_bytes, bytes),
        (exact_decimal, Decimal),
        (exact_date, dt.date),
        (exact_timedelta, dt.timedelta),
        (exact_uuid, uuid.UUID),
    ]
}
"""The class whose values a check returns as they are (an int if it has 64 bits), by the check."""

EXACT: Final = frozenset({*AS_THEY_ARE, naive, aware, exact_time})
"""The checks that return every value of an Arrow array of their type as it is."""


def is_exact(adapt: Adapter) -> bool:
    """Whether an adapter returns every value of an Arrow array of its type as it is."""
    return isinstance(adapt, partial) and adapt.func in EXACT


def member(where: str, cls: type[Enum], value: Any) -> Any:
    """The value of an enumeration's member, given as the member or as the value."""
    if type(value) is not cls:
        value = plain(value)
    if isinstance(value, bool) or not isinstance(value, (cls, str, int)):
        refuse(where, f"{cls.__name__} or its value", value)
    try:
        found = cls(value).value
    except ValueError:
        known = ", ".join(repr(item.value) for item in cls)
        message = f"{where} takes {cls.__name__}, whose values are {known}"
        raise FieldValueError(message, column=where.rpartition(".")[2]) from None
    return str.__str__(found) if isinstance(found, str) else int(found)


def secret(where: str, kind: ColumnType, value: Any) -> Any:
    """The value of a secret, or the plain value."""
    if isinstance(value, (SecretStr, SecretBytes)):
        value = value.get_secret_value()
    return SCALARS[kind.kind](where, value)


def text(where: str, field: FieldSchema, value: Any) -> str:
    """The text of an address, URL or path, or text itself."""
    if isinstance(value, str):
        return str.__str__(value)
    try:
        valid = field.validator.validate_python(value)
    except ValidationError:
        valid = None
    if valid is None or type(valid) is not type(value):
        refuse(where, "str or the field's own type", value)
    return str(value)


def array(where: str, item: Adapter, given: Any) -> list[Any]:
    """A list of members, which may be None."""
    value = given if type(given) is list else plain(given)
    if not isinstance(value, (list, tuple)):
        refuse(where, "list", given)
    return [None if one is None else item(one) for one in value]
