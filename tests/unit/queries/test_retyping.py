"""Queries of computed decimals with different digits: which go together, and as what."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import Coalesce, F, With
from oxyde.queries.retyping import retyped, types_of_both, unbounded
from oxyde.schema import types as kinds
from oxyde.schema.types import decimal_of
from tests.cases.models import Novelist


def of(value: Any) -> Any:
    """Returns the state of a query of one value."""
    return Novelist.objects.annotate(x=value).values("x")._state


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (F("balance") + 0, F("balance") * 1, decimal_of(31, 2)),
        (F("balance") * F("balance"), F("balance") + 0, decimal_of(24, 4)),
        (F("balance") + 0, F("worth") + 0, kinds.DECIMAL),
        (F("balance"), F("balance"), decimal_of(12, 2)),
        (F("balance"), F("balance") + 0, None),
        (F("balance") + 0, F("balance"), None),
        (F("worth"), F("balance") + 0, None),
        (F("balance") + 0, F("age"), None),
    ],
)
def test_types_of_both(left: Any, right: Any, kind: Any) -> None:
    """Computed decimals are one column whatever their digits; columns of the table have their own."""
    found = types_of_both(of(left), of(right))
    assert found == (None if kind is None else [kind])
    if kind is not None:
        ((name, term),) = retyped(of(left), found or []).columns
        assert (name, term.type) == ("x", kind)


def test_rows_of_different_numbers_of_values() -> None:
    """They are not alike."""
    assert types_of_both(of(F("age")), Novelist.objects.values("age", "id")._state) is None


def test_whole_rows() -> None:
    """Their annotations become unbounded, and nothing else; what is known already stays."""
    state = Novelist.objects.annotate(x=F("balance") + 0, y=F("age"))._state
    found = dict(unbounded(state).columns)
    assert [found[name].type for name in ("x", "y", "balance")] == [kinds.DECIMAL, kinds.INT, decimal_of(12, 2)]
    plain = Novelist.objects.filter(id=1)._state
    assert retyped(plain, [term.type for _, term in plain.columns]) is plain


def test_steps_of_a_recursive_query() -> None:
    """The steps may have more digits than the first rows, as these are unbounded."""
    first = Novelist.objects.annotate(x=Coalesce("balance", 0)).values("x")
    steps = With("c", first, recursive=lambda cte: cte.query().annotate(y=F("x") * 2).values("y"))
    assert dict(steps.cte.query.columns)["x"].type == kinds.DECIMAL
    with pytest.raises(TypeError, match=r"in order and type; here are \(x decimal\) and \(y int\)"):
        With("c", first, recursive=lambda cte: cte.query().annotate(y=F("id")).values("y"))
