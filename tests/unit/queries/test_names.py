"""Names: fields, paths, annotations, and which of them comes first."""

from __future__ import annotations

import pytest

from oxyde import F
from oxyde.exceptions import FieldError
from oxyde.queries.names import Namespace, names_of
from oxyde.queries.term import Reference
from tests.cases.models import Novelist, Team

PLAIN = names_of(Novelist.__table__)
TWICE = Novelist.objects.annotate(twice=F("age") * 2)._state.names.terms["twice"]
NAMES = Namespace(Novelist.__table__, {"twice": TWICE, "team__rank": TWICE})


def test_names_of_a_table_are_made_once() -> None:
    """They are the same object for every query without annotations."""
    made = names_of(Novelist.__table__)
    assert names_of(Novelist.__table__) is made
    assert Novelist.objects.filter(age=1)._state.names is made


@pytest.mark.parametrize(
    ("names", "text", "lookups"),
    [
        (PLAIN, "age", ()),
        (PLAIN, "age__gt", ("gt",)),
        (PLAIN, "team__name__icontains", ("icontains",)),
        (PLAIN, "seen__date__gt", ("date", "gt")),
        (NAMES, "age__gt", ("gt",)),
        (NAMES, "pk", ()),
        (NAMES, "team__name", ()),
        (NAMES, "team__rank__gt", ("gt",)),
        (NAMES, "twice__gt", ("gt",)),
    ],
)
def test_a_text_is_a_name_and_lookups(names: Namespace, text: str, lookups: tuple[str, ...]) -> None:
    """A name goes as far as it can."""
    assert names.resolve(text)[1] == lookups


def test_annotations_come_before_paths() -> None:
    """The longest annotation that a text begins with is meant, although a relation has that name too."""
    terms = dict(NAMES.terms)
    assert NAMES.resolve("team__rank")[0] is terms["team__rank"]
    assert NAMES.value("twice") is terms["twice"]
    assert NAMES.path("twice__gt") is None
    path = NAMES.path("team__name")
    assert path is not None
    assert path.column.field == "name"


@pytest.mark.parametrize(
    ("names", "text", "message"),
    [
        (PLAIN, "agee", 'did you mean "age"'),
        (NAMES, "twise", 'did you mean "twice"'),
        (NAMES, "twice__gt", 'twice is an annotation, and "gt" behind it means nothing here'),
        (names_of(Team.__table__), "authors__age", "leads to several rows of Novelist, so that it has no single value"),
    ],
)
def test_names_without_a_value(names: Namespace, text: str, message: str) -> None:
    """The error says what is known, or why there is no value."""
    with pytest.raises(FieldError, match=message):
        names.value(text)


def test_columns_may_lead_to_several_rows() -> None:
    """``values()`` has a row for each; only a value must be single."""
    term = names_of(Team.__table__).column("authors__age")
    assert isinstance(term, Reference)
    assert term.path.many is not None
