"""Statements as dictionaries, read back from the bytes that cross the border."""

from __future__ import annotations

from typing import Any

import msgpack

from oxyde.models.chain import Chain


def unpacked(shape: bytes) -> Any:
    """Returns the statement in a message."""
    message = msgpack.unpackb(shape)
    assert set(message) == {"v", "statement"}
    return message["statement"]


def select_of(chain: Chain[Any]) -> dict[str, Any]:
    """Returns the SELECT of a queryset's rows."""
    return unpacked(chain.compiled().shape)["select"]


def where_of(chain: Chain[Any]) -> Any:
    """Returns its condition, None where there is none."""
    return select_of(chain).get("where")


def values_of(chain: Chain[Any]) -> list[Any]:
    """Returns the values beside it."""
    return list(chain.compiled().values)
