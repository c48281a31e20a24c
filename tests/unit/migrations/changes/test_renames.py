"""Renames that are said: what they refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.renames import Renames, check
from oxyde.migrations.state import State
from tests.unit.migrations.shop import POSTS, SHOP, STATUS, USERS

PEOPLE = (None, "people")
POST = SHOP.table(POSTS)
NEW = State(
    {
        PEOPLE: replace(SHOP.table(USERS), name="people"),
        POSTS: replace(POST, columns={"id": POST.columns["id"], "head": replace(POST.columns["title"], name="head")}),
        ("shop", "users"): replace(SHOP.table(USERS), schema="shop"),
    },
    {(None, "state"): ("draft",)},
)


def test_before() -> None:
    """The old address of a table, renamed or not."""
    renames = Renames({USERS: PEOPLE})
    assert (renames.before(PEOPLE), renames.before(POSTS)) == (USERS, POSTS)
    check(SHOP, NEW, Renames({USERS: PEOPLE}, {POSTS: {"title": "head"}}, {STATUS: (None, "state")}))


@pytest.mark.parametrize(
    ("renames", "message"),
    [
        (Renames({(None, "x"): PEOPLE}), "--rename x=people: there is no table x to rename"),
        (Renames({USERS: (None, "x")}), "--rename users=x: the models have no table x, which users is to be renamed to"),
        (Renames({POSTS: PEOPLE}), "--rename posts=people: the models still have the table posts; it cannot be renamed to people"),
        (
            Renames({USERS: ("shop", "users")}),
            "--rename users=shop.users: the table users cannot be renamed into another schema: shop.users",
        ),
        (Renames(columns={POSTS: {"x": "head"}}), "--rename posts.x=posts.head: there is no column posts.x to rename"),
        (
            Renames(columns={POSTS: {"titel": "head"}}),
            '--rename posts.titel=posts.head: there is no column posts.titel to rename; did you mean "title"?',
        ),
        (
            Renames(columns={POSTS: {"title": "x"}}),
            "--rename posts.title=posts.x: the models have no column posts.x, which posts.title is to be renamed to",
        ),
        (
            Renames(columns={POSTS: {"id": "head"}}),
            "--rename posts.id=posts.head: the models still have the column posts.id; it cannot be renamed to posts.head",
        ),
        (
            Renames(columns={POSTS: {"title": "head", "status": "head"}}),
            "--rename posts.status=posts.head: two names of a column are to become one: posts.title, posts.status",
        ),
        (Renames(enums={(None, "x"): (None, "state")}), "--rename enum:x=state: there is no enumeration type x to rename"),
    ],
)
def test_refusals(renames: Renames, message: str) -> None:
    """Each names the flag, and what is wrong."""
    with pytest.raises(MigrationError) as raised:
        check(SHOP, NEW, renames)
    assert str(raised.value) == message


def test_a_type_that_is_there() -> None:
    """Takes no other's name, even if it is to go."""
    old = replace(SHOP, enums={**SHOP.enums, (None, "state"): ("a",)})
    with pytest.raises(MigrationError, match="no enumeration type can be renamed to state, which is there already"):
        check(old, NEW, Renames(enums={STATUS: (None, "state")}))
