"""The table of a model: columns, relations, constraints, indexes; Meta and the registry."""
# ruff: noqa: F821 - naive datetimes, forward references and plain defaults are what is tested

from __future__ import annotations

import enum
import re
import uuid
from decimal import Decimal
from typing import Annotated, Any

import pytest

from oxyde.exceptions import FieldError
from oxyde.models import Field, Model
from oxyde.models.registry import clear_registry, register_table, registered_tables
from oxyde.schema import Check, Exclude, Index, Table, Unique, tables
from tests.tables import table


class Country(Model):
    code: str = Field(db_pk=True, max_length=2)
    uid: uuid.UUID = Field(default_factory=uuid.uuid4, db_unique=True, db_column="country_uid")

    Meta = table("countries", comment="The countries")


class City(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: Annotated[str, Field(max_length=80, db_index=True)] = ""
    country: Country = Field(db_on_delete="CASCADE", db_column="land")
    twin: Country | None = Field(default=None, db_fk="uid")
    partners: list[City] = Field(default=[], db_m2m=True, db_through="Partnership", db_through_fields=("one", "other"))
    capital_of: Country | None = Field(default=None, db_unique=True, db_column="capital_of")
    friends: list[City] = Field(default=[], db_m2m=True)

    Meta = table(
        indexes=[Index(("name", "-country")), Index(["lower(name)"], unique=True, where="name <> ''", name="city_name")],
        unique_together=("name", "country"),
        constraints=[Check("length(name) > 0"), Unique(["twin", "name"], name="u", deferrable=True), Exclude([("name", "=")])],
    )


class Partnership(Model):
    one: City = Field(db_pk=True)
    other: City = Field(db_pk=True)

    Meta = table()


def test_columns() -> None:
    table = City.__table__
    assert table.name == "city"
    assert [column.name for column in table.columns] == ["id", "name", "land", "twin_uid", "capital_of"]
    assert table.key == (table.by_field["id"],)
    assert table.by_field["id"].auto
    land = table.by_field["country_code"]
    assert (land.name, land.type.kind, land.length, land.nullable, land.relation) == ("land", "text", 2, False, "country")
    assert table.by_field["twin_uid"].type.kind == "uuid"
    assert Country.__table__.comment == "The countries"


def test_foreign_keys() -> None:
    keys = {key.columns: key for key in City.__table__.foreign_keys}
    assert keys["land",].target_columns == ("code",)
    assert (keys["land",].on_delete, keys["land",].on_update) == ("CASCADE", "CASCADE")
    assert keys["twin_uid",].target_columns == ("country_uid",)
    assert keys["twin_uid",].on_delete == "RESTRICT"
    assert keys["land",].target == (None, "countries")


def test_constraints_and_indexes_name_columns_by_field() -> None:
    table = City.__table__
    assert [index.fields for index in table.indexes] == [("name",), ("name", "-country_code"), ("lower(name)",)]
    assert table.uniques[0] == Unique(("name", "country_code"))
    assert table.uniques[1] == Unique(("twin_uid", "name"), "u", deferrable=True)
    assert len(table.checks) == len(table.excludes) == 1
    assert all(table.by_field[name].indexed for name in ("id", "name", "country_code", "twin_uid"))


def test_composite_keys() -> None:
    table = Partnership.__table__
    assert [column.field for column in table.key] == ["one_id", "other_id"]
    assert not any(column.auto for column in table.key)
    assert Partnership(one_id=1, other_id=2).pk == (1, 2)


def test_relations() -> None:
    relations = City.__table__.relations
    assert relations["country"].column == "country_code"
    assert relations["twin"].target_column == "uid"
    assert relations["partners"].through == (None, "partnership")
    assert relations["partners"].through_fields == ("one_id", "other_id")
    junction = City.__table__.find(relations["friends"].through or (None, ""))
    assert junction.implicit
    assert junction.name == "city_friends"
    assert [column.field for column in junction.key] == ["from_city_id", "to_city_id"]


def test_tables_may_refer_to_later_ones_in_a_function() -> None:
    class First(Model):
        id: int | None = Field(default=None, db_pk=True)
        second: Second | None = None
        thirds: list[Third] = Field(default=[], db_reverse_fk="first_id")

        Meta = table()

    class Second(Model):
        id: int | None = Field(default=None, db_pk=True)
        third: Third | None = None

        Meta = table()

    class Third(Model):
        id: int | None = Field(default=None, db_pk=True)
        first: First

        Meta = table()

    assert First(second=Second(id=3)).second_id == 3
    assert First.__table__.relations["thirds"].target_column == "first_id"


def test_nested_models() -> None:
    class Outer:
        class Inner(Model):
            id: int = Field(db_pk=True)
            parent: Inner | None = None
            other: Other | None = None

            Meta = table()

        class Other(Model):
            id: int = Field(db_pk=True)

            Meta = table()

    assert Outer.Inner(id=1, other_id=2).other_id == 2
    assert Outer.Inner.__oxyde__.id.endswith("Outer.Inner")


def test_what_is_never_defined_is_named() -> None:
    class Lonely(Model):
        id: int = Field(db_pk=True)
        other: Missing | None = None

        Meta = table()

    with pytest.raises(FieldError, match=r"Lonely\.other has an annotation that names 'Missing'"):
        _ = Lonely.__table__


@pytest.mark.parametrize("keyword", ["db_on_delete", "db_on_update"])
@pytest.mark.parametrize(
    ("annotation", "more", "remedy"),
    [
        (City, {}, "annotate it City | None, or give another"),
        (City | None, {"default": None, "db_nullable": False}, "annotate it City | None, or give another"),
        (City, {"db_pk": True}, "give another"),
    ],
)
def test_set_null_needs_a_column_that_takes_null(keyword: str, annotation: Any, more: dict[str, Any], remedy: str) -> None:
    message = rf'^Tower\.place says {keyword}="SET NULL", but its column takes no NULL; {re.escape(remedy)}'
    with pytest.raises(FieldError, match=message) as caught:

        class Tower(Model):
            id: int | None = Field(default=None, db_pk="db_pk" not in more)
            place: annotation = Field(**{keyword: "SET NULL"}, **more)

            Meta = table()

    assert caught.value.column == "place"


@pytest.mark.parametrize(("annotation", "more"), [(City | None, {"default": None}), (City, {"db_nullable": True})])
def test_set_null_where_there_may_be_none(annotation: Any, more: dict[str, Any]) -> None:
    class Tower(Model):
        id: int | None = Field(default=None, db_pk=True)
        place: annotation = Field(db_on_delete="SET NULL", db_on_update="SET NULL", **more)

        Meta = table()

    (key,) = Tower.__table__.foreign_keys
    assert (key.on_delete, key.on_update) == ("SET NULL", "SET NULL")


def test_a_table_may_be_derived_from_a_table() -> None:
    class Town(City):
        size: int = 0

        Meta = table("towns")

    class Village(Town):
        pass

    assert Town.__table__.by_field["country_code"].name == "land"
    assert Town(country_code="ch", name="x").country_code == "ch"
    assert not Village.__oxyde__.is_table
    village = Village(name="v", country=Country(code="at"))
    assert village.country_code == "at"
    assert "friends" not in village.model_dump()
    with pytest.raises(AttributeError, match="Village has no table; say is_table = True"):
        _ = Village.__table__


def test_a_model_without_a_table_is_json() -> None:
    class Address(Model):
        street: str

    class Person(Model):
        id: int = Field(db_pk=True)
        address: Address | None = None

        Meta = table()

    assert Person.__table__.by_field["address"].type.kind == "json"
    assert not Person.__table__.relations


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ({"is_tabel": True}, "no option 'is_tabel'; did you mean \"is_table\""),
        ({"is_table": True, "abstract": True}, "both abstract and is_table"),
        ({"is_table": True, "indexes": ["name"]}, "Meta.indexes takes Index, not str"),
        ({"is_table": True, "view": "select 1"}, "managed = False"),
    ],
)
def test_meta_is_checked(meta: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):

        class Bad(Model):
            id: int = Field(db_pk=True)
            Meta = type("Meta", (), {**meta, "__module__": __name__, "__qualname__": "test_meta_is_checked.<locals>.Bad.Meta"})


