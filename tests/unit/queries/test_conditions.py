"""Conditions: how they join, what they become, and that a negation is the complement."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given

from oxyde import F, Field, Model, Q
from oxyde.exceptions import FieldError, FieldLookupError, FieldLookupValueError, UnsupportedError
from tests.cases.models import Novelist, Team
from tests.models import Author as Writer
from tests.models import Post
from tests.tables import table
from tests.unit.queries import trees
from tests.unit.queries.shapes import values_of, where_of

everyone = Novelist.objects


def nodes(node: Any, kind: str) -> list[Any]:
    """Returns the nodes of one kind inside a statement."""
    if isinstance(node, dict):
        own = [node[kind]] if kind in node else []
        return own + [found for item in node.values() for found in nodes(item, kind)]
    return [found for item in node for found in nodes(item, kind)] if isinstance(node, list) else []


@given(trees.conditions())
def test_exclude_is_the_complement_of_filter(condition: Q) -> None:
    """``exclude(p)`` and ``filter(~p)`` are one statement."""
    one, two = everyone.exclude(condition)._compiled(), everyone.filter(~condition)._compiled()
    assert one.shape == two.shape
    assert [repr(value) for value in one.values] == [repr(value) for value in two.values]


@given(trees.conditions(), trees.conditions(names=trees.OF_ONE_ROW))
def test_chained_filters_are_and(one: Q, two: Q) -> None:
    """``filter(a).filter(b)`` asks what ``filter(a & b)`` asks, where they do not both lead to the same several rows."""
    assert where_of(everyone.filter(one).filter(two)) == where_of(everyone.filter(Q(one) & Q(two)).filter())


@given(trees.conditions())
def test_the_empty_condition_changes_nothing(condition: Q) -> None:
    """``Q()`` joined with a condition is that condition, whatever joins them; a loop may begin with it."""
    for joined in (
        Q() & condition,
        condition & Q(),
        Q() | condition,
        condition | Q(),
        Q() ^ condition,
        Q(Q(), condition),
        ~Q() | condition,
    ):
        assert where_of(everyone.filter(joined)) == where_of(everyone.filter(condition))
    assert where_of(everyone.filter(Q() | Q(), ~Q())) is None
    assert where_of(everyone.exclude(Q())) is None


@given(trees.conditions(4))
def test_a_condition_is_not_changed_by_its_use(condition: Q) -> None:
    """Joining and negating make new objects."""
    before = where_of(everyone.filter(condition))
    _ = ~condition, condition & Q(age=1), condition | Q(age=1), condition ^ Q(age=1)
    assert where_of(everyone.filter(condition)) == before


def test_joins_are_flat() -> None:
    """Conditions of one kind stand side by side, however they were written."""
    many = Q(age=0)
    for number in range(1, 1_000):
        many |= Q(age=number)
    assert len(where_of(everyone.filter(many))["or"]) == 1_000
    assert len(where_of(everyone.filter(Q(age=1) & (Q(age=2) & Q(age=3))))["and"]) == 3


def test_conditions_that_nest_too_deep_are_refused() -> None:
    """Depth is bounded before anything is sent."""
    deep = Q(age=0)
    for number in range(300):
        deep = ~(deep | Q(age=number)) if number % 2 else ~(deep & Q(age=number))
    with pytest.raises(FieldError, match="conditions nest deeper than 128"):
        everyone.filter(deep)
    deep = Q(team__authors__age=0)
    for number in range(300):
        deep = (deep & Q(team__authors__age=number)) | Q(team__authors__age=number)
    with pytest.raises(FieldError, match="conditions nest deeper than 128"):
        everyone.filter(deep, age=1)


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        (Q(age=1), "not"),
        (Q(email="x"), "or"),
        (Q(email="x", score=1.0), "is_not_true"),
        (Q(email=None), "not"),
        (Q(email__in=[]), "not"),
        (Q(team__name="Red"), "or"),
        (Q(age=F("score")), "or"),
        (Q(email="x") | Q(age=1), "is_not_true"),
        (Q(age=1) | Q(age=2), "not"),
    ],
)
def test_how_a_negation_is_written(condition: Q, kind: str) -> None:
    """NOT where nothing is NULL, NOT or IS NULL for one column, else IS NOT TRUE."""
    assert set(where_of(everyone.exclude(condition))) == {kind}


def test_a_negation_of_a_negation() -> None:
    """What is not true is true or false, so that NOT suffices the second time."""
    assert set(where_of(everyone.filter(~~Q(email="x")))) == {"not"}
    assert set(where_of(everyone.exclude(~Q(email="x")))) == {"not"}


def test_paths_to_several_rows_are_exists() -> None:
    """A filter across a to-many path is an EXISTS; it joins nothing to the rows themselves."""
    for chain in (Team.objects.filter(authors__age=1), Post.objects.filter(tags__name="x"), Writer.objects.filter(posts__tags__name="x")):
        assert "joins" not in chain._compiled().shape.decode("latin-1").split("exists")[0]
        assert list(where_of(chain)) == ["exists"]


def test_lookups_of_one_filter_meet_in_one_row() -> None:
    """Lookups side by side are one EXISTS, chained filters one each, and so are all lookups of one exclude."""
    together = Team.objects.filter(authors__age=1, authors__name="x")
    assert len(nodes(where_of(together), "exists")) == 1
    assert len(nodes(where_of(Team.objects.filter(authors__age=1).filter(authors__name="x")), "exists")) == 2
    assert len(nodes(where_of(Team.objects.exclude(authors__age=1, authors__name="x")), "exists")) == 1
    assert values_of(together) == [1, "x"]


@pytest.mark.parametrize(
    ("condition", "exists"),
    [
        (Q(authors__age=1) & Q(authors__name="x"), 1),
        (Q(Q(authors__age=1), name="x") & Q(authors__name="x"), 1),
        (Q(authors__age=1) & (Q(authors__name="x") | Q(authors__name="y")), 1),
        (Q(authors__age=1) & (Q(authors__name="x") | Q(name="y")), 2),
        (Q(authors__age=1) & ~Q(authors__name="x"), 2),
        (Q(authors__age=1) & (Q(authors__name="x") | Q(authors=None)), 3),
        (Q(authors__name="x") | Q(authors__name="y"), 2),
    ],
)
def test_joined_conditions_meet_in_one_row(condition: Q, exists: int) -> None:
    """Conditions side by side are one EXISTS however they were joined; what asks for something else keeps its own."""
    for chain in (Team.objects.filter(condition), Team.objects.exclude(condition)):
        assert len(nodes(where_of(chain), "exists")) == exists


def test_a_related_row_by_its_key() -> None:
    """A to-many relation by itself is compared with the key of the other side, an object with its key."""
    by_name = where_of(Writer.objects.filter(posts=3))
    assert by_name == where_of(Writer.objects.filter(posts__id=3))
    assert values_of(Writer.objects.filter(posts=Post(id=3, title="t"))) == [3]
    with pytest.raises(FieldError, match="takes a Post or its id, not Author"):
        Writer.objects.filter(posts=Writer(id=1, name="n", email="e"))


def test_related_rows_in_a_list_or_a_queryset() -> None:
    """Objects count as their keys, beside plain keys; a queryset is a subquery."""
    assert values_of(Post.objects.filter(author__in=[Writer(id=3, name="n", email="e"), 4])) == [[3, 4]]
    assert values_of(Post.objects.filter(author__in=Writer.objects.filter(name="x"))) == ["x"]


def test_no_related_row() -> None:
    """A to-many relation is None where there is no row at its other end."""
    none = where_of(Writer.objects.filter(posts__isnull=True))
    assert list(none["not"]) == ["exists"]
    assert none == where_of(Writer.objects.filter(posts=None))
    assert list(where_of(Writer.objects.filter(posts__isnull=False))) == ["exists"]
    assert list(where_of(Writer.objects.filter(posts__tags__isnull=True))) == ["exists"]


def test_expressions_across_several_rows_are_refused() -> None:
    """Until subqueries can refer outwards, that is said."""
    with pytest.raises(UnsupportedError, match="authors__age leads to several rows"):
        Team.objects.filter(authors__age=F("id"))
    with pytest.raises(UnsupportedError, match="authors__age__between leads to several rows"):
        Team.objects.filter(authors__age__between=(F("id"), 3))


def test_related_rows_have_the_lookups_of_a_relation() -> None:
    """Whether there is one row or there are several: an object has no order, and no parts."""
    for query, name in ((Team.objects, "authors"), (everyone, "team")):
        with pytest.raises(FieldLookupError, match=f'{name} is a relation and has no lookup "gt"; it has exact, in, isnull'):
            query.filter(**{f"{name}__gt": 3})
    with pytest.raises(FieldError, match=r'DayOfTrips has no field "year"; it has day, self'):
        DayTrip.objects.filter(day__year=2024)


def test_a_field_may_be_called_self() -> None:
    """Keywords are the model's; no verb has a parameter of that name."""
    for query in (
        DayOfTrips.objects.filter(self=3),
        DayOfTrips.objects.exclude(~Q(self=3)),
        DayOfTrips.objects.group_by("self").having(self=3).values("self"),
    ):
        assert query.sql("sqlite")[1] == [3]


