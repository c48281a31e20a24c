"""What Oxyde knows of Pydantic's insides is still so."""
# ruff: noqa: F821 - names that a rebuild defines are what is tested

from __future__ import annotations

import gc
import weakref
from typing import Annotated, Any

import pydantic
import pytest
from annotated_types import MaxLen
from pydantic import BaseModel, GetCoreSchemaHandler, TypeAdapter, create_model
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema
from typing_extensions import TypedDict

from oxyde.models import Field, Model, pydantic_seams
from oxyde.models.field import ModelField
from oxyde.models.pydantic_seams import ModelMetaclass, ModelSchema
from oxyde.models.quoted import has_names


def test_model_metaclass_is_the_class_of_models() -> None:
    assert type(BaseModel) is ModelMetaclass
    assert issubclass(type(Model), ModelMetaclass)


def test_set_fields_decides_the_schema() -> None:
    plain = create_model("Plain", one=(int, 1))
    pydantic_seams.set_fields(plain, {"two": FieldInfo(annotation=int, default=2)})
    plain.model_rebuild(force=True)
    assert plain().model_dump() == {"two": 2}


def test_are_resolved_waits_for_names() -> None:
    class Waiting(BaseModel):
        known: int = 0
        later: Later | None = None

    assert not pydantic_seams.are_resolved(Waiting)
    assert [pydantic_seams.is_resolved(info) for info in Waiting.__pydantic_fields__.values()] == [True, False]
    Waiting.model_rebuild(_types_namespace={"Later": str})
    assert pydantic_seams.are_resolved(Waiting)


def test_set_annotation_outlives_a_rebuild() -> None:
    plain = create_model("Plain", one=(int, 1))
    pydantic_seams.set_annotation(plain.__pydantic_fields__["one"], str)
    plain.model_rebuild(force=True)
    assert plain(one="text").one == "text"


def test_what_is_replaced_is_not_kept() -> None:
    """Neither the annotation nor the default of before is anywhere in the field."""

    class Before:
        """What is replaced."""

    info = FieldInfo.from_annotated_attribute(Before, FieldInfo(default=Before()))
    pydantic_seams.set_annotation(info, int)
    pydantic_seams.set_default(info, 3)
    kept = weakref.ref(Before)
    del Before
    gc.collect()
    assert kept() is None
    assert (info.annotation, info.default) == (int, 3)


def test_copy_field_shares_nothing_that_changes() -> None:
    for info in (pydantic.Field(1, max_length=3), Field(1, max_length=3, db_index=True)):
        copied = pydantic_seams.copy_field(info)
        copied.metadata.append("more")
        assert "more" not in info.metadata
        assert type(copied) is type(info)
        assert copied.default == 1


def test_convert_field_keeps_everything() -> None:
    info = pydantic.Field(1, alias="other", title="Title", description="text", repr=False, frozen=True, max_length=3)
    made = pydantic_seams.convert_field(info, ModelField)
    assert type(made) is ModelField
    for name in FieldInfo.__slots__:
        assert getattr(made, name, None) == getattr(info, name, None)
    assert MaxLen(3) in made.metadata


ASKED: list[bool] = []


class Asked(BaseModel):
    """Notes whether its schema is asked for by a class statement."""

    later: Later | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        ASKED.append(pydantic_seams.is_class_statement(cls, handler))
        return handler(source)


def test_is_class_statement() -> None:
    class Around(BaseModel):
        inside: Asked

    @pydantic.dataclasses.dataclass
    class Beside:
        inside: Asked

    class Itself(Asked):
        pass

    assert set(ASKED) == {True}
    ASKED.clear()
    Around.model_rebuild(_types_namespace={"Later": str}, raise_errors=False)
    assert set(ASKED) == {False}
    ASKED.clear()
    Asked.model_rebuild(_types_namespace={"Later": str})
    TypeAdapter(list[Asked])
    TypeAdapter(TypedDict("Typed", {"inside": Asked}))
    assert set(ASKED) == {False}


def test_forget_schema_makes_it_anew_inside_others() -> None:
    class Inner(BaseModel):
        one: int = 1

    pydantic_seams.set_annotation(Inner.__pydantic_fields__["one"], str)
    pydantic_seams.forget_schema(Inner)
    assert not Inner.__pydantic_complete__

    class Outer(BaseModel):
        inner: Inner

    Outer.model_rebuild(_types_namespace={"Inner": Inner})
    assert Outer(inner={"one": "text"}).inner.one == "text"
    assert Inner(one="text").one == "text"


@pytest.mark.parametrize("wrapped", [False, True])
def test_model_schema_finds_the_fields(*, wrapped: bool) -> None:
    def check(self: Any) -> Any:
        return self

    validators: Any = {"check": pydantic.model_validator(mode="after")(check)} if wrapped else None
    node = create_model(
        "Node", name=(Annotated[str, pydantic.Field(max_length=4)], ""), next=("Node | None", None), __validators__=validators
    )
    node.model_rebuild(_types_namespace={"Node": node})
    schema = ModelSchema(node)
    assert list(schema.fields) == ["name", "next"]
    assert schema.field("name")["type"] == "str"
    assert schema.is_nullable("next")
    assert len(schema.around) == wrapped
    assert not pydantic_seams.ours(schema.field("name"))


def test_names_inside_annotations() -> None:
    """As Python 3.10 leaves them; later ones evaluate them before Pydantic sees them."""

    class Street(BaseModel):
        pass

    class Town(BaseModel):
        streets: int = 0

        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
            if has_names(cls.__pydantic_fields__["streets"].annotation):
                assert not pydantic_seams.are_resolved(cls)
                pydantic_seams.evaluate_names(cls, handler)
            return handler(source)

    for annotation in (list["Street"], list["Street"] | None, Annotated[dict[str, "Street"], 1], list["Unknown"]):
        pydantic_seams.set_annotation(Town.__pydantic_fields__["streets"], annotation)
        if annotation == list["Unknown"]:
            with pytest.raises(NameError):
                Town.model_rebuild(force=True, _types_namespace={})
            break
        Town.model_rebuild(force=True, _types_namespace={"Street": Street})
        assert not has_names(Town.__pydantic_fields__["streets"].annotation)
        assert pydantic_seams.are_resolved(Town)


def test_inner_fields_of_a_handlers_schema() -> None:
    found: list[Any] = []

    class Node(BaseModel):
        name: str = ""

        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
            schema = handler(source)
            found.append(pydantic_seams.inner_fields(schema, handler.resolve_ref_schema))
            return schema

    assert list(found[-1]["fields"]) == ["name"]
