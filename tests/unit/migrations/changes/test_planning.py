"""The change from files to models: what it does by itself, and what it asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.answers import Answers, parse
from oxyde.migrations.changes.planning import plan
from oxyde.migrations.from_models import from_models
from oxyde.migrations.state import State
from oxyde.schema import Column, Index, Table
from oxyde.schema.types import INT, TEXT, enum_of

ID = Column("id", "id", INT, key=True)
TITLE = Column("title", "title", TEXT, length=80)
STATUS = Column("status", "status", enum_of("status_enum", ("draft", "live", "gone")))


def posts(*columns: Column, **parts: Any) -> Table:
    """Returns a table of posts."""
    return Table("Post", "posts", columns=(ID, *columns), **parts)


def state(*tables: Table) -> State:
    """Returns the state of tables."""
    return from_models(tables)


def planned(old: State, *tables: Table, dialect: str = "postgres", **flags: Any) -> tuple[list[str], list[str]]:
    """Returns the operations and the open questions."""
    new = state(*tables)
    change = plan(old, new, tables, parse(old, new, dialect, **flags), dialect)
    return list(map(str, change.operations)), list(map(str, change.questions))


def test_renames_are_asked() -> None:
    """Unless a flag or the model says so."""
    old, new = state(posts(TITLE)), replace(TITLE, name="headline", field="headline")
    _, questions = planned(old, posts(new))
    assert questions == [
        "Was the column posts.title renamed to posts.headline? Answer with --rename posts.title=posts.headline, or --no-rename"
    ]
    renamed = (["Rename column posts.title to headline"], [])
    assert planned(old, posts(new), rename=["posts.title=posts.headline"]) == renamed
    assert planned(old, posts(replace(new, was="title"))) == renamed
    assert planned(state(posts(new)), posts(replace(new, was="title"))) == ([], [])


def test_tables_that_are_renamed() -> None:
    """Their constraints and indexes keep their names; columns are asked about once the table is known."""
    old = state(posts(TITLE, indexes=(Index(("title",)),)))
    new = replace(posts(TITLE, indexes=(Index(("title",)),)), name="articles")
    assert planned(old, new)[1] == ["Was the table posts renamed to articles? Answer with --rename posts=articles, or --no-rename"]
    assert planned(old, new, rename=["posts=articles"]) == (["Rename table posts to articles"], [])
    assert planned(old, replace(new, was="posts")) == (["Rename table posts to articles"], [])
    assert planned(old, new, no_rename=True) == (["Drop table posts", "Create table articles"], [])
    other = replace(new, columns=(ID, replace(TITLE, name="head", field="head")), indexes=(Index(("head",)),), was="posts")
    assert planned(old, other)[1] == [
        "Was the column articles.title renamed to articles.head? Answer with --rename articles.title=articles.head, or --no-rename"
    ]


def test_columns_of_other_types() -> None:
    """Are no rename: dropping one and adding another loses data, which is asked."""
    old, new = state(posts(TITLE)), posts(Column("size", "size", INT, nullable=True))
    _, questions = planned(old, new)
    assert questions == ["posts: title would be dropped, whose values are lost, and size added. Is that meant? Answer with --yes"]
    assert planned(old, new, yes=True) == (["Drop column posts.title", "Add column posts.size int"], [])
    assert planned(old, posts()) == (["Drop column posts.title"], [])


def test_what_rows_get() -> None:
    """The default of the server, that of the model, what is said; else it is asked."""
    old = state(posts())
    assert planned(old, posts(TITLE))[1] == [
        "posts.title takes no NULL; which SQL do the rows that are there get? Answer with --fill posts.title=SQL"
    ]
    filled = "Add column posts.title text(80) NOT NULL"
    assert planned(old, posts(TITLE), fill=["posts.title=lower('A')"]) == ([f"{filled}, filled with lower('A')"], [])
    assert planned(old, posts(replace(TITLE, initial="it's"))) == ([f"{filled}, filled with 'it''s'"], [])
    assert planned(old, posts(replace(TITLE, default="'x'", initial="y"))) == ([f"{filled} DEFAULT 'x'"], [])
    assert planned(old, posts(replace(TITLE, nullable=True))) == (["Add column posts.title text(80)"], [])


def test_columns_that_take_no_null_any_more() -> None:
    """The same, and the server's default is what NULL becomes."""
    old = state(posts(replace(TITLE, nullable=True)))
    assert len(planned(old, posts(TITLE))[1]) == 1
    assert planned(old, posts(replace(TITLE, initial="-"))) == (["Change column posts.title: NOT NULL, NULL becomes '-'"], [])
    assert planned(old, posts(replace(TITLE, default="'x'"))) == (
        ["Change column posts.title: NOT NULL, default 'x', NULL becomes 'x'"],
        [],
    )


