"""Statements as the bytes that cross the border: versioned MessagePack with sorted keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgpack

from oxyde.exceptions import FieldError
from oxyde.ir.expr import Node

VERSION: Final = 2
"""Raised together with ``VERSION`` of ``native/ir/src/wire.rs``."""


@contextmanager
def checked() -> Iterator[None]:
    """Raises FieldError where text that is sent has a lone surrogate, which is no character."""
    try:
        yield
    except UnicodeEncodeError as error:
        around = error.object[max(error.start - 20, 0) : error.start + 20]
        message = (
            f"the statement's text has a lone surrogate at character {error.start}, which is no character: {around!a}; repair the text"
        )
        raise FieldError(message) from None


def pack(statement: Node) -> bytes:
    """Returns the canonical bytes of a statement.

    Args:
        statement: A statement made by ``ir.statement``.

    Returns:
        MessagePack: a map of version and statement, keys sorted by their bytes, integers and lengths as short as they can be.

    Raises:
        FieldError: A name or SQL text in it has a lone surrogate.
    """
    with checked():
        packed: Any = msgpack.packb(_sorted({"v": VERSION, "statement": statement}))
    return bytes(packed)


_QUERY: Final = b"\x82\xa9statement\x81\xa5query"
"""How every packed query begins."""


def reads(shape: bytes) -> bool:
    """Returns whether a packed statement is a query of ours, which outside a block waits for nobody's lock."""
    return shape.startswith(_QUERY)


def _sorted(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _sorted(node[key]) for key in sorted(node)}
    if isinstance(node, list):
        return [_sorted(item) for item in node]
    return node
