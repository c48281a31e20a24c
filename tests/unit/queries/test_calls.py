"""Calls: when the value of a function is NULL, and what belongs to its shape."""

from __future__ import annotations

import pytest

from oxyde.queries.calls import Call, Nulls
from oxyde.queries.term import MAYBE, NEVER, Bound, Unknown
from oxyde.schema import types as kinds

KNOWN, NULL = Bound(1, kinds.INT), Bound(None, kinds.INT)


@pytest.mark.parametrize(
    ("nulls", "parts", "unknown"),
    [
        (Nulls.ANY, [KNOWN, KNOWN], NEVER),
        (Nulls.ANY, [KNOWN, NULL], MAYBE),
        (Nulls.ALL, [KNOWN, NULL], NEVER),
        (Nulls.ALL, [NULL, NULL], MAYBE),
        (Nulls.NEVER, [NULL], NEVER),
        (Nulls.MAYBE, [KNOWN], MAYBE),
    ],
)
def test_nulls(nulls: Nulls, parts: list[Bound], unknown: Unknown) -> None:
    """As the function's row says."""
    assert Call("f", kinds.INT, nulls, parts).unknown is unknown


def test_constants_are_text() -> None:
    """Two calls with other constants have other shapes; values stay beside them."""
    values: list[object] = []
    shapes = [Call("round", kinds.FLOAT, Nulls.ANY, [KNOWN], (digits,)).shape(values) for digits in (1, 2, 2)]
    assert shapes[0] != shapes[1] == shapes[2]
    assert values == [1, 1, 1]
