"""Unit tests of oxyde.inspect.planning."""

from __future__ import annotations

import pytest

from oxyde.inspect.classes import classes
from oxyde.inspect.module import source
from oxyde.inspect.plan import Class
from oxyde.inspect.planning import KEYLESS, plan
from oxyde.migrations.from_models import from_models
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.migrations.state import State
from oxyde.schema.types import BOOL, DATETIME_TZ, INT, JSON, TEXT, TIME_TZ, array_of, decimal_of, enum_of
from tests.unit.inspect.states import ident, made, number, state, to, word
from tests.unit.migrations.shop import SHOP

ODD = state(
    made(
        "Order Details",
        ident("id"),
        Column("class", TEXT, length=20, default="'a'", comment="which"),
        Column("Unit Price", decimal_of(10, 2), nullable=True),
        Column("copy", BOOL),
        Column("tags", array_of(TEXT)),
        Column("data", JSON),
        Column("more", JSON, nullable=True),
        Column("at", DATETIME_TZ),
        Column("opens", TIME_TZ, db_type="TIMETZ"),
        Column("mood", enum_of("Moods", ("so-so", "good"))),
        Column("twice", INT, generated="id * 2", stored=True, nullable=True),
        Column("mail", TEXT, db_type="CITEXT"),
        constraints=[
            Unique("uq_Order Details_copy", ("copy",)),
            Unique("late", ("class", "copy"), deferrable=True),
            Check("positive", "id > 0"),
            Exclude("apart", (("id", "="),), where="copy"),
        ],
        indexes=[
            Index("ix_Order Details_class", ("class",)),
            Index("by_mood", ("mood",), method="hash"),
            Index("several", ("class", "lower(mail)"), unique=True, where="copy", include=("id",), desc=("class",)),
            Index("ix_Order Details_Unit Price", ("Unit Price",), desc=("Unit Price",)),
        ],
        comment='Said "so"',
    )
)


def by_name(of: State) -> dict[str, Class]:
    """Returns the planned classes of a state by name."""
    return {one.name: one for one in plan(of, "postgres").classes}


def fields(one: Class) -> list[str]:
    """Returns the fields of a class, each with its annotation."""
    return [f"{field.name}: {field.annotation}" for field in one.fields]


@pytest.mark.parametrize("of", [SHOP, ODD], ids=["shop", "odd"])
def test_models_have_the_state_that_they_are_made_from(of: State) -> None:
    """Names, types, defaults, keys, constraints, indexes, comments and enumerations come back as they were."""
    models = classes(source(plan(of, "postgres"), "Models."))
    again = from_models(model.__table__ for model in models.values())
    assert again.tables == of.tables
    assert again.enums == of.enums


def test_relations_take_the_place_of_their_columns() -> None:
    """A key is called id where it is called after its table, and a relation after its column without the name of the key."""
    of = by_name(
        state(
            made("Artist", ident("ArtistId"), word("Name"), key=("ArtistId",)),
            made(
                "Album", ident("AlbumId"), number("ArtistId"), key=("AlbumId",), constraints=[to("Album", "ArtistId", "Artist", "ArtistId")]
            ),
            made(
                "Employee",
                ident("EmployeeId"),
                number("ReportsTo", nullable=True),
                key=("EmployeeId",),
                constraints=[to("Employee", "ReportsTo", "Employee", "EmployeeId")],
            ),
        )
    )
    assert fields(of["Artist"]) == ["id: int | None", "name: str", "albums: list[Album]"]
    assert fields(of["Album"]) == ["id: int | None", "artist: Artist"]
    assert of["Album"].fields[1].keywords == {"db_column": "ArtistId"}
    assert fields(of["Employee"]) == ["id: int | None", "reports_to: Employee | None", "reports_to_employees: list[Employee]"]


