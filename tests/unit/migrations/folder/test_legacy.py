"""Files of the older format and of the oldest: what their dictionaries and keywords mean."""

from __future__ import annotations

import ast

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder import legacy
from oxyde.migrations.folder.context import Context
from oxyde.migrations.operations import AddEnumValue, AlterColumn, AlterEnumType, StateOnly
from oxyde.migrations.parts import Check, Column, Index, Unique
from oxyde.migrations.state import Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DATETIME_TZ,
    DECIMAL,
    DURATION,
    FLOAT,
    INT,
    JSON,
    TEXT,
    TIME,
    UUID,
    ColumnType,
    array_of,
    decimal_of,
    enum_of,
)
from tests.unit.migrations.shop import SHOP, STATUS, USERS


def created(*fields: dict[str, object], **more: object) -> Table:
    """Returns the table that fields make."""
    ctx = Context("postgres", SHOP)
    ctx.create_table("t", fields=list(fields), **more)
    assert ctx.older
    return ctx.state.table((None, "t"))


@pytest.mark.parametrize(
    ("said", "kind", "length"),
    [
        ({"kind": "big_integer"}, INT, None),
        ({"kind": "double"}, FLOAT, None),
        ({"kind": "boolean"}, BOOL, None),
        ({"kind": "text"}, TEXT, None),
        ({"kind": "string", "length": 80}, TEXT, 80),
        ({"kind": "blob"}, BYTES, None),
        ({"kind": "date_time"}, DATETIME, None),
        ({"kind": "date_time_utc"}, DATETIME_TZ, None),
        ({"kind": "date"}, DATE, None),
        ({"kind": "time"}, TIME, None),
        ({"kind": "timedelta"}, DURATION, None),
        ({"kind": "uuid"}, UUID, None),
        ({"kind": "decimal", "precision": 9, "scale": 2}, decimal_of(9, 2), None),
        ({"kind": "json"}, JSON, None),
        ({"kind": "json_binary"}, JSON, None),
        ({"kind": "array", "item": {"kind": "string", "length": 5}}, array_of(TEXT), None),
        ({"kind": "array", "item": "uuid"}, array_of(UUID), None),
    ],
)
def test_kinds(said: dict[str, object], kind: ColumnType, length: int | None) -> None:
    """Of ``column_type``."""
    assert created({"name": "a", "column_type": said, "nullable": True}).column("a") == Column("a", kind, nullable=True, length=length)


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ({"python_type": "int", "nullable": False}, Column("a", INT)),
        ({"python_type": "str", "max_length": 20}, Column("a", TEXT, length=20)),
        ({"python_type": "decimal", "max_digits": 6, "decimal_places": 1}, Column("a", decimal_of(6, 1))),
        ({"python_type": "decimal"}, Column("a", DECIMAL)),
        ({"python_type": "datetime", "default": "now()"}, Column("a", DATETIME, default="now()")),
        ({"python_type": "datetime", "db_type": "TIMESTAMPTZ"}, Column("a", DATETIME_TZ, db_type="TIMESTAMPTZ")),
        ({"python_type": "str", "db_type": "VARCHAR(9)"}, Column("a", TEXT, db_type="VARCHAR(9)", length=9)),
        ({"python_type": "bool", "default": False}, Column("a", BOOL, default="FALSE")),
        ({"python_type": "int", "default": 5}, Column("a", INT, default="5")),
        ({"column_type": {"kind": "string"}, "max_length": 7}, Column("a", TEXT, length=7)),
        ({"column_type": {"kind": "decimal"}, "max_digits": 7, "decimal_places": 0}, Column("a", decimal_of(7, 0))),
    ],
)
def test_fields(field: dict[str, object], column: Column) -> None:
    """Of the oldest files, and what may stand beside the type."""
    assert created({"name": "a", **field}).column("a") == column


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ({"nullable": True, "auto_increment": False}, Column("id", INT, auto=True)),
        ({"nullable": False, "auto_increment": True}, Column("id", INT, auto=True)),
        ({"nullable": False, "auto_increment": False}, Column("id", INT)),
        ({"nullable": False, "db_type": "BIGSERIAL"}, Column("id", INT, auto=True)),
        ({"nullable": True, "unique": True, "python_type": "uuid"}, Column("id", UUID)),
    ],
)
def test_keys(field: dict[str, object], column: Column) -> None:
    """A key is never NULL; one int that may be left out is counted by the server, whatever the file says of it."""
    table = created({"name": "id", "python_type": "int", "primary_key": True, **field})
    assert (table.column("id"), table.key, table.constraints) == (column, ("id",), {})


def test_keys_of_several_columns() -> None:
    """Are not counted."""
    one, other = ({"name": name, "python_type": "int", "primary_key": True, "nullable": True} for name in "ab")
    table = created(one, other)
    assert table.key == ("a", "b")
    assert not table.column("a").auto


def test_parts() -> None:
    """Unique fields, indexes, foreign keys and checks; those without a name get ours."""
    table = created(
        {"name": "a", "python_type": "int", "unique": True},
        {"name": "b", "python_type": "int"},
        indexes=[{"name": "i", "fields": ["a", "b"], "unique": True, "method": "btree", "where": "a > 0"}, {"fields": ["b"]}],
        foreign_keys=[
            {"name": "f", "columns": ["a"], "ref_table": "users", "ref_columns": ["id"], "on_delete": "SET NULL", "on_update": "NO ACTION"},
            {"columns": ["b"], "ref_table": "users", "ref_columns": ["id"]},
        ],
        checks=[{"name": "c", "expression": "a > 0"}, {"expression": "a > 1"}],
    )
    assert list(table.indexes.values()) == [
        Index("i", ("a", "b"), unique=True, method="btree", where="a > 0"),
        Index("ix_t_b", ("b",)),
    ]
    assert list(table.constraints.values()) == [
        Unique("uq_t_a", ("a",)),
        ForeignKey("f", ("a",), USERS, ("id",), "SET NULL", "NO ACTION"),
        ForeignKey("fk_t_b", ("b",), USERS, ("id",), "RESTRICT", "CASCADE"),
        Check("c", "a > 0"),
        Check("ck_t_073d6356", "a > 1"),
    ]


