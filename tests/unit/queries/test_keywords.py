"""Keywords: what a name with lookups behind it compares."""

from __future__ import annotations

import re

import pytest

from oxyde.exceptions import FieldLookupError
from oxyde.queries.keywords import OTHERS, looked_up, target
from oxyde.queries.lookups import LOOKUPS, Lookup
from oxyde.queries.names import names_of
from tests.cases.models import Novelist

NAMES = names_of(Novelist.__table__)


def test_a_name_alone_is_exact() -> None:
    """A date part, too."""
    for name in ("age", "seen__year"):
        _, lookup = target(NAMES, name)
        assert isinstance(lookup, Lookup)
        assert lookup.name == "exact"


def test_a_part_that_may_be_a_span() -> None:
    """It is known by the value only."""
    assert target(NAMES, "seen__month")[1] == "month"
    assert isinstance(target(NAMES, "seen__month__gt")[1], Lookup)


def test_lookups_of_a_known_subject() -> None:
    """They are written as behind a field."""
    subject, _ = target(NAMES, "seen")
    assert looked_up(subject, "year__gte", 2000).kind == "oxyde.queries.comparisons.Comparison"
    with pytest.raises(FieldLookupError, match='no lookup "yeer"; did you mean "year"'):
        looked_up(subject, "yeer", 2000)


@pytest.mark.parametrize(("name", "remedy"), [(name, remedy) for name, remedy in OTHERS.items()])
def test_lookups_of_other_libraries(name: str, remedy: str) -> None:
    """The message says what is written here, and no lookup of ours is among them."""
    assert name not in LOOKUPS
    with pytest.raises(FieldLookupError, match=re.escape(f'Novelist.name is text and has no lookup "{name}"; {remedy}')):
        Novelist.objects.filter(**{f"name__{name}": "x"})
