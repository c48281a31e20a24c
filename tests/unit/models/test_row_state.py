"""What an instance knows of its row, and how it follows assignments."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from typing import Any

import pytest

from oxyde.models.row_state import CLEAN, Changed, New, changed, copied, is_new, is_same, mark_written, set_state, state_of
from oxyde.models.unloaded import UNLOADED
from tests.models import Author, Post


def stored(**values: Any) -> Post:
    """Returns a post as if it had been read."""
    post = Post(id=1, title="a", **values)
    set_state(post, CLEAN)
    return post


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (1, 1, True),
        ("a", "a", True),
        (None, None, True),
        (1, True, False),
        (1.0, 1.0, True),
        (0.0, -0.0, False),
        (Decimal("1.1"), Decimal("1.10"), False),
        ([1], [1], False),
    ],
)
def test_same_values(old: Any, new: Any, same: bool) -> None:
    """Only values that are equal in every respect need no writing."""
    assert is_same(old, new) is same


def test_a_list_that_is_assigned_to_itself() -> None:
    """It may have changed inside."""
    value = [1]
    assert not is_same(value, value)


def test_a_new_instance() -> None:
    """It has no row; its assignments are noted, its key is not."""
    post = Post(title="a")
    assert is_new(post)
    post.id = 3
    state = state_of(post)
    assert isinstance(state, New)
    assert state == {"id"}
    assert is_new(post)


def test_a_row_keeps_the_key_that_it_has() -> None:
    """However often it is assigned."""
    post = stored()
    changed(post, "id", 1)
    changed(post, "id", 2)
    changed(post, "title", "a")
    state = state_of(post)
    assert isinstance(state, Changed)
    assert state == {"id", "title"}
    assert state.key == {"id": 1}
    assert not is_new(post)


def test_the_same_value_changes_nothing() -> None:
    """Assigning what is there leaves the instance clean."""
    post = stored()
    post.title = "a"
    assert state_of(post) is CLEAN
    post.title = "b"
    assert state_of(post) == {"title"}


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


def test_what_a_narrowed_write_leaves() -> None:
    """What it left out is still changed; a whole write leaves nothing."""
    post = stored()
    post.title, post.views = "b", 9
    mark_written(post, ["title"], ["title"])
    assert state_of(post) == {"views"}
    mark_written(post, ["views"], ["views"])
    assert state_of(post) is CLEAN
    post.title = "c"
    mark_written(post, None, ["title"])
    assert state_of(post) is CLEAN


def test_copies_of_states() -> None:
    """Copies are independent; the mark of a clean instance is one, also behind pickle."""
    for state in (Changed({"a"}, {"id": 1}), New({"a"})):
        made = copied(state)
        assert made == state
        assert type(made) is type(state)
        assert made is not state
    assert copied(CLEAN) is copy.deepcopy(CLEAN) is pickle.loads(pickle.dumps(CLEAN)) is CLEAN
    again = pickle.loads(pickle.dumps(Changed({"a"}, {"id": 1})))
    assert (again, again.key) == ({"a"}, {"id": 1})
