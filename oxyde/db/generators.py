"""Generators that a loop iterates, and whether the running code is inside one.

A generator has no context of its own: what it sets in a ContextVar is visible to the loop that iterates it. Statements in the body of
``for`` or ``async for`` would thus run in a block that is open in the generator, and be rolled back when the loop ends early.
A generator that a context manager or a test framework drives with ``next()`` is meant to share its block.
"""

from __future__ import annotations

import contextlib
import dis
import inspect
import sys
from types import FrameType
from typing import Final

_GENERATOR: Final = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
_FOR: Final = dis.opmap["FOR_ITER"]
_ASYNC_FOR: Final = dis.opmap["GET_ANEXT"]
_AWAIT: Final = dis.opmap["GET_AWAITABLE"]
_ENTERING: Final = contextlib._AsyncGeneratorContextManager.__aenter__.__code__


def looped_over() -> FrameType | None:
    """Returns the innermost frame of a generator that a loop iterates and that the running code is inside of, or None."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        reader = frame.f_back
        if frame.f_code.co_flags & _GENERATOR and reader is not None and _loops(reader, frame):
            return frame
        frame = reader
    return None


def driven_by_hand() -> FrameType | None:
    """Returns the innermost frame of an async generator that the running code is inside of and that no context manager drives, or None."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        reader = frame.f_back
        if frame.f_code.co_flags & inspect.CO_ASYNC_GENERATOR and reader is not None and reader.f_code is not _ENTERING:
            return frame
        frame = reader
    return None


def _loops(reader: FrameType, generator: FrameType) -> bool:
    """Returns whether a frame resumes a generator as the next iteration of a loop."""
    code, at = reader.f_code.co_code, reader.f_lasti
    if generator.f_code.co_flags & inspect.CO_GENERATOR:
        # Python 3.12 points past the instruction, at its inline cache.
        return code[at] == _FOR or (code[at : at + 1] == b"\0" and code[at - 2] == _FOR)
    # The await of the next item; the instruction that started it is a few before.
    while at >= 0:
        if code[at] in {_ASYNC_FOR, _AWAIT}:
            return code[at] == _ASYNC_FOR
        at -= 2
    return False


def is_running(frame: FrameType) -> bool:
    """Returns whether the running code was called, however indirectly, by a frame."""
    caller: FrameType | None = sys._getframe(1)
    while caller is not None:
        if caller is frame:
            return True
        caller = caller.f_back
    return False


def described(frame: FrameType) -> str:
    """Returns where a generator is, for messages."""
    return f"{frame.f_code.co_name} in {frame.f_code.co_filename}, line {frame.f_lineno}"
