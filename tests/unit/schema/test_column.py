"""A column: how it is compared and hashed, and when parameters beside it are cast."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oxyde.schema import Column
from oxyde.schema import types as kinds
from oxyde.schema.column import as_it_is

PLAIN = Column("a", "a", kinds.INT)


def test_equality_leaves_out_functions() -> None:
    """Two columns of one description are equal, whatever adapts their values."""
    other = replace(PLAIN, adapt=str, restore=list)
    assert other == PLAIN
    assert hash(other) == hash(PLAIN)
    assert replace(PLAIN, nullable=True) != PLAIN
    assert replace(PLAIN, type=kinds.TEXT) != PLAIN


def test_values_are_wire_values_unless_said_otherwise() -> None:
    """The adapter of a plain column changes nothing."""
    value = object()
    assert PLAIN.adapt is as_it_is
    assert PLAIN.adapt(value) is value


@pytest.mark.parametrize(
    ("column", "uncast"),
    [
        (PLAIN, False),
        (replace(PLAIN, db_type="BIGINT"), True),
        (replace(PLAIN, type=kinds.enum_of("mood", ("a",))), True),
    ],
)
def test_uncast(column: Column, uncast: bool) -> None:
    """Where the database knows the type better, no cast is written."""
    assert column.uncast is uncast
