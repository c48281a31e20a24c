"""Windows: types, frames, and where their conditions go."""

from __future__ import annotations

import pytest

from oxyde import Avg, Count, F, FieldError, Lag, Rank, RowNumber, Sum, Window
from oxyde.queries.term import MAYBE, NEVER
from tests.cases.models import Novelist
from tests.unit.queries.shapes import inner_of, select_of

NAMES = Novelist.objects._state.names


def test_type_and_null() -> None:
    """Places are ints and never NULL; values of other rows may be missing, those of an empty frame too."""
    assert Window(RowNumber(), order_by="id").resolve(NAMES).type.kind == "int"
    assert Window(RowNumber(), order_by="id").resolve(NAMES).unknown is NEVER
    lag = Window(Lag("balance"), order_by="id").resolve(NAMES)
    assert (lag.type, lag.unknown) == (Novelist.__table__.by_field["balance"].type, MAYBE)
    assert Window(Avg("age")).resolve(NAMES).type.kind == "float"
    assert Window(Count()).resolve(NAMES).unknown is NEVER
    assert Window(Lag("mood"), order_by="id").resolve(NAMES).restore == Novelist.__table__.by_field["mood"].restore


def test_frames() -> None:
    """Ints are relative to the row, None has no end."""

    def frame(start: int | None, end: int | None) -> object:
        window = Window(Sum("age"), order_by="id", frame=("rows", start, end))
        return select_of(Novelist.objects.annotate(n=window))["outputs"][-1]["expr"]["window"]["frame"]

    assert frame(-2, 0) == {"unit": "rows", "start": {"preceding": 2}, "end": "current_row"}
    assert frame(None, 3) == {"unit": "rows", "start": "unbounded_preceding", "end": {"following": 3}}
    assert frame(None, None) == {"unit": "rows", "start": "unbounded_preceding", "end": "unbounded_following"}
    with pytest.raises(FieldError, match="ends before it starts"):
        Window(Sum("age"), frame=("rows", 0, -1))


def test_a_condition_is_one_of_a_query_around() -> None:
    """Those before it stay inside; an aggregate of a window is no window."""
    ranked = Novelist.objects.filter(age=1).alias(place=Window(Rank(), order_by="age"))
    found = select_of(ranked.filter(place=1))
    assert found["where"]["compare"]["left"]["column"]["name"] == "place"
    assert inner_of(found)["where"]["compare"]["left"]["column"]["name"] == "age"
    assert not Sum("age").resolve(NAMES).windowed
    assert not Window(Sum("age")).resolve(NAMES).aggregated


def test_reprs() -> None:
    """What is given, and no more."""
    assert repr(Window(RowNumber())) == "Window(RowNumber())"
    assert repr(Window(Sum("age"), partition_by="name", order_by=F("id").desc(), frame=("rows", -1, None))) == (
        "Window(Sum('age'), partition_by=['name'], order_by=[F(\"id\").desc()], frame=('rows', -1, None))"
    )
