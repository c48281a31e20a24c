"""Expressions on the wire: what a constructor leaves out, flattens or adds."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde.ir import expr
from oxyde.schema import types as kinds

A, B, C = (expr.column("t", name) for name in "abc")


@pytest.mark.parametrize(("join", "op", "empty"), [(expr.both, "and", True), (expr.either, "or", False), (expr.odd, "xor", False)])
def test_joined_conditions(join: Any, op: str, empty: bool) -> None:
    """No member is a constant, one is itself, and members of the same operator are flattened."""
    assert join([]) == {"bool": empty}
    assert join([A]) is A
    assert join([join([A, B]), C]) == {op: [A, B, C]}
    assert join([expr.negation(join([A, B])), C]) == {op: [{"not": {op: [A, B]}}, C]}


def test_operators_of_two_kinds_are_not_flattened() -> None:
    """Only members of the same operator are."""
    assert expr.both([expr.either([A, B]), C]) == {"and": [{"or": [A, B]}, C]}


@pytest.mark.parametrize("make", [lambda kind: expr.column("t", "a", kind), lambda kind: expr.excluded("a", kind)])
def test_plain_types_stay_out_of_the_shape(make: Any) -> None:
    """A column says its type only where a server treats it in a way of its own."""
    for kind in (kinds.INT, kinds.TEXT, kinds.BOOL, kinds.FLOAT):
        (inner,) = make(kind).values()
        assert "type" not in inner
    (inner,) = make(kinds.DATETIME_TZ).values()
    assert inner["type"] == kinds.DATETIME_TZ.wire()


def test_flags_are_there_only_when_set() -> None:
    """What is False is left out."""
    assert expr.param(3, kinds.INT) == {"param": {"index": 3, "type": kinds.INT.wire()}}
    assert expr.param(3, kinds.INT, uncast=True) == {"param": {"index": 3, "type": kinds.INT.wire(), "uncast": True}}
    assert expr.match("exact", A, B) == {"match": {"kind": "exact", "expr": A, "pattern": B}}
    assert expr.match("exact", A, B, fold=True) == {"match": {"kind": "exact", "expr": A, "pattern": B, "fold": True}}
    assert expr.regex(A, B, fold=True) == {"regex": {"expr": A, "pattern": B, "fold": True}}
    members = expr.slot(0, kinds.INT)
    assert "padded" not in expr.among(A, members, 4)["in"]  # type: ignore[index, call-overload, operator] # a dict
    assert expr.among(A, members, 4, padded=True) == {"in": {"expr": A, "list": members, "size": 4, "padded": True}}


def test_case() -> None:
    """Without an ``otherwise`` there is none on the wire, and ``unless_null`` is such a case."""
    one, two = expr.integer(1), expr.integer(2)
    whens = [{"condition": A, "value": one}]
    assert expr.case([(A, one)], kinds.INT) == {"case": {"whens": whens, "type": kinds.INT.wire()}}
    assert expr.case([(A, one)], kinds.INT, two) == {"case": {"whens": whens, "type": kinds.INT.wire(), "otherwise": two}}
    assert expr.unless_null(A, one, kinds.INT) == expr.case([(expr.is_not_null(A), one)], kinds.INT)


def test_aggregate() -> None:
    """What an aggregate does not have is left out."""
    bare = {"function": "count", "type": kinds.INT.wire(), "of": kinds.ANY.wire()}
    order = {"expr": B}
    assert expr.aggregate("count", [], kinds.INT, kinds.ANY) == {"aggregate": bare}
    made = expr.aggregate("count", [A], kinds.INT, kinds.ANY, distinct=True, where=C, order_by=[order])
    assert made == {"aggregate": {**bare, "args": [A], "distinct": True, "filter": C, "order_by": [order]}}


def test_window() -> None:
    """A window has only the parts that were given; a frame is one of them."""
    frame = expr.frame("rows", {"preceding": 3}, "current_row")
    assert frame == {"unit": "rows", "start": {"preceding": 3}, "end": "current_row"}
    assert expr.window("rank") == {"window": {"function": "rank"}}
    made = expr.window("lag", args=[A], partition_by=[B], frame=frame)
    assert made == {"window": {"function": "lag", "args": [A], "partition_by": [B], "frame": frame}}


def test_a_result_column_has_no_table() -> None:
    """The order of a compound names its columns alone."""
    assert expr.result("n") == {"column": {"table": "", "name": "n"}}
