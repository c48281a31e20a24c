"""An atomic block: a transaction, or a savepoint inside one; how it begins and how it ends."""

from __future__ import annotations

import contextlib
import inspect
import sys
import threading
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

from oxyde import _native
from oxyde.db.database import AsyncDatabase
from oxyde.db.generators import described, driven_by_hand, is_running, looped_over
from oxyde.db.steps import Conclude, Finish, Start, Steps
from oxyde.exceptions import CommitOutcomeUnknown, OxydeError, TransactionBroken

_ENDS: Final = {
    "commit": "; it commits where its async with (or with) ends",
    "rollback": "; it rolls back where an error leaves it, or at its end after set_rollback()",
}


class Block:
    """What ``async with atomic() as block`` returns.

    Attributes:
        database: The database it runs on.
        alias: The alias it was opened by, if any.
        session: The transaction in the core; nested blocks share it.
        parent: The block that this one is a savepoint of.
        outer: The block that was innermost when this one was opened, on any database, as far as the opening code could see it.
        before: The block that was entered last in the same context, whether the opening code could see it or not.
        apart: Opened in a generator that a loop iterates: the loop's body does not run inside it.
        by_hand: Opened in an async generator that is driven by hand (``anext()``, a context manager).
        plain: Neither this block nor any entered before it is ``apart``.
        depth: 0 for a transaction, 1 for a savepoint in it, and so on.
        blocking: Opened by ``oxyde.sync.atomic``.
        ground: It stands for the database while a test runs: code in it that opens no block is in none.
        closed: The block has ended.
        ending: The block is committing or rolling back.
        thread: The thread that opened it.
        child: The savepoint that is open in it.
        waiters: Called when ``child`` has ended.
        undo: Called in reverse order when the block is rolled back, before the application's ``on_rollback`` functions.
    """

    def __init__(
        self, database: AsyncDatabase, session: _native.Session, *, alias: str | None = None, parent: Block | None = None, blocking: bool
    ) -> None:
        self.database = database
        self.alias = alias
        self.session = session
        self.parent = parent
        self.outer = innermost()
        self.before = _current.get()
        self._generator = looped_over()
        self.apart = self._generator is not None
        self._lender = None if self.apart else driven_by_hand()
        self.by_hand = self._lender is not None
        self.plain: bool = not self.apart and (self.before is None or self.before.plain)
        self.task = _running_task()
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.blocking = blocking
        self.ground = False
        self.closed = False
        self.ending = False
        self.thread = threading.get_ident()
        if parent is None:
            _open[id(self)] = self
        self.child: Block | None = None
        self.waiters: list[Callable[[], object]] = []
        self.undo: list[Callable[[], None]] = []
        self.rolls_back = False
        self.after_commit: list[Callable[[], Any]] = []
        self.after_rollback: list[Callable[[], Any]] = []

    def __repr__(self) -> str:
        """Returns one line: the kind of block, its connection, its state."""
        kind = "transaction" if self.parent is None else f"savepoint {self.depth}"
        state = "closed" if self.closed else "broken" if self.session.broken else "open"
        return f"<{kind} on {self.database.name}, {state}>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            """Raises the error for an attribute that a block does not have."""
            remedy = _ENDS.get(name, "")
            raise AttributeError(f"a block has no attribute {name!r}{remedy}", name=name, obj=self)

    def set_rollback(self, rollback: bool = True) -> None:
        """Makes the block roll back when it ends, without raising an error; ``False`` undoes this."""
        self.rolls_back = rollback

    def on_commit(self, function: Callable[[], Any]) -> None:
        """Calls a function, sync or async, once the outermost block is committed; never if this one rolls back."""
        self._check(function)
        self.after_commit.append(function)

    def on_rollback(self, function: Callable[[], Any]) -> None:
        """Calls a function, sync or async, once this block or one around it was rolled back."""
        self._check(function)
        self.after_rollback.append(function)

    def _check(self, function: Callable[[], Any]) -> None:
        self.require_open()
        if self.blocking and inspect.iscoroutinefunction(function):
            message = (
                f"{function.__qualname__} is async and a blocking atomic block cannot await it; use a plain function or async with atomic()"
            )
            raise TypeError(message)

    def require_open(self) -> None:
        """Raises TransactionBroken if this block or an enclosing one has ended."""
        block: Block | None = self
        while block is not None:
            if block.closed:
                message = (
                    "the atomic block that this task was started in has ended; await the task inside the block, "
                    "or start it with on_commit() so that it runs after the commit"
                )
                raise TransactionBroken(message)
            block = block.parent

    def require_free(self) -> None:
        """Raises TransactionBroken if the block has ended, OxydeError if its connection is busy streaming rows."""
        self.require_open()
        if self.session.streaming and self.database.dialect != "sqlite":
            message = (
                "a stream of this atomic block is being read, and its connection answers one statement at a time; "
                "read the stream to its end or close it first, or read pages with page(), or all rows with .all() or to_arrow()"
            )
            raise OxydeError(message)

    def is_of_running_task(self) -> bool:
        """Returns whether the running task is the one that opened the block; False outside of tasks."""
        return self.task is not None and self.task == _running_task()

    def is_lent(self) -> bool:
        """Returns whether the block belongs to a generator that may be dropped unfinished, and the running code is outside of it."""
        return self.by_hand and self.is_of_running_task() and (self._lender is None or not is_running(self._lender))

    def is_seen(self) -> bool:
        """Returns whether the running code is inside the block: it is not the loop over the generator that opened it."""
        if not self.apart or threading.get_ident() != self.thread or self.task != _running_task():
            return True
        return self._generator is not None and is_running(self._generator)

    def waits_for_reader(self) -> OxydeError:
        """Returns the error for a deadlock: a loop's own block waits for the nested block of the generator that it iterates."""
        where = "a generator" if self._generator is None else f"the generator {described(self._generator)},"
        message = (
            f"{where} has a nested atomic block open while its reader uses the block around it, and each would wait for the other; "
            f"read the generator to its end first, or open the block around it inside the generator"
        )
        return OxydeError(message)

    def is_within(self, other: Block) -> bool:
        """Returns whether the block is another one, or was opened inside it."""
        block: Block | None = self
        while block is not None and block is not other:
            block = block.outer
        return block is other

    def leave(self) -> None:
        """Closes the block and wakes whoever waits for its end."""
        self.closed = True
        _open.pop(id(self), None)
        if innermost() is self:
            enter(self.before)
        self._generator = self._lender = None
        if self.parent is not None and self.parent.child is self:
            self.parent.child = None
            waiters, self.parent.waiters = self.parent.waiters, []
            for wake in waiters:
                wake()

    def _keep(self, queue: _native.Queue | None) -> _native.Operation:
        return self.session.commit(queue) if self.parent is None else self.session.release(queue, self.depth)

    def _undo(self, queue: _native.Queue | None) -> _native.Operation:
        return self.session.rollback(queue) if self.parent is None else self.session.rollback_to(queue, self.depth)

    def end(self, error: BaseException | None) -> Steps[None]:
        """Commits or rolls back, closes the block, then calls the ``on_commit`` or ``on_rollback`` functions.

        Args:
            error: The exception that left the body of the block; the block rolls back, and the exception propagates.

        Raises:
            TransactionBroken: The block was to commit, but an error of the database was caught inside it.
            CommitOutcomeUnknown: COMMIT was sent and no answer arrived.
        """
        self.require_open()
        self.ending = True
        self.session.stop_streams(self.depth)
        interrupt: BaseException | None = None
        keeps = error is None and not self.rolls_back
        try:
            if keeps:
                interrupt = yield from self._wait_for_children()
            broken, ended = self.session.broken, self.session.ended
            keeps = keeps and interrupt is None and not broken
            interrupt = (yield from self._keep_or_undo() if keeps else self._undo_quietly()) or interrupt
        except CommitOutcomeUnknown:
            raise
        except OxydeError:
            yield from self._undo_quietly()
            self._take_back()
            self.leave()
            yield from _call_all(self.after_rollback, "on_rollback")
            raise
        finally:
            self.leave()
        if not keeps:
            self._take_back()
            interrupt = (yield from _call_all(self.after_rollback, "on_rollback")) or interrupt
        elif self.parent is None or self.parent.ground:
            interrupt = (yield from _call_all(self.after_commit, "on_commit")) or interrupt
        else:
            self.parent.undo += self.undo
            self.parent.after_commit += self.after_commit
            self.parent.after_rollback += self.after_rollback
        # A cancellation that is already propagating is not raised twice.
        if interrupt is not None and not isinstance(error, type(interrupt)):
            raise interrupt
        if error is None and ended is not None:
            raise TransactionBroken(ended)
        if error is None and broken and not self.rolls_back:
            message = (
                "the atomic block met an error that was caught inside it, so it was rolled back; "
                "let the error leave the block, or catch it around a nested atomic()"
            )
            raise TransactionBroken(message)

    def _wait_for_children(self) -> Steps[BaseException | None]:
        """Waits until no nested block of another task is open; returns the exception that interrupted the wait."""
        try:
            yield Turn(self)
        except (OxydeError, GeneratorExit):
            raise
        except BaseException as interrupt:  # noqa: BLE001 - raised once the block is rolled back
            return interrupt
        return None

    def _take_back(self) -> None:
        while self.undo:
            self.undo.pop()()

    def _keep_or_undo(self) -> Steps[BaseException | None]:
        interrupt: BaseException | None = yield Finish(self._keep)
        return interrupt

    def _undo_quietly(self) -> Steps[BaseException | None]:
        """Rolls back; if the connection was lost, the server has already rolled back."""
        interrupt: BaseException | None = None
        with contextlib.suppress(OxydeError):
            interrupt = yield Finish(self._undo)
        return interrupt


