"""CREATE TABLE statements in parts: however they are spelt, what is not exchanged stays as it is written."""

from __future__ import annotations

import pytest

from oxyde.migrations.sql.rebuild.declaration import mentions, parsed

ODD = """CREATE TABLE [odd one] (id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key, and a "quote
  "a""b" VARCHAR (20) COLLATE NOCASE NOT NULL ON CONFLICT FAIL DEFAULT x'00ff' UNIQUE,
  b DEFAULT -1.5e-3 CONSTRAINT "ck b" CHECK (b > 0 /* not ), */) REFERENCES p ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  c AS (b || 'x, y') STORED, d TEXT DEFAULT ('a' || 'b') NULL,
  CONSTRAINT uq UNIQUE (b, "a""b" DESC) ON CONFLICT IGNORE CHECK (b <> c),
  FOREIGN KEY (b, d) REFERENCES "q" (x, y) MATCH FULL ON UPDATE NO ACTION NOT DEFERRABLE) STRICT"""


def test_every_part() -> None:
    """Types, constraints of columns and tables, with what is in them."""
    made = parsed(ODD)
    types = {one.name: one.type for one in made.columns}
    assert types == {"id": "INTEGER", 'a"b': "VARCHAR (20)", "b": "", "c": "", "d": "TEXT"}
    said = [[(piece.kind, piece.name) for piece in one.pieces] for one in made.columns]
    assert said == [
        [("primary key", None)],
        [("collate", None), ("not null", None), ("default", None), ("unique", None)],
        [("default", None), ("check", "ck b"), ("foreign key", None)],
        [("generated", None)],
        [("default", None), ("null", None)],
    ]
    assert [(piece.kind, piece.name, piece.columns) for piece in made.constraints] == [
        ("unique", "uq", ("b", 'a"b')),
        ("check", None, ()),
        ("foreign key", None, ("b", "d")),
    ]
    assert [one.of("default")[0].text for one in made.columns if one.of("default")] == [
        "DEFAULT x'00ff'",
        "DEFAULT -1.5e-3",
        "DEFAULT ('a' || 'b')",
    ]
    assert made.options == "STRICT"
    assert made.counts
    assert made.alias == "id"


def test_what_is_written_reads_the_same() -> None:
    """Without its comments, one of which had hidden the end of a line."""
    again = parsed(parsed(ODD).sql('"odd one"'))
    assert again == parsed(again.sql("t"))
    assert [one.name for one in again.columns] == [one.name for one in parsed(ODD).columns]
    assert "--" not in again.sql("t")


@pytest.mark.parametrize(
    ("sql", "alias", "rowid"),
    [
        ("CREATE TABLE t (a INTEGER PRIMARY KEY)", "a", "rowid"),
        ("CREATE TABLE t (a INTEGER, PRIMARY KEY (a))", "a", "rowid"),
        ("CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC))", "a", "rowid"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY DESC)", None, "rowid"),
        ("CREATE TABLE t (a INT PRIMARY KEY)", None, "rowid"),
        ("CREATE TABLE t (a INTEGER, b, PRIMARY KEY (a, b))", None, "rowid"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY) WITHOUT ROWID", None, None),
        ("CREATE TABLE t (RowId INT, oid INT)", None, "_rowid_"),
        ("CREATE TABLE t (rowid INT, oid INT, _rowid_ INT)", None, None),
    ],
)
def test_rowids(sql: str, alias: str | None, rowid: str | None) -> None:
    """A key of one INTEGER is the rowid; columns may take its names."""
    made = parsed(sql)
    assert (made.alias, made.rowid) == (alias, rowid)


def test_meanings() -> None:
    """Two spellings of a constraint mean the same."""
    one = parsed('CREATE TABLE t (a INT CHECK ((a > 0)), UNIQUE (a), FOREIGN KEY (A) REFERENCES "P")')
    other = parsed("CREATE TABLE t (a INT UNIQUE REFERENCES p CHECK ([t].a>/* x */0))")
    assert {piece.kind: piece.means for piece in one.pieces} == {piece.kind: piece.means for piece in other.pieces}


def test_without_its_name() -> None:
    """Expressions of a table may say its name, and not while it has another one; strings and other names stay."""
    made = parsed("""CREATE TABLE "a b" (x INT CHECK ("A b".x > 'a b.x'), y AS ([a b].x + 1), CHECK (x <> y))""").without_name("a b")
    assert made.sql("t") == """CREATE TABLE t ("x" INT CHECK (x > 'a b.x'), "y" AS (x + 1), CHECK (x <> y))"""


def test_names_in_expressions() -> None:
    """Are words or quoted names, never strings."""
    assert mentions("lower(Name) > 'x'", "name")
    assert mentions('"name" > 1', "name")
    assert not mentions("'name' > names", "name")
