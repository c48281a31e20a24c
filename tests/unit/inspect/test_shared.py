"""Unit tests of oxyde.inspect.shared."""

from __future__ import annotations

from collections.abc import Collection

from oxyde.inspect.shared import shared
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State
from oxyde.schema.types import enum_of
from tests.unit.inspect.states import ident, made

FLAGS, ANSWERS, MOODS = ("N", "Y"), ("yes", "no"), ("good", "bad")


def columns(of: dict[str, dict[str, tuple[str, ...]]], models: Collection[str] = ()) -> dict[str, dict[str, str | None]]:
    """Returns the names of enumerations by table and column, of tables whose columns have values."""
    tables, enums = [], {}
    for table, values in of.items():
        named = {column: f"{table}_{column}_enum" for column in values}
        enums |= {(None, named[column]): labels for column, labels in values.items()}
        tables.append(made(table, ident(), *(Column(column, enum_of(named[column], labels)) for column, labels in values.items())))
    found = shared(State({table.address: table for table in tables}, enums), models)
    for table in found.tables.values():
        for column in table.columns.values():
            assert column.enum is None or found.enums[None, column.enum] == column.type.labels
    return {table.name: {column.name: column.enum for column in table.columns.values() if column.enum} for table in found.tables.values()}


def test_one_class_of_flags() -> None:
    """Columns of equal values whose names end in the same words share them, over tables too; one alone is named after its table."""
    found = columns({"Users": {"Select_priv": FLAGS, "Drop_priv": FLAGS, "mood": MOODS}, "hosts": {"drop_priv": FLAGS}})
    assert found == {
        "Users": {"Select_priv": "priv_enum", "Drop_priv": "priv_enum", "mood": "user_mood_enum"},
        "hosts": {"drop_priv": "priv_enum"},
    }


def test_answers() -> None:
    """What is yes or no is called so, whatever the columns are; other values that no word names stay apart, and so do other orders."""
    assert columns({"users": {"active": ANSWERS, "hidden": ANSWERS}}) == {"users": {"active": "yes_no_enum", "hidden": "yes_no_enum"}}
    assert columns({"users": {"a": MOODS, "b": MOODS}}) == {"users": {"a": "user_a_enum", "b": "user_b_enum"}}
    found = columns({"users": {"a_mood": MOODS, "b_mood": MOODS, "c_mood": MOODS[::-1], "d_mood": MOODS[::-1]}})
    assert found == {"users": {"a_mood": "mood_enum", "b_mood": "mood_enum", "c_mood": "user_c_mood_enum", "d_mood": "user_d_mood_enum"}}


def test_names_that_meet() -> None:
    """Two columns that would be called alike are told apart."""
    assert set(columns({"flags": {"mood": MOODS}, "flag": {"mood": FLAGS}})["flag"].values()) == {"flag_mood_enum_2"}


def test_words_that_both_have() -> None:
    """A word that the table ends and the column begins with is said once, as far as no other column is called so."""
    assert columns({"Monitor_Status": {"Status": MOODS}}) == {"Monitor_Status": {"Status": "monitor_status_enum"}}
    found = columns({"orders": {"order_state": MOODS, "orderliness": ANSWERS}})
    assert found == {"orders": {"order_state": "order_state_enum", "orderliness": "order_orderliness_enum"}}
    found = columns({"orders": {"state": MOODS, "order_state": FLAGS}})
    assert found == {"orders": {"state": "order_state_enum", "order_state": "order_order_state_enum"}}


def test_names_of_models() -> None:
    """A class that a table has already ends in Enum, and is called so without a word of its own."""
    found = columns({"moods": {"mood": MOODS}, "a": {"b": FLAGS}, "c": {"d_b": FLAGS}}, {"Mood", "A", "B"})
    assert found == {"moods": {"mood": "mood_enum_enum"}, "a": {"b": "b_enum_enum"}, "c": {"d_b": "b_enum_enum"}}
