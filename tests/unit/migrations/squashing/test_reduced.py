"""Operations that are joined, and what keeps them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oxyde.migrations import check, column, foreign_key, index, unique
from oxyde.migrations.folder.context import Context
from oxyde.migrations.operations import replay
from oxyde.migrations.squashing.reduced import reduced
from oxyde.migrations.state import State

ID = column("id", "int", key=True)
NOTE = column("note", "text", nullable=True)


def before() -> State:
    """Returns a state with two tables, which may have rows."""
    ctx = Context("postgres", State())
    ctx.create_table("old", ID, column("size", "int"), unique("uq_old_size", "size"), index("ix_old_size", "size"))
    ctx.create_table("other", ID)
    ctx.create_view("seen", "SELECT size FROM old")
    return ctx.state


def lines(function: Callable[[Context], Any]) -> list[str]:
    """Returns what is left of the operations that a function records."""
    state = before()
    ctx = Context("postgres", state)
    function(ctx)
    left = reduced(ctx.operations, state)
    assert replay(left, state) == ctx.state
    return [str(one) for one in left]


JOINED: list[tuple[Callable[[Context], Any], list[str]]] = [
    (lambda c: (c.create_table("new", ID), c.add_column("new", NOTE), c.rename_table("new", "made")), ["Create table made"]),
    (lambda c: (c.create_table("new", ID), c.create_table("b", ID), c.drop_table("new")), ["Create table b"]),
    (
        lambda c: (c.create_table("a", ID), c.create_table("b", ID), c.add_foreign_key("a", foreign_key("fk_a", "id", "b.id"))),
        ["Create table b", "Create table a"],
    ),
    (
        lambda c: (c.create_table("a", ID), c.create_enum_type("e", ["x"]), c.add_column("a", column("e", "enum", name="e"))),
        ["Create enumeration type e (x)", "Create table a"],
    ),
    (
        lambda c: (c.add_column("old", NOTE), c.rename_column("old", "size", "n"), c.drop_column("old", "note")),
        ["Rename column old.size to n"],
    ),
    (lambda c: (c.rename_column("old", "size", "a"), c.rename_column("old", "a", "b")), ["Rename column old.size to b"]),
    (lambda c: (c.rename_column("old", "size", "a"), c.rename_column("old", "a", "size")), []),
    (lambda c: (c.rename_table("old", "a"), c.rename_table("a", "b")), ["Rename table old to b"]),
    (lambda c: (c.rename_table("old", "a"), c.drop_table("a")), ["Drop table old"]),
    (lambda c: (c.add_column("old", NOTE), c.comment_column("old", "size", "s"), c.drop_table("old")), ["Drop table old"]),
    (lambda c: (c.drop_index("old", "ix_old_size"), c.create_index("old", index("ix_old_size", "size"))), []),
    (
        lambda c: (c.add_column("old", NOTE), c.alter_column("old", "note", nullable=False, fill="''")),
        ["Add column old.note text NOT NULL, filled with ''"],
    ),
    (
        lambda c: (c.add_column("old", column("n", "int", default="1")), c.alter_column("old", "n", default=None)),
        ["Add column old.n int NOT NULL, filled with 1"],
    ),
    (
        lambda c: (c.add_column("old", column("n", "int", default="1")), c.alter_column("old", "n", default="2", nullable=True)),
        ["Add column old.n int DEFAULT 2, filled with 1"],
    ),
    (lambda c: (c.alter_column("old", "size", nullable=True), c.alter_column("old", "size", nullable=False)), []),
    (
        lambda c: (c.add_column("old", NOTE, fill="'a'"), c.alter_column("old", "note", nullable=False)),
        ["Add column old.note text NOT NULL, filled with 'a'"],
    ),
    (lambda c: (c.create_enum_type("e", ["x"]), c.add_enum_value("e", "y")), ["Create enumeration type e (x, y)"]),
    (
        lambda c: (
            c.create_enum_type("e", ["x"]),
            c.create_table("a", ID, column("e", "enum", name="e")),
            c.add_enum_value("e", "y"),
            c.alter_enum_type("e", ["z", "y", "x"]),
        ),
        ["Create enumeration type e (z, y, x)", "Create table a"],
    ),
    (
        lambda c: (c.create_table("new", ID), c.execute("DELETE FROM other"), c.add_column("new", NOTE)),
        ["Create table new", "Execute DELETE FROM other"],
    ),
]
APART: list[Callable[[Context], Any]] = [
    lambda c: (c.add_column("old", NOTE, fill="size"), c.alter_column("old", "note", nullable=False, fill="''")),
    lambda c: (c.create_table("new", ID), c.execute("INSERT INTO new (id) VALUES (1)"), c.add_column("new", NOTE)),
    lambda c: (c.create_table("new", ID), c.execute("SELECT fill_all()"), c.add_column("new", NOTE)),
    lambda c: (c.create_table("new", ID), c.run(print), c.add_column("new", NOTE)),
    lambda c: (c.create_table("new", ID), c.run(print, tables=["new"]), c.add_column("new", NOTE)),
    lambda c: (c.add_column("old", NOTE), c.add_check("old", check("ck_old", "note <> ''")), c.rename_column("old", "note", "n")),
    lambda c: (c.drop_view("seen"), c.alter_column("old", "size", type="text"), c.create_view("seen", "SELECT size FROM old")),
    lambda c: (c.alter_column("old", "size", type="text"), c.alter_column("old", "size", type="int")),
    lambda c: (c.drop_column("old", "size"), c.add_column("old", column("size", "int"), fill="1")),
]


@pytest.mark.parametrize(("function", "left"), JOINED, ids=range(len(JOINED)))
def test_joined(function: Callable[[Context], Any], left: list[str]) -> None:
    """What is made and changed is made so; what is made and dropped is not."""
    assert lines(function) == left


@pytest.mark.parametrize("function", APART, ids=range(len(APART)))
def test_apart(function: Callable[[Context], Any]) -> None:
    """What something between depends on stays, in its order, and so do values that would be lost."""
    ctx = Context("postgres", before())
    function(ctx)
    assert lines(function) == [str(one) for one in ctx.operations]
