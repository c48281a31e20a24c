"""The columns of a model as expressions: what they look like, which conditions they make, and what is refused."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from oxyde import Count, F, Field, FieldError, FieldLookupError, FieldLookupValueError, Max, Model, OuterRef, Q, Subquery
from tests.cases.models import Novelist, Prize, Team
from tests.tables import table

c = Novelist.c
everyone = Novelist.objects


class ColumnsC(Model):
    """Has a field of the name by which columns are asked for."""

    id: int | None = Field(default=None, db_pk=True)
    c: int

    Meta = table("columns_c")


class ColumnsWords(Model):
    """Has fields of the names of methods."""

    id: int | None = Field(default=None, db_pk=True)
    search: str = ""
    lookup: int = 0
    team: Team | None = None

    Meta = table("columns_words")


@pytest.mark.parametrize(
    ("condition", "same"),
    [
        (c.age == 3, Q(age=3)),
        (c.age != 3, ~Q(age=3)),
        (c.email == None, Q(email=None)),  # noqa: E711 - it asks for NULL
        (c.age > 3, Q(age__gt=3)),
        (c.age >= 3, Q(age__gte=3)),
        (c.age < F("id"), Q(age__lt=F("id"))),
        (3 <= c.age, Q(age__gte=3)),  # noqa: SIM300 - the other way round
        (c.age.between(1, 3), Q(age__between=(1, 3))),
        (c.age.in_([1, 2]), Q(age__in=[1, 2])),
        (c.team.in_(Team.objects.filter(Team.c.name == "Red")), Q(team__in=Team.objects.filter(name="Red"))),
        (c.email.is_null(), Q(email__isnull=True)),
        (c.email.is_not_null(), Q(email__isnull=False)),
        (c.name.contains("x"), Q(name__contains="x")),
        (c.name.icontains("x"), Q(name__icontains="x")),
        (c.name.startswith("x"), Q(name__startswith="x")),
        (c.name.istartswith("x"), Q(name__istartswith="x")),
        (c.name.endswith("x"), Q(name__endswith="x")),
        (c.name.iendswith("x"), Q(name__iendswith="x")),
        (c.name.iexact("x"), Q(name__iexact="x")),
        (c.name.regex("x"), Q(name__regex="x")),
        (c.name.iregex("x"), Q(name__iregex="x")),
        (c.born.lookup("year__gte", 2000), Q(born__year__gte=2000)),
        (c.data.lookup("a__0__gt", 1), Q(data__a__0__gt=1)),
        (c.mood == "glad", Q(mood="glad")),
        (c.team == 1, Q(team=1)),
        (c.team.name == "Red", Q(team__name="Red")),
        (c["team"]["name"].is_null(), Q(team__name__isnull=True)),
        (c.pk == 1, Q(pk=1)),
        ((c.age > 1) & ~(c.name == "x") | (c.id == 2), (Q(age__gt=1) & ~Q(name="x")) | Q(id=2)),
        (c.age + c.id * 2 > 3, F("age") + F("id") * 2 > 3),
    ],
)
def test_conditions(condition: Q, same: Q) -> None:
    """A condition is the one that its lookup makes, also under ``exclude()``."""
    assert everyone.filter(condition).sql("sqlite") == everyone.filter(same).sql("sqlite")
    assert everyone.exclude(condition).sql("sqlite") == everyone.exclude(same).sql("sqlite")


def test_search() -> None:
    """Full text is searched as by the lookup."""
    assert everyone.filter(c.name.search("x")).sql("postgres") == everyone.filter(name__search="x").sql("postgres")


def test_in_every_verb() -> None:
    """Columns stand wherever ``F`` does, and where names are."""
    assert everyone.annotate(x=c.age * 2).sql("sqlite") == everyone.annotate(x=F("age") * 2).sql("sqlite")
    assert everyone.order_by(c.team.name, c.age.desc(nulls_last=True)).sql("mysql") == (
        everyone.order_by("team__name", F("age").desc(nulls_last=True)).sql("mysql")
    )
    values = everyone.values("team__name", "age")
    assert everyone.values(c.team.name, F("age")).sql("sqlite") == values.sql("sqlite")
    assert everyone.values_list(c.age, flat=True).sql("sqlite") == everyone.values_list("age", flat=True).sql("sqlite")
    assert everyone.group_by(c.team.name).annotate(n=Max(c.age)).values("team__name", "n").sql("sqlite") == (
        everyone.group_by("team__name").annotate(n=Max("age")).values("team__name", "n").sql("sqlite")
    )
    counted = Team.objects.annotate(n=Count("authors", filter=Team.c.name > "x")).sql("sqlite")
    assert counted == Team.objects.annotate(n=Count("authors", filter=F("name") > "x")).sql("sqlite")
    inner = Subquery(Novelist.objects.filter(c.team == OuterRef("id")).values(c.age)[:1])
    same = Subquery(Novelist.objects.filter(team=OuterRef("id")).values("age")[:1])
    assert Team.objects.annotate(x=inner).sql("sqlite") == Team.objects.annotate(x=same).sql("sqlite")


def test_what_they_look_like() -> None:
    """They are shown as they are written, without values; they are copied and pickled; Tab offers fields."""
    assert [repr(one) for one in (c, c.age, c.team.name)] == ["Novelist.c", "Novelist.c.age", "Novelist.c.team.name"]
    assert repr(c.age > 3) == "Q(Novelist.c.age__gt=…)"
    assert {"age", "team"} <= set(dir(c))
    assert ("c" in dir(Novelist), "c" in dir(ColumnsC)) == (True, False)
    assert {"name", "is_null"} <= set(dir(c.team))
    for condition in (copy.deepcopy(c.team == 1), pickle.loads(pickle.dumps(c.team == 1))):
        assert everyone.filter(condition).sql("sqlite") == everyone.filter(team=1).sql("sqlite")
    column = pickle.loads(pickle.dumps(c.team.name))
    assert everyone.order_by(column).sql("sqlite") == everyone.order_by("team__name").sql("sqlite")
    assert len({c.age, c.age}) == 2
    assert pickle.loads(pickle.dumps(c)) is copy.copy(c) is c
    assert (type(c).__name__, type(c).__module__) == ("_NovelistColumns", Novelist.__module__)  # the class that a stub declares


def test_names_that_are_taken() -> None:
    """A field named ``c`` stays a field, and its message says how to ask for it; a field of a method's name is an item."""
    assert ColumnsC(c=3).c == 3
    with pytest.raises(ValueError, match="Field required"):
        ColumnsC()  # type: ignore[call-arg] # what is refused
    with pytest.raises(AttributeError, match=r'^ColumnsC\.c is a field, .* write c__gt=3, or F\("c"\) > 3$'):
        ColumnsC.c  # noqa: B018 - it raises
    assert everyone.annotate(c=F("age")).values("c").sql("sqlite")
    assert ColumnsWords.objects.filter(ColumnsWords.c.search == "x").sql("sqlite")[1] == ["x"]
    assert ColumnsWords.objects.order_by(ColumnsWords.c["lookup"]).sql("sqlite")


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: c.nme, FieldError, r'^Novelist has no field "nme"; did you mean "name"\?'),
        (lambda: c.team.nme, FieldError, r'^Team has no field "nme"; did you mean "name"\?'),
        (lambda: c.age.foo, FieldError, r'^Novelist\.c\.age is a column, and has no "foo"'),
        (lambda: Team.c.authors, FieldError, r"^Team\.c\.authors leads to other rows; filter\(authors__\.\.\.=...\)"),
        (lambda: Prize.c.winners, FieldError, r"^Prize\.c\.winners leads to other rows"),
        (lambda: Team.objects.filter(c.name == "x"), FieldError, r"^Novelist\.c\.name is a column of Novelist, and this query is of Team"),
        (lambda: Team.objects.values(c.name), FieldError, "and this query is of Team"),
        (lambda: Team.objects.order_by(c.name), FieldError, "and this query is of Team"),
        (lambda: Team.objects.annotate(x=Max(c.age)), FieldError, "and this query is of Team"),
        (lambda: everyone.filter(c.age == "x"), FieldLookupValueError, r"Novelist\.age takes int"),
        (lambda: everyone.filter(c.age.contains("x")), FieldLookupError, r'Novelist\.age is int and has no lookup "contains"'),
        (lambda: bool(c.age > 3), TypeError, "join conditions by & and"),
        (lambda: 1 < c.age < 3, TypeError, "join conditions by & and"),
        (lambda: not c.active, TypeError, r"^Novelist\.c\.active has a value in each row"),
        (lambda: list(c), TypeError, "not iterable"),
        (lambda: list(c.team), TypeError, "not iterable"),
    ],
)
def test_what_is_refused(ask: Callable[[], Any], error: type[Exception], message: str) -> None:
    """Unknown names, columns of other models, wrong values, and truth in Python."""
    with pytest.raises(error, match=message):
        ask()


def test_classes_without_tables() -> None:
    """Only tables have columns."""

    class Plain(Model):
        name: str

    with pytest.raises(AttributeError, match="Plain has no table"):
        Plain.c  # noqa: B018 - it raises
