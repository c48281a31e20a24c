"""Positions in an order as bytes: what the cursors of ``page()`` hold, without loss for every type that has an order."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

_WRITE: Final[Mapping[type, tuple[str, Callable[[Any], Any]]]] = {
    str: ("s", str),
    float: ("f", float.hex),
    Decimal: ("d", str),
    dt.datetime: ("m", dt.datetime.isoformat),
    dt.date: ("a", dt.date.isoformat),
    dt.time: ("t", dt.time.isoformat),
    dt.timedelta: ("i", lambda value: [value.days, value.seconds, value.microseconds]),
    uuid.UUID: ("u", str),
    bytes: ("b", lambda value: base64.b64encode(value).decode()),
}
_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "s": str,
    "f": float.fromhex,
    "d": Decimal,
    "m": dt.datetime.fromisoformat,
    "a": dt.date.fromisoformat,
    "t": dt.time.fromisoformat,
    "i": lambda parts: dt.timedelta(*parts),
    "u": uuid.UUID,
    "b": base64.b64decode,
}


@dataclass(frozen=True)
class Position:
    """A place in the order of a query.

    Attributes:
        query: What tells the query from others.
        order: What tells the order from others.
        values: The values of the row at the place, in the order's terms.
        inclusive: The row itself belongs to the rows behind the place.
    """

    query: str
    order: str
    values: tuple[Any, ...]
    inclusive: bool = False

    def pack(self) -> bytes:
        """Returns the position as bytes."""
        packed = [self.query, self.order, int(self.inclusive), [_packed(value) for value in self.values]]
        return json.dumps(packed, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass")

    @classmethod
    def unpack(cls, packed: bytes) -> Position:
        """Returns the position that was packed."""
        query, order, inclusive, values = json.loads(packed.decode(errors="surrogatepass"))
        return cls(query, order, tuple(_unpacked(value) for value in values), bool(inclusive))


def _packed(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    kind, write = _WRITE[type(value)]
    return [kind, write(value)]


def _unpacked(value: Any) -> Any:
    return _READ[value[0]](value[1]) if isinstance(value, list) else value
