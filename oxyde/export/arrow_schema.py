"""The fields of an Arrow schema, read from the C structure without any Arrow library."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class _Schema(ctypes.Structure):
    """``struct ArrowSchema`` of the Arrow C data interface."""


_SchemaPointer = ctypes.POINTER(_Schema)
_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(_SchemaPointer)),
    ("dictionary", _SchemaPointer),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]
_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype = ctypes.c_void_p
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


@dataclass(frozen=True)
class ArrowField:
    """A field of a schema.

    Attributes:
        name: Its name.
        extension: The name of its extension type (``arrow.uuid``, ``arrow.json``), or None.
        children: The fields inside it: a list has one.
    """

    name: str
    extension: str | None
    children: tuple[ArrowField, ...]


def fields(source: Any) -> tuple[ArrowField, ...]:
    """Returns the fields of anything that has ``__arrow_c_schema__``; of anything else none."""
    describe = getattr(source, "__arrow_c_schema__", None)
    if describe is None:
        return ()
    capsule = describe()
    return _field(_Schema.from_address(_pointer(capsule, b"arrow_schema"))).children


def _field(schema: Any) -> ArrowField:
    children = tuple(_field(schema.children[at].contents) for at in range(schema.n_children))
    extension = dict(_metadata(schema.metadata)).get(b"ARROW:extension:name")
    return ArrowField((schema.name or b"").decode(), None if extension is None else extension.decode(), children)


def _metadata(address: int | None) -> Iterator[tuple[bytes, bytes]]:
    """Yields the pairs of a metadata block: a count, then a length and bytes for each key and value, in the machine's byte order."""
    if not address:
        return
    at = address

    def number() -> int:
        nonlocal at
        value: int = struct.unpack("=i", ctypes.string_at(at, 4))[0]
        at += 4
        return value

    def text() -> bytes:
        nonlocal at
        length = number()
        value = ctypes.string_at(at, length)
        at += length
        return value

    for _ in range(number()):
        key = text()
        yield key, text()
