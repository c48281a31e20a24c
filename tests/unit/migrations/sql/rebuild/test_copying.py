"""How rows are copied: by the expressions of the migration, each over the columns as they are by then."""

from __future__ import annotations

import pytest

from oxyde.migrations.operations import AddColumn, AlterColumn, AlterEnumType, Operation
from oxyde.migrations.parts import Column
from oxyde.migrations.sql.rebuild.copying import Copied, conversion, copied, literal, misfit
from oxyde.migrations.state import State, Table
from oxyde.schema import ColumnType
from oxyde.schema.types import BOOL, DATE, DATETIME, DECIMAL, INT, JSON, TEXT, enum_of

NOTE, MOOD = (None, "notes"), (None, "copied_mood")
COLUMNS = {
    "id": Column("id", INT),
    "title": Column("title", TEXT, nullable=True),
    "mood": Column("mood", enum_of("copied_mood", ("good", "it's"))),
}
BEFORE = State().with_table(Table("notes", None, COLUMNS, ("id",)))


def made(*operations: Operation) -> Copied:
    """Returns how the rows of the notes are copied for operations."""
    members, state = [], BEFORE
    for operation in operations:
        members.append((operation, state))
        state = operation.apply(state)
    return copied(NOTE, members)


def test_as_they_are() -> None:
    """With the rowid, where it is no column."""
    plain = made()
    assert plain.is_plain
    assert plain.select('"more"."notes"', '"notes"', ["a", 'b"'], ['b"'], "rowid") == 'SELECT rowid, "b""" FROM "more"."notes"'
    assert plain.select('"notes"', '"notes"', ["a"], ["a"], None) == 'SELECT "a" FROM "notes"'


def test_expressions() -> None:
    """A fill, a default, NULL; a conversion; what becomes of values of an enumeration."""
    operations = (
        AddColumn(NOTE, Column("slug", TEXT), fill="lower(title)"),
        AddColumn(NOTE, Column("stars", INT, default="7")),
        AddColumn(NOTE, Column("extra", INT, nullable=True), fill="stars * 2"),
        AlterColumn(NOTE, "title", {"nullable": False}, fill="'?'"),
        AlterEnumType(MOOD, ("good", "fine"), {"it's": "fine"}),
    )
    assert made(*operations[:3]).layers == [{"slug": "(lower(title))", "stars": "7"}, {"extra": "(stars * 2)"}]
    assert made(*operations[3:]).layers == [
        {"title": "coalesce(\"title\", ('?'))", "mood": "CASE \"mood\" WHEN 'it''s' THEN 'fine' ELSE \"mood\" END"}
    ]


def test_expressions_over_expressions() -> None:
    """Each reads what the one before has made, in the order of the migration."""
    found = made(
        AlterColumn(NOTE, "title", {"nullable": False}, fill="'?'"),
        AddColumn(NOTE, Column("slug", TEXT), fill="lower(title)"),
        AlterColumn(NOTE, "title", {"type": INT}, using="length(title)"),
    )
    assert found.select('"notes"', '"notes"', ["id", "title"], ["id", "title", "slug"], "rowid") == (
        'SELECT oxyde_rowid, "id", (length(title)), (lower(title)) FROM '
        '(SELECT rowid AS oxyde_rowid, "id", coalesce("title", (\'?\')) AS "title" FROM "notes") AS "notes"'
    )
    found.set("slug", "slug || 'x'")
    assert len(found.layers) == 3
    assert found.changed == {"title", "slug"}


@pytest.mark.parametrize(
    ("before", "after", "sql"),
    [
        (INT, TEXT, 'CAST("a" AS TEXT)'),
        (INT, BOOL, '"a" <> 0'),
        (DATE, DATETIME, "\"a\" || ' 00:00:00'"),
        (DATETIME, DATE, 'substr("a", 1, 10)'),
        (TEXT, INT, None),
        (TEXT, TEXT, None),
    ],
)
def test_conversions(before: ColumnType, after: ColumnType, sql: str | None) -> None:
    """Of types that are stored otherwise."""
    assert conversion(Column("a", before), Column("a", after)) == sql
    assert conversion(Column("a", before), Column("a", after, db_type="X")) is None


def test_values_that_do_not_fit() -> None:
    """Are told by how SQLite stores them, where the type is ours."""
    assert misfit(Column("a", INT)) == "typeof(\"a\") NOT IN ('null', 'integer')"
    assert misfit(Column("a", TEXT)) == "typeof(\"a\") NOT IN ('null', 'text')"
    for kind in (BOOL, DECIMAL, JSON, DATE, DATETIME, ColumnType("time")):
        assert " OR " in str(misfit(Column("a", kind)))
    assert misfit(Column("a", INT, db_type="X")) is None


def test_literals() -> None:
    """Quotes are doubled."""
    assert literal("a'b") == "'a''b'"
