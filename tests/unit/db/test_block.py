"""Atomic blocks as data: what is open, what is inside what, and what a left block still does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from oxyde import db
from oxyde.db.block import Block, block_of, enter, innermost, is_held, is_inside
from oxyde.exceptions import OxydeError, TransactionBroken


class Session:
    """What a block asks the core about its connection."""

    broken = False
    streaming = False


def block(database: db.AsyncDatabase, *, parent: Block | None = None, alias: str | None = None, blocking: bool = False) -> Block:
    """Returns a block, which is then the innermost one."""
    session: Any = Session() if parent is None else parent.session
    made = Block(database, session, alias=alias, parent=parent, blocking=blocking)
    if parent is not None:
        parent.child = made
    enter(made)
    return made


@pytest.fixture(autouse=True)
def outside() -> Iterator[None]:
    """No block is open before and after."""
    assert innermost() is None
    yield
    enter(None)


@pytest.fixture
def database() -> db.AsyncDatabase:
    """A connection that is never used."""
    return db.AsyncDatabase("sqlite::memory:", name="main", auto_register=False)


def test_blocks_say_what_they_are(database: db.AsyncDatabase) -> None:
    """Their kind, connection and state."""
    outer = block(database)
    inner = block(database, parent=outer)
    assert (outer.depth, inner.depth) == (0, 1)
    assert repr(outer) == "<transaction on main, open>"
    assert repr(inner) == "<savepoint 1 on main, open>"
    inner.session.broken = True  # type: ignore[misc] # not the core's
    assert repr(outer) == "<transaction on main, broken>"
    inner.leave()
    assert repr(inner) == "<savepoint 1 on main, closed>"


def test_blocks_are_found_by_alias_or_database(database: db.AsyncDatabase) -> None:
    """The innermost one of that database, through those of others."""
    other = db.AsyncDatabase("sqlite::memory:", name="other", auto_register=False)
    outer = block(database, alias="main")
    inner = block(other)
    assert block_of(None, database) is block_of("main", None) is outer
    assert block_of(None, other) is innermost() is inner
    assert block_of("unknown", None) is None
    assert not is_inside(outer)


def test_leaving_goes_back_and_wakes_who_waited(database: db.AsyncDatabase) -> None:
    """Those who waited for the nested block are called once."""
    outer = block(database)
    inner = block(database, parent=outer)
    assert is_inside(outer)
    woken: list[int] = []
    outer.waiters.append(lambda: woken.append(1))
    inner.leave()
    inner.leave()
    assert innermost() is outer
    assert (outer.child, outer.waiters, woken) == (None, [], [1])
    assert not is_inside(outer)


def test_a_block_that_was_left(database: db.AsyncDatabase) -> None:
    """A task that outlived it, or one around it, is told so."""
    outer = block(database)
    inner = block(database, parent=outer)
    outer.closed = True
    for call in (inner.require_open, lambda: inner.on_commit(print), lambda: block_of(None, database)):
        with pytest.raises(TransactionBroken, match="has ended; await the task inside the block"):
            call()


def test_a_stream_keeps_the_connection_busy() -> None:
    """SQLite answers all the same."""
    for url, refused in (("postgresql://u@h/d", True), ("sqlite::memory:", False)):
        made = block(db.AsyncDatabase(url, auto_register=False))
        made.session.streaming = True  # type: ignore[misc] # not the core's
        if refused:
            with pytest.raises(OxydeError, match="one statement at a time"):
                made.require_free()
        else:
            made.require_free()


def test_what_is_held(database: db.AsyncDatabase) -> None:
    """Transactions of a thread's loop are; those of blocking code, of others and those that were left are not."""
    thread = threading.get_ident()
    assert not is_held(database, thread)
    blocking = block(database, blocking=True)
    assert not is_held(database, thread)
    made = block(database)
    assert is_held(database, thread)
    assert not is_held(database, thread + 1)
    made.leave()
    assert not is_held(database, thread)
    blocking.leave()


def test_async_functions_after_a_blocking_block(database: db.AsyncDatabase) -> None:
    """Nobody could await them there."""

    async def later() -> None:
        """Is async."""

    with pytest.raises(TypeError, match=r"later is async and a blocking atomic block cannot await it"):
        block(database, blocking=True).on_commit(later)
    made = block(database)
    made.on_commit(later)
    assert made.after_commit == [later]
