"""Frozen models: what they are called, what their fields are, which foreign keys are relations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oxyde import Model
from oxyde.exceptions import MigrationError
from oxyde.migrations import column, foreign_key, index, unique
from oxyde.migrations.folder.context import Context
from oxyde.migrations.from_models import table_of
from oxyde.migrations.parts import Column
from oxyde.migrations.running.frozen import Models, field_names, freeze
from oxyde.migrations.state import State
from oxyde.models import registry
from oxyde.schema import types
from tests.models import Author, Comment, Post, PostTag, Tag


def frozen(make: Any, dialect: str = "postgres") -> Models:
    """Returns the models of the state that a function of a context leads to."""
    context = Context(dialect, State())
    make(context)
    return Models(freeze(context.state, context.state.tables, None), context.state, "default", "number_them")


def test_every_kind_of_column() -> None:
    """The column of the model is that of the state: its type, its name, what the server does for it."""

    def make(ctx: Any) -> None:
        ctx.create_enum_type("size_enum", ["small", "very large"])
        ctx.create_table(
            "frozen_kinds",
            column("id", "int", key=True, auto=True),
            column("flag", "bool"),
            column("number", "int", default="3"),
            column("share", "float", nullable=True),
            column("name", "text", length=20),
            column("data", "bytes", nullable=True),
            column("price", "decimal", precision=8, scale=2),
            column("digits", "decimal", nullable=True),
            column("day", "date"),
            column("hour", "time"),
            column("zoned_hour", "time_tz"),
            column("at", "datetime"),
            column("seen_at", "datetime_tz"),
            column("lasts", "duration"),
            column("token", "uuid"),
            column("size", "enum", name="size_enum"),
            column("extra", "json", nullable=True),
            column("facts", "json"),
            column("tags", "array", item="text"),
            column("mail", "text", db_type="CITEXT"),
            column("double", "int", generated="number * 2", stored=True),
        )

    model = frozen(make).frozen_kinds
    state = Context("postgres", State())
    make(state)
    wanted = state.state.tables[None, "frozen_kinds"].columns
    for made in model.__table__.columns:
        of = wanted[made.name]
        labels = {"labels": ("small", "very large")} if of.enum else {}
        assert made.type == types.ColumnType(**{**vars_of(of.type), **labels}), made.name
        assert (made.field, made.nullable, made.length, made.auto) == (of.name, of.nullable, of.length, of.auto)
        assert (made.default, made.db_type) == (of.default, "TIMETZ" if of.name == "zoned_hour" else of.db_type)
        assert (made.generated and made.generated.sql) == of.generated
    assert [made.name for made in model.__table__.columns] == list(wanted)
    assert not model.__table__.managed


def vars_of(type: types.ColumnType) -> dict[str, Any]:
    """Returns the parts of a type."""
    return {name: getattr(type, name) for name in ("kind", "precision", "scale", "item", "name", "labels")}


def test_names_that_no_field_can_have() -> None:
    """Other names stay as the database has them, and are what the function writes."""
    odd = ["id", "CustomerID", "class", "odd name", "2nd", "copy", "model_x", "_x", "a__b", "odd_name", "ﬁn", "-"]
    made = field_names(odd)
    assert made == {
        "id": "id",
        "CustomerID": "CustomerID",
        "class": "class_",
        "odd name": "odd_name_",
        "2nd": "column_2nd",
        "copy": "copy_",
        "model_x": "column_model_x",
        "_x": "x",
        "a__b": "a_b",
        "odd_name": "odd_name",
        "ﬁn": "fin",
        "-": "column",
    }


def test_tables_by_odd_names_and_by_schema() -> None:
    """An attribute for each plain name; brackets for any."""

    def make(ctx: Any) -> None:
        ctx.create_table("odd-name", column("Meta", "int", key=True), column("class", "int"))
        ctx.create_table("frozen_lists", column("id", "int", key=True), schema="shop")
        ctx.create_table("frozen_lists", column("id", "int", key=True))
        ctx.create_table("using", column("id", "int", key=True))
        ctx.create_table("dotted.name", column("id", "int", key=True))

    models = frozen(make)
    assert models["odd-name"].__table__.name == "odd-name"
    assert models["shop.frozen_lists"].__table__.schema == "shop"
    assert models["frozen_lists"] is models.frozen_lists
    assert models.using == "default"
    assert models["using"].__table__.name == "using"
    assert models["dotted.name"] is models['"dotted.name"']
    assert dir(models) == ["frozen_lists", "using"]
    assert len(list(models)) == 5


def test_tables_that_are_not_named() -> None:
    """The error says what to write; a name that is no table gets the one that is meant."""
    context = Context("postgres", State())
    context.create_table("users", column("id", "int", key=True))
    context.create_table("posts", column("id", "int", key=True))
    models = Models(freeze(context.state, [(None, "users")], None), context.state, "default", "number_them")
    name = "posts"
    with pytest.raises(MigrationError, match=r"number_them\(\) uses posts.*ctx.run\(number_them, tables=\['users', 'posts'\]\)"):
        getattr(models, name)
    with pytest.raises(MigrationError, match="there is no table 'user'; did you mean \"users\""):
        models["user"]
    assert not hasattr(models, "__wrapped__")


def test_which_foreign_keys_are_relations() -> None:
    """Those whose column is called after the other table's, where the name is free; every other is a plain column."""

    def make(ctx: Any) -> None:
        ctx.create_table(
            "frozen_people",
            column("id", "int", key=True, auto=True),
            column("code", "text", length=8),
            column("boss_id", "int", nullable=True),
            foreign_key("fk_boss", "boss_id", "frozen_people.id"),
            unique("uq_code", "code"),
        )
        ctx.create_table(
            "frozen_letters",
            column("id", "int", key=True, auto=True),
            column("author_id", "int"),
            column("reader", "int", nullable=True),
            column("sender", "text", length=8),
            column("sender_id", "int"),
            column("owner_code", "text", length=8),
            column("short_code", "text", length=4, default="'a'"),
            column("owner_id", "int"),
            foreign_key("fk_author", "author_id", "frozen_people.id"),
            foreign_key("fk_reader", "reader", "frozen_people.id"),
            foreign_key("fk_sender", "sender_id", "frozen_people.id"),
            foreign_key("fk_owner", "owner_code", "frozen_people.code"),
            foreign_key("fk_short", "short_code", "frozen_people.code"),
            foreign_key("fk_owner_id", "owner_id", "frozen_people.id"),
            index("ix_author", "author_id", unique=True),
        )

    models = frozen(make)
    letters = models.frozen_letters.__table__
    assert {name: relation.column for name, relation in letters.relations.items()} == {
        "author": "author_id",
        "owner": "owner_code",
        "short": "short_code",
    }
    assert [one.name for one in letters.columns] == [
        "id",
        "author_id",
        "reader",
        "sender",
        "sender_id",
        "owner_code",
        "short_code",
        "owner_id",
    ]
    assert [one.length for one in letters.columns if one.type.kind == "text"] == [8, 8, 4]
    assert [one.fields for one in letters.uniques] == [("author_id",)]
    assert list(models.frozen_people.__table__.relations) == ["boss"]
    person = models.frozen_people(id=1, code="a")
    letter = models.frozen_letters(author=person, sender="x", sender_id=1, owner=person, owner_id=1)
    assert (letter.author_id, letter.owner_code) == (1, "a")


