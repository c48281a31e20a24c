"""The text of migration files: what it says, that it is read as it was meant, and that a formatter leaves it alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.diff import diff
from oxyde.migrations.folder.calls import calls, column
from oxyde.migrations.folder.context import Context
from oxyde.migrations.folder.writing import described, named, source
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterEnumType,
    CreateIndex,
    CreateTable,
    DropIndex,
    DropTable,
    Execute,
    Irreversible,
    Operation,
    inverted,
)
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, array_of, decimal_of
from tests.property.schemas import renames, states
from tests.unit.migrations.shop import POSTS, SHOP, STATUS, USERS

INITIAL = '''"""Create enumeration type status_enum (draft, live); create table users; create table posts; 1 more."""

from oxyde.migrations import check, column, foreign_key, index, unique

depends_on = None


def upgrade(ctx):
    ctx.create_enum_type("status_enum", ["draft", "live"])
    ctx.create_table(
        "users",
        column("id", "int", auto=True, key=True),
        column("name", "text", length=80),
    )
    ctx.create_table(
        "posts",
        column("id", "int", auto=True, key=True),
        column("title", "text", length=200),
        column("author_id", "int", nullable=True),
        column("status", "enum", name="status_enum", default="'draft'"),
        foreign_key("fk_posts_author_id", "author_id", "users.id", on_delete="CASCADE"),
        unique("uq_posts_title_author_id", "title", "author_id"),
        index("ix_posts_title", "title", "lower(title)", desc=["title"]),
        check("ck_title", "length(title) > 0"),
        comment="What was written",
    )
    ctx.create_view("live_posts", "SELECT * FROM posts WHERE status = 'live'")


def downgrade(ctx):
    ctx.drop_view("live_posts")
    # loses data: the rows of posts
    ctx.drop_table("posts")
    # loses data: the rows of users
    ctx.drop_table("users")
    ctx.drop_enum_type("status_enum")
'''


def written(operations: list[Operation], before: State) -> str:
    """Returns the file of operations."""
    after = before
    for operation in operations:
        after = operation.apply(after)
    return source(operations, inverted(operations, before), before, after, "0001_a")


def test_a_file() -> None:
    """All of it; the same operations make the same text."""
    operations = diff(State(), SHOP)
    assert source(operations, inverted(operations, State()), State(), SHOP, None) == INITIAL
    assert source(diff(State(), SHOP), inverted(operations, State()), State(), SHOP, None) == INITIAL


def test_what_cannot_be_undone() -> None:
    """Says so in ``downgrade``."""
    text = written([AlterColumn(POSTS, "title", {"type": INT, "length": None}, using="length(title)")], SHOP)
    assert 'def downgrade(ctx):\n    raise NotImplementedError(\n        "the reverse of USING length(title)' in text


def test_nothing() -> None:
    """A file for what is written by hand."""
    text = written([], SHOP)
    empty = "def upgrade(ctx):\n    pass\n\n\ndef downgrade(ctx):\n    pass\n"
    assert text == f'"""Changes that are written by hand."""\n\ndepends_on = "0001_a"\n\n\n{empty}'


PARTS: list[Operation] = [
    AddColumn(USERS, Column("a", array_of(decimal_of(9, 2)), nullable=True, default="'{}'", comment="c"), fill="'{}'"),
    AddColumn(USERS, Column("b", TEXT, generated="name", stored=True, collation="C", db_type="CITEXT"), key=True),
    AddColumn(USERS, Column("c", INT, identity="by default")),
    AddConstraint(POSTS, Exclude("e", (("id", "="), ("title", "&&")), "btree", "id > 0")),
    AddConstraint(POSTS, Unique("u", ("id", "title"), deferrable=True)),
    AddConstraint(POSTS, ForeignKey("f", ("id", "author_id"), ("shop", "odd.name"), ("x", 'y"z'), "SET NULL", "NO ACTION")),
    CreateIndex(USERS, Index("i", ("name",), unique=True, method="gin", where="id > 0", include=("id",)), concurrently=True),
    DropIndex(POSTS, "ix_posts_title", concurrently=True),
    AlterColumn(POSTS, "title", {"type": decimal_of(20, 3), "length": None, "default": None, "nullable": True}, "title::numeric", "0"),
    AlterColumn(POSTS, "title", {"type": INT, "length": None}),
    AlterColumn(POSTS, "title", {"db_type": "CITEXT", "generated": "1", "stored": True, "auto": True}),
    AlterEnumType(STATUS, ("live", "it's"), {"draft": None}),
    CreateTable(Table("t", "s", {"a": Column("a", INT), "b": Column("b", INT)}, ("b", "a"), {"c": Check("c", "a > 0 AND b = '\\'")})),
]


@pytest.mark.parametrize("operation", PARTS, ids=map(str, PARTS))
def test_round_trip(operation: Operation) -> None:
    """Parts that the states of the property tests do not have."""
    names: dict[str, Any] = {}
    after = operation.apply(SHOP)
    exec(source([operation], Irreversible("x"), SHOP, after, None), names)
    ctx = Context("postgres", SHOP)
    names["upgrade"](ctx)
    assert ctx.state == after
    assert ctx.operations[0] == operation or isinstance(operation, (CreateTable, AlterColumn))


def test_refusals() -> None:
    """Only the application can write SQL and functions."""
    with pytest.raises(MigrationError, match="no file can be written for 'Execute SELECT 1'"):
        calls(Execute("SELECT 1"), SHOP)
    with pytest.raises(MigrationError, match="column 'a': no file can say an array of arrays"):
        column(Column("a", array_of(array_of(INT))))


@pytest.mark.parametrize(
    ("operations", "name"),
    [
        (diff(State(), SHOP), "create_users_create_posts_create_live_posts"),
        (diff(SHOP, State()), "drop_view_live_posts_drop_table_posts_and_more"),
        ([DropTable(POSTS)], "drop_table_posts"),
        ([AddColumn(USERS, Column("slug", TEXT))], "add_users_slug"),
        ([AlterColumn(USERS, "name", {"length": 90})], "change_column_users_name"),
        ([AddConstraint(USERS, Check('odd "näme"', "1 = 1")), CreateIndex(USERS, Index("i", ("name",)))], "add_odd_n_me_create_i"),
        (diff(State(), State(enums={STATUS: ("a",)})), "create_enumeration_type_status_enum"),
        ([DropTable((None, "x" * 80))], "drop_table_" + "x" * 39),
        ([], "by_hand"),
    ],
)
def test_names(operations: list[Operation], name: str) -> None:
    """Say what happens, in letters that every file system has."""
    assert named(operations, first=False) == name
    assert name.isidentifier()


def test_the_first() -> None:
    """Is called initial."""
    assert named(diff(State(), SHOP), first=True) == "initial"


def test_descriptions() -> None:
    """Quotes and lines in names end no docstring."""
    odd = Check('"""\n\\', "1 = 1")
    assert described([AddConstraint(POSTS, odd)]) == "Add check ''''' to posts."
    assert ast.literal_eval(f'"""{described([AddConstraint(POSTS, odd)])}"""') == "Add check ''''' to posts."


def test_a_formatter_leaves_it_alone(tmp_path: Path) -> None:
    """Files of many differences, with names and texts of trouble."""
    texts: list[str] = [INITIAL, *(written([operation], SHOP) for operation in PARTS), written([], SHOP)]

    @settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(old=states(), new=states(), data=st.data())
    def write(old: State, new: State, data: st.DataObject) -> None:
        texts.append(written(diff(old, new, data.draw(renames(old, new))), old))

    write()
    for number, text in enumerate(texts):
        (tmp_path / f"m{number}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    check = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "I,F,E4,E7,E9,W", str(tmp_path)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert len(texts) > len(PARTS) + 20
