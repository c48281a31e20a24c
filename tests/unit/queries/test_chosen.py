"""``only()`` and ``defer()``: what they take, and what they read."""

from __future__ import annotations

import pytest

from oxyde.exceptions import FieldError
from tests.contract.test_only import OnlyBook


def test_what_they_take() -> None:
    """Names of the model's own columns."""
    books = OnlyBook.objects
    with pytest.raises(FieldError, match='did you mean "title"'):
        books.only("titel")
    with pytest.raises(FieldError, match="leads out of OnlyBook"):
        books.only("house__id")
    with pytest.raises(TypeError, match="takes names of fields: defer"):
        books.defer()
    with pytest.raises(TypeError, match="not int"):
        books.only(3)  # type: ignore[arg-type] # what it refuses
    with pytest.raises(TypeError, match="these rows are none"):
        books.values("title").only("title")
    assert books.only("house").sql("sqlite") == books.only("house_code").sql("sqlite")
    assert books.defer("id").sql("sqlite") == books.sql("sqlite")
