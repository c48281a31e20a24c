"""A table with changes made: its own text but for what changes, and what no migration knows."""

from __future__ import annotations

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.sql.rebuild.declaration import parsed
from oxyde.migrations.sql.rebuild.merging import in_words, merged

BEFORE = 'CREATE TABLE t ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "a" TEXT NOT NULL, CONSTRAINT "uq" UNIQUE ("a"))'
LIVE = "CREATE TABLE t (id integer not null primary key, a VARCHAR(9) NOT NULL ON CONFLICT FAIL UNIQUE COLLATE NOCASE) WITHOUT ROWID"


def after(live: str, before: str, new: str) -> str:
    """Returns what a table becomes."""
    return merged("t", parsed(live), parsed(before), parsed(new)).declaration.sql("t")


def test_only_what_changes() -> None:
    """A type, NULL, a default; everything else stays as it is written, options too."""
    nullable = BEFORE.replace('"a" TEXT NOT NULL', '"a" TEXT DEFAULT 5')
    assert after(LIVE, BEFORE, nullable) == (
        'CREATE TABLE t ("id" integer not null primary key, "a" VARCHAR(9) DEFAULT 5 UNIQUE COLLATE NOCASE) WITHOUT ROWID'
    )
    assert after(LIVE, BEFORE, BEFORE.replace("TEXT", "BLOB")).startswith(
        'CREATE TABLE t ("id" integer not null primary key, "a" BLOB NOT NULL ON CONFLICT FAIL UNIQUE'
    )


def test_constraints_by_name_and_by_meaning() -> None:
    """One without a name is found by what it says."""
    without = BEFORE.replace(', CONSTRAINT "uq" UNIQUE ("a")', "")
    assert "UNIQUE" not in after(LIVE, BEFORE, without)
    assert "UNIQUE" not in after(BEFORE.replace('"uq" UNIQUE', "UQ UNIQUE"), BEFORE, without)
    renamed = BEFORE.replace('"uq"', '"other"')
    assert after(LIVE, BEFORE, renamed).endswith('COLLATE NOCASE, CONSTRAINT "other" UNIQUE ("a")) WITHOUT ROWID')


def test_keys_are_exchanged_whole() -> None:
    """Wherever they are written."""
    both = BEFORE.replace("PRIMARY KEY AUTOINCREMENT", "NOT NULL").replace("CONSTRAINT", 'PRIMARY KEY ("id", "a"), CONSTRAINT')
    found = after(LIVE, BEFORE, both)
    assert found.startswith('CREATE TABLE t ("id" integer NOT NULL, "a" VARCHAR(9)')
    assert found.endswith('COLLATE NOCASE, PRIMARY KEY ("id", "a")) WITHOUT ROWID')


def test_columns_come_and_go() -> None:
    """With what is over them; new ones at the end of the columns."""
    new = 'CREATE TABLE t ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "b" INT NOT NULL CHECK ("b" IN (1, 2)))'
    assert (
        after(LIVE, BEFORE, new)
        == 'CREATE TABLE t ("id" integer not null primary key, "b" INT NOT NULL CHECK ("b" IN (1, 2))) WITHOUT ROWID'
    )


def test_types_of_strict_tables() -> None:
    """Are few: another one becomes that in which SQLite would store its values."""
    types = ("BOOLEAN", "NUMERIC(10, 2)", "DATETIME", "CHAR(36)", "DOUBLE", "BLOB", "BIGINT")
    new = f"CREATE TABLE t (a INT, {', '.join(f'c{place} {type}' for place, type in enumerate(types))})"
    found = merged("t", parsed("CREATE TABLE t (a INT) STRICT"), parsed("CREATE TABLE t (a INT)"), parsed(new)).declaration
    assert [column.type for column in found.columns] == ["INT", "INTEGER", "ANY", "TEXT", "TEXT", "REAL", "BLOB", "INTEGER"]


def test_values_of_a_column() -> None:
    """The check of an enumeration is found by its shape."""
    before = "CREATE TABLE t (m TEXT CHECK (m IN ('a', 'b')))"
    live = "CREATE TABLE t (m TEXT, CHECK (m IN ('a')))"
    found = merged("t", parsed(live), parsed(before), parsed(before.replace("'b'", "'c'")))
    assert found.extra == []
    assert found.declaration.sql("t") == "CREATE TABLE t (\"m\" TEXT CHECK (m IN ('a', 'c')))"
    older = merged("t", parsed("CREATE TABLE t (m TEXT)"), parsed(before), parsed(before.replace("'b'", "'c'")))
    assert (older.declaration, older.missing) == (parsed("CREATE TABLE t (m TEXT)"), [])


def test_what_no_migration_made() -> None:
    """Is named; a constraint that is to go and is not there, too."""
    live = LIVE.replace(") WITHOUT ROWID", ", hand INT, CONSTRAINT ck CHECK (hand > 0), CHECK (a <> 'x')) WITHOUT ROWID")
    found = merged("t", parsed(live), parsed(BEFORE), parsed(BEFORE))
    assert found.extra == ["column hand", "check ck", "check without a name: CHECK (a <> 'x')"]
    assert found.declaration == parsed(live)
    gone = merged("t", parsed("CREATE TABLE t (id INT, a TEXT)"), parsed(BEFORE), parsed("CREATE TABLE t (id INT, a TEXT)"))
    assert [in_words(piece) for piece in gone.missing] == ["unique uq"]


WITH_B = BEFORE.replace(", CON", ', "b" INT, CON')
ONLY_ID = 'CREATE TABLE t ("id" INTEGER PRIMARY KEY AUTOINCREMENT)'


@pytest.mark.parametrize(
    ("live", "new", "message"),
    [
        ("CREATE TABLE t (id INT)", BEFORE, "t has no column 'a' in the database"),
        (LIVE.replace(") WITHOUT ROWID", ", b INT) WITHOUT ROWID"), WITH_B, "t has a column 'b' already"),
        (LIVE.replace(") WITHOUT ROWID", ", CHECK (\"a\" <> 'x')) WITHOUT ROWID"), ONLY_ID, "t cannot lose its column 'a'"),
    ],
)
def test_refusals(live: str, new: str, message: str) -> None:
    """What cannot be is said by name."""
    with pytest.raises(MigrationError, match=message):
        after(live, BEFORE, new)
