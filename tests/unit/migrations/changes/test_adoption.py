"""What older files chose otherwise stays: names, defaults, spellings of types; what differs is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oxyde.migrations.changes.adoption import adopted, derived
from oxyde.migrations.changes.diff import diff
from oxyde.migrations.from_models import from_models
from oxyde.migrations.parts import Check, Column, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import Check as ModelCheck
from oxyde.schema import Column as ModelColumn
from oxyde.schema import Exclude, ForeignKey
from oxyde.schema import Index as ModelIndex
from oxyde.schema import Table as ModelTable
from oxyde.schema import Unique as ModelUnique
from oxyde.schema.types import BOOL, DATETIME, DURATION, INT, TEXT, UUID, decimal_of

T = (None, "t")


def state(column: Column, **parts: Any) -> State:
    """Returns a state of one table."""
    return State({T: Table("t", None, {column.name: column}, **parts)})


@pytest.mark.parametrize(
    ("old", "new", "initial"),
    [
        (Column("a", TEXT, length=255), Column("a", TEXT), None),
        (Column("a", DATETIME, db_type="TEXT"), Column("a", DATETIME), None),
        (Column("a", decimal_of(9, 2), db_type="numeric(9, 2)"), Column("a", decimal_of(9, 2)), None),
        (Column("a", UUID, db_type="CHAR(36)"), Column("a", UUID), None),
        (Column("a", DURATION, db_type="BIGINT"), Column("a", DURATION), None),
        (Column("a", INT, default="0"), Column("a", INT), 0),
        (Column("a", BOOL, default="1"), Column("a", BOOL), True),
        (Column("a", BOOL, default="false"), Column("a", BOOL), False),
        (Column("a", TEXT, default="'x'"), Column("a", TEXT), "x"),
        (Column("a", TEXT, default="x"), Column("a", TEXT), "x"),
    ],
)
def test_columns_that_stay(old: Column, new: Column, initial: Any) -> None:
    """No change is seen."""
    kept = adopted(state(old), state(new), {(T, "a"): initial}, "postgres")
    assert diff(state(old), kept) == []


@pytest.mark.parametrize(
    ("old", "new", "initial"),
    [
        (Column("a", TEXT, length=254), Column("a", TEXT), None),
        (Column("a", TEXT, length=255), Column("a", TEXT, length=80), None),
        (Column("a", INT, db_type="SMALLINT"), Column("a", INT), None),
        (Column("a", UUID, db_type="CHAR(36)"), Column("a", UUID, db_type="CHAR(32)"), None),
        (Column("a", UUID, db_type="CHAR(36)"), Column("a", INT), None),
        (Column("a", INT, default="0"), Column("a", INT), 1),
        (Column("a", INT, default="0"), Column("a", INT), None),
        (Column("a", INT, default="0"), Column("a", INT, default="1"), 0),
        (Column("a", INT), Column("a", INT, default="1"), 1),
    ],
)
def test_columns_that_change(old: Column, new: Column, initial: Any) -> None:
    """What holds another thing, or was chosen by the models."""
    assert adopted(state(old), state(new), {(T, "a"): initial}, "postgres") == state(new)


def test_names() -> None:
    """A name that the models leave to us is the one of the files; one that they give is given."""
    column = Column("a", INT)
    old = state(
        column,
        constraints={"t_a_key": Unique("t_a_key", ("a",)), "positive": Check("positive", "a > 0")},
        indexes={"idx_t_a": Index("idx_t_a", ("a",)), "idx_other": Index("idx_other", ("a", "a"))},
    )
    new = state(
        column,
        constraints={"uq_t_a": Unique("uq_t_a", ("a",)), "mine": Check("mine", "a > 0")},
        indexes={"ix_t_a": Index("ix_t_a", ("a",), unique=True), "ix_t_a_a": Index("ix_t_a_a", ("a", "a"))},
    )
    assert [str(one) for one in diff(old, adopted(old, new, {}, "postgres"))] == [
        "Rename constraint positive of t to mine",
        "Drop index idx_t_a of t",
        "Create unique index ix_t_a on t (a)",
    ]
    assert adopted(State(), new, {}, "postgres") == new


def test_keys_that_are_checked_late() -> None:
    """Which no model says: it stays as the files have it, also under another name, and a changed key is made anew."""
    column = Column("a", INT)
    key = ForeignKey("fk_t_a", ("a",), T, ("a",))
    late, odd = replace(key, deferrable=True), replace(key, name="odd", deferrable=True)
    for one in (late, odd):
        old, new = state(column, constraints={one.name: one}), state(column, constraints={key.name: key})
        assert diff(old, adopted(old, new, {}, "postgres")) == []
    other = state(column, constraints={key.name: replace(key, on_delete="CASCADE")})
    assert adopted(state(column, constraints={key.name: late}), other, {}, "postgres") == other


def test_derived_names() -> None:
    """Are those that models without names get."""
    made = ModelTable(
        "T",
        "t",
        columns=(ModelColumn("a", "a", INT, unique=True), ModelColumn("b", "b", INT)),
        uniques=(ModelUnique(("a", "b")),),
        checks=(ModelCheck("a > 0"),),
        excludes=(Exclude((("a", "="), ("b", "&&")), where="a > 1"), Exclude((("a", "="),), method="btree")),
        foreign_keys=(ForeignKey("fk_t_b", ("b",), T, ("a",)),),
        indexes=(ModelIndex(("a", "lower(b)")), ModelIndex(("b",))),
    )
    table = from_models([made]).table(T)
    parts = {**table.constraints, **table.indexes}
    assert {name: derived(table, part) for name, part in parts.items()} == {name: name for name in parts}
    assert len(parts) == 8
    assert derived(replace(table, name="u"), table.indexes["ix_t_b"]) == "ix_u_b"
