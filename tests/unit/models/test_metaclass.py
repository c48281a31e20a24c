"""What a class statement refuses, and what it replaces when it is run again."""
# ruff: noqa: UP045 - forward references and older spellings are what is tested

from __future__ import annotations

import enum
import sys
import types
import warnings
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Optional

import pydantic
import pytest
from typing_extensions import TypeAliasType

from oxyde.exceptions import FieldError
from oxyde.models import Field, Model
from oxyde.models.registry import registered_tables
from tests.tables import table


class Other(Model):
    id: int | None = Field(default=None, db_pk=True)

    Meta = table("metaclass_other")


Code = Annotated[str, Field(db_unique=True, max_length=5)]
Named = TypeAliasType("Named", Code)


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        ("primary_key", "db_pk=True"),
        ("pk", "db_pk=True"),
        ("unique", "db_unique=True"),
        ("index", "db_index=True"),
        ("nullable", r"X \| None"),
        ("blank", r"X \| None"),
        ("autoincrement", "an int key"),
        ("column", "db_column="),
        ("comment", "db_comment="),
        ("collation", "db_collation="),
        ("choices", "a Literal or an Enum"),
    ],
)
def test_words_of_other_libraries(word: str, remedy: str) -> None:
    with pytest.raises(FieldError, match=rf"^Foreign\.size: {word}= is not a keyword of Oxyde's Field\(\); use .*{remedy}"):

        class Foreign(Model):
            size: int = Field(default=0, **{word: True})


def test_foreign_key_as_another_library_has_it() -> None:
    with pytest.raises(FieldError, match=r"^Foreign\.other_id: foreign_key= .* the other model"):

        class Foreign(Model):
            other_id: int = Field(foreign_key="other.id")


@pytest.mark.parametrize(("word", "remedy"), [("db_pk", "db_pk="), ("db_unique", "db_unique="), ("primary_key", "db_pk=True")])
def test_words_given_to_pydantics_field(word: str, remedy: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with pytest.raises(FieldError, match=rf"^Foreign\.size: pydantic\.Field\(\) ignores {word}=; import Field from oxyde.*{remedy}"):

            class Foreign(Model):
                size: int = pydantic.Field(default=0, **{word: True})


def test_extras_of_a_json_schema_are_nobodys_words() -> None:
    class Described(Model):
        size: int = pydantic.Field(default=0, json_schema_extra={"nullable": True, "index": 3})

    assert Described(size=1).size == 1


def test_a_table_as_another_library_declares_it() -> None:
    with pytest.raises(TypeError, match=r"class Sheet\(Model, table=...\) .* class Meta: is_table = True"):

        class Sheet(Model, table=True):
            id: int = Field(db_pk=True)


@pytest.mark.parametrize(("word", "option"), [("__tablename__", "table_name"), ("__table_args__", "constraints, indexes or schema")])
def test_attributes_of_a_table_in_another_library(word: str, option: str) -> None:
    """Pydantic takes them for no field, so that they would be read by nobody."""
    with pytest.raises(TypeError, match=rf"^Sheet\.{word} has no effect here; use {option} in class Meta$"):
        type(Model)("Sheet", (Model,), {"__module__": __name__, "__qualname__": "Sheet", word: "sheets"})


@pytest.mark.parametrize("said", [{"db_fk": "id"}, {"db_on_delete": "CASCADE"}, {"db_on_update": "RESTRICT"}])
def test_words_of_foreign_keys_on_a_plain_column(said: dict[str, Any]) -> None:
    with pytest.raises(FieldError, match=rf"^Plain\.other_id says {next(iter(said))}, .* other: Other"):

        class Plain(Model):
            id: int | None = Field(default=None, db_pk=True)
            other_id: int = Field(**said)

            Meta = table()


def test_words_inside_an_optional_type_are_heard() -> None:
    class Inside(Model):
        id: int | None = Field(default=None, db_pk=True)
        code: Optional[Code] = None
        short: Code | None = None
        named: Named | None = None

        Meta = table()

    assert [column.unique for column in Inside.__table__.columns] == [False, True, True, True]


def test_a_type_alias_of_a_model_is_a_relation() -> None:
    alias, maybe = TypeAliasType("alias", Other), TypeAliasType("maybe", Optional[Other])

    class Pointing(Model):
        id: int | None = Field(default=None, db_pk=True)
        one: alias  # type: ignore[valid-type] # is one
        two: maybe = None  # type: ignore[valid-type] # is one

        Meta = table()

    assert [(column.name, column.nullable) for column in Pointing.__table__.columns] == [("id", False), ("one_id", False), ("two_id", True)]


class Mixed(enum.Enum):
    ONE = 1
    TWO = "two"


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (Mixed, "neither all str nor all int"),
        (complex, "has a type that no column holds"),
        (Sequence[int], r"has a type that no column holds \(Sequence\)"),
        (int | str, "is a union of int and text, which no column type holds exactly"),
        (list[Other], "say how the rows belong here"),
    ],
)
def test_what_cannot_be_mapped_is_refused_by_the_class_statement(annotation: Any, message: str) -> None:
    before = registered_tables()
    with pytest.raises(FieldError, match=rf"^Unmapped\.field\b.*{message}"):

        class Unmapped(Model):
            id: int | None = Field(default=None, db_pk=True)
            field: annotation

            Meta = table()

    assert registered_tables() == before


