"""The parts of statements that SQLite keeps."""

from __future__ import annotations

import pytest

from oxyde.migrations.live import sqlite_text as text
from oxyde.schema import naming


def test_columns() -> None:
    """Types, defaults, collations, generated values and checks, in any order and spelling."""
    said = text.table(
        """create table "t (" (
            [a b] varchar(20) not null on conflict replace default 'it''s,' collate nocase, -- a comment, with a comma
            `c` DECIMAL(10, 2) default -1.5 check (c > (1)), d default (1 + (2)), e generated always as (c * 2) stored, f text as ('x)'),
            "constraint" int primary key desc, constraintless, g constraint named check ((g <> 7)) unique, h default current_timestamp
        ) strict"""
    )
    assert said.types == {
        "a b": "varchar(20)",
        "c": "DECIMAL(10, 2)",
        "d": "",
        "e": "",
        "f": "text",
        "constraint": "int",
        "constraintless": "",
        "g": "",
        "h": "",
    }
    assert said.defaults == {"a b": "'it''s,'", "c": "-1.5", "d": "(1 + (2))", "h": "current_timestamp"}
    assert said.generated == {"e": ("c * 2", True), "f": ("'x)'", False)}
    assert said.collations == {"a b": "nocase"}
    assert said.column_checks == [("c", None, "c > (1)"), ("g", "named", "(g <> 7)")]
    assert said.uniques == [(None, ("g",))]
    assert said.descending


@pytest.mark.parametrize("literal", ["x'00'", "X'2A'", "1e-5", "-1.5E+3", "+.5", "0x1F", "'it''s'", "null", "1.", ".5e-1"])
def test_defaults(literal: str) -> None:
    """Literals are read whole, whatever follows."""
    assert text.table(f"CREATE TABLE t (a DEFAULT {literal} NOT NULL, b)").defaults == {"a": literal}


def test_a_default_that_a_word_follows_at_once() -> None:
    """As SQLite takes it."""
    said = text.table("CREATE TABLE t (a DEFAULT 'x'NOT NULL, b DEFAULT x'00'COLLATE nocase, c DEFAULT-1)")
    assert said.defaults == {"a": "'x'", "b": "x'00'", "c": "-1"}
    assert said.collations == {"b": "nocase"}


def test_constraints() -> None:
    """Names are kept, and a comma between two is not needed."""
    said = text.table(
        """CREATE TABLE t (a, b REFERENCES p ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, c CONSTRAINT fc REFERENCES q (x),
            PRIMARY KEY (a, b), CONSTRAINT uq UNIQUE (a COLLATE nocase, "b" DESC) ON CONFLICT IGNORE CONSTRAINT ck CHECK (a > ',)')
            CHECK (b), CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES p2 (x, "y z") ON UPDATE SET NULL ON DELETE NO ACTION
            MATCH FULL NOT DEFERRABLE INITIALLY IMMEDIATE)"""
    )
    assert said.uniques == [("uq", ("a", "b"))]
    assert said.checks == [("ck", "a > ',)'"), (None, "b")]
    assert said.references == [
        text.Reference(None, ("b",), "p", (), "CASCADE", "NO ACTION", deferred=True),
        text.Reference("fc", ("c",), "q", ("x",)),
        text.Reference("fk", ("a", "b"), "p2", ("x", "y z"), "NO ACTION", "SET NULL"),
    ]
    assert not said.descending


@pytest.mark.parametrize("sql", ["", "CREATE TABLE t", "CREATE TABLE t (", "CREATE TABLE t (a CHECK (", "CREATE TABLE t (PRIMARY)"])
def test_texts_that_are_cut_off(sql: str) -> None:
    """Reading them ends."""
    assert text.table(sql).references == []


def test_views() -> None:
    """The names of columns beside a view become part of its text."""
    assert text.view('CREATE VIEW IF NOT EXISTS x . "as" AS  select 1 as a;') == "select 1 as a;"
    assert text.view('create view v (a, "b c") as select 1, 2') == 'WITH named(a, "b c") AS (select 1, 2) SELECT * FROM named'


def test_indexes() -> None:
    """Parts as they are written, without their direction, and the condition."""
    parts, where = text.index(
        'CREATE UNIQUE INDEX "i (" ON t ("a b" DESC, lower(c, \',\') collate nocase /* c */ ASC, (d + 1)) WHERE d > 2'
    )
    assert parts == ['"a b"', "lower(c, ',') collate nocase", "(d + 1)"]
    assert where == "d > 2"
    assert text.index("create index i on t (a)") == (["a"], None)


def test_searches() -> None:
    """Full-text indexes over a table; no other virtual tables."""
    assert text.searched("CREATE VIRTUAL TABLE ft USING fts5 (\"a b\", c, content='t''s', content_rowid='id')") == ("t's", ("a b", "c"))
    assert text.searched("CREATE VIRTUAL TABLE ft USING fts5 (a)") is None
    assert text.searched("CREATE VIRTUAL TABLE ft USING rtree (a, b, c)") is None


def test_names() -> None:
    """In every quote that SQLite knows."""
    assert [text.unquoted(one) for one in ("a", '"a""b"', "[a b]", "`a``b`", "'a'")] == ["a", 'a"b', "a b", "a`b", "a"]
    assert naming.quoted('a"b') == '"a""b"'
