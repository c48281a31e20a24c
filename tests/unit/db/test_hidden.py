"""What tools see that show the variables of every frame of an error: never a password."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import oxyde
from oxyde import AsyncDatabase, PoolSettings, db
from oxyde.db.hidden import hide, hide_all

CANARY = "c4n4ry"
URLS = [
    f"postgresql://ann:{CANARY}@127.0.0.1:1/shop",
    f"mysql://ann:{CANARY}@127.0.0.1:1/shop",
    f"postgresql://ann@127.0.0.1:1/shop?password={CANARY}",
    f"postgresql://ann@127.0.0.1:1/shop?password={CANARY}&mood=odd",
    f"postgresql://ann:{CANARY}@one,two/shop",
    f"sqlite:///no/such/folder.db?key={CANARY}",
]
SETTINGS = PoolSettings(acquire_timeout=5)


def shown(error: BaseException) -> str:
    """Returns the variables of our frames, as such a tool shows them; this file knows the password."""
    stack = traceback.TracebackException.from_exception(error, capture_locals=True).stack
    ours = [frame for frame in stack if "/oxyde/" in frame.filename]
    assert ours
    return "\n".join(f"{name} = {value}" for frame in ours for name, value in (frame.locals or {}).items())


async def connected(url: str) -> None:
    """Connects for a block."""
    async with db.connect(url, "hidden", settings=SETTINGS):
        pass


async def alive(url: str) -> None:
    """Connects for the life of an application."""
    async with db.lifespan(hidden=url, settings=SETTINGS)():
        pass


async def at_once(url: str) -> None:
    """Connects without asyncio."""
    oxyde.connect(url, "hidden", settings=SETTINGS)


async def by_hand(url: str) -> None:
    """Connects an object of one's own."""
    await AsyncDatabase(url, name="hidden", settings=SETTINGS, auto_register=False).connect()


WAYS: list[Callable[[str], Awaitable[Any]]] = [connected, alive, at_once, by_hand]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("url", URLS)
async def test_no_frame_shows_a_password(url: str, way: Callable[[str], Awaitable[Any]]) -> None:
    """However the connection is made, and whether its URL or the server refuses."""
    with pytest.raises((ValueError, oxyde.ConnectionFailed)) as caught:
        await way(url)
    assert CANARY not in shown(caught.value) + str(caught.value) + repr(vars(caught.value))


def test_an_object_that_was_not_made_has_a_repr() -> None:
    """Such tools show it, too."""
    assert repr(AsyncDatabase.__new__(AsyncDatabase)).startswith("<AsyncDatabase")


def test_what_is_hidden_is_the_same_text() -> None:
    """Only its repr differs; what is no text is not touched."""
    hidden = hide(URLS[0])
    assert (hidden, f"{hidden}") == (URLS[0], URLS[0])
    assert CANARY not in repr(hidden) + repr(hide_all({"a": URLS[0]}))
    assert hide(None) is None
