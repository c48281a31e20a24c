"""Models: relations, key fields, what is not loaded, copies, output."""

from __future__ import annotations

import copy
import datetime as dt
import inspect
import json
import pickle
import pydoc
import sys
import types
import warnings
from typing import Any

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError, computed_field

from oxyde.exceptions import FieldError, NotLoaded
from oxyde.models import Field, Model, metaclass
from oxyde.models.metaclass import annotations_of
from oxyde.models.row_state import Changed, New, state_of
from tests.states import is_stored, mark_stored
from tests.tables import table


class Writer(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=50)
    texts: list[Text] = Field(default=[], db_reverse_fk="writer")
    profile: Profile | None = Field(default=None, db_reverse_fk="writer")

    Meta = table()


class Text(Model):
    id: int | None = Field(default=None, db_pk=True)
    title: str
    writer: Writer = Field(db_on_delete="CASCADE")
    editor: Writer | None = None
    written: dt.datetime | None = None
    printed: AwareDatetime | None = None
    labels: list[Label] = Field(db_m2m=True)

    Meta = table()


class Profile(Model):
    writer: Writer = Field(db_pk=True)
    motto: str = ""

    Meta = table()


class Label(Model):
    code: str = Field(db_pk=True, max_length=7)

    Meta = table()


def text(**changes: Any) -> Text:
    return Text(**{"title": "t", "writer_id": 1, **changes})


def test_a_foreign_key_adds_the_field_that_holds_the_key() -> None:
    assert list(Text.model_fields) == ["id", "title", "writer", "writer_id", "editor", "editor_id", "written", "printed", "labels"]
    assert Text.model_fields["writer_id"].annotation is int
    assert Text.model_fields["editor_id"].annotation == int | None
    assert Text.model_fields["writer"].db_on_delete == "CASCADE"
    assert Writer.model_fields["texts"].default == []


def test_a_required_foreign_key_takes_either() -> None:
    writer = Writer(id=4, name="w")
    assert Text(title="t", writer=writer).writer_id == 4
    assert text(writer_id=5).writer_id == 5
    with pytest.raises(ValidationError) as caught:
        Text(title="t")
    assert [(error["loc"], error["type"]) for error in caught.value.errors()] == [(("writer_id",), "missing")]
    with pytest.raises(ValidationError, match="name different rows"):
        Text(title="t", writer=writer, writer_id=5)


def test_an_optional_foreign_key() -> None:
    assert text().editor_id is None
    assert text(editor=Writer(id=4, name="w")).editor_id == 4
    assert text(editor=None).editor is None


