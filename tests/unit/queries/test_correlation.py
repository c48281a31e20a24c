"""``OuterRef``: conditions wait for the query around, and are resolved over its names."""

from __future__ import annotations

import pytest

from oxyde import Count, F, FieldError, OuterRef, Q
from oxyde.queries.connectives import Negation
from oxyde.queries.correlation import Waiting, correlating, placed
from oxyde.queries.outer import Outer
from tests.cases.models import Novelist, Team


def test_conditions_wait() -> None:
    """Only those that name a column of the query around do, negated ones too."""
    names = Novelist.objects._state.names
    assert not isinstance(correlating(names, Q(age=1)), Waiting)
    assert isinstance(correlating(names, Q(age=OuterRef("id"))), Waiting)
    (negated,) = Novelist.objects.exclude(age=OuterRef("id"))._state.where
    assert isinstance(negated, Negation)
    assert isinstance(negated.parts[0], Waiting)


def test_they_are_placed() -> None:
    """In the query, in those inside it, and in conditions on groups."""
    inner = Novelist.objects.filter(age=OuterRef("id"))
    grouped = Novelist.objects.values("age").annotate(n=Count()).having(n=OuterRef("id"))
    assert any(isinstance(term, Outer) for term in placed(inner._state, Team.objects._state.names).walk())
    assert any(isinstance(term, Outer) for term in placed(inner[:3].filter(id=1)._state, Team.objects._state.names).walk())
    assert any(isinstance(term, Outer) for term in placed(inner.union(inner)._state, Team.objects._state.names).walk())
    assert any(isinstance(term, Outer) for term in placed(grouped._state, Team.objects._state.names).walk())
    with pytest.raises(FieldError, match='no field "agee"'):
        placed(Novelist.objects.filter(age=OuterRef("agee"))._state, Team.objects._state.names)


def test_alone_they_are_refused() -> None:
    """A statement of the query alone has no row around."""
    with pytest.raises(FieldError, match=r'^OuterRef\("id"\) is a field of the query around'):
        Novelist.objects.filter(age=OuterRef("id")).sql("sqlite")
    with pytest.raises(FieldError, match=r'^OuterRef\("id"\) is a field of the query around'):
        Novelist.objects.annotate(n=OuterRef("id") + F("age"))
    with pytest.raises(TypeError, match="takes the name of a field"):
        OuterRef(1)  # type: ignore[arg-type] # that is the point