def test_reverse_sides_do_not_clash() -> None:
    """Two relations to one model, a column of the name, and a one-to-one each get a name of their own."""
    of = by_name(
        state(
            made("users", ident(), word("messages"), word("notes")),
            made(
                "messages",
                ident(),
                number("sender_id"),
                number("recipient_id"),
                constraints=[to("messages", "sender_id", "users"), to("messages", "recipient_id", "users")],
            ),
            made("notes", ident(), number("user_id"), constraints=[to("notes", "user_id", "users")]),
            made("profiles", number("user_id"), key=("user_id",), constraints=[to("profiles", "user_id", "users")]),
        )
    )
    assert fields(of["User"])[3:] == [
        "sender_messages: list[Message]",
        "recipient_messages: list[Message]",
        "user_notes: list[Note]",
        "profile: Profile | None",
    ]


def test_a_column_beside_a_relation_keeps_its_name() -> None:
    """Where author and author_id are both columns, the relation is called otherwise."""
    of = by_name(
        state(
            made("users", ident()),
            made("posts", ident(), word("author"), number("author_id"), constraints=[to("posts", "author_id", "users")]),
        )
    )
    assert fields(of["Post"]) == ["id: int | None", "author: str", "author_user: User"]
    assert of["Post"].fields[2].keywords == {"db_column": "author_id"}


def test_junctions_lead_to_the_other_side() -> None:
    """A table that pairs two others, each pair once, is a many-to-many relation of both, and stays a model with what else it has."""
    pairs = [to("post_tags", "post_id", "posts"), to("post_tags", "tag_id", "tags")]
    columns = (number("post_id"), number("tag_id"), number("place"))
    tables = [made("posts", ident()), made("tags", ident())]
    of = by_name(state(*tables, made("post_tags", *columns, key=("post_id", "tag_id"), constraints=pairs)))
    assert fields(of["Post"]) == ["id: int | None", "post_tags: list[PostTag]", "tags: list[Tag]"]
    assert fields(of["PostTag"]) == ["post: Post", "tag: Tag", "place: int"]
    again = by_name(state(*tables, made("post_tags", ident(), *columns, constraints=pairs)))
    assert fields(again["Post"]) == ["id: int | None", "post_tags: list[PostTag]"]


def test_a_junction_of_a_table_with_itself() -> None:
    """Its sides are named."""
    pairs = [to("follows", "follower_id", "users"), to("follows", "leader_id", "users")]
    of = state(
        made("users", ident()),
        made("follows", number("follower_id"), number("leader_id"), key=("follower_id", "leader_id"), constraints=pairs),
    )
    user = by_name(of)["User"]
    assert fields(user)[-2:] == ["leaders: list[User]", "followers: list[User]"]
    assert user.fields[-2].keywords["db_through_fields"] == ("follower", "leader")
    models = classes(source(plan(of, "postgres"), "Models."))
    assert models["User"].__table__.relations["leaders"].through_fields == ("follower_id", "leader_id")


def test_foreign_keys_that_are_no_relations_are_said() -> None:
    """Of several columns, to a table that is not there, of another type, the second of a column, one that a NULL would break."""
    of = by_name(
        state(
            made("places", number("x"), number("y"), word("name"), key=("x", "y"), constraints=[Unique("uq_places_name", ("name",))]),
            made(
                "visits",
                ident(),
                number("x"),
                number("y"),
                number("name"),
                number("gone_id"),
                constraints=[
                    to("visits", "name", "places", "name"),
                    to("visits", "gone_id", "gone"),
                    to("visits", "x", "places", "x", on_delete="SET NULL"),
                ],
            ),
        )
    )
    notes = of["Visit"].notes
    assert [note.rpartition(": ")[2] for note in notes] == [
        "a relation's key is of the type of the column it points to, and these are int and text",
        "the table is not among these",
        "SET NULL, and the column takes no NULL",
    ]
    assert notes[1].startswith("foreign key fk_visits_gone_id (gone_id) to gone (id) ON DELETE RESTRICT ON UPDATE CASCADE: ")
    assert fields(of["Visit"])[1:] == ["x: int", "y: int", "name: int", "gone_id: int"]


