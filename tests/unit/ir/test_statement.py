"""Statements on the wire: what each kind of statement says of its table, key and columns."""

from __future__ import annotations

from oxyde.ir import expr, statement
from oxyde.schema import Column, Table
from oxyde.schema import types as kinds

ID = Column("id", "id", kinds.INT, key=True, auto=True)
NAME = Column("label", "name", kinds.TEXT, db_type="CITEXT")
TABLE = Table("T", "t", columns=(ID, NAME))
KEY = [{"name": "id", "type": kinds.INT.wire(), "auto": True}]
VALUE = expr.param(0, kinds.TEXT)


def test_columns_are_named_as_in_the_database() -> None:
    """The key says whether the server counts it up, given columns the SQL type that the application wrote."""
    assert statement.key_columns(TABLE) == KEY
    assert statement.given_columns([NAME]) == [{"name": "label", "type": kinds.TEXT.wire(), "db_type": "CITEXT"}]


def test_assignments() -> None:
    """Only a value that the server computes says its type."""
    made = statement.assigned([(NAME, VALUE, False), (ID, expr.integer(1), True)])
    assert made == [{"column": "label", "value": VALUE}, {"column": "id", "value": {"int": 1}, "type": kinds.INT.wire()}]


def test_insert() -> None:
    """One row is written out; many come beside the shape."""
    given = statement.given_columns([NAME])
    one = statement.insert(TABLE, [NAME], row=[VALUE])
    assert one == {"insert": {"table": {"name": "t"}, "columns": given, "rows": {"one": [VALUE]}, "key": KEY}}
    many = statement.insert(TABLE, [NAME], row=None, conflict=statement.NOTHING)
    assert many == {"insert": {"table": {"name": "t"}, "columns": given, "rows": "many", "key": KEY, "conflict": {"action": "nothing"}}}


def test_upsert() -> None:
    """The target is the unique key; the condition is of the update alone."""
    assignment = (NAME, expr.excluded("label", kinds.TEXT), False)
    made = statement.upsert([ID], "t", [assignment], where=expr.boolean(True), others=True)
    action = {"where": {"bool": True}, "alias": "t", "set": [{"column": "label", "value": {"excluded": {"name": "label"}}}]}
    assert made == {"others": True, "target": ["id"], "action": {"update": action}}
    assert set(statement.upsert([ID], "t", [assignment])) == {"target", "action"}


def test_update_and_delete_name_the_key() -> None:
    """A server that cannot do it in one statement finds the rows again by it."""
    update = statement.update(TABLE, "t", [(NAME, VALUE, False)], where=expr.boolean(True))
    described = {"table": {"name": "t"}, "alias": "t", "set": [{"column": "label", "value": VALUE}], "where": {"bool": True}, "key": KEY}
    assert update == {"update": described}
    assert statement.delete(TABLE, "t") == {"delete": {"table": {"name": "t"}, "alias": "t", "key": KEY}}


def test_explain_raw_and_ddl() -> None:
    """Flags are there only when set; tables always, even none."""
    raw = statement.raw([expr.text("SELECT "), VALUE])
    assert statement.explain(raw) == {"explain": {"statement": raw}}
    assert statement.explain(raw, analyze=True, json=True) == {"explain": {"statement": raw, "analyze": True, "json": True}}
    assert statement.create_tables([], []) == {"create_tables": {"tables": []}}
    assert statement.drop_tables([], [], if_exists=True) == {"drop_tables": {"tables": [], "if_exists": True}}
