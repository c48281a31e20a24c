"""What writes consist of; how instances are made; hooks."""
# ruff: noqa: RUF012, RUF043 - naive datetimes, forward references and plain defaults are what is tested

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Generator
from typing import Any

import pytest
from pydantic import AwareDatetime, ConfigDict, ValidationError

from oxyde.db.execute import run, run_blocking
from oxyde.db.steps import Await
from oxyde.exceptions import FieldError, UnsupportedError
from oxyde.models import Field, Model, hooks
from oxyde.models.construct import make
from oxyde.models.writing import Write, writable
from tests.states import mark_stored
from tests.tables import table


class Owner(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = ""

    Meta = table()


class Thing(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(default="n", min_length=1)
    size: int = Field(default=0, ge=0)
    tags: list[str] = []
    owner: Owner | None = None
    lower: str = Field(db_generated="lower(name)")
    made: dt.datetime = Field(auto_now_add=True)
    changed: AwareDatetime = Field(auto_now=True)
    rank: int = Field(db_default="5")
    version: int = Field(db_version=True)

    Meta = table("written_thing")


class Keyed(Model):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, db_pk=True)
    owner: Owner | None = None

    Meta = table()


def read(**values: Any) -> Thing:
    one = Thing(id=1, **values)
    mark_stored(one)
    return one


def test_insert_leaves_out_what_the_database_fills_in() -> None:
    values = Write(Thing()).inserted()
    assert values.keys() == {"name", "size", "tags", "owner_id", "made", "changed", "version"}
    assert values["version"] == 1
    assert values["made"].tzinfo is None
    assert values["changed"].tzinfo is not None
    given = Write(Thing(id=4, rank=3, made=dt.datetime(2020, 1, 1))).inserted()
    assert (given["id"], given["rank"], given["made"]) == (4, 3, dt.datetime(2020, 1, 1))


def test_update_writes_what_changed_and_what_can_change_inside() -> None:
    assert Write(read()).updated() == {}
    one = read()
    one.size = 3
    assert Write(one).updated().keys() == {"size", "changed"}
    one.tags.append("new")
    assert Write(one).updated().keys() == {"size", "tags", "changed"}
    assert Write(one).updated(["size"]).keys() == {"size", "changed"}
    vars(one)["name"] = "past assignment"
    assert Write(one).updated().keys() == {"size", "name", "tags", "changed"}


def test_update_writes_what_is_named() -> None:
    assert Write(read()).updated(["name"]).keys() == {"name", "changed"}


def test_update_of_a_new_instance_writes_what_was_given() -> None:
    assert Write(Thing(id=1, name="x")).updated().keys() == {"name", "changed"}


@pytest.mark.parametrize(
    ("names_", "error"), [(["nmae"], 'did you mean "name"'), (["lower"], "computed by the database"), ("name", "takes a list")]
)
def test_update_fields_are_checked(names_: Any, error: str) -> None:
    with pytest.raises((FieldError, TypeError), match=error):
        Write(read()).updated(names_)


def test_update_fields_may_name_a_relation() -> None:
    one = read()
    one.owner = Owner(id=3)
    assert Write(one).updated(["owner"])["owner_id"] == 3


@pytest.mark.parametrize("write", [lambda one: Write(one).inserted(), lambda one: Write(one).updated()])
def test_assigned_values_are_validated(write: Any) -> None:
    one = Thing(id=1, name="x")
    one.size = -1
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        write(one)
    one.size = "7"
    assert write(one)["size"] == 7


def test_keys_are_taken_from_assigned_relations() -> None:
    owner = Owner(name="o")
    one = Thing(name="x", owner=owner)
    with pytest.raises(FieldError, match="Thing.owner was given an unsaved Owner"):
        Write(one).inserted()
    owner.id = 8
    assert Write(one).inserted()["owner_id"] == 8
    saved = read()
    saved.owner = owner
    assert Write(saved).updated()["owner_id"] == 8


def test_a_key_from_a_factory_is_not_saved() -> None:
    class Child(Model):
        id: int | None = Field(default=None, db_pk=True)
        parent: Keyed | None = None

        Meta = table()

    parent = Keyed()
    with pytest.raises(FieldError, match="was given an unsaved Keyed"):
        Write(Child(parent=parent)).inserted()
    mark_stored(parent)
    assert Write(Child(parent=parent)).inserted()["parent_id"] == parent.id


def test_the_stored_key_is_the_one_before_the_change() -> None:
    one = read()
    one.id = 9
    one.id = 10
    assert Write(one).stored_key() == {"id": 1}
    with pytest.raises(FieldError, match="this Thing has no key yet"):
        Write(Thing()).stored_key()


def test_views_are_not_written() -> None:
    class View(Model):
        id: int = Field(db_pk=True)

        Meta = table(managed=False, view="SELECT 1 AS id")

    with pytest.raises(UnsupportedError, match="View is a view"):
        writable(View.__oxyde__)


def test_rows_of_a_table_without_a_key_that_others_make() -> None:
    class Line(Model):
        text: str

        Meta = table("lines_of_others", managed=False)

    assert writable(Line.__oxyde__) is Line.__table__
    with pytest.raises(UnsupportedError, match=r"Line has no primary key .* use create\(\)"):
        writable(Line.__oxyde__, by_key=True)


def test_make_takes_names_and_aliases() -> None:
    class Aliased(Model):
        model_config = ConfigDict(alias_generator=lambda name: f"{name}Alias")
        id: int | None = Field(default=None, db_pk=True)
        name: str
        owner: Owner | None = None

        Meta = table()

    assert make(Aliased.__oxyde__, {"name": "x", "owner_id": 3}).owner_id == 3
    assert make(Aliased.__oxyde__, {"nameAlias": "x", "owner_idAlias": 3}).owner_id == 3
    assert "nameAlias" in Aliased.__oxyde__.names
    with pytest.raises(FieldError, match='Aliased has no field "nmae"; did you mean "name"'):
        make(Aliased.__oxyde__, {"nmae": "x"})


def answers(steps: Generator[Any, Any, Any]) -> list[Any]:
    found = []
    try:
        step = next(steps)
        while True:
            assert isinstance(step, Await)
            found.append(step.value)
            step = steps.send(None)
    except StopIteration:
        return found


def test_hooks_take_what_they_name() -> None:
    class Hooked(Owner):
        def pre_save(self) -> str:
            return "pre"

        def post_save(self, *, is_create: bool) -> bool:
            return is_create

        def pre_delete(self, **known: Any) -> Any:
            return known

    one = Hooked()
    known = {"is_create": True, "update_fields": None}
    assert answers(hooks.run(one, "pre_save", **known)) == ["pre"]
    assert answers(hooks.run(one, "post_save", **known)) == [True]
    assert answers(hooks.run(one, "pre_delete")) == [{}]
    assert hooks.is_overridden(Hooked, "pre_delete")
    assert not hooks.is_overridden(Hooked, "post_delete")


def test_async_hooks_are_refused_before_blocking_verbs() -> None:
    class Hooked(Owner):
        async def post_save(self) -> None:
            await super().post_save()

    nowhere: Any = None
    run_blocking(hooks.announce(Hooked, hooks.DELETING), nowhere)
    asyncio.run(run(hooks.announce(Hooked, hooks.SAVING), nowhere))
    with pytest.raises(TypeError, match="Hooked.post_save is async"):
        run_blocking(hooks.announce(Hooked, hooks.SAVING), nowhere)


class Renamed(Model):
    id: int | None = Field(default=None, db_pk=True)
    goals: int = Field(default=0, db_column="score")

    Meta = table()


def test_update_fields_are_no_column_names() -> None:
    with pytest.raises(FieldError, match=r"^Renamed has no field \"score\"; that is the name of a column .* its field is \"goals\"$"):
        Write(Renamed()).updated(["score"])
