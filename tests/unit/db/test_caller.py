"""A warning points to the code of the application."""

from __future__ import annotations

from oxyde.db.caller import stack_level


def test_the_first_frame_outside() -> None:
    """Called from outside, that is the frame of the caller itself."""
    assert stack_level() == 1
    scope = {"__name__": "oxyde.inner", "stack_level": stack_level}
    exec("def inside(): return stack_level()", scope)
    assert scope["inside"]() == 2  # type: ignore[operator] # exec() made it