def test_a_key_of_another_length_is_declared_beside_its_relation() -> None:
    """The relation would take the length of the column that it points to."""
    of = state(
        made("countries", Column("code", TEXT, length=3), key=("code",)),
        made("cities", ident(), Column("country_code", TEXT, length=10), constraints=[to("cities", "country_code", "countries", "code")]),
    )
    assert fields(by_name(of)["City"]) == ["id: int | None", "country_code: str", "country: Country"]
    models = classes(source(plan(of, "postgres"), "Models."))
    assert from_models(model.__table__ for model in models.values()) == of


def test_tables_without_a_key() -> None:
    """They are not managed, and say what save() does."""
    log = by_name(state(made("log", word("line"), key=())))["Log"]
    assert log.meta["managed"] is False
    assert log.notes == (KEYLESS,)


def test_views_are_read_only_models() -> None:
    """A view whose columns are known is a model that is not managed; others are none."""
    address = (None, "live_posts")
    of = plan(SHOP, "postgres", views={address: [number("id"), word("title", nullable=True)]})
    view = of.classes[-1]
    assert (view.name, view.meta["managed"], view.meta["view"]) == ("LivePost", False, SHOP.views[address])
    assert fields(view) == ["id: int", "title: str | None"]
    assert "LivePost" not in by_name(SHOP)


def test_tables_that_would_be_one_class() -> None:
    """The one that has the name keeps it; others show their schema, or their plural."""
    of = state(made("user", ident()), made("users", ident()), made("users", ident(), schema="old"))
    assert {one.address: one.name for one in plan(of, "postgres").classes} == {
        (None, "user"): "User",
        (None, "users"): "Users",
        ("old", "users"): "OldUser",
    }


def test_columns_that_would_be_one_field() -> None:
    """The one that has the name keeps it; the other is numbered and names its column."""
    of = by_name(state(made("things", ident(), word("Name"), word("name"), word("NAME"))))["Thing"]
    assert [(field.name, field.keywords.get("db_column")) for field in of.fields] == [
        ("id", None),
        ("name_2", "Name"),
        ("name", None),
        ("name_3", "NAME"),
    ]


def test_what_no_field_says_is_a_note() -> None:
    """Identities, and counting columns that are no key."""
    columns = (Column("number", INT, identity="always"), Column("counter", INT, auto=True))
    of = by_name(state(made("things", ident(), *columns)))["Thing"]
    assert [field.notes for field in of.fields[1:]] == [
        ("an identity column, generated always",),
        ("the server counts it up, though it is no key",),
    ]


def test_keys_that_point_to_keys() -> None:
    """A relation to a column that is the key of a relation itself takes its field's name; of a cycle one stays a column."""
    chain = state(
        made("photos", ident(), number("profile_id"), constraints=[to("photos", "profile_id", "profiles", "user_id")]),
        made("profiles", number("user_id"), key=("user_id",), constraints=[to("profiles", "user_id", "users")]),
        made("users", ident()),
    )
    assert fields(by_name(chain)["Photo"]) == ["id: int | None", "profile: Profile"]
    models = classes(source(plan(chain, "postgres"), "Models."))
    assert from_models(model.__table__ for model in models.values()) == chain
    cycle = state(
        made("a", number("id"), constraints=[to("a", "id", "b")]),
        made("b", number("id"), constraints=[to("b", "id", "a")]),
        made("c", number("id"), constraints=[to("c", "id", "c")]),
    )
    of = by_name(cycle)
    assert [len(of[name].notes) for name in "ABC"] == [0, 1, 1]
    assert len(classes(source(plan(cycle, "postgres"), "Models."))) == 3


def test_enumerations_in_lists() -> None:
    """The members of a list have a class too; a type that no column has, has none."""
    of = state(made("days", ident(), Column("moods", array_of(enum_of("mood", ())), db_type="mood[]")))
    of = State(of.tables, {(None, "mood"): ("good",), (None, "unused"): ("a",)})
    planned = plan(of, "postgres")
    assert [one.name for one in planned.enums] == ["Mood"]
    assert planned.classes[0].fields[1].annotation == "list[Mood]"
    assert len(classes(source(planned, "Models."))) == 1
