"""What an instance knows of its row, and how it follows assignments."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ConfigDict, ValidationError, model_validator
from typing_extensions import Self

from oxyde import Field, Model
from oxyde.models.row_state import (
    Changed,
    New,
    after,
    changed,
    copied,
    differs,
    is_new,
    is_same,
    is_written,
    kept,
    packed,
    restore_fields,
    row_of,
    state_of,
    stored_of,
    unpacked,
)
from oxyde.models.unloaded import UNLOADED
from tests.models import Author, Post
from tests.states import is_stored, mark_stored
from tests.tables import table


class Sheet(Model):
    """Has values that change inside, and a validator that refuses what was assigned."""

    model_config = ConfigDict(validate_assignment=True)

    id: int | None = Field(default=None, db_pk=True)
    cells: dict[str, int] = Field(default_factory=dict)
    price: Decimal = Decimal("1.10")
    low: int = 0

    @model_validator(mode="after")
    def check(self) -> Self:
        if self.low > 10:
            message = "low is too high"
            raise ValueError(message)
        return self

    Meta = table("state_sheet")


def stored(**values: Any) -> Post:
    """Returns a post as if it had been read."""
    post = Post(id=1, title="a", **values)
    mark_stored(post)
    return post


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (1, 1, True),
        ("a", "a", True),
        (None, None, True),
        (1, True, False),
        (1, 1.0, False),
        (1.0, 1.0, True),
        (0.0, -0.0, False),
        (float("nan"), float("nan"), True),
        (Decimal("1.1"), Decimal("1.10"), False),
        ([1], [1], True),
        ([1], [1.0], False),
        ([1], [1, 2], False),
        ([Decimal("1.1")], [Decimal("1.10")], False),
    ],
)
def test_same_values(old: Any, new: Any, same: bool) -> None:
    """Only values that are equal in every respect need no writing."""
    assert is_same(old, new) is same


def test_a_new_instance() -> None:
    """It has no row; its assignments are noted."""
    post = Post(title="a")
    assert is_new(post)
    post.id = 3
    state = state_of(post)
    assert isinstance(state, New)
    assert state == {"id"}
    assert is_new(post)
    assert stored_of(state) is None


def test_a_row_is_kept_beside_its_instance() -> None:
    """However often it is assigned, the row is what it was."""
    post = stored()
    row = stored_of(state_of(post))
    changed(post, "id")
    changed(post, "title")
    state = state_of(post)
    assert isinstance(state, Changed)
    assert state == {"id", "title"}
    assert stored_of(state) == row
    assert not is_new(post)


def test_values_that_change_inside() -> None:
    """JSON is kept as text, and compared with what is inside now; the spacing and order of other writers is no difference."""
    table = Sheet.__table__
    sheet = Sheet(id=1, cells={"a": 1, "b": 2})
    cells, price = table.by_field["cells"], table.by_field["price"]
    row = row_of(table, vars(sheet), {})
    assert row == (1, '{"a":1,"b":2}', Decimal("1.10"), 0)
    assert not differs(cells, sheet.cells, row[1])
    assert not differs(cells, sheet.cells, '{ "a": 1, "b" : 2 }')
    assert not differs(cells, None, None)
    assert differs(cells, sheet.cells, None)
    assert differs(cells, None, row[1])
    sheet.cells["a"] = 3
    assert differs(cells, sheet.cells, row[1])
    assert differs(price, Decimal("1.1"), row[2])
    assert not differs(price, Decimal("1.10"), row[2])


def test_what_the_database_has() -> None:
    """Is known of values that change inside, whose row is kept as it is; of others only how they were read."""
    table = Sheet.__table__
    cells, price = table.by_field["cells"], table.by_field["price"]
    assert is_written(cells, {"a": 1}, '{"a":1}')
    assert is_written(cells, {"a": 1}, '{ "a" : 1 }')
    assert not is_written(cells, {"a": 1}, '{"a":1.0}')
    assert not is_written(cells, {"a": 1}, None)
    assert is_written(cells, None, None)
    assert not is_written(price, Decimal("1.10"), Decimal("1.10"))


def test_a_row_after_a_narrowed_write() -> None:
    """What was sent is as the instance has it now; the rest is as it was."""
    sheet = Sheet(id=1, cells={"a": 1})
    before = row_of(Sheet.__table__, vars(sheet), {})
    sheet.cells["a"], sheet.low = 2, 5
    assert row_of(Sheet.__table__, vars(sheet), {"low": 5}, before) == (1, '{"a":1}', Decimal("1.10"), 5)
    assert row_of(Sheet.__table__, vars(sheet), {"cells": '{"a":2}'}, before) == (1, '{"a":2}', Decimal("1.10"), 0)


def test_a_refused_assignment_leaves_the_old_value() -> None:
    """Pydantic itself leaves what a model validator refused."""
    sheet = Sheet(id=1, low=3)
    mark_stored(sheet)
    with pytest.raises(ValidationError):
        sheet.low = 50
    assert sheet.low == 3
    assert sheet.model_fields_set == {"id", "low"}
    assert is_stored(sheet)


def test_fields_are_put_back() -> None:
    """Values and the names of those that were given."""
    sheet = Sheet(id=1)
    values, given = dict(vars(sheet)), set(sheet.model_fields_set)
    sheet.low = 4
    restore_fields(sheet, values, given)
    assert (vars(sheet), sheet.model_fields_set) == (values, given)


def test_a_relation_and_its_key_follow_each_other() -> None:
    """A key that differs unloads the relation; None takes the key with it."""
    post = stored()
    post.author = Author(id=5, name="n", email="e")
    assert post.author_id == 5  # type: ignore[attr-defined] # added by the foreign key
    post.author_id = 5  # type: ignore[attr-defined] # added by the foreign key
    assert vars(post)["author"] is not UNLOADED
    post.author_id = 6  # type: ignore[attr-defined] # added by the foreign key
    assert vars(post)["author"] is UNLOADED
    post.author = None
    assert post.author_id is None  # type: ignore[attr-defined] # added by the foreign key


def test_copies_of_states() -> None:
    """Copies are independent; a row is immutable."""
    for state in (Changed({"a"}, (1,), {"b"}), New({"a"})):
        made = copied(state)
        assert made == state
        assert type(made) is type(state)
        assert made is not state
    row = (1, "a")
    assert copied(row) is row
    for again in (pickle.loads(pickle.dumps(Changed({"a"}, (1,), {"b"}))), copy.deepcopy(Changed({"a"}, (1,), {"b"}))):
        assert (again, again.stored, again.forced) == ({"a"}, (1,), {"b"})


def test_the_state_after_a_write() -> None:
    """Is the row, and what was assigned meanwhile."""
    row = (1, "a")
    assert after(None, row, ()) is row
    assert after(Changed(), row, ()) is row
    assert after(Changed(stored=(1, "b"), forced={"title"}), row, {"title"}) is row
    later = after(New({"title"}), row, {"title"})
    assert isinstance(later, Changed)
    assert (set(later), later.stored, later.forced) == ({"title"}, row, set())
    left = after(Changed(forced={"title"}), row, {"id"})
    assert isinstance(left, Changed)
    assert left.forced == {"title"}


def test_what_is_kept_of_a_value() -> None:
    """Its wire value, where it may change inside."""
    cells, low = Sheet.__table__.by_field["cells"], Sheet.__table__.by_field["low"]
    assert kept(low, 3, 4) == 3
    assert kept(cells, {"a": 1}, None) == '{"a":1}'
    assert kept(cells, {"a": 1}, '{"a": 1}') == '{"a": 1}'
    assert kept(cells, None, None) is None


def test_pickle_knows_the_row_by_its_fields() -> None:
    """So that it fits a class that has other columns now; a new one differs whatever it is assigned."""
    sheet = Sheet(id=1, cells={"a": 1})
    assert packed(sheet) is None
    mark_stored(sheet)
    state, row = packed(sheet)
    assert state == ()
    assert row == {"id": 1, "cells": '{"a":1}', "price": Decimal("1.10"), "low": 0}
    assert unpacked(Sheet, packed(sheet)) == state_of(sheet)
    del row["cells"]
    found = unpacked(Sheet, (state, {"gone": 1, **row}))
    assert found == (1, UNLOADED, Decimal("1.10"), 0)
    assert differs(Sheet.__table__.by_field["cells"], {}, UNLOADED)
    noted = unpacked(Sheet, (Changed({"low"}, (), {"price"}), row))
    assert isinstance(noted, Changed)
    assert (set(noted), noted.forced, noted.stored[0]) == ({"low"}, {"price"}, 1)
