"""The aggregates that applications write: what they look like, and what they refuse."""

from __future__ import annotations

import pytest

from oxyde import BoolAnd, Count, F, FieldError, Max, Q, Sum
from tests.cases.models import Novelist


def test_what_they_look_like() -> None:
    """The text of an aggregate is what it was made of."""
    assert repr(Count("email", distinct=True, filter=Q(age=1))) == "Count('email', distinct=True, filter=Q(age=…))"
    assert repr(Sum(F("age") * 2)) == 'Sum((F("age") * 2))'


def test_what_is_refused() -> None:
    """An aggregate of an aggregate, and one of a value that is no number; counting takes anything."""
    names = Novelist.objects._state.names
    with pytest.raises(FieldError, match=r"^Max\(\) is over rows, and the expression is an aggregate"):
        Max(Count()).resolve(names)
    with pytest.raises(FieldError, match=r"^Novelist\.name is text and has no sum\(\)"):
        Sum("name").resolve(names)
    with pytest.raises(FieldError, match=r"In Sum\(\) a str is the name of a field"):
        Sum("agee").resolve(names)
    with pytest.raises(FieldError, match=r"^Count\(distinct=True\) takes values that are equal or not"):
        Count("data", distinct=True).resolve(names)
    assert Count("data").resolve(names).aggregated
    assert (Count() + 1).resolve(names).aggregated
    assert not F("age").resolve(names).aggregated
    with pytest.raises(FieldError, match=r"^BoolAnd\(\) takes conditions and fields of bool, and Novelist\.age is int"):
        BoolAnd("age").resolve(names)
