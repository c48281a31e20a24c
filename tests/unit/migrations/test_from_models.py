"""The state that tables of models describe: by names of the database, each constraint and index with its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations import parts
from oxyde.migrations.from_models import from_models
from oxyde.migrations.state import State
from oxyde.schema import Check, Column, Exclude, ForeignKey, Generated, Index, Table, Unique
from oxyde.schema.types import INT, TEXT, enum_of

MOOD = enum_of("mood", ("good", "bad"))
KEY = ForeignKey("fk_t_up", ("up",), ("s", "t"), ("id",), "CASCADE")
TABLE = Table(
    "T",
    "t",
    "s",
    columns=(
        Column("id", "id", INT, key=True, auto=True),
        Column("label", "name", TEXT, length=20, unique=True, comment="c"),
        Column("up", "up", INT, nullable=True),
        Column("mood", "mood", MOOD, default="'bad'"),
        Column("size", "size", INT, generated=Generated("length(label)", stored=True)),
        Column("raw", "raw", MOOD, db_type="TEXT"),
    ),
    uniques=(Unique(("name", "up"), deferrable=True),),
    checks=(Check("size > 0"), Check("size < 9", name="small")),
    excludes=(Exclude((("up", "="),), where="up > 0"),),
    foreign_keys=(KEY,),
    indexes=(Index(("-name", "lower(label)"), method="btree", where="up > 1", include=("up",), desc=("lower(label)",)),),
    comment="tables",
)


def test_a_table() -> None:
    """Every part of it."""
    state = from_models([TABLE])
    assert state.enums == {("s", "mood"): ("good", "bad")}
    made = state.table(("s", "t"))
    assert made.key == ("id",)
    assert made.comment == "tables"
    assert list(made.columns.values()) == [
        parts.Column("id", INT, auto=True),
        parts.Column("label", TEXT, length=20, comment="c"),
        parts.Column("up", INT, nullable=True),
        parts.Column("mood", enum_of("mood", ()), default="'bad'"),
        parts.Column("size", INT, generated="length(label)", stored=True),
        parts.Column("raw", MOOD, db_type="TEXT"),
    ]
    assert list(made.constraints.values()) == [
        parts.Unique("uq_t_label", ("label",)),
        parts.Unique("uq_t_label_up", ("label", "up"), deferrable=True),
        parts.Check("ck_t_1b6cd383", "size > 0"),
        parts.Check("small", "size < 9"),
        parts.Exclude("ex_t_7c0d3672", (("up", "="),), "gist", "up > 0"),
        KEY,
    ]
    assert list(made.indexes.values()) == [
        parts.Index(
            "ix_t_label_expr",
            ("label", "lower(label)"),
            method="btree",
            where="up > 1",
            include=("up",),
            desc=("label", "lower(label)"),
        )
    ]


def test_what_is_left_out() -> None:
    """Unmanaged tables, except views that say what they select."""
    view = Table("V", "v", managed=False, view="SELECT 1")
    assert from_models([replace(TABLE, managed=False), view]) == State(views={(None, "v"): "SELECT 1"})


def test_two_enumerations_of_one_name() -> None:
    """Their values have to be the same."""
    other = Table("U", "u", "s", columns=(Column("mood", "mood", enum_of("mood", ("good",))),))
    with pytest.raises(MigrationError, match=r"column 'mood' gives the values good for s\.mood, which has good, bad"):
        from_models([TABLE, other])
