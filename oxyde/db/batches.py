"""``Batches``: the rows of a query that is read in parts, as they are asked for, and that may be left before its end."""

from __future__ import annotations

import itertools
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any, Final

from oxyde import _native
from oxyde.db import events, interrupt
from oxyde.db.execute import turn, turn_blocking
from oxyde.db.route import Route
from oxyde.db.steps import Call
from oxyde.db.wait import GRACE, LoopQueue, next_batch, queue_of_running_loop, result, result_blocking
from oxyde.exceptions import OxydeError

ROWS: Final = 4_096
"""The rows of a batch, unless the caller says otherwise."""

FIRST: Final = 256
"""The rows of a cursor's first part: rows may be large, and a part is in memory as a whole."""


class Batches:
    """The batches of one statement, which starts with the first one; the server waits while nobody asks for more.

    Attributes:
        where: Where it runs.
        call: The statement.
        ended: There is no further batch.
    """

    def __init__(self, where: Route, call: Call) -> None:
        self.where = where
        self.call = call
        self.ended = False
        self._operation: _native.Operation | None = None
        self._queue: LoopQueue | None = None
        self._timer: AbstractContextManager[Any] | None = None

    async def take(self) -> list[_native.Batch]:
        """Returns the next batches; an empty list at the end."""
        if self.ended:
            return []
        try:
            if self._timer is None:
                self._begin()
                if self.where.block is not None:
                    await turn(self.where.block)
            self._require_open()
            return await self._take()
        except BaseException as error:
            self.end(error)
            raise

    def take_blocking(self) -> list[_native.Batch]:
        """Blocks until the next batches have arrived and returns them; an empty list at the end."""
        if self.ended:
            return []
        try:
            if self._timer is None:
                self._begin()
                if self.where.block is not None:
                    turn_blocking(self.where.block)
            self._require_open()
            return self._take_blocking()
        except BaseException as error:
            self.end(error)
            raise

    def _require_open(self) -> None:
        """Raises TransactionBroken if the block that the rows belong to has ended."""
        if self.where.block is not None:
            self.where.block.require_open()

    def _begin(self) -> None:
        self._timer = events.timed(self.call.shape, self.where.database)
        self._timer.__enter__()

    def _start(self, queue: _native.Queue | None) -> _native.Operation:
        operation = self._operation = self.where.start(self.call, queue)
        block = self.where.block
        if block is not None:
            operation.hold(block.session, block.depth)
        return operation

    async def _take(self) -> list[_native.Batch]:
        import asyncio

        if self._queue is None:
            self._queue = queue_of_running_loop()
        operation = self._operation or self._start(self._queue.native)
        with interrupt.interruptible(operation.cancel, asyncio.current_task()):
            return self._taken(await next_batch(self._queue, operation))

    def _take_blocking(self) -> list[_native.Batch]:
        operation = self._operation or self._start(None)
        with interrupt.interruptible(operation.cancel):
            return self._taken(operation.wait())

    def _taken(self, batch: _native.Batch) -> list[_native.Batch]:
        if batch.done:
            self.end()
        return [batch]

    def end(self, error: BaseException | None = None) -> None:
        """Ends the reading: what still runs is stopped on the server, and not waited for."""
        self.ended = True
        operation, self._operation = self._operation, None
        if operation is not None:
            operation.cancel()
            if self._queue is not None:
                self._queue.waiting.pop(operation.id, None)
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.__exit__(None if error is None else type(error), error, None)

    async def close(self) -> None:
        """Ends the reading, and waits until the server has stopped."""
        import asyncio

        operation, queue = self._operation, self._queue
        self.end()
        if operation is not None and queue is not None:
            with suppress(OxydeError, asyncio.TimeoutError):
                await asyncio.wait_for(_rest(queue, operation), GRACE)

    def close_blocking(self) -> None:
        """Ends the reading, and blocks until the server has stopped."""
        operation = self._operation
        self.end()
        if operation is not None:
            with suppress(OxydeError):
                operation.finish()


async def _rest(queue: LoopQueue, operation: _native.Operation) -> None:
    while not (await next_batch(queue, operation)).done:
        pass


class CursorBatches(Batches):
    """The batches of a query inside a transaction, read through a cursor: other statements may run between them."""

    _numbers = itertools.count(1)
    _closing: Final[list[_native.Operation]] = []

    def __init__(self, where: Route, call: Call) -> None:
        super().__init__(where, call)
        self._number = next(self._numbers)
        self._most = call.stream or ROWS
        self._rows = min(self._most, FIRST)
        self._is_open = False

    def _step(self, verb: str, rows: int | None = None) -> Call:
        return Call(self.call.shape, self.call.values, locks=self.call.locks, stream=rows or self._rows, cursor=(verb, self._number))

    async def _take(self) -> list[_native.Batch]:
        found: list[_native.Batch] = []
        if not self._is_open:
            await result(partial(self.where.start, self._step("open")))
            self._is_open = True
        await result(partial(self.where.start, self._step("fetch")), found.append)
        return self._fetched(found)

    def _take_blocking(self) -> list[_native.Batch]:
        found: list[_native.Batch] = []
        if not self._is_open:
            result_blocking(partial(self.where.start, self._step("open")))
            self._is_open = True
        result_blocking(partial(self.where.start, self._step("fetch")), found.append)
        return self._fetched(found)

    def _fetched(self, found: list[_native.Batch]) -> list[_native.Batch]:
        """Chooses how many rows to ask for next: fewer, if they came as several batches because of their size."""
        if sum(batch.rows for batch in found) < self._rows:
            self.end()
        full = sum(batch.rows > 0 for batch in found)
        self._rows = min(self._rows * 4, self._most) if full < 2 else max(self._rows // (2 * full), 1)
        return found

    def end(self, error: BaseException | None = None) -> None:
        """Ends the reading and starts to close the cursor; the transaction's next statement comes after that."""
        super().end(error)
        block = self.where.block
        # PostgreSQL would abort the transaction if its cursor is gone already; SQLite does not mind.
        lenient = self.where.database.dialect == "sqlite"
        if self._is_open and block is not None and (lenient or not (block.ending or block.session.broken)):
            with suppress(OxydeError):
                self._closing[:] = [one for one in self._closing if _is_running(one)]
                self._closing.append(self.where.start(self._step("close"), None))
        self._is_open = False


def _is_running(operation: _native.Operation) -> bool:
    try:
        return operation.take() is None
    except OxydeError:
        return False


def batches(where: Route, call: Call, *, is_query: bool) -> Batches:
    """Returns the batches of a statement.

    Args:
        where: Where it runs.
        call: The statement.
        is_query: It is a query of ours, which a cursor of PostgreSQL can read.
    """
    dialect = where.database.dialect
    in_cursor = where.block is not None and (dialect == "sqlite" or (dialect == "postgres" and is_query))
    return CursorBatches(where, call) if in_cursor else Batches(where, call)


__all__ = ["ROWS", "Batches", "batches"]