@pytest.mark.parametrize(
    ("one", "name", "loaders", "otherwise"),
    [
        (text, "writer", ["join", "prefetch"], r"by its key: await Writer\.objects\.get\(id=text\.writer_id\)"),
        (text, "labels", ["join", "prefetch"], "by a query of Label"),
        (lambda: Writer(id=1, name="w"), "texts", ["join", "prefetch"], r"await Text\.objects\.filter\(writer=writer\)\.all\(\)"),
        (lambda: Writer(id=1, name="w"), "profile", ["join", "prefetch"], r"await Profile\.objects\.filter\(writer=writer\)\.first\(\)"),
    ],
)
def test_what_is_not_loaded_says_how_to_load_it(
    one: Any, name: str, loaders: list[str], otherwise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the verbs that a queryset has, and a query where it has none."""
    instance = one()
    kind = type(type(instance).objects)
    for verb in ("join", "prefetch"):
        for base in kind.__mro__:
            if verb in vars(base):
                monkeypatch.delattr(base, verb)
    with pytest.raises(NotLoaded, match=rf"^{type(instance).__name__}\.{name} is not loaded; read .*{otherwise}"):
        getattr(instance, name)
    for verb in ("join", "prefetch"):
        monkeypatch.setattr(kind, verb, None, raising=False)
    verbs = " or ".join(rf'\.{verb}\("{name}"\)' for verb in loaders)
    with pytest.raises(NotLoaded, match=f"; add {verbs} to the query that reads the {type(instance).__name__}$"):
        getattr(instance, name)
    with pytest.raises(NotLoaded):
        hasattr(instance, name)


def test_output_leaves_out_what_is_not_loaded() -> None:
    one = text()
    assert one.model_dump() == {"id": None, "title": "t", "writer_id": 1, "editor_id": None, "written": None, "printed": None}
    assert json.loads(one.model_dump_json()).keys() == one.model_dump().keys() == dict(one).keys()
    assert "labels" not in repr(one)
    assert "labels" not in str(one)
    assert text(labels=[]).model_dump()["labels"] == []


def test_unions_serialise_without_warnings() -> None:
    class Other(BaseModel):
        x: int

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert TypeAdapter(Other | Text).dump_python(text())["title"] == "t"


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_json_schema(mode: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        schemas = [Text.model_json_schema(mode=mode), Writer.model_json_schema(mode=mode)]
    for schema in schemas:
        for name, part in schema["$defs"].items():
            relations = {"Text": {"writer", "editor", "labels"}, "Writer": {"texts", "profile"}, "Profile": {"writer"}}.get(name, set())
            assert not relations & set(part.get("required", ()))


def test_validating_a_dump_again() -> None:
    one = text()
    assert Text.model_validate({**one.model_dump(), "title": "u"}).title == "u"
    loaded = text(writer_id=4, writer=Writer(id=4, name="w"))
    assert Text.model_validate(loaded.model_dump()) == loaded


def test_zones() -> None:
    with pytest.raises(ValidationError, match="annotate it AwareDatetime"):
        text(written=dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc))
    with pytest.raises(ValidationError, match=r"datetime.now\(timezone.utc\)"):
        text(printed=dt.datetime(2024, 1, 1))
    assert text(written="2024-01-01T00:00:00", printed="2024-01-01T00:00:00Z").printed.utcoffset() == dt.timedelta()


def test_assigning_a_relation_sets_the_key() -> None:
    one = text()
    one.writer = Writer(id=9, name="w")
    assert one.writer_id == 9
    one.writer_id = 10
    with pytest.raises(NotLoaded):
        _ = one.writer
    one.editor = Writer(id=3, name="e")
    one.editor_id = 3
    assert one.editor.name == "e"


def test_changes_are_noted() -> None:
    one = text(id=1)
    assert state_of(one) is None
    one.title = "new"
    assert state_of(one) == New({"title"})
    mark_stored(one)
    one.title = "new"
    assert is_stored(one)
    one.title = "other"
    one.writer = Writer(id=2, name="w")
    one.id = 7
    state = state_of(one)
    assert isinstance(state, Changed)
    assert state == {"title", "writer", "writer_id", "id"}
    assert state.stored[0] == 1


def test_validated_assignment() -> None:
    class Strict(Model):
        model_config = ConfigDict(validate_assignment=True)
        id: int | None = Field(default=None, db_pk=True)
        count: int = Field(default=0, ge=0)
        writer: Writer | None = None

        Meta = table()

    one = Strict(id=1, writer=Writer(id=3, name="w"))
    mark_stored(one)
    with pytest.raises(ValidationError):
        one.count = -1
    assert is_stored(one)
    one.count = "7"
    assert one.count == 7
    one.writer_id = 4
    with pytest.raises(NotLoaded):
        _ = one.writer
    with pytest.raises(ValidationError):
        one.writer_id = "x"
    one.writer = Writer(id=5, name="v")
    assert one.writer_id == 5
    assert state_of(one) == Changed()  # Pydantic has validated all of it


@pytest.mark.parametrize("copying", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy, lambda one: one.model_copy()])
def test_copies_keep_the_state(copying: Any) -> None:
    one = text(id=1, writer=Writer(id=1, name="w"))
    mark_stored(one)
    again = copying(one)
    assert again == one
    assert is_stored(again)
    one.title = "changed"
    again = copying(one)
    assert state_of(again) == {"title"}
    assert state_of(again) is not state_of(one)
    with pytest.raises(NotLoaded):
        _ = again.labels


def test_a_copy_with_changes_knows_them() -> None:
    one = text(id=1)
    mark_stored(one)
    assert state_of(one.model_copy(update={"title": "u"})) == {"title"}
    assert is_stored(one)


def test_construct_leaves_relations_unloaded() -> None:
    one = Text.model_construct(title="t")
    with pytest.raises(NotLoaded):
        _ = one.labels
    with pytest.raises(NotLoaded):
        _ = one.writer


def test_repr_never_raises() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    class Shown(Model):
        id: int | None = Field(default=None, db_pk=True)
        note: str = ""
        hidden: str = Field(default="h", repr=False)

        Meta = table()

        @computed_field
        @property
        def fails(self) -> int:
            raise RuntimeError

    one = Shown(note="a\nb")
    assert repr(one) == "Shown(id=None, note='a\\nb')"
    one.__dict__["note"] = Broken()
    assert repr(one) == "Shown(id=None, note=<Broken: RuntimeError>)"
    writer = Writer(id=1, name="w")
    writer.profile = Profile(writer=writer)
    assert repr(writer) == "Writer(id=1, name='w', profile=Profile(writer=..., writer_id=1, motto=''))"


@pytest.mark.parametrize("name", ["objects", "pk", "related", "save", "delete", "refresh"])
def test_reserved_names_are_refused(name: str) -> None:
    with pytest.raises(FieldError, match=f'{name}_ = Field\\(db_column="{name}"\\)'):
        type(Model)("Bad", (Model,), {"__module__": __name__, "__qualname__": "Bad", "__annotations__": {name: "int"}})


def test_aliases() -> None:
    class Camel(Model):
        model_config = ConfigDict(alias_generator=lambda name: name.title())
        id: int | None = Field(default=None, db_pk=True)
        first: str = Field(alias="eins")
        writer: Writer | None = None

        Meta = table()

    assert Camel(eins="x", Writer_Id=3).writer_id == 3
    assert [column.name for column in Camel.__table__.columns] == ["id", "first", "writer_id"]


def test_deleting_a_relation_unloads_it() -> None:
    one = text(editor=None)
    del one.editor
    with pytest.raises(NotLoaded):
        _ = one.editor


def test_what_has_no_table_can_still_be_looked_at() -> None:
    """Tools that look at every attribute of a class meet no error but AttributeError."""

    class Mixin(Model):
        name: str = ""

    assert not hasattr(Model, "__table__")
    assert not hasattr(Mixin, "__table__")
    assert not hasattr(Mixin, "objects")
    assert hasattr(Writer, "__table__")
    for model in (Model, Mixin, Writer):
        assert "save" in dict(inspect.getmembers(model))
        assert copy.copy(model) is copy.deepcopy(model) is model
        assert model.__name__ in pydoc.render_doc(model)


def test_annotations_that_a_function_makes() -> None:
    """Python 3.14 keeps a function in the body of a class, which makes the annotations when it is asked."""
    assert annotations_of({"__annotations__": {"name": "str"}}) == {"name": "str"}
    assert annotations_of({}) == {}


@pytest.mark.parametrize("key", ["__annotate__", "__annotate_func__"])
def test_annotations_as_python_3_14_keeps_them(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Before and after the class is made; on an older Python its library is stood in for."""
    library = types.ModuleType("annotationlib")
    vars(library).update(
        Format=types.SimpleNamespace(FORWARDREF=3),
        get_annotate_from_class_namespace=lambda body: body.get("__annotate__", body.get("__annotate_func__")),
        call_annotate_function=lambda annotate, format_: annotate(format_),
    )
    monkeypatch.setitem(sys.modules, "annotationlib", library)
    monkeypatch.setattr(metaclass, "sys", types.SimpleNamespace(version_info=(3, 14)))
    body = {key: lambda format_: {"name": f"made for {format_}"}}
    assert annotations_of(body) == {"name": "made for 3"}
    assert annotations_of({"__annotations__": {"name": "str"}}) == {"name": "str"}
