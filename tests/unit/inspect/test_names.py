"""Unit tests of oxyde.inspect.names."""

from __future__ import annotations

import keyword

import pytest

from oxyde import Model
from oxyde.inspect.names import class_name, collection, distinct, enum_class_name, exact_class_name, field_name, free, is_taken, member_name


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("posts", "Post"),
        ("film_actor", "FilmActor"),
        ("Order Details", "OrderDetail"),
        ("CUSTOMERS", "Customer"),
        ("people", "Person"),
        ("2020 sales", "Table2020Sale"),
        ("models", "ModelRow"),
        ("exceptions", "ExceptionRow"),
        ("None", "NoneRow"),
        ("über", "Über"),
        ("日本", "日本"),
        ("--", "Table"),
        ('quo"te', "QuoTe"),
    ],
)
def test_classes(table: str, expected: str) -> None:
    """They are singular, in capitals, valid, and hide no name that the module uses."""
    assert class_name(table) == expected
    assert class_name(table).isidentifier()
    assert not keyword.iskeyword(class_name(table))


def test_plurals_are_kept_where_asked_for() -> None:
    """The second of two tables that would be one class keeps its plural."""
    assert exact_class_name("users") == "Users"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("title", "title"),
        ("addr_2", "addr_2"),
        ("CustomerID", "customer_id"),
        ("FROM", "from_"),
        ("class", "class_"),
        ("match", "match"),
        ("2nd line", "column_2nd_line"),
        ("", "column"),
        ("$", "column"),
        ("_private", "private"),
        ("a__b", "a_b"),
        ("copy", "copy_"),
        ("json", "json_"),
        ("save", "save_"),
        ("objects", "objects_"),
        ("pk", "pk_"),
        ("int", "int_"),
        ("dt", "dt_"),
        ("date", "date"),
        ("id", "id"),
        ("c", "c"),
        ("Meta", "meta"),
        ("model_dump_at", "column_model_dump_at"),
        ("naïve", "naïve"),
        ("ﬁnd", "find"),
        ("pre_save", "pre_save_"),
    ],
)
def test_fields(column: str, expected: str) -> None:
    """A good name stays; keywords, attributes of models and names that annotations use get an underscore."""
    assert field_name(column) == expected


def test_no_field_hides_what_models_have() -> None:
    """Every attribute of a model is taken, underscored ones aside, which no field is called."""
    hidden = [name for name in dir(Model) if not name.startswith("_") and not is_taken(name)]
    assert hidden == []
    assert not any(hasattr(Model, field_name(name)) for name in dir(Model) if not name.startswith("_"))


@pytest.mark.parametrize(
    ("type_name", "expected"), [("mpaa_rating", "MpaaRating"), ("status_enum", "Status"), ("enum", "EnumValue"), ("Mood", "Mood")]
)
def test_enumerations(type_name: str, expected: str) -> None:
    """They are called after their type, which ours end in ``_enum``."""
    assert enum_class_name(type_name) == expected


def test_members() -> None:
    """Members are called after their values, each name once."""
    values = ["PG-13", "pg 13", "", "4x4", "+", "-", "in", "déjà vu", "None"]
    assert distinct(values, member_name) == ["PG_13", "PG_13_2", "EMPTY", "VALUE_4X4", "VALUE", "VALUE_2", "IN", "DÉJÀ_VU", "NONE"]


def test_the_first_free_name() -> None:
    """Where all are taken the last one is numbered."""
    assert free(["tags", "tags_by_post"], {"tags"}) == "tags_by_post"
    assert free(["tags"], {"tags", "tags_2"}) == "tags_3"


def test_collections() -> None:
    """The last word of a list's name is plural."""
    assert [collection(name) for name in ("post", "order_detail", "category")] == ["posts", "order_details", "categories"]