def test_add_column_and_create_index() -> None:
    """Dictionaries, too."""
    ctx = Context("postgres", SHOP)
    ctx.add_column("users", {"name": "a", "column_type": {"kind": "text"}, "unique": True, "nullable": True})
    ctx.create_index("users", {"name": "i", "fields": ["a"]})
    table = ctx.state.table(USERS)
    assert table.column("a") == Column("a", TEXT, nullable=True)
    assert table.constraints == {"uq_users_a": Unique("uq_users_a", ("a",))}
    assert table.indexes == {"i": Index("i", ("a",))}
    assert ctx.older


def test_alter_column() -> None:
    """What is named changes; the unique constraint of the column comes and goes."""
    ctx = Context("postgres", SHOP)
    ctx.alter_column("users", "name", column_type={"kind": "decimal", "precision": 5, "scale": 1}, nullable=True, default="0")
    assert ctx.state.table(USERS).column("name") == Column("name", decimal_of(5, 1), nullable=True, default="0")
    ctx.alter_column("users", "name", max_digits=7, decimal_places=3)
    assert ctx.state.table(USERS).column("name").type == decimal_of(7, 3)
    ctx.alter_column("users", "name", unique=True)
    ctx.alter_column("users", "name", unique=True, default=None)
    assert ctx.state.table(USERS).constraints == {"uq_users_name": Unique("uq_users_name", ("name",))}
    assert ctx.state.table(USERS).column("name").default is None
    ctx.alter_column("users", "name", unique=False)
    assert ctx.state.table(USERS).constraints == {}
    ctx.alter_column("posts", "title", max_length=90, db_type="VARCHAR(90)")
    assert ctx.operations[-1] == AlterColumn((None, "posts"), "title", {"length": 90, "db_type": "VARCHAR(90)"})


def test_enumerations() -> None:
    """A type is known by the columns of it; ``alter_enum_type`` tells the state alone."""
    mood = {"name": "a", "column_type": {"kind": "enum", "name": "mood", "values": ["x", "y"]}}
    ctx = Context("mysql", SHOP)
    ctx.create_table("t", fields=[mood])
    assert ctx.state.enums == {STATUS: ("draft", "live"), (None, "mood"): ("x", "y")}
    ctx.add_enum_value("mood", "z", fields=[{"table": "t", **mood}])
    ctx.alter_enum_type("mood", old_values=["x", "y", "z"], new_values=["z", "x"])
    assert ctx.operations[1:] == [AddEnumValue((None, "mood"), "z"), StateOnly((AlterEnumType((None, "mood"), ("z", "x")),))]
    ctx.alter_column("t", "a", column_type={"kind": "enum", "name": "mood", "values": ["z"]})
    assert ctx.state.values((None, "mood")) == ("z",)
    assert ctx.state.table((None, "t")).column("a").type == enum_of("mood", ())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda ctx: ctx.create_table("t", field=[]), "unexpected keyword argument 'field'"),
        (lambda ctx: ctx.create_table("t", fields=[{"column_type": {}}]), "a column of 't' has no name: {'column_type': {}}"),
        (lambda ctx: ctx.create_table("t", fields=[{"name": "a", "kind": "int"}]), "column t.a says 'kind', which is unknown"),
        (lambda ctx: ctx.create_table("t", fields=[{"name": "a"}]), "column t.a has the unknown python_type None; it is one of int, str"),
        (lambda ctx: ctx.add_column("users", {"name": "a", "column_type": {"kind": "x"}}), "column users.a has the unknown kind 'x'"),
        (lambda ctx: ctx.create_index("users", {"name": "a", "columns": ["x"]}), "an index of 'users' says 'columns', which is unknown"),
        (lambda ctx: ctx.create_index("users", {"name": "a"}), "an index of 'users' names no fields"),
        (
            lambda ctx: ctx.add_foreign_key("users", "f", ["a"], "t"),
            "a foreign key of 'users' pairs columns with ref_columns",
        ),
        (lambda ctx: ctx.create_table("t", fields=[], checks=[{"name": "c"}]), "a check of 't' has no expression"),
    ],
)
def test_refusals(call, message: str) -> None:
    """What is unknown is named."""
    with pytest.raises((MigrationError, TypeError)) as raised:
        call(Context("postgres", SHOP))
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "older"),
    [
        ("ctx.create_table('t', fields=[])", True),
        ("ctx.add_column('t', {'name': 'a'})", True),
        ("ctx.create_index('t', {'name': 'a'})", True),
        ("ctx.alter_column('t', 'a', max_length=3)", True),
        ("ctx.alter_enum_type('t', old_values=[], new_values=[])", True),
        ("ctx.drop_table('t')", False),
        ("ctx.execute('x', {'a': 1})", False),
        ("ctx.create_index('t', index('i', 'a', unique=True))", False),
        ("ctx.add_column('t', column('a', 'int'))", False),
    ],
)
def test_how_they_are_known(text: str, older: bool) -> None:
    """By what no other format has."""
    assert legacy.is_older(ast.parse(f"def upgrade(ctx):\n    {text}")) is older
