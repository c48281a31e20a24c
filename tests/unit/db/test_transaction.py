"""What ``atomic`` takes, and what it makes of a function."""

from __future__ import annotations

import math
from typing import Any

import pytest

import oxyde
from oxyde import atomic, db


async def work() -> None:
    """Is async."""


def plain() -> None:
    """Is not."""


@pytest.mark.parametrize(("verb", "name"), [(atomic, "atomic"), (oxyde.sync.atomic, "oxyde.sync.atomic")])
def test_options_are_given_by_name(verb: Any, name: str) -> None:
    """An alias as Django takes it is refused, naming the keyword."""
    with pytest.raises(TypeError, match=rf"^{name}\(\) takes its options by name, as in {name}\(using='other'\)$"):
        verb("other")
    with pytest.raises(TypeError, match=rf'as in {name}\(using="alias"\)$'):
        verb(5)
    with pytest.raises(TypeError, match="wrong"):
        verb(wrong=1)


async def test_each_face_is_entered_its_own_way() -> None:
    """The other way names the one that was meant."""
    message = r"write `async with atomic\(\):`, or in blocking code `with oxyde\.sync\.atomic\(\):`"
    with pytest.raises(TypeError, match=message), atomic():  # type: ignore[attr-defined] # what is tested
        pass
    with pytest.raises(TypeError, match=r"write `with oxyde\.sync\.atomic\(\):`, or in async code `async with oxyde\.atomic\(\):`"):
        async with oxyde.sync.atomic():  # type: ignore[attr-defined] # what is tested
            pass
    with pytest.raises(TypeError, match=message):
        await atomic()  # type: ignore[misc] # what is tested


@pytest.mark.parametrize("level", [5, "perfect", b"serializable", ["serializable"]])
def test_levels_are_named(level: Any) -> None:
    """Whatever was given instead of one."""
    for verb in (atomic, oxyde.sync.atomic):
        with pytest.raises(ValueError, match=r"^isolation=.* is not one of read uncommitted, .*, serializable$"):
            verb(isolation=level)


def test_each_face_decorates_its_own_functions() -> None:
    """With brackets and without."""
    for decorate in (atomic, atomic()):
        with pytest.raises(TypeError, match=r"plain is not async; use oxyde\.sync\.atomic\(\)"):
            decorate(plain)
    for decorate in (oxyde.sync.atomic, oxyde.sync.atomic()):
        with pytest.raises(TypeError, match=r"work is async; use atomic\(\)"):
            decorate(work)


def test_on_commit_without_a_block() -> None:
    """The function is called at once; an async one, which nobody could await, is refused."""
    called: list[str] = []
    with oxyde.connect("sqlite::memory:"):
        db.on_commit(lambda: called.append("now"))
        assert called == ["now"]
        with oxyde.sync.atomic():
            db.on_commit(lambda: called.append("committed"))
            assert called == ["now"]
        assert called == ["now", "committed"]
        with pytest.raises(TypeError, match=r"^no atomic block is open on 'default': on_commit\(\) would call work now"):
            db.on_commit(work)


@pytest.mark.parametrize("timeout", [0, -1, math.nan])
def test_limits_are_more_than_nothing(timeout: float) -> None:
    """NaN is not; others are taken."""
    for verb in (atomic, oxyde.sync.atomic):
        with pytest.raises(ValueError, match=rf"^timeout={timeout} must be more than 0 seconds$"):
            verb(timeout=timeout)
        assert verb(timeout=0.5).timeout == 0.5
