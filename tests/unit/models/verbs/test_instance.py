"""Saving, deleting and refreshing, step by step, without a database."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from oxyde.db.steps import Await, Call, Remember, Undo
from oxyde.exceptions import NotFoundError, NotLoaded, StaleObjectError
from oxyde.models import Field, Model, writing
from oxyde.models.row_state import state_of
from oxyde.models.verbs import instance as verb
from oxyde.models.writing import Write
from oxyde.schema import Table
from tests.states import is_stored, mark_stored
from tests.tables import table


class Owner(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = ""

    Meta = table("item_owner")


class Item(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = "n"
    size: int = 0
    owner: Owner | None = None
    doubled: int = Field(db_generated="size * 2")

    Meta = table()


class Versioned(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = "n"
    version: int = Field(db_version=True)

    Meta = table()


class Answer:
    """A batch, as far as verbs look at it."""

    def __init__(self, affected: int = 0, rows: int = 0, values: dict[str, Any] | None = None) -> None:
        self.affected, self.rows, self.values = affected, rows, values or {}

    def fill(self, _layout: object, instances: list[Model]) -> None:
        for instance in instances:
            instance.__dict__.update(self.values)
            instance.__pydantic_fields_set__.update(self.values)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The statements that a verb would send, instead of compiling them."""
    statements: list[tuple[Any, ...]] = []

    class Recorder:
        def __getattr__(self, verb: str) -> Any:
            def compile_it(table: Table, *parts: Any) -> tuple[bytes, tuple[Any, ...]]:
                shown = tuple(tuple(c.field for c in part) if isinstance(part, tuple) else part for part in parts)
                statements.append((verb, table.model, *shown))
                return b"", ()

            return compile_it

    monkeypatch.setattr(verb, "by_key", Recorder())
    monkeypatch.setattr(verb, "filling", lambda *_: None)
    monkeypatch.setattr(writing, "filling", lambda *_: None)
    return statements


def drive(steps: Generator[Any, Any, Any], *answers: Answer) -> Any:
    left = list(answers)
    try:
        step = next(steps)
        while True:
            if isinstance(step, Await):
                step = steps.send(step.value)
                continue
            if isinstance(step, Remember):
                step = steps.send(step.make())
                continue
            if isinstance(step, Undo):
                step = steps.send(None)
                continue
            assert isinstance(step, Call)
            answer = left.pop(0)
            if step.on_batch is not None:
                step.on_batch(answer)  # type: ignore[arg-type] # it has what is asked of a batch
            step = steps.send(answer)
    except StopIteration as end:
        assert not left
        return end.value


def read(kind: type[Model] = Item, **values: Any) -> Any:
    one = kind(id=1, **values)
    mark_stored(one)
    return one


def test_a_new_instance_is_inserted(sent: list[Any]) -> None:
    one = Item(name="x")
    drive(verb.save(one), Answer(1, 1, {"id": 7, "doubled": 0}))
    assert sent == [("insert", "Item", {"name": "x", "size": 0, "owner_id": None}, ("id", "doubled"))]
    assert one.id == 7
    assert is_stored(one)


def test_nothing_changed_is_no_statement(sent: list[Any]) -> None:
    one = read()
    one.name = "n"
    drive(verb.save(one))
    assert sent == []


def test_only_changes_are_written(sent: list[Any]) -> None:
    one = read()
    one.size = 4
    drive(verb.save(one), Answer(1, 1, {"doubled": 8}))
    assert sent == [("update", "Item", {"id": 1}, {"size": 4}, ("doubled",))]
    assert one.doubled == 8
    assert is_stored(one)


def test_the_row_is_found_by_its_former_key(sent: list[Any]) -> None:
    one = read()
    one.id = 2
    drive(verb.save(one), Answer(1, 0))
    assert sent == [("update", "Item", {"id": 1}, {"id": 2}, ("doubled",))]


def test_a_given_key_updates(sent: list[Any]) -> None:
    with pytest.raises(NotFoundError, match=r"save\(force_insert=True\) inserts it"):
        drive(verb.save(Item(id=3, name="x")), Answer(0))
    drive(verb.save(Item(id=3)), Answer(1))
    drive(verb.save(Item(id=3, size=1), force_insert=True), Answer(1))
    assert [statement[0] for statement in sent] == ["update", "update", "insert"]
    assert sent[0][2:4] == ({"id": 3}, {"name": "x"})
    assert sent[1][2:4] == ({"id": 3}, {"id": 3})
    assert sent[2][2]["id"] == 3


def test_versions_are_checked_and_raised(sent: list[Any]) -> None:
    one = read(Versioned, version=5)
    one.name = "m"
    drive(verb.save(one), Answer(1))
    assert sent.pop() == ("update", "Versioned", {"id": 1, "version": 5}, {"name": "m", "version": 6}, ())
    assert one.version == 6
    one.name = "o"
    with pytest.raises(StaleObjectError, match="changed by another writer"):
        drive(verb.save(one), Answer(0), Answer(rows=1))
    assert (one.version, Write(one).updated()) == (6, {"name": "o"})
    with pytest.raises(NotFoundError):
        drive(verb.save(one), Answer(0), Answer(rows=0))
    with pytest.raises(StaleObjectError):
        drive(verb.delete(one), Answer(0), Answer(rows=1))


def test_delete(sent: list[Any]) -> None:
    one = read()
    assert drive(verb.delete(one), Answer(1)) == 1
    assert sent == [("delete", "Item", {"id": 1})]
    assert state_of(one) is None
    assert drive(verb.delete(read()), Answer(0)) == 0


def test_refresh_drops_relations_whose_key_changed(sent: list[Any]) -> None:
    one = read(owner=Owner(id=1))
    drive(verb.refresh(one), Answer(rows=1, values={"owner_id": 1, "name": "new"}))
    assert (one.name, one.owner.id) == ("new", 1)
    drive(verb.refresh(one), Answer(rows=1, values={"owner_id": 2}))
    with pytest.raises(NotLoaded):
        _ = one.owner
    with pytest.raises(NotFoundError):
        drive(verb.refresh(one), Answer())
    assert sent[0] == ("select", "Item", {"id": 1}, ("id", "name", "size", "owner_id", "doubled"))


def test_hooks_run_around_the_statement(sent: list[Any]) -> None:
    class Hooked(Item):
        def pre_save(self) -> None:
            self.name = f"pre {len(sent)}"

        def post_save(self, is_create: bool) -> None:
            sent.append(("post", is_create))

        Meta = table("hooked")

    drive(verb.save(Hooked()), Answer(1, 1, {"id": 1, "doubled": 0}))
    assert sent[0][2]["name"] == "pre 0"
    assert sent[1] == ("post", True)


def test_a_saved_relation_gives_its_key(sent: list[Any]) -> None:
    one = read()
    owner = Owner()
    one.owner = owner
    owner.id = 5
    drive(verb.save(one), Answer(1))
    assert sent[0][3] == {"owner_id": 5}
    assert (one.owner_id, one.owner) == (5, owner)


def test_what_update_fields_leaves_out_is_still_changed(sent: list[Any]) -> None:
    one = read()
    one.size, one.name = 4, "m"
    drive(verb.save(one, update_fields=["size"]), Answer(1))
    assert sent[0][3] == {"size": 4}
    assert Write(one).updated() == {"name": "m"}
    drive(verb.save(one, update_fields=["size"]), Answer(1))
    assert sent[1][3] == {"size": 4}  # what is named is written always
    drive(verb.save(one), Answer(1))
    assert sent[2][3] == {"name": "m"}
    assert is_stored(one)