@pytest.mark.parametrize("other", ["x", None, {"age": 1}, True])
def test_only_conditions_join(other: Any) -> None:
    """``Q & "x"`` is a TypeError, and so is a condition that is none."""
    for join in (lambda: Q(age=1) & other, lambda: Q(age=1) | other, lambda: Q(age=1) ^ other, lambda: Q(other)):
        with pytest.raises(TypeError, match=type(other).__name__):
            join()


@pytest.mark.parametrize(
    ("lookups", "message"),
    [
        ({"age__contains": "1"}, r'Novelist.age is int and has no lookup "contains"'),
        ({"name__year": 1}, r'Novelist.name is text and has no lookup "year"'),
        ({"name__contians": "x"}, r'did you mean "contains"'),
        ({"team__name__foo": "x"}, r'Team.name is text and has no lookup "foo"'),
        ({"born__year__contains": 1}, r'Novelist.born__year is int and has no lookup "contains"'),
        ({"born__year__gte__lt": 1}, r'Novelist.born__year is int and has no lookup "gte__lt"'),
    ],
)
def test_unknown_lookups(lookups: dict[str, Any], message: str) -> None:
    """The error names model, field and lookup."""
    with pytest.raises(FieldLookupError, match=message):
        everyone.filter(**lookups)


def test_an_unknown_field_behind_a_relation() -> None:
    """Behind a relation a field may have been meant: the near match is named."""
    for name in ("team__nmae", "team__nmae__contains", "team__authors__nmae"):
        with pytest.raises(FieldError, match=r'(Team|Novelist) has no field "nmae"; did you mean "name"'):
            everyone.filter(**{name: "x"})