def test_relations_to_tables_that_are_left_out() -> None:
    """Are plain columns."""
    context = Context("sqlite", State())
    context.create_table("users", column("id", "int", key=True))
    context.create_table("notes", column("id", "int", key=True), column("user_id", "int"), foreign_key("fk", "user_id", "users.id"))
    made = freeze(context.state, [(None, "notes")], None)
    assert made[None, "notes"].__table__.relations == {}


def test_no_registry_knows_them() -> None:
    """Neither the application's nor Python's; two states may have the same table."""

    def first(ctx: Any) -> None:
        ctx.create_table("frozen_once", column("id", "int", key=True), column("price", "decimal", precision=4, scale=1))

    def second(ctx: Any) -> None:
        first(ctx)
        ctx.rename_column("frozen_once", "price", "cost")

    before = set(registry.registered_tables())
    one, two = frozen(first).frozen_once, frozen(second).frozen_once
    assert set(registry.registered_tables()) == before
    assert issubclass(one, Model)
    assert one(id=1, price=Decimal("1.5")).price == Decimal("1.5")
    assert two(id=1, cost="2.5").cost == Decimal("2.5")


def test_models_of_the_suite() -> None:
    """Frozen, they have the columns that they are made of."""
    state = State()
    for one in (Author, Post, Comment, Tag, PostTag):
        state = state.with_table(table_of(one.__table__))
    made = freeze(state, state.tables, None)
    for address, model in made.items():
        said = {column.name: column for column in table_of(model.__table__).columns.values()}
        wanted = state.tables[address].columns
        assert {name: shape(one) for name, one in said.items()} == {name: shape(one) for name, one in wanted.items()}


def shape(column: Column) -> tuple[Any, ...]:
    """Returns what queries know of a column."""
    type = column.type
    digits = (type.precision, type.scale, type.item)
    return type.kind, *digits, type.name, column.nullable, column.length, column.db_type, column.auto, column.default, column.generated
