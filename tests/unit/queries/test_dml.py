"""Statements that change rows: what may be assigned, which rows are met, how inserts are gathered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde import F, Field, Model, Value
from oxyde.exceptions import FieldError
from oxyde.models.chain import Chain
from oxyde.queries import dml
from tests.cases.models import Mood, Novelist, Team
from tests.models import Author as Writer
from tests.models import Post
from tests.tables import table
from tests.unit.queries.shapes import flat, unpacked

TABLE = Novelist.__table__
everyone = Novelist.objects


class Computed(Model):
    """Has a column that the database computes, and no key."""

    size: int = 0
    doubled: int = Field(db_generated="size * 2")

    Meta = table()


def changed(chain: Chain[Any], **values: Any) -> tuple[dict[str, Any], list[Any]]:
    """Returns the UPDATE of a query's rows, and its values."""
    table = chain.model.__table__
    made = dml.update(chain._state, [dml.assignment(table, name, value) for name, value in values.items()])
    return unpacked(made.shape)["update"], list(made.values)


def removed(chain: Chain[Any]) -> dict[str, Any]:
    """Returns the DELETE of a query's rows."""
    return unpacked(dml.delete(chain._state).shape)["delete"]


def test_values_stand_in_the_order_of_the_text() -> None:
    """Assignments first, then conditions."""
    statement, values = changed(everyone.filter(age=7), name="x", email=None, active=False)
    assert values == ["x", None, False, 7]
    assert [one["column"] for one in statement["set"]] == ["name", "mail", "active"]


def test_expressions_are_computed_by_the_server() -> None:
    """Columns under their own names, values bound."""
    statement, values = changed(everyone, age=F("age") + 1, email=F("name"), balance=F("balance") * Decimal("1.1"))
    assert statement["set"][1]["value"] == {"column": {"table": "case_author", "name": "name"}}
    assert values == [1, Decimal("1.1")]
    assert changed(everyone, age=Value(3))[1] == [3]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"age": "abc"}, "Novelist.age takes int, not str"),
        ({"age": None}, "Novelist.age cannot be None"),
        ({"age": 2**63}, "Novelist.age takes an int from"),
        ({"agee": 1}, 'did you mean "age"'),
        ({"team__name": "x"}, "writes the columns of Novelist itself, and team__name is one of Team"),
        ({"team__id": 3}, "takes Novelist.team_id by its own name: team_id=..., not team__id"),
        ({"name": F("age")}, "Novelist.name is text, and the expression given for it is int"),
        ({"age": F("age") + 1.5}, "Novelist.age is int, and the expression given for it is float"),
        ({"name": F("team__name")}, "not from related rows"),
        ({"team": Team(name="t")}, "was given an unsaved Team"),
        ({"team": Writer(id=1, name="n", email="e")}, "takes a Team or its id, not Author"),
        ({"seen": dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)}, "Novelist.seen"),
    ],
    ids=str,
)
def test_what_cannot_be_assigned(values: dict[str, Any], message: str) -> None:
    """Values of another type, unknown names and other tables' columns are refused before anything is sent."""
    with pytest.raises(FieldError, match=message):
        changed(everyone, **values)


def test_computed_columns_are_not_written() -> None:
    """The database computes them."""
    with pytest.raises(FieldError, match=r"Computed\.doubled is computed by the database"):
        changed(Computed.objects, doubled=1)


def test_relations_are_assigned_by_object_or_key() -> None:
    """Both write the key."""
    for values in ({"team": Team(id=4, name="t")}, {"team": 4}, {"team_id": 4}):
        statement, sent = changed(everyone, **values)
        assert ([one["column"] for one in statement["set"]], sent) == (["team_id"], [4])
    assert changed(everyone, mood=Mood.SAD)[1] == ["sad"]


@pytest.mark.parametrize(
    ("chain", "by_key"),
    [
        (everyone.filter(age=1), False),
        (everyone.order_by("age"), False),
        (Team.objects.filter(authors__age=1), False),
        (everyone.limit(1), True),
        (everyone.order_by("age")[1:3], True),
        (everyone.offset(1), True),
        (everyone.filter(team__name="Red"), True),
        (everyone.limit(3).filter(age=1), True),
    ],
)
def test_which_rows(chain: Chain[Any], by_key: bool) -> None:
    """Limit, order and paths are honoured by keys that a select gives; a plain condition stands in the statement itself."""
    for statement in (changed(chain, name="x")[0] if "name" in chain._state.table.by_field else {}, removed(chain)):
        assert ("rows" in statement) is by_key
    if by_key:
        assert [output["name"] for output in flat(removed(chain)["rows"])["outputs"]] == ["id"]


def test_rows_that_cannot_be_told_apart() -> None:
    """Without a key a limit cannot be honoured, and is not ignored; nor is distinct."""
    with pytest.raises(FieldError, match="Computed has no primary key"):
        removed(Computed.objects.limit(1))
    with pytest.raises(FieldError, match="distinct"):
        removed(everyone.distinct())


@given(
    st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(), max_size=4), min_size=1, max_size=30),
    st.one_of(st.none(), st.integers(1, 7)),
)
def test_batches_hold_every_row_once(rows: list[dict[str, int]], size: int | None) -> None:
    """Rows of the same columns stand together, in their order; no row is lost, no value changed, no batch too large."""
    columns = {name: [row.get(name) for row in rows] for name in "abcd"}
    absent = {name: [name not in row for row in rows] for name in "abcd" if any(name not in row for row in rows)}
    made = dml.batches(columns, absent, size)
    assert sorted(number for batch in made for number in batch.rows) == list(range(len(rows)))
    for batch in made:
        assert batch.rows == sorted(batch.rows)
        assert size is None or len(batch.rows) <= size
        for place, number in enumerate(batch.rows):
            assert {name: column[place] for name, column in zip(batch.fields, batch.columns, strict=True)} == rows[number]


def test_inserts_carry_columns() -> None:
    """The values of many rows travel as one list for each column."""
    (batch,) = dml.batches({"name": ["a", "b"], "email": [None, "x"]}, {})
    made = dml.insert_many(TABLE, batch, TABLE.key)
    statement = unpacked(made.shape)["insert"]
    assert made.values == (["a", "b"], [None, "x"])
    assert [column["name"] for column in statement["columns"]] == ["name", "mail"]
    assert (statement["rows"], len(statement["returning"])) == ("many", 1)


def test_shapes_of_returning_differ() -> None:
    """An UPDATE and a DELETE that return rows are other statements than those that do not."""
    table = Post.__table__
    change = [dml.assignment(table, "views", 1)]
    state = Post.objects._state
    assert dml.update(state, change).shape != dml.update(state, change, table.columns).shape
    assert dml.delete(state).shape != dml.delete(state, table.columns).shape
