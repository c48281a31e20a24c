"""``With``: which names and rows a common table expression takes."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import Count, F, Value, With
from oxyde.exceptions import FieldError
from oxyde.queries.scope import LONGEST
from oxyde.queries.source import Cte
from tests.cases.models import Novelist


@pytest.mark.parametrize("name", ["", "two words", "a-b", "1st", "x" * (LONGEST + 1), "ü" * LONGEST, 3])
def test_names_that_not_every_server_takes(name: Any) -> None:
    """The longest name is counted in bytes."""
    with pytest.raises(FieldError, match=r"With\(\) takes a name of letters, digits and underscores"):
        With(name, Novelist.objects)


@pytest.mark.parametrize("name", ["c", "x" * LONGEST, "ü" * (LONGEST // 2)])
def test_names_that_every_server_takes(name: str) -> None:
    """Up to the last byte."""
    assert With(name, Novelist.objects).name == name


@pytest.mark.parametrize("name", ["case_author", "CASE_Author"])
def test_names_of_tables(name: str) -> None:
    """Servers do not mind the case, so neither does this."""
    with pytest.raises(FieldError, match=f'"{name}" is the name of a table, which would be hidden'):
        With(name, Novelist.objects)


def test_what_is_no_queryset() -> None:
    """The error names it."""
    with pytest.raises(TypeError, match=r"With\(\) takes a queryset, not list"):
        With("c", [1])
    with pytest.raises(TypeError, match=r"join\(\) takes a queryset, not list"):
        With("c", Novelist.objects).join([1], id="id")


def test_its_rows_are_a_queryset() -> None:
    """It reads the name, and has the queryset's columns."""
    made = With("c", Novelist.objects.filter(age=1))
    state = made.query()._state
    assert isinstance(state.source, Cte)
    assert state.source is made.cte
    assert [name for name, _ in made.values("age")._state.columns] == ["age"]
    assert repr(made) == 'With("c")'


FIRST = Novelist.objects.filter(id=1).annotate(n=Value(1)).values("n")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda c: Novelist.objects.annotate(n=Value(1)).values("n"), r"reads it 0 times; read it once, and by c\.query\(\) or c\.join\("),
        (lambda c: c.query().filter(n__in=c.values("n")).annotate(m=F("n")).values("m"), "reads it 2 times"),
        (lambda c: Novelist.objects.filter(age__in=c.values("n")).annotate(n=F("age")).values("n"), "reads it inside another query"),
        (lambda c: c.query().order_by("n"), "neither ordered, sliced, distinct, grouped nor joined"),
        (lambda c: c.query()[:1], "neither ordered, sliced"),
        (lambda c: c.query().distinct(), "neither ordered, sliced"),
        (lambda c: c.query().annotate(m=Count()).values("m"), "reads it|neither ordered"),
    ],
)
def test_steps_that_servers_refuse(step: Any, message: str) -> None:
    """Each is named before anything is sent."""
    with pytest.raises(FieldError, match=message):
        With("c", FIRST, recursive=step)


def test_steps_of_other_values() -> None:
    """What follows has the types of the first."""
    with pytest.raises(
        TypeError, match=r'the recursive part of "c" has the values of the first, in order and type; here are \(n int\) and \(m text\)'
    ):
        With("c", FIRST, recursive=lambda c: c.query().annotate(m=Value("x")).values("m"))
    with pytest.raises(TypeError, match=r"With\(recursive=\.\.\.\) takes a function of the expression that returns a queryset, not int"):
        With("c", FIRST, recursive=3)  # type: ignore[arg-type] # the test
    with pytest.raises(TypeError, match=r"the function of With\(recursive=\.\.\.\) must return a queryset, not int"):
        With("c", FIRST, recursive=lambda c: 3)
    with pytest.raises(TypeError, match=r"With\(distinct=True\) is for recursive expressions"):
        With("c", FIRST, distinct=True)


def test_joins_that_are_refused() -> None:
    """Fields of both sides are checked."""
    made = With("c", FIRST)
    with pytest.raises(FieldError, match=r'the common table expression "c" has no field "m"; it has n'):
        made.join(Novelist.objects, age="m")
    with pytest.raises(FieldError, match=r"Novelist\.name is text, and n of \"c\" is int; join\(\) takes fields of one type"):
        made.join(Novelist.objects, name="n")
    with pytest.raises(FieldError, match=r"join\(team__name=\.\.\.\) takes a field of Novelist itself"):
        made.join(Novelist.objects, team__name="n")
    with pytest.raises(TypeError, match=r"join\(\) takes the fields that are equal"):
        made.join(Novelist.objects)
    with pytest.raises(TypeError, match=r"join\(\) takes rows of Novelist as they are"):
        made.join(Novelist.objects[:1], age="n")
    assert repr(made.col("n")) == 'c.col("n")'
