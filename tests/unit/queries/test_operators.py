"""Expressions: names are resolved when a verb takes them, values are bound, types go together."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from oxyde import F, Value
from oxyde.exceptions import FieldError
from oxyde.queries.arithmetic import Arithmetic
from oxyde.queries.names import names_of
from oxyde.queries.term import Bound
from tests.cases.models import Mood, Novelist, Team
from tests.unit.queries.shapes import select_of, values_of, where_of

TABLE = names_of(Novelist.__table__)
everyone = Novelist.objects


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        (F("age") + 1, "int"),
        (1 + F("age"), "int"),
        (F("age") - 1.5, "float"),
        (F("age") * F("balance"), "decimal"),
        (F("balance") / 2, "decimal"),
        (F("score") * F("balance"), "float"),
        (F("age") % 2, "int"),
        (2 % F("age"), "int"),
        (-F("age"), "int"),
        (10 / F("age"), "float"),
        (10 // F("age"), "int"),
        (F("age") // 2, "int"),
        (F("seen") + dt.timedelta(days=1), "datetime"),
        (F("joined") - dt.timedelta(days=1), "datetime_tz"),
        (F("span") + F("span"), "duration"),
        (F("team__id") + 1, "int"),
    ],
    ids=repr,
)
def test_arithmetic(expression: Any, kind: str) -> None:
    """The wider number decides; a moment moves by a timedelta."""
    term = expression.resolve(TABLE)
    assert isinstance(term, Arithmetic)
    assert term.type.kind == kind


@pytest.mark.parametrize(
    "expression",
    [F("name") + 1, F("score") // 2, F("balance") // 2, F("age") + "x", F("seen") + 1, F("seen") * dt.timedelta(1), F("active") + 1],
    ids=repr,
)
def test_types_that_do_not_go_together(expression: Any) -> None:
    """Arithmetic that no server would understand alike is refused."""
    with pytest.raises(FieldError, match="cannot combine"):
        expression.resolve(TABLE)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "bool"),
        (1, "int"),
        (1.5, "float"),
        (Decimal("1.5"), "decimal"),
        ("x", "text"),
        (b"x", "bytes"),
        (dt.date(2024, 1, 1), "date"),
        (dt.time(1), "time"),
        (dt.datetime(2024, 1, 1), "datetime"),
        (dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), "datetime_tz"),
        (dt.timedelta(1), "duration"),
        (uuid.UUID(int=1), "uuid"),
        (Mood.GLAD, "text"),
    ],
    ids=repr,
)
def test_plain_values(value: Any, kind: str) -> None:
    """A plain value knows its type, and is bound."""
    term = Value(value).resolve(TABLE)
    assert isinstance(term, Bound)
    assert term.type.kind == kind


@pytest.mark.parametrize("value", [object(), [1], {"a": 1}, 1j])
def test_values_that_are_none(value: Any) -> None:
    """Anything else is refused by its type."""
    with pytest.raises(FieldError, match=f"not {type(value).__name__}"):
        Value(value).resolve(TABLE)


def test_names_are_checked() -> None:
    """An unknown name, a path to several rows and a name that is none are refused when the verb takes them."""
    with pytest.raises(FieldError, match='Novelist has no field "agee"; did you mean "age"'):
        everyone.filter(age=F("agee"))
    with pytest.raises(FieldError, match=r'F\("authors__age"\) leads to several rows of Novelist'):
        Team.objects.filter(id=F("authors__age"))
    with pytest.raises(TypeError, match=r"F\(\) takes the name of a field, not int"):
        F(1)  # type: ignore[arg-type] # that is what is refused


def test_fields_are_columns() -> None:
    """``F`` uses the column's name in the database, not the field's."""
    where = where_of(everyone.filter(name=F("email")))
    assert where["compare"]["right"] == {"column": {"table": "case_author", "name": "mail"}}


def test_paths_join() -> None:
    """``F`` across a foreign key joins it once, however often it is named."""
    body = select_of(everyone.filter(name=F("team__name")).filter(age__gt=F("team__id") + 1).order_by("team__name"))
    assert [join["kind"] for join in body["joins"]] == ["left"]
    assert values_of(everyone.filter(age__gt=F("team__id") + 1)) == [1]


def test_comparisons() -> None:
    """With a plain value, which repr does not show, or with another expression."""
    assert repr(Value("hunter2")) == "Value(…)"
    assert [repr(F("age").desc()), repr(F("age").asc(nulls_last=True))] == ['F("age").desc()', 'F("age").asc(nulls_last=True)']
    assert repr(F("age") > 3) == 'Q(F("age") > …)'
    assert repr(F("age") <= F("score")) == 'Q(F("age") <= F("score"))'
    assert values_of(everyone.filter(F("age") > 3)) == [3]
    assert where_of(everyone.filter(F("age") > F("id")))["compare"]["right"] == {"column": {"table": "case_author", "name": "id"}}


def test_orders() -> None:
    """Expressions order, NULLs first or last where that is said."""
    orders = select_of(everyone.order_by(F("score").desc(nulls_last=True), F("age") + 1, "-name", "?"))["order_by"]
    assert [(order.get("desc", False), order.get("nulls")) for order in orders] == [
        (True, "last"),
        (False, None),
        (True, None),
        (False, None),
    ]
    assert "call" in orders[3]["expr"]
    with pytest.raises(ValueError, match="give one of nulls_first and nulls_last"):
        F("age").asc(nulls_first=True, nulls_last=True)


def test_a_value_beside_a_column_takes_its_type() -> None:
    """``Value`` given to a lookup is checked as the plain value would be."""
    assert where_of(everyone.filter(mood=Value("glad"))) == where_of(everyone.filter(mood="glad"))