def test_relations_are_checked() -> None:
    def field(annotation: Any, **said: Any) -> None:
        body = {"__module__": __name__, "__qualname__": "Bad", "__annotations__": {"id": int, "x": annotation}, "id": Field(db_pk=True)}
        meta = type("Meta", (), {"is_table": True, "__module__": __name__, "__qualname__": "Bad.Meta"})
        made = type(Model)("Bad", (Model,), {**body, "x": Field(**said), "Meta": meta})
        _ = made.__table__

    with pytest.raises(FieldError, match="say how the rows belong here"):
        field(list[City])
    with pytest.raises(FieldError, match="no model with a table"):
        field(list[int], db_m2m=True)
    with pytest.raises(FieldError, match="composite key; name the field"):
        field(Partnership)
    with pytest.raises(FieldError, match='no field; did you mean "uid"'):
        field(Country, db_fk="uuid")
    with pytest.raises(FieldError, match="not a foreign key or column"):
        field(list[City], db_reverse_fk="bad")
    with pytest.raises(FieldError, match="points to Country, not to Bad"):
        field(list[City], db_reverse_fk="country")
    with pytest.raises(FieldError, match="no model named 'Nowhere'"):
        field(list[City], db_m2m=True, db_through="Nowhere")
    with pytest.raises(FieldError, match="does not have exactly one foreign key"):
        field(list[City], db_m2m=True, db_through=Partnership)
    for action in ("db_on_delete", "db_on_update"):
        with pytest.raises(ValueError, match="is not one of CASCADE"):
            field(Country, **{action: "DROP"})


