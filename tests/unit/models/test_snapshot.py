"""Taking back what a write noted, and only that."""

from __future__ import annotations

import gc

from oxyde.models.row_state import Changed, is_new, set_state, state_of
from oxyde.models.snapshot import Snapshot
from tests.models import Post
from tests.states import is_stored, mark_stored


def test_an_insert_is_taken_back() -> None:
    """The key that the server gave goes, and the instance is new again."""
    post = Post(title="a")
    taken = Snapshot([post], ["id"])
    vars(post)["id"] = 7
    post.__pydantic_fields_set__.add("id")
    mark_stored(post)
    taken.written()()
    assert post.id is None
    assert "id" not in post.model_fields_set
    assert is_new(post)


def test_an_update_is_taken_back() -> None:
    """What was changed before the write is still to be written."""
    post = Post(id=1, title="a")
    set_state(post, Changed({"title"}, (9, "b"), {"views"}))
    taken = Snapshot([post], [])
    mark_stored(post)
    taken.written()()
    state = state_of(post)
    assert isinstance(state, Changed)
    assert (state, state.stored, state.forced) == ({"title"}, (9, "b"), {"views"})


def test_later_assignments_stay() -> None:
    """They are the application's, and are written by the next save."""
    post = Post(id=1, title="a", views=1)
    mark_stored(post)
    taken = Snapshot([post], ["views"])
    vars(post)["views"] = 2
    taken.written()
    post.views = 3
    taken()
    assert post.views == 3
    assert state_of(post) == {"views"}


def test_a_clean_row_stays_clean() -> None:
    """A write that changed nothing leaves nothing behind."""
    post = Post(id=1, title="a")
    mark_stored(post)
    Snapshot([post], ["views"]).written()()
    assert is_stored(post)


def test_instances_are_not_kept_alive() -> None:
    """One that nobody holds has nothing to take back."""
    post = Post(title="a")
    other = Post(title="b")
    taken = Snapshot([post, other], ["id"])
    vars(other)["id"] = 8
    del post
    gc.collect()
    taken.written()()
    assert other.id is None
