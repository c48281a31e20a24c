"""The connections of a program: made known together, replaced, closed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import db
from oxyde.db.database import connections
from oxyde.exceptions import ConnectionFailed

pytestmark = pytest.mark.usefixtures("unconnected")


async def test_init_and_close() -> None:
    """A connection for each alias; doing it again replaces them."""
    await db.init(default="sqlite::memory:", other="sqlite::memory:")
    first = db.get_connection()
    assert [one.name for one in connections.all() if one.connected] == ["default", "other"]
    await db.init(default="sqlite::memory:")
    assert db.get_connection() is not first
    assert not first.connected
    await db.close()
    assert connections.all() == ()


async def test_one_that_fails_changes_nothing(tmp_path: Path) -> None:
    """Neither is known afterwards."""
    with pytest.raises(ConnectionFailed):
        await db.init(default="sqlite::memory:", other=f"sqlite:///{tmp_path}/nowhere/x.db")
    assert connections.all() == ()


@pytest.mark.parametrize("call", [db.init, db.lifespan])
async def test_a_url_without_an_alias(call: object) -> None:
    """The message shows how an alias is given."""
    with pytest.raises(TypeError, match=r'connections are given by alias: .*\(default="postgresql://'):
        await call("sqlite::memory:")  # type: ignore[operator] # each in turn


async def test_lifespan_and_blocks() -> None:
    """Both close what they opened, after an error too."""
    async with db.lifespan(default="sqlite::memory:")(object()):
        assert db.get_connection().connected
    assert connections.all() == ()
    with pytest.raises(ValueError, match="no"):
        async with db.connect("sqlite::memory:", name="main") as made:
            assert db.get_connection("main") is made
            raise ValueError("no")
    assert connections.all() == ()


def test_connecting_again_in_a_notebook() -> None:
    """A cell that runs again replaces its connection."""
    first = oxyde.connect("sqlite::memory:")
    second = oxyde.connect("sqlite::memory:")
    assert not first.database.connected
    assert connections.all() == (second.database,)
    second.close()
    assert connections.all() == ()


async def test_the_wrong_kind_of_block() -> None:
    """Says how the other one is written; nothing is connected."""
    wrong: Any = db.connect("sqlite::memory:")
    for one in (wrong, db.AsyncDatabase("sqlite::memory:", auto_register=False)):
        with (
            pytest.raises(TypeError, match=r"is asynchronous: write `async with.*or in blocking code `with oxyde\.connect\(\.\.\.\):`$"),
            one,
        ):
            pass
    with pytest.raises(TypeError, match=r"is for a block: write `async with db\.connect\(\.\.\.\):`; `db\.init\(default="):
        await wrong
    blocking: Any = oxyde.connect("sqlite::memory:")
    with pytest.raises(TypeError, match=r"is blocking: write `with oxyde\.connect\(\.\.\.\):`, or in async code `async with db\.connect"):
        async with blocking:
            pass
    blocking.close()
    assert connections.all() == ()


async def test_a_decorated_function_is_connected() -> None:
    """By a connection of each call's own."""
    seen = []

    @db.connect("sqlite::memory:", "decorated")
    async def work(again: bool) -> None:
        seen.append(db.get_connection("decorated"))

    await work(True)
    await work(False)
    assert seen[0] is not seen[1]
    assert connections.all() == ()
