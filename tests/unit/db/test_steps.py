"""Steps: what a blocking verb says where it meets an async hook."""

from __future__ import annotations

from oxyde.db.steps import not_awaited


def test_the_error_names_the_hook() -> None:
    """And what to do."""
    error = not_awaited("User.pre_save")
    assert isinstance(error, TypeError)
    assert str(error).startswith("User.pre_save is async, and a blocking verb cannot await it; make it a plain function")