class DayOfTrips(Model):
    """A row whose key is a date."""

    day: dt.date = Field(db_pk=True)
    self: int = 0

    Meta = table()


class DayTrip(Model):
    """Refers to it."""

    id: int | None = Field(default=None, db_pk=True)
    day: DayOfTrips

    Meta = table()


class ParcelOfLand(Model):
    """A row with a key of two fields."""

    country: str = Field(db_pk=True, max_length=2)
    number: int = Field(db_pk=True)

    Meta = table("conditions_parcel")


def test_keys_of_several_fields() -> None:
    """Are tuples; anything else that is given for one, or for a list of them, is refused by name."""
    parcels = ParcelOfLand.objects
    assert values_of(parcels.filter(pk__in=iter([("de", 1), ("fr", 2)]))) == ["de", 1, "fr", 2]
    for given_, message in (
        (None, r"ParcelOfLand\.pk__in takes a list of tuples \(country, number\), not NoneType"),
        ("de", "not str"),
        (5, "not int"),
        ([5], r"the key of ParcelOfLand is a tuple \(country, number\), not int"),
        (parcels, r'not a queryset; use Exists\(queryset\.filter\(country=OuterRef\("country"\), number=OuterRef\("number"\)\)\)'),
    ):
        with pytest.raises(FieldLookupValueError, match=message):
            parcels.filter(pk__in=given_)


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        (Q(), "Q()"),
        (Q(a=1, b=2), "Q(a=…, b=…)"),
        (Q(F("c") > 3, a=1), '(Q(F("c") > …) & Q(a=…))'),
        (~Q(a=1), "~Q(a=…)"),
        (~~Q(a=1), "~~Q(a=…)"),
        (Q(a=1) & Q(b=2), "Q(a=…, b=…)"),
        (Q(a=1) | ~Q(b=2, c=3), "(Q(a=…) | ~Q(b=…, c=…))"),
        (~(Q(a=1) ^ Q(b=2)), "~(Q(a=…) ^ Q(b=…))"),
        (Q(a=1) & (Q(b=2) | (F("c") > 3)), '(Q(a=…) & (Q(b=…) | Q(F("c") > …)))'),
    ],
)
def test_a_repr_is_what_is_written(condition: Q, shown: str) -> None:
    """With the operators of Python, and evaluating to the same condition."""
    assert repr(condition) == shown
    again = eval(shown.replace("…", "1"), {"F": F, "Q": Q})
    assert repr(again) == shown


def test_a_repr_has_no_values() -> None:
    """Values may be secret."""
    shown = repr(~(Q(name="hunter2") | Q(age=41)))
    assert "hunter2" not in shown
    assert "41" not in shown
    assert "name" in shown
