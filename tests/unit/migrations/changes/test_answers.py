"""What flags say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.answers import Answers, parse
from oxyde.migrations.changes.renames import Renames
from oxyde.migrations.state import State, Table
from tests.unit.migrations.shop import POSTS, SHOP, STATUS, USERS

SHOPPED = replace(SHOP, tables={**SHOP.tables, ("shop", "users"): replace(SHOP.table(USERS), schema="shop")})


def read(**flags: Any) -> Answers:
    """Returns the answers of flags on PostgreSQL."""
    return parse(SHOPPED, SHOPPED, "postgres", **flags)


def test_renames() -> None:
    """Tables, columns by the new name of their table, types, constraints, indexes."""
    said = ["users=people", "people.name=people.full", "shop.users=shop.people", "shop.x.a=shop.x.b", "enum:status_enum=state"]
    answers = read(rename=said)
    assert answers.renames == Renames(
        {USERS: (None, "people"), ("shop", "users"): ("shop", "people")},
        {(None, "people"): {"name": "full"}, ("shop", "x"): {"a": "b"}},
        {STATUS: (None, "state")},
    )
    assert read(rename=["index:a=b", "constraint:c=d"]).parts == {("index", "a"): "b", ("constraint", "c"): "d"}


def test_fills() -> None:
    """SQL as it is; one for the dialect comes before one for all, whichever stands first."""
    fill = ["posts.title=a = 'b'", "users.name@mysql=1", 'shop.users."name"@postgres=2', "shop.users.name=3"]
    assert read(fill=fill).fills == {(POSTS, "title"): "a = 'b'", (("shop", "users"), "name"): "2"}


def test_maps() -> None:
    """NULL is NULL, unless it stands in quotes."""
    answers = read(map=["posts.status.draft=live", 'posts.status."a.b=c"=NULL', 'posts.status.x="NULL"'])
    assert answers.maps == {STATUS: {"draft": "live", "a.b=c": None, "x": "NULL"}}


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"rename": ["a"]}, "--rename a: write it as --rename posts.title=posts.headline"),
        ({"rename": ["a=b"]}, "--rename a=b: there is no table 'a' in the migrations"),
        ({"rename": ["a.b=c.d"]}, "--rename a.b=c.d: a column stays in its table, which both sides call by its new name"),
        ({"rename": ["userz=people"]}, "--rename userz=people: there is no table 'userz' in the migrations; did you mean \"users\"?"),
        (
            {"rename": ["a..b=c"]},
            "--rename a..b=c: 'a..b' is no name; a name with a point, an equals sign or a quote in it stands in double quotes",
        ),
        ({"fill": ["posts.title"]}, "--fill posts.title: write it as --fill posts.slug=''"),
        ({"fill": ["posts.titel=1"]}, "--fill posts.titel=1: posts has no column 'titel'; did you mean \"title\"?"),
        ({"fill": ["title=1"]}, "--fill title=1: name a table and a column of it"),
        ({"map": ["post.status.draft=x"]}, "--map post.status.draft=x: there is no table 'post'; did you mean \"posts\"?"),
        ({"map": ["posts.title.draft=x"]}, "--map posts.title.draft=x: posts.title is no enum"),
    ],
)
def test_refusals(flags: dict[str, Any], message: str) -> None:
    """Each names the flag."""
    with pytest.raises(MigrationError) as raised:
        read(**flags)
    assert str(raised.value) == message


def test_columns_that_go() -> None:
    """May be filled on the way back."""
    new = State({USERS: Table("users", None, {"id": SHOP.table(USERS).column("id")})})
    assert parse(SHOP, new, "sqlite", fill=["users.name=''"]).fills == {(USERS, "name"): "''"}