_current: Final[ContextVar[Block | None]] = ContextVar("oxyde_block", default=None)
_open: Final[weakref.WeakValueDictionary[int, Block]] = weakref.WeakValueDictionary()
"""The transactions that are open, by identity."""

grounds: Final[dict[AsyncDatabase, Block]] = {}
"""The transactions that stand for databases while a test runs."""

enter = _current.set
"""Makes a block the innermost one of the running code."""


def innermost() -> Block | None:
    """Returns the innermost block of the running code, on any database."""
    block = _current.get()
    if block is None or block.plain:
        return block
    entered: list[Block] = []
    while block is not None:
        entered.append(block)
        block = block.before
    # A generator stays in its own block even while its consumer has opened one later.
    own = next((one for one in entered if one.apart and one.is_seen()), None)
    if own is not None:
        return next(one for one in entered if one.is_within(own))
    return next((one for one in entered if not one.apart), None)


def _running_task() -> weakref.ref[Any] | None:
    """Returns the running task of asyncio, if there is one."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:
        return None
    task = asyncio.current_task()
    return None if task is None else weakref.ref(task)


@dataclass(frozen=True)
class Turn:
    """A step: wait until no nested block of another task is open in the block; its result is None."""

    block: Block


def block_of(alias: str | None, database: AsyncDatabase | None) -> Block | None:
    """Returns the innermost block of the running code that was opened by that alias or on that database.

    Raises:
        TransactionBroken: That block has ended; the running task outlived it.
    """
    block = innermost()
    while block is not None:
        # A block that a generator's end closed in another context is over for the task that opened it.
        over = block.closed and block.is_of_running_task()
        if not over and (block.database is database or (alias is not None and block.alias == alias)):
            block.require_open()
            return block
        block = block.outer
    return None


def is_inside(block: Block) -> bool:
    """Returns whether the running code is in a block nested in this one."""
    inner = innermost()
    while inner is not None:
        ancestor = inner.parent
        while ancestor is not None:
            if ancestor is block:
                return True
            ancestor = ancestor.parent
        inner = inner.outer
    return False


def is_held(database: AsyncDatabase, thread: int) -> bool:
    """Returns whether a task of a thread's event loop has a transaction open on a database."""
    blocks = [reference() for reference in _open.valuerefs()]
    return any(block is not None and block.database is database and block.thread == thread and not block.blocking for block in blocks)


