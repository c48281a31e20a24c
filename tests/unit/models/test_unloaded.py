"""The mark of a relation that was not loaded, and the attribute that raises instead of it."""

from __future__ import annotations

import copy
import pickle

import pytest

from oxyde.exceptions import NotLoaded
from oxyde.models.unloaded import UNLOADED, is_unloaded, unloaded
from tests.models import Author, Post


def test_there_is_one_mark() -> None:
    """It survives copies and pickling as itself."""
    assert unloaded() is copy.copy(UNLOADED) is copy.deepcopy(UNLOADED) is pickle.loads(pickle.dumps(UNLOADED)) is UNLOADED
    assert is_unloaded(UNLOADED)
    assert not is_unloaded(None)
    assert repr(UNLOADED) == "not loaded"


def test_reading_what_was_not_loaded() -> None:
    """The error names model and relation; what was set is read, and deleting unloads it."""
    post = Post(title="a")
    with pytest.raises(NotLoaded, match=r"^Post\.author is not loaded; ") as caught:
        _ = post.author
    assert caught.value.column == "author"
    post.author = Author(id=1, name="n", email="e")
    assert post.author.id == 1
    del post.author
    assert "author" not in post.model_fields_set
    with pytest.raises(NotLoaded):
        _ = post.author
    assert "author" not in post.model_dump()


def test_on_the_class_there_is_none() -> None:
    """A field is no attribute of its class, as with Pydantic."""
    with pytest.raises(AttributeError):
        Post.__dict__["author"].__get__(None, Post)
