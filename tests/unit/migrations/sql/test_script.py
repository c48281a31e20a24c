"""What a migration sends: statements in order, those that roll back, and those that cannot be in a transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oxyde.exceptions import UnsupportedError
from oxyde.migrations.operations import (
    AddColumn,
    AlterColumn,
    CommentColumn,
    CreateIndex,
    CreateTable,
    Execute,
    Operation,
    RequireManual,
    Run,
    StateOnly,
)
from oxyde.migrations.parts import Column, Index
from oxyde.migrations.sql.script import changes_rows, script
from oxyde.migrations.state import State, Table
from oxyde.schema.types import INT, TEXT

TABLE = Table("scripted", columns={"id": Column("id", INT)}, key=("id",))


def test_steps_are_the_operations_with_their_statements() -> None:
    """Each with the state before it; several statements where the server needs them, none where it has nothing to do."""
    added = AddColumn((None, "scripted"), Column("name", TEXT), fill="'x'")
    steps = script([CreateTable(TABLE), added, StateOnly(()), Execute("SELECT 1")], State(), "postgres")
    assert [step.operation for step in steps][1] is added
    assert steps[0].before == State()
    assert steps[1].before == State().with_table(TABLE)
    assert [len(step.texts) for step in steps] == [1, 3, 0, 1]
    assert steps[1].texts[1] == """UPDATE "scripted" SET "name" = ('x')"""
    assert not any(step.alone for step in steps)


def test_indexes_that_are_built_concurrently_are_alone() -> None:
    """On PostgreSQL, the one server that builds them; nothing else is."""
    index = CreateIndex((None, "scripted"), Index("ix", ("id",)), concurrently=True)
    assert [step.alone for step in script([CreateTable(TABLE), index], State(), "postgres")] == [False, True]
    with pytest.raises(UnsupportedError, match=r"Create index ix .*leave out concurrently="):
        script([CreateTable(TABLE), index], State(), "sqlite")


@pytest.mark.parametrize(
    "operation", [CommentColumn((None, "scripted"), "name", "said"), AlterColumn((None, "scripted"), "name", {"length": 80})]
)
def test_what_sqlite_does_not_know_is_nothing_before_an_index(operation: Operation) -> None:
    """A comment and a length need no new table, also where the column is indexed later on."""
    table = replace(TABLE, columns={**TABLE.columns, "name": Column("name", TEXT, length=40)})
    first, second = script([operation, CreateIndex((None, "scripted"), Index("ix", ("name",)))], State().with_table(table), "sqlite")
    assert (first.texts, len(second.texts)) == ([], 1)


@pytest.mark.parametrize("dialect", ["postgres", "sqlite", "mysql", "mariadb"])
def test_functions_in_batches_are_alone(dialect: str) -> None:
    """Each batch is committed; other functions are in the transaction of their migration. Neither is a statement."""
    steps = script([CreateTable(TABLE), Run(print, ("scripted",)), Run(print, ("scripted",), batch=5)], State(), dialect)
    assert [(step.alone, len(step.texts) > 0) for step in steps] == [(False, True), (False, False), (True, False)]


def test_a_function_is_known_by_what_it_does() -> None:
    """The size of its batches may change between two runs."""
    assert Run(print, ("a", "b"), batch=5).label == Run(print, ("a", "b")).label == "Run print() on a, b"
    assert Run(print).addresses(State().with_table(TABLE)) == [(None, "scripted")]


def test_what_somebody_has_to_do_sends_nothing() -> None:
    """It is refused by those who run it."""
    (step,) = script([RequireManual("think")], State(), "mysql")
    assert step.texts == []


@pytest.mark.parametrize(
    ("text", "does"),
    [("update t set a = 1", True), (" WITH x AS (SELECT 1) SELECT 1", True), ("CREATE TABLE t (a INT)", False), ("", True)],
)
def test_statements_about_rows(text: str, *, does: bool) -> None:
    """Are told by their first word."""
    assert changes_rows(text) is does
    assert changes_rows(f"-- why\n/* and how */ {text}", "mysql") is does