def begin(
    database: AsyncDatabase,
    *,
    alias: str | None = None,
    parent: Block | None = None,
    blocking: bool,
    isolation: str | None = None,
    read_only: bool = False,
    timeout: float | None = None,
    unchecked: bool = False,
) -> Steps[Block]:
    """Opens a transaction, or a savepoint in ``parent``; returns the block, which is then the innermost one."""
    if parent is None:
        session = database.native.session()
        try:
            yield Start(
                lambda queue: session.begin(
                    queue, isolation=isolation, read_only=read_only, immediate=not read_only, timeout=timeout, unchecked=unchecked
                ),
            )
        except GeneratorExit:
            raise
        except BaseException:
            # The traceback keeps the session alive, which may hold a connection: return it now.
            with contextlib.suppress(OxydeError):
                yield Finish(session.rollback)
            raise
        block = Block(database, session, alias=alias, blocking=blocking)
    else:
        yield Turn(parent)
        parent.require_free()
        block = Block(database, parent.session, alias=alias, parent=parent, blocking=blocking)
        parent.child = block
        try:
            yield Start(lambda queue: block.session.savepoint(queue, block.depth))
        except BaseException:
            block.leave()
            raise
    enter(block)
    return block


def _call_all(functions: list[Callable[[], Any]], verb: str) -> Steps[BaseException | None]:
    """Calls all functions, then raises the first error; returns a cancellation that arrived meanwhile."""
    first: Exception | None = None
    interrupt: BaseException | None = None
    for function in functions:
        try:
            interrupt = (yield Conclude(function(), f"the function given to {verb}()")) or interrupt
        except Exception as error:  # noqa: BLE001, PERF203 - the others are called all the same
            first = first or error
    if first is not None:
        raise first
    return interrupt
