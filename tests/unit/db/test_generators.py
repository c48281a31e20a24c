"""Which generators a loop reads, and who runs inside one."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import weakref
from collections.abc import AsyncIterator, Iterator
from types import FrameType
from typing import Any

import pytest

from oxyde.db.generators import described, is_running, looped_over

Found = list["FrameType | None"]


def plain(found: Found) -> Iterator[int]:
    """Notes what it is, then gives the reader a turn."""
    found.append(looped_over())
    yield 1


async def awaited(found: Found) -> AsyncIterator[int]:
    """The same, from a coroutine below."""

    async def note() -> None:
        await asyncio.sleep(0)
        found.append(looped_over())

    await note()
    yield 1


def names(found: Found) -> list[str | None]:
    """Returns the names of the functions."""
    return [None if frame is None else frame.f_code.co_name for frame in found]


def test_loops() -> None:
    """``for`` in each of its forms; but no call of ``next()``."""
    found: Found = []
    for _ in plain(found):
        assert not is_running(found[-1])  # type: ignore[arg-type] # it is a frame
    assert [one for one in plain(found)] == [1]  # noqa: C416 - the loop is what is tested
    assert next(plain(found)) == 1
    with contextlib.contextmanager(plain)(found):
        pass
    assert list(plain(found)) == [1]
    assert names(found) == ["plain", "plain", None, None, None]


async def test_async_loops() -> None:
    """``async for`` in each of its forms; but no call of ``anext()``, ``asend()``, no context manager."""
    found: Found = []
    async for _ in awaited(found):
        assert not is_running(found[-1])  # type: ignore[arg-type] # it is a frame
    assert [one async for one in awaited(found)] == [1]  # the loop is what is tested
    assert [name for name in names(found) if name] == ["awaited", "awaited"]
    found.clear()
    assert await awaited(found).__anext__() == 1
    reader: Any = awaited(found)
    assert await reader.asend(None) == 1
    async with contextlib.asynccontextmanager(awaited)(found):
        pass
    assert names(found) == [None, None, None]


async def test_generators_inside_generators() -> None:
    """A context manager inside a generator that is read by a loop belongs to it."""
    found: Found = []

    async def export() -> AsyncIterator[int]:
        async with contextlib.asynccontextmanager(awaited)(found) as number:
            yield number

    async for number in export():
        assert number == 1
    assert names(found) == ["export"]


async def test_other_loops_around_do_not_count() -> None:
    """A call in the body of a loop is no part of what is looped over."""
    found: Found = []
    for _ in range(2):
        found.append(looped_over())
    async for _ in awaited([]):
        found.append(looped_over())
        await asyncio.gather(*(asyncio.to_thread(lambda: found.append(looped_over())) for _ in range(2)))
    assert set(found) == {None}


def test_running_code() -> None:
    """A frame runs what it called; it says where it is."""

    def inside() -> tuple[bool, str]:
        frame = frames[0]
        return is_running(frame), described(frame)

    frames: list[FrameType] = []

    def outside() -> tuple[bool, str]:
        import sys

        frames.append(sys._getframe())
        return inside()

    running, where = outside()
    assert running
    assert "outside" in where
    assert "test_generators" in where
    assert not is_running(frames[0])


async def test_nothing_is_kept() -> None:
    """Looking keeps no generator alive."""
    found: Found = []
    generator = awaited(found)
    reference = weakref.ref(generator)
    async for _ in generator:
        break
    del generator
    found.clear()
    gc.collect()
    await asyncio.sleep(0.01)
    assert reference() is None


@pytest.mark.parametrize("depth", [1, 50])
def test_depth(depth: int) -> None:
    """However far below the generator the question is asked."""

    def deep(left: int) -> FrameType | None:
        return looped_over() if left == 0 else deep(left - 1)

    def reading() -> Iterator[FrameType | None]:
        yield deep(depth)

    for frame in reading():
        assert frame is not None
        assert frame.f_code.co_name == "reading"
