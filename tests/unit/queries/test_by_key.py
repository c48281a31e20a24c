"""Statements about one row: found by its key, with the names of the database."""

from __future__ import annotations

from oxyde.queries import by_key
from tests.cases.models import Novelist
from tests.unit.queries.shapes import flat, unpacked

TABLE = Novelist.__table__
MAIL = TABLE.by_field["email"]


def test_insert() -> None:
    """Columns by their names, values beside, what the database fills in read back by field."""
    shape, values = by_key.insert(TABLE, {"name": "x", "email": "e"}, (TABLE.by_field["id"], MAIL))
    statement = unpacked(shape)["insert"]
    assert values == ("x", "e")
    assert [column["name"] for column in statement["columns"]] == ["name", "mail"]
    assert [output["name"] for output in statement["returning"]] == ["id", "email"]
    assert [one["param"]["index"] for one in statement["rows"]["one"]] == [0, 1]


def test_insert_of_nothing() -> None:
    """A row of defaults has no columns."""
    shape, values = by_key.insert(TABLE, {}, ())
    assert (values, "columns" in unpacked(shape)["insert"], unpacked(shape)["insert"]["rows"]) == ((), False, {"one": []})


def test_update() -> None:
    """New values first, then the condition."""
    shape, values = by_key.update(TABLE, {"id": 1, "email": "old"}, {"name": "x", "age": 2}, ())
    statement = unpacked(shape)["update"]
    assert values == ("x", 2, 1, "old")
    assert [one["column"] for one in statement["set"]] == ["name", "age"]
    assert [test["compare"]["right"]["param"]["index"] for test in statement["where"]["and"]] == [2, 3]


def test_delete_and_select() -> None:
    """Both find the row by the condition; a select of one row is marked as such."""
    shape, values = by_key.delete(TABLE, {"id": 1})
    assert (list(unpacked(shape)["delete"]["where"]), values) == (["compare"], (1,))
    shape, values = by_key.select(TABLE, {"id": 1}, (MAIL,))
    body = flat(unpacked(shape)["query"])
    assert (body["point"], body["outputs"][0]["name"], values) == (True, "email", (1,))


def test_shapes_are_remembered() -> None:
    """The same columns give the very same bytes object."""
    assert by_key.delete(TABLE, {"id": 1})[0] is by_key.delete(TABLE, {"id": 2})[0]
    assert by_key.delete(TABLE, {"id": 1})[0] != by_key.delete(TABLE, {"age": 1})[0]
