"""What each dialect shows of a state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oxyde.migrations.comparing.projection import projection
from oxyde.migrations.parts import Column, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import (
    BYTES,
    DATETIME,
    DATETIME_TZ,
    DECIMAL,
    DURATION,
    INT,
    JSON,
    TEXT,
    UUID,
    ColumnType,
    array_of,
    decimal_of,
    enum_of,
)


def table(*columns: Column, key: tuple[str, ...] = (), **parts: Any) -> Table:
    """Returns a table."""
    return replace(Table("t", columns={column.name: column for column in columns}, key=key), **parts)


def seen(one: Table, dialect: str, **enums: tuple[str, ...]) -> tuple[Table, tuple[str, ...]]:
    """Returns what is seen of a table, and what is not."""
    found = projection(State({one.address: one}, {(None, name): values for name, values in enums.items()}), dialect)
    return found.state.tables[one.address], found.hidden


@pytest.mark.parametrize(
    ("column", "dialect", "expected", "hidden"),
    [
        (Column("a", TEXT, length=80), "postgres", Column("a", TEXT, length=80), ()),
        (Column("a", TEXT, length=80), "sqlite", Column("a", TEXT), ("t.a: length 80",)),
        (Column("a", TEXT, length=20_000), "mariadb", Column("a", TEXT), ("t.a: length 20000",)),
        (Column("a", BYTES, length=80), "postgres", Column("a", BYTES), ("t.a: length 80",)),
        (Column("a", decimal_of(10, None)), "postgres", Column("a", decimal_of(10, 0)), ()),
        (Column("a", decimal_of(65, 30)), "mariadb", Column("a", DECIMAL), ()),
        (Column("a", decimal_of(20, 2)), "sqlite", Column("a", TEXT), ("t.a: that it is decimal(20, 2)",)),
        (Column("a", DURATION), "mariadb", Column("a", INT), ("t.a: that it is duration",)),
        (Column("a", DURATION), "postgres", Column("a", DURATION), ()),
        (Column("a", DATETIME_TZ), "mysql", Column("a", DATETIME), ("t.a: that it is datetime_tz",)),
        (Column("a", DATETIME_TZ), "sqlite", Column("a", DATETIME_TZ), ()),
        (Column("a", UUID), "mariadb", Column("a", TEXT, db_type="char(36)"), ()),
        (Column("a", UUID), "sqlite", Column("a", UUID), ()),
        (Column("a", array_of(TEXT)), "mariadb", Column("a", JSON), ("t.a: that it is array of text",)),
        (Column("a", array_of(array_of(INT))), "postgres", Column("a", array_of(INT)), ()),
        (Column("a", TEXT, comment="c"), "sqlite", Column("a", TEXT), ("t.a: comment c",)),
        (Column("a", TEXT, comment=""), "postgres", Column("a", TEXT), ()),
        (Column("a", TEXT, db_type="varchar(20)"), "sqlite", Column("a", TEXT, length=20), ()),
        (Column("a", INT, db_type="BIGINT"), "sqlite", Column("a", INT, db_type="BIGINT"), ()),
        (Column("a", INT, identity="always"), "postgres", Column("a", INT, auto=True, identity="always"), ()),
        (Column("a", TEXT, collation="binary"), "sqlite", Column("a", TEXT), ("t.a: collation binary",)),
    ],
)
def test_columns(column: Column, dialect: str, expected: Column, hidden: tuple[str, ...]) -> None:
    """Of each kind."""
    found, unseen = seen(table(column), dialect)
    assert (found.columns["a"], unseen) == (expected, hidden)


def test_keys() -> None:
    """Take no NULL, but on SQLite; there an INTEGER alone is the number of the row."""
    one = table(Column("a", INT, nullable=True, default="1"), key=("a",))
    assert seen(one, "postgres")[0].columns["a"] == Column("a", INT, default="1")
    number = table(Column("a", INT, auto=True, default="1"), key=("a",))
    assert seen(one, "sqlite") == (number, ("t.a: that the server does not count it up",))
    text = table(Column("a", TEXT, nullable=True), key=("a",))
    assert seen(text, "sqlite")[0].columns["a"].nullable
    assert seen(text, "mariadb")[0].columns["a"] == Column("a", TEXT, length=255)
    counts = table(Column("a", INT, auto=True, default="1"), key=("a",))
    assert seen(counts, "sqlite")[0].columns["a"] == Column("a", INT, auto=True)


@pytest.mark.parametrize(("dialect", "name"), [("postgres", "mood"), ("sqlite", "t_a_enum"), ("mariadb", "t_a_enum")])
def test_enumerations(dialect: str, name: str) -> None:
    """Have names on PostgreSQL alone; elsewhere one that no column uses is nowhere."""
    one = table(Column("a", enum_of("mood", ())))
    found, hidden = seen(one, dialect, mood=("x", "y"), unused=("z",))
    assert found.columns["a"].type == enum_of(name, ())
    assert hidden == (() if dialect == "postgres" else ("enumeration unused: no column uses it",))
    opted_out = table(Column("a", ColumnType("enum", name="mood"), db_type="TEXT"))
    assert seen(opted_out, "sqlite", mood=("x",))[0].columns["a"] == Column("a", TEXT)


def test_indexes_of_mysql() -> None:
    """A unique one is a constraint, and that of a foreign key is not seen."""
    columns = (Column("a", INT), Column("b", BYTES))
    key = ForeignKey("fk", ("a",), (None, "t"), ("a",))
    indexes = {
        one.name: one for one in (Index("u", ("a",), unique=True, method="BTREE"), Index("fk", ("a",)), Index("d", ("b",), desc=("b",)))
    }
    found, hidden = seen(table(*columns, constraints={"fk": key}, indexes=indexes), "mariadb")
    assert found.constraints == {"u": Unique("u", ("a",)), "fk": key}
    assert list(found.indexes) == ["d"]
    assert found.columns["b"].db_type == "varbinary(255)"
    assert hidden == ("t: index fk, which is that of a foreign key",)
    assert set(seen(table(*columns, constraints={"fk": key}, indexes=indexes), "postgres")[0].indexes) == {"u", "fk", "d"}


def test_comments() -> None:
    """SQLite has none."""
    one = table(Column("a", INT), comment="it's")
    assert seen(one, "sqlite") == (table(Column("a", INT)), ("t: the comment",))
    assert seen(one, "mariadb") == (one, ())
