"""What may be the same under another name."""

from __future__ import annotations

from dataclasses import replace

from oxyde.migrations.changes.candidates import Candidate, candidates
from oxyde.migrations.changes.renames import Renames
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State, Table
from oxyde.schema.types import INT, TEXT, enum_of
from tests.unit.migrations.shop import POSTS, SHOP, STATUS, USERS

T = (None, "t")


def table(**columns: Column) -> State:
    """Returns a state of one table."""
    return State({T: Table("t", None, {name: replace(column, name=name) for name, column in columns.items()})})


def columns(old: State, new: State) -> list[tuple[str, str] | None]:
    """Returns the pairs of columns."""
    return [pair.columns for pair in candidates(old, new, Renames())]


def test_tables() -> None:
    """Of the same schema, with most columns in common; not those that are known."""
    people, other = (None, "people"), (None, "other")
    new = State(
        {people: replace(SHOP.table(USERS), name="people"), other: Table("other", None, {"x": Column("x", TEXT)}), POSTS: SHOP.table(POSTS)}
    )
    assert candidates(SHOP, replace(new, enums=SHOP.enums), Renames()) == [Candidate("table", USERS, people)]
    assert candidates(SHOP, replace(new, enums=SHOP.enums), Renames({USERS: people})) == []
    moved = State({("s", "users"): replace(SHOP.table(USERS), schema="s"), POSTS: SHOP.table(POSTS)}, SHOP.enums)
    assert candidates(SHOP, moved, Renames()) == []


def test_columns() -> None:
    """Of one type under one rule: the nearest names and places first, each in one pair."""
    text, number = Column("", TEXT), Column("", INT)
    assert columns(table(id=number, title=text), table(id=number, headline=replace(text, comment="c", default="''"))) == [
        ("title", "headline")
    ]
    assert columns(table(a=text, b=text), table(bb=text, aa=text)) == [("a", "aa"), ("b", "bb")]
    assert columns(table(a=text, b=text), table(x=text)) == [("a", "x")]
    assert columns(table(a=text), table(b=replace(text, nullable=True))) == []
    assert columns(table(a=text), table(b=number)) == []
    assert columns(table(a=replace(text, length=3)), table(b=text)) == []
    key = State({T: replace(table(b=text).table(T), key=("b",))})
    assert columns(table(a=text), key) == []


def test_enumerations() -> None:
    """With half of their values in common; columns of a type that is renamed are of one type."""
    state = (None, "state")
    posts = SHOP.table(POSTS)
    moved = {name: one for name, one in posts.columns.items() if name != "status"}
    moved["mood"] = Column("mood", enum_of("state", ()))
    new = State({USERS: SHOP.table(USERS), POSTS: replace(posts, columns=moved)}, {state: ("live", "gone")})
    assert candidates(SHOP, new, Renames()) == [Candidate("enum", STATUS, state)]
    assert candidates(SHOP, replace(new, enums={state: ("x", "y")}), Renames()) == []
    assert candidates(SHOP, new, Renames(enums={STATUS: state})) == [Candidate("column", POSTS, POSTS, ("status", "mood"))]


def test_flags() -> None:
    """What says that they are one."""
    assert Candidate("table", USERS, ("s", "odd.name")).flag == '--rename users=s."odd.name"'
    assert Candidate("column", POSTS, POSTS, ("a", "b")).flag == "--rename posts.a=posts.b"
    assert Candidate("enum", STATUS, (None, "state")).flag == "--rename enum:status_enum=state"