def test_the_way_back() -> None:
    """A column that goes is filled when it comes back."""
    new = state(posts())
    change = plan(state(posts(TITLE)), new, [posts()], parse(state(posts(TITLE)), new, "postgres", fill=["posts.title=''"]), "postgres")
    assert getattr(change.operations[0], "fill", None) == "''"


def test_types_that_lose() -> None:
    """Are asked; others are not."""
    old = state(posts(TITLE))
    shorter = posts(replace(TITLE, length=20))
    assert planned(old, shorter)[1] == [
        "The change loses what text(20) cannot hold of posts.title (text(80)). Is that meant? Answer with --yes"
    ]
    assert planned(old, shorter, yes=True)[1] == []
    assert planned(old, posts(replace(TITLE, length=None))) == (["Change column posts.title: to text of any length"], [])


def test_values() -> None:
    """Those at the end come by themselves; what becomes of one that goes is asked, if there are columns."""
    old = state(posts(STATUS))
    more = posts(replace(STATUS, type=enum_of("status_enum", ("draft", "live", "gone", "new"))))
    assert planned(old, more) == (["Add value new to enumeration type status_enum"], [])
    less = posts(replace(STATUS, type=enum_of("status_enum", ("live", "draft"))))
    assert planned(old, less)[1] == [
        "posts.status loses the value 'gone'; which of live, draft or NULL do its rows get? Answer with --map posts.status.gone=VALUE"
    ]
    changed = "Change enumeration type status_enum to (live, draft); gone becomes"
    assert planned(old, less, map=["posts.status.gone=draft"]) == ([f"{changed} draft"], [])
    assert planned(old, less, map=["posts.status.gone=NULL"]) == ([f"{changed} NULL"], [])
    unused = State(enums={(None, "status_enum"): ("draft", "live", "gone")})
    assert planned(unused, less)[1] == []


def test_constraints_and_indexes() -> None:
    """A rename that is said has to be one."""
    old = state(posts(TITLE, indexes=(Index(("title",), name="a"),)))
    new = posts(TITLE, indexes=(Index(("title",), name="b"),))
    assert planned(old, new, rename=["index:a=b"]) == (["Rename index a of posts to b"], [])
    with pytest.raises(MigrationError, match="--rename index:a=c: there are no two of those names that are the same but for the name"):
        planned(old, new, rename=["index:a=c"])


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"fill": ["posts.id=1"]}, "--fill posts.id=1: no row of it has to be filled"),
        ({"map": ["posts.status.draft=live"]}, "--map: 'draft' of status_enum stays, or was none of its values"),
        ({"rename": ["posts.x=posts.y"]}, "--rename posts.x=posts.y: there is no column posts.x to rename"),
    ],
)
def test_answers_about_nothing(flags: dict[str, Any], message: str) -> None:
    """Are refused."""
    with pytest.raises(MigrationError) as raised:
        planned(state(posts(STATUS)), posts(STATUS), **flags)
    assert str(raised.value) == message


def test_replies() -> None:
    """A question takes a reply and gives the answers with it."""
    old = state(posts(TITLE, STATUS))
    tables = [posts(replace(TITLE, name="head", field="head"), replace(STATUS, type=enum_of("status_enum", ("draft", "live"))))]

    def asked(answers: Answers) -> Any:
        return plan(old, state(*tables), tables, answers, "postgres").questions

    question, value = asked(Answers())
    assert value.flag == "--map posts.status.gone=VALUE"  # which is open whatever was renamed
    assert asked(question.answered(Answers(), True))[0].text.startswith("posts.status loses the value 'gone'")
    answers = question.answered(Answers(), False)
    loss, value, fill = asked(answers)
    assert loss.text == "posts: title would be dropped, whose values are lost, and head added. Is that meant?"
    with pytest.raises(MigrationError, match=r"posts: title would be dropped.*; nothing was written"):
        loss.answered(answers, False)
    answers = value.answered(fill.answered(loss.answered(answers, True), "''"), "NULL")
    assert asked(answers) == []
    assert (answers.fills, answers.maps) == ({((None, "posts"), "head"): "''"}, {(None, "status_enum"): {"gone": None}})