def test_two_enumerations_of_one_name() -> None:
    def table(name: str, labels: str, **said: Any) -> Table:
        mood = enum.Enum("Temper", {label: label for label in labels}, type=str)
        body = {"__module__": __name__, "__qualname__": name, "__annotations__": {"id": int, "mood": mood}, "id": Field(db_pk=True)}
        meta = type("Meta", (), {"is_table": True, "__module__": __name__, "__qualname__": f"{name}.Meta"})
        return type(Model)(name, (Model,), {**body, "mood": Field(**said), "Meta": meta}).__table__

    assert table("MoodOne", "ab").by_field["mood"].type.name == "temper_enum"
    table("MoodTwo", "ab")
    with pytest.raises(FieldError, match=r"Field\(db_enum_name=...\)"):
        table("MoodThree", "ac")
    assert table("MoodThree", "ac", db_enum_name="mood_three").by_field["mood"].type.name == "mood_three"
    assert table("MoodFour", "ac", db_type="TEXT").by_field["mood"].type.kind == "text"
    table("MoodOne", "abc", db_enum_name="mood_one")


def test_the_registry() -> None:
    before = registered_tables()
    assert before[f"{__name__}.City"] is City
    try:
        clear_registry()
        assert registered_tables() == {}
        register_table(City)
        register_table(City)
        assert registered_tables() == {f"{__name__}.City": City}
        assert City.__table__ in list(tables)

        class Other(Model):
            id: int = Field(db_pk=True)

        Other.__qualname__ = "City"
        with pytest.raises(ValueError, match="has no table"):
            register_table(Other)
    finally:
        clear_registry()
        for model in before.values():
            register_table(model)


def test_an_index_over_what_is_no_field() -> None:
    class Shelf(Model):
        id: int | None = Field(default=None, db_pk=True)
        room_: str = Field(default="", db_column="room")

        Meta = table(indexes=[Index(("-room", "lower(room)"))])

    assert Shelf.__table__.indexes[0].fields == ("-room_", "lower(room)")

    with pytest.raises(FieldError, match=r"Typo\.Meta\.indexes names 'rom', which is no column of it; did you mean \"room\"\?"):

        class Typo(Model):
            id: int | None = Field(default=None, db_pk=True)
            room: str = ""

            Meta = table(indexes=[Index(("-rom",))])


def test_a_field_that_no_query_could_name() -> None:
    with pytest.raises(FieldError, match=r'Unnamed\.first__name: "__" separates .* first_name: \.\.\. = Field\(db_column="first__name"\)'):

        class Unnamed(Model):
            id: int | None = Field(default=None, db_pk=True)
            first__name: str = ""

            Meta = table()


def test_a_declared_key_holds_the_key_of_its_relation() -> None:
    """Another type, or one that cannot be None where the relation can, is refused by name."""

    class Root(Model):
        id: int | None = Field(default=None, db_pk=True)

        Meta = table()

    class Leaf(Model):
        id: int | None = Field(default=None, db_pk=True)
        root: Root
        root_id: int

        Meta = table()

    assert Leaf.__table__.by_field["root_id"].relation == "root"
    assert list(Leaf.Create.model_fields) == ["root_id"]

    class Worded(Model):
        id: int | None = Field(default=None, db_pk=True)
        root: Root
        root_id: str

        Meta = table()

    class Loose(Model):
        id: int | None = Field(default=None, db_pk=True)
        root: Root | None = None
        root_id: int

        Meta = table()

    for model, why in (
        (Worded, "Worded.root_id is the key of root, but holds text"),
        (Loose, "Loose.root_id is the key of root, which may be"),
    ):
        with pytest.raises(FieldError, match=why):
            _ = model.__table__


def test_indexes_of_single_columns() -> None:
    """Named by the application, or after table and column."""

    class Indexed(Model):
        id: int = Field(db_pk=True)
        one: int = Field(db_index=True, db_column="uno")
        two: int = Field(db_index_name="my_two")
        three: int = Field(db_index_method="hash")
        four: int = 0

        Meta = table("unit_indexed")

    found = [(index.fields, index.name, index.method) for index in Indexed.__table__.indexes]
    assert found == [
        (("one",), "ix_unit_indexed_uno", None),
        (("two",), "my_two", None),
        (("three",), "ix_unit_indexed_three", "hash"),
    ]


def test_what_migrations_ask_for() -> None:
    """The older name of a table, which is not inherited, and of a column; the wire value of a default that is a plain one."""

    class Moved(Model):
        id: int = Field(db_pk=True)
        head: str = Field(default="none", db_was="title")
        rate: Decimal = Decimal("1.50")
        made: list[str] = Field(default_factory=list)
        mood: dict[str, int] = Field(default={})
        maybe: int | None = None

        class Meta:
            is_table = True
            table_name = "unit_moved"
            was = "unit_old"

    class Inherits(Moved):
        class Meta(Moved.Meta):
            is_table = True
            table_name = "unit_moved_too"

    made = Moved.__table__
    assert made.was == "unit_old"
    assert made.by_name["head"].was == "title"
    assert {column.name: column.initial for column in made.columns} == {
        "id": None,
        "head": "none",
        "rate": Decimal("1.50"),
        "made": None,
        "mood": "{}",
        "maybe": None,
    }
    assert Inherits.__table__.was is None