def test_two_tables_of_one_name() -> None:
    with pytest.raises(FieldError, match=r"Second and .*test_metaclass\.Other both are the table 'metaclass_other'; .* table_name ="):

        class Second(Model):
            id: int | None = Field(default=None, db_pk=True)

            Meta = table("metaclass_other")

    class Elsewhere(Model):
        id: int | None = Field(default=None, db_pk=True)

        Meta = table("metaclass_other", schema="another")

    class Proxy(Other):
        Meta = table("metaclass_other")

    class Described(Model):
        id: int | None = Field(default=None, db_pk=True)

        Meta = table("metaclass_other", managed=False)

    assert Elsewhere.__table__.address == ("another", "metaclass_other")
    assert Proxy.__table__.address == Described.__table__.address == Other.__table__.address


@pytest.fixture
def cell() -> Iterator[types.ModuleType]:
    """The module in which the cells of a notebook run."""
    made = types.ModuleType("notebook_of_a_test")
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


HEAD = "from __future__ import annotations\nimport enum\nfrom oxyde import Field, Model\n"
SHELF = """
class Shelf(Model):
    id: int | None = Field(default=None, db_pk=True)
    {field}: str = ""
    boxes: list[Box] = Field(default=[], db_reverse_fk="shelf")
    class Meta: is_table, table_name = True, "again_shelf"
"""
BOX = """
class Box(Model):
    id: int | None = Field(default=None, db_pk=True)
    shelf: Shelf | None = None
    class Meta: is_table, table_name = True, "again_box"
"""
LABEL = """
class Label(Model):
    id: int | None = Field(default=None, db_pk=True)
    box: Box | None = None
    class Meta: is_table, table_name = True, "again_label"
"""
HUMOUR = """
class Humour(str, enum.Enum):
    {members}
"""
PERSON = """
class {name}(Model):
    id: int | None = Field(default=None, db_pk=True)
    mood: Humour | None = None
    class Meta: is_table, table_name = True, "again_{name}"
"""


def test_a_class_made_again_takes_the_place_of_the_old_one(cell: types.ModuleType) -> None:
    exec(HEAD + SHELF.format(field="label"), vars(cell))
    exec(BOX + LABEL, vars(cell))
    box, label, old = cell.Box, cell.Label, cell.Shelf
    assert box(shelf=old(id=1)).shelf_id == 1
    assert box.objects.filter(shelf__label="a").sql("sqlite")
    exec(SHELF.format(field="name"), vars(cell))
    new = cell.Shelf
    assert new is not old
    assert cell.Box is box
    assert box(shelf=new(id=2)).shelf_id == 2
    assert new(id=3, boxes=[box(id=1, shelf_id=3)]).boxes[0].shelf_id == 3
    assert label(box=box(id=1, shelf=new(id=5))).box.shelf.id == 5
    assert label.objects.filter(box__shelf__name="a").sql("sqlite")
    assert new.objects.filter(boxes__id=1).sql("sqlite")
    with pytest.raises(FieldError, match='has no field "label"'):
        box.objects.filter(shelf__label="a")
    assert list(box.model_fields) == ["id", "shelf", "shelf_id"]
    exec(BOX, vars(cell))
    assert cell.Box is not box
    assert new(id=3, boxes=[cell.Box(id=1, shelf=new(id=3))]).boxes[0].shelf_id == 3
    assert label(box=cell.Box(id=4)).box_id == 4


def test_an_enumeration_made_again(cell: types.ModuleType) -> None:
    exec(HEAD + HUMOUR.format(members="A = 'a'") + PERSON.format(name="One") + PERSON.format(name="Two"), vars(cell))
    exec(HUMOUR.format(members="A, B = 'a', 'b'"), vars(cell))
    exec(PERSON.format(name="One"), vars(cell))
    assert cell.One(mood="b").mood is cell.Humour.B
    assert cell.Two(mood="b").mood is cell.Humour.B
    assert cell.Two.__table__.by_field["mood"].type.labels == ("a", "b")


def test_a_field_id_that_is_no_key() -> None:
    """Warns where the class is written, also if it waits for another one."""
    message = r"^Keyless has a field id, but no primary key, .*; write id: int \| None = Field\(default=None, db_pk=True\)$"
    with pytest.warns(UserWarning, match=message) as caught:

        class Keyless(Model):
            id: int | None = None
            name: str = ""

            Meta = table("metaclass_keyless")

    assert [one.filename for one in caught] == [__file__]
    with pytest.warns(UserWarning, match=message):

        class Keyless(Model):  # type: ignore[no-redef] # it replaces the other
            id: int
            other: MetaclassLater  # type: ignore[name-defined] # noqa: F821 - it is never made

            Meta = table("metaclass_keyless")


@pytest.mark.parametrize(
    ("annotations", "meta"),
    [
        ({"id": Annotated[int, Field(db_pk=True)]}, {}),
        ({"id": int, "code": Annotated[str, Field(db_pk=True)]}, {}),
        ({"id": int, "code": TypeAliasType("Key", Annotated[str, Field(db_pk=True)])}, {}),
        ({"code": str}, {}),
        ({"id": int}, {"managed": False}),
        ({"id": int}, {"managed": False, "view": "SELECT 1 AS id"}),
        ({"id": int}, {"is_table": False}),
    ],
)
def test_keys_that_are_there_or_not_wanted(annotations: Any, meta: dict[str, Any]) -> None:
    """No warning: another field is the key, none is called id, or the table is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        class MetaclassKeys(Model):
            __annotations__ = annotations

            Meta = table("metaclass_keys", **meta)
