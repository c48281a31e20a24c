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
    """Returns the query of a queryset's rows: its SELECT, with the order and the slice beside the clauses."""
    return flat(unpacked(chain._compiled().shape)["query"])


def flat(query: dict[str, Any]) -> dict[str, Any]:
    """Returns a query whose body is a SELECT as one dictionary."""
    rest = {name: part for name, part in query.items() if name != "body"}
    return {**query["body"]["select"], **rest}


def inner_of(found: dict[str, Any]) -> dict[str, Any]:
    """Returns the query that a SELECT selects from."""
    return flat(found["from"]["query"]["query"])


def where_of(chain: Chain[Any]) -> Any:
    """Returns its condition, None where there is none."""
    return select_of(chain).get("where")


def values_of(chain: Chain[Any]) -> list[Any]:
    """Returns the values beside it."""
    return list(chain._compiled().values)
