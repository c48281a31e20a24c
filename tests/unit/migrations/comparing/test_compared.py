"""What tells a database from a state, and what counts as equal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oxyde.migrations.changes.diff import diff
from oxyde.migrations.comparing.compared import Compared, compare, same_text
from oxyde.migrations.comparing.projection import projection
from oxyde.migrations.parts import Check, Column, Constraint, Exclude, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import DATETIME, DECIMAL, DURATION, INT, TEXT, decimal_of, enum_of


def state(*columns: Column, parts: tuple[Constraint | Index, ...] = (), key: tuple[str, ...] = ("id",), **enums: tuple[str, ...]) -> State:
    """Returns a state of one table."""
    every = {"id": Column("id", INT), **{column.name: column for column in columns}}
    constraints = {one.name: one for one in parts if not isinstance(one, Index)}
    indexes = {one.name: one for one in parts if isinstance(one, Index)}
    table = Table("t", None, every, key, constraints, indexes)
    return State({table.address: table}, {(None, name): values for name, values in enums.items()})


def compared(wanted: State, live: State, dialect: str = "postgres") -> Compared:
    """Compares them; the operations from what is there lead to what is wanted."""
    found = compare(wanted, projection(wanted, dialect).state, live, dialect)
    operations = diff(found.before, wanted)
    assert bool(operations) == bool(found.differences)
    return found


def lines(found: Compared) -> list[str]:
    """Returns the differences as text."""
    return [str(one) for one in found.differences]


def test_the_same() -> None:
    """Nothing differs from itself."""
    one = state(Column("a", enum_of("mood", ()), default="'x'"), parts=(Unique("u", ("a",)), Index("i", ("lower(a)",))), mood=("x",))
    assert lines(compared(one, one)) == []
    assert compared(one, one).before == one


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (Column("a", TEXT, length=8), Column("a", TEXT, length=9), "t.a: type: text(8) in the models, text(9) in the database"),
        (Column("a", INT), Column("a", INT, db_type="integer"), "t.a: type: int in the models, integer in the database"),
        (Column("a", INT, nullable=True), Column("a", INT), "t.a: nullable: yes in the models, no in the database"),
        (Column("a", INT, default="1"), Column("a", INT), "t.a: default: 1 in the models, none in the database"),
        (Column("a", INT, comment="x"), Column("a", INT, comment="y"), "t.a: comment: x in the models, y in the database"),
        (Column("a", TEXT, collation="C"), Column("a", TEXT), "t.a: collation: C in the models, none in the database"),
        (
            Column("a", INT, generated="id", stored=True),
            Column("a", INT),
            "t.a: generated: id in the models, none in the database",
        ),
    ],
)
def test_columns(ours: Column, theirs: Column, said: str) -> None:
    """Each attribute is one line, which names both sides."""
    found = compared(state(ours), state(theirs))
    assert lines(found) == [said]
    assert found.before.tables == state(theirs).tables


def test_what_is_there_or_not() -> None:
    """Columns, tables, keys, and what no model has."""
    wanted, live = state(Column("a", INT)), state(Column("b", TEXT), key=())
    live = replace(live, tables={**live.tables, (None, "more"): Table("more")}, views={(None, "v"): "SELECT 1"})
    found = compared(wanted, live)
    assert lines(found) == [
        "t.a: column: int in the models, none in the database",
        "t.b: column: none in the models, text in the database",
        "t: primary key: id in the models, none in the database",
    ]
    assert found.unmanaged == [(None, "more"), (None, "v")]
    assert lines(compared(wanted, State())) == ["t: table: 2 columns in the models, none in the database"]
    assert lines(compared(state(), State())) == ["t: table: 1 column in the models, none in the database"]


def test_enumerations() -> None:
    """Are compared by name on PostgreSQL, and by their values elsewhere."""
    wanted = state(Column("a", enum_of("mood", ())), mood=("x", "y"))
    said = "mood: enumeration: x, y in the models, x in the database"
    assert lines(compared(wanted, state(Column("a", enum_of("mood", ())), mood=("x",)))) == [said]
    live = state(Column("a", enum_of("t_a_enum", ())), t_a_enum=("x",))
    found = compared(wanted, live, "mariadb")
    assert lines(found) == ["t.a: type: enum t_a_enum (x, y) in the models, enum t_a_enum (x) in the database"]
    assert found.before == state(Column("a", enum_of("mood", ())), mood=("x",))
    wanted = replace(wanted, tables={(None, "t"): replace(wanted.tables[None, "t"], key=())})
    assert lines(compared(wanted, state(Column("a", enum_of("t_a_enum", ())), key=(), t_a_enum=("x", "y")), "sqlite")) == []
    said = "t.a: type: enum t_a_enum (x, y) in the models, text in the database"
    assert lines(compared(wanted, state(Column("a", TEXT), key=()), "sqlite")) == [said]


def test_views() -> None:
    """By their text."""
    wanted = State(views={(None, "v"): "SELECT 1 AS x", (None, "w"): "SELECT 1"})
    found = compared(wanted, State(views={(None, "v"): "select  2 as x"}))
    changed = "v: view: SELECT 1 AS x in the models, select 2 as x in the database"
    assert lines(found) == [changed, "w: view: SELECT 1 in the models, none in the database"]
    assert lines(compared(wanted, State(views={(None, "v"): "select 1\nas x", (None, "w"): "SELECT 1"}))) == []


TO = "(id) to t (id) on delete"
KEY = ForeignKey("fk", ("id",), (None, "t"), ("id",), "CASCADE", "CASCADE")


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (Check("c", "id > 0"), Check("c", "id > 1"), "t: check c: id > 0 in the models, id > 1 in the database"),
        (
            Unique("u", ("id",)),
            Unique("u", ("id",), deferrable=True),
            "t: unique constraint u: (id) in the models, (id) deferrable in the database",
        ),
        (
            Index("i", ("id",), unique=True, method="hash", where="id > 0", include=("id",)),
            Index("i", ("id",), desc=("id",)),
            "t: index i: unique hash (id) include (id) where id > 0 in the models, (id desc) in the database",
        ),
        (
            KEY,
            replace(KEY, on_delete="SET NULL"),
            f"t: foreign key fk: {TO} cascade on update cascade in the models, {TO} set null on update cascade in the database",
        ),
        (
            Exclude("e", (("id", "="),), where="id > 0"),
            Exclude("e", (("id", "<>"),)),
            "t: exclusion constraint e: gist id with = where id > 0 in the models, gist id with <> in the database",
        ),
    ],
)
def test_parts(ours: Constraint | Index, theirs: Constraint | Index, said: str) -> None:
    """Are shown whole, both sides."""
    assert lines(compared(state(parts=(ours,)), state(parts=(theirs,)))) == [said]
    assert lines(compared(state(parts=(ours,)), state(parts=(ours,)))) == []
    missing = compared(state(parts=(ours,)), state())
    assert lines(missing) == [f"{said.rpartition(' in the models, ')[0]} in the models, none in the database"]
    extra = compared(state(), state(parts=(ours,)))
    assert lines(extra)[0].endswith(" in the database")
    assert "none in the models" in lines(extra)[0]


def test_names() -> None:
    """That the models leave open are no difference; others are renamed."""
    found = compared(state(parts=(Index("ix_t_id", ("id",)),)), state(parts=(Index("t_id_idx", ("id",)),)))
    assert lines(found) == []
    assert [str(one) for one in found.tolerated] == ["t: the name of the index: ix_t_id in the models, t_id_idx in the database"]
    named = compared(state(parts=(Index("mine", ("id",)),)), state(parts=(Index("theirs", ("id",)),)))
    assert lines(named) == ["t: the name of the index: mine in the models, theirs in the database"]
    assert [str(one) for one in diff(named.before, state(parts=(Index("mine", ("id",)),)))] == ["Rename index theirs of t to mine"]


@pytest.mark.parametrize(
    ("ours", "theirs", "dialect"),
    [
        (Column("a", TEXT), Column("a", TEXT, length=255), "postgres"),
        (Column("a", DATETIME), Column("a", TEXT), "sqlite"),
        (Column("a", DECIMAL), Column("a", DECIMAL, db_type="NUMERIC"), "sqlite"),
        (Column("a", DURATION), Column("a", INT, db_type="BIGINT"), "sqlite"),
        (Column("a", DURATION), Column("a", INT), "postgres"),
    ],
)
def test_what_an_older_tool_chose(ours: Column, theirs: Column, dialect: str) -> None:
    """Counts as equal, and is listed."""
    live = projection(state(), dialect).state
    live = replace(live, tables={(None, "t"): replace(live.tables[None, "t"], columns={**live.tables[None, "t"].columns, "a": theirs})})
    found = compared(state(ours), live, dialect)
    assert lines(found) == []
    assert [one.column for one in found.tolerated] == ["a"]


@pytest.mark.parametrize(
    ("ours", "theirs", "dialect"),
    [
        (Column("a", DECIMAL), Column("a", decimal_of(14, 4)), "sqlite"),
        (Column("a", DECIMAL), Column("a", decimal_of(14, 4)), "postgres"),
        (Column("a", decimal_of(14, 4)), Column("a", DECIMAL), "mysql"),
        (Column("a", DATETIME), Column("a", TEXT), "postgres"),
    ],
)
def test_what_no_older_tool_chose(ours: Column, theirs: Column, dialect: str) -> None:
    """Fewer digits, and text where the server has a type that it checks, are differences."""
    found = compared(state(ours), state(theirs), dialect)
    assert [one.what for one in found.differences if one.column == "a"] == ["type"]
    assert not found.tolerated


def test_plain_defaults() -> None:
    """A default of the server that is the model's own is none beside it."""
    ours, live = state(Column("a", INT)), state(Column("a", INT, default="3"))
    plain = {((None, "t"), "a"): "3"}
    found = compare(ours, projection(ours, "postgres").state, live, "postgres", plain)
    assert (lines(found), [one.what for one in found.tolerated], found.before) == ([], ["default"], ours)
    assert lines(compare(ours, ours, live, "postgres", {((None, "t"), "a"): "4"})) == [
        "t.a: default: none in the models, 3 in the database"
    ]


def test_texts() -> None:
    """Spaces, comments and capitals outside of quotes make no difference."""
    assert same_text("a  > 'X' -- so", "A > 'X'", "postgres")
    assert not same_text("a > 'X'", "a > 'x'", "postgres")
    assert not same_text(None, "a", "postgres")
