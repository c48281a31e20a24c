"""``atomic()``: work that is committed as a whole or not at all."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypedDict, TypeVar, overload

from typing_extensions import Unpack

from oxyde.db.block import Block, begin, block_of
from oxyde.db.database import connections
from oxyde.db.execute import run, run_blocking
from oxyde.db.registry import DEFAULT
from oxyde.db.route import Route, route
from oxyde.db.steps import Steps
from oxyde.exceptions import OxydeError, TransactionTimeoutError

F = TypeVar("F", bound=Callable[..., Any])

ISOLATION: Final = ("read uncommitted", "read committed", "repeatable read", "serializable")


_WITH: Final = "atomic() is asynchronous: write `async with atomic():`, or in blocking code `with oxyde.sync.atomic():`"
_ASYNC_WITH: Final = "oxyde.sync.atomic() is blocking: write `with oxyde.sync.atomic():`, or in async code `async with oxyde.atomic():`"


class AtomicOptions(TypedDict, total=False):
    """The keywords of ``atomic``."""

    using: str | None
    timeout: float | None
    isolation: str | None
    read_only: bool
    durable: bool


class AtomicBase:
    """The options of an atomic block, and the blocks it has opened; the common part of both faces.

    Attributes:
        using: The alias of the connection; None for the default one.
        timeout: Seconds after which the transaction is rolled back.
        isolation: The isolation level.
        read_only: Refuse writes; SQLite then takes no write lock.
        durable: Refuse to be nested.
    """

    blocking = False

    def __init__(
        self,
        *,
        using: str | None = None,
        timeout: float | None = None,
        isolation: str | None = None,
        read_only: bool = False,
        durable: bool = False,
    ) -> None:
        if isolation is not None:
            level = isolation.lower().replace("_", " ") if isinstance(isolation, str) else isolation
            if level not in ISOLATION:
                message = f"isolation={isolation!r} is not one of {', '.join(ISOLATION)}"
                raise ValueError(message)
            isolation = level
        if timeout is not None and not timeout > 0:
            message = f"timeout={timeout!r} must be more than 0 seconds"
            raise ValueError(message)
        self.using = using
        self.timeout = timeout
        self.isolation = isolation
        self.read_only = read_only
        self.durable = durable
        self._open: list[Block] = []

    def _begin(self, where: Route) -> Steps[Block]:
        if not where.is_outside:
            if self.durable:
                raise OxydeError("atomic(durable=True) must be the outermost block, but one is open on this connection already")
            if self.isolation is not None or self.read_only or self.timeout is not None:
                raise OxydeError("isolation=, read_only= and timeout= belong to the outermost atomic block; this one is nested in another")
        block = yield from begin(
            where.database,
            alias=self.using or where.database.name,
            parent=where.block,
            blocking=self.blocking,
            isolation=self.isolation,
            read_only=self.read_only,
            timeout=self.timeout,
        )
        self._open.append(block)
        return block

    def _again(self) -> Any:
        """Returns a block of the same options, for each call of a decorated function."""
        return type(self)(using=self.using, timeout=self.timeout, isolation=self.isolation, read_only=self.read_only, durable=self.durable)


class Atomic(AtomicBase):
    """What ``atomic()`` returns: an async context manager and a decorator of async functions."""

    async def __aenter__(self) -> Block:
        where = route(self.using)
        return await run(self._begin(where), where)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        block = self._open.pop()
        await run(block.end(error), Route(block.database))

    if not TYPE_CHECKING:  # a type checker flags `with` by itself

        def __enter__(self) -> NoReturn:
            raise TypeError(_WITH)

        __exit__ = __enter__

        def __await__(self) -> NoReturn:
            raise TypeError(_WITH)

    def __call__(self, function: F) -> F:
        """Decorates an async function: each call is a block of its own."""
        if not inspect.iscoroutinefunction(function):
            name = getattr(function, "__qualname__", function)
            message = f"atomic() decorates async functions, and {name} is not async; use oxyde.sync.atomic() for it"
            raise TypeError(message)

        @functools.wraps(function)
        async def whole(*args: Any, **kwargs: Any) -> Any:
            async with self._again():
                return await function(*args, **kwargs)

        return whole  # type: ignore[return-value] # it has the function's own signature


class BlockingAtomic(AtomicBase):
    """What ``oxyde.sync.atomic()`` returns: a context manager and a decorator of plain functions."""

    blocking = True

    def __enter__(self) -> Block:
        where = route(self.using)
        return run_blocking(self._begin(where), where)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        block = self._open.pop()
        run_blocking(block.end(error), Route(block.database))

    if not TYPE_CHECKING:  # as above

        def __aenter__(self) -> NoReturn:
            raise TypeError(_ASYNC_WITH)

        __aexit__ = __aenter__

    def __call__(self, function: F) -> F:
        """Decorates a plain function: each call is a block of its own."""
        if inspect.iscoroutinefunction(function):
            message = f"oxyde.sync.atomic() decorates plain functions, {function.__qualname__} is async; use atomic() for it"
            raise TypeError(message)

        @functools.wraps(function)
        def whole(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return whole  # type: ignore[return-value] # it has the function's own signature


@overload
def atomic(function: F, /) -> F: ...
@overload
def atomic(**options: Unpack[AtomicOptions]) -> Atomic: ...
def atomic(function: Any = None, /, **options: Unpack[AtomicOptions]) -> Any:
    """Commits work as a whole or not at all, as a block or as a decorator of async functions.

    ``async with atomic() as block`` is one, ``@atomic`` or ``@atomic(timeout=5)`` the other. Inside another block on the same
    connection it is a savepoint. Tasks started inside take part, one statement at a time. After an error of the database further
    statements are refused until the block ends, which then rolls back.

    Args:
        function: The async function that ``@atomic`` decorates: each call is a block of its own.
        **options: ``using``, the alias of the connection; ``timeout``, seconds after which the transaction is rolled back, with
            TransactionTimeoutError; ``isolation``, "read uncommitted", "read committed", "repeatable read" or "serializable";
            ``read_only``, to refuse writes (SQLite then takes no write lock, otherwise it takes it at the start); ``durable``, to
            refuse to be nested in another block.

    Raises:
        TypeError: The decorated function is not async, or an option was given by position.
        ValueError: An option is out of range.
        TransactionBroken: The block was to commit, but an error of the database was caught inside it.
        CommitOutcomeUnknown: COMMIT was sent and no answer arrived.
    """
    return _block_or_decorated(Atomic, "atomic", function, options)


@overload
def blocking_atomic(function: F, /) -> F: ...
@overload
def blocking_atomic(**options: Unpack[AtomicOptions]) -> BlockingAtomic: ...
def blocking_atomic(function: Any = None, /, **options: Unpack[AtomicOptions]) -> Any:
    """The blocking twin of ``atomic``: ``with oxyde.sync.atomic() as block``, or a decorator of plain functions."""
    return _block_or_decorated(BlockingAtomic, "oxyde.sync.atomic", function, options)


def _block_or_decorated(kind: type[Atomic | BlockingAtomic], name: str, function: Any, options: AtomicOptions) -> Any:
    """Returns a block, or the function that it decorates."""
    if function is None:
        return kind(**options)
    if not callable(function):
        given = f"using={function!r}" if isinstance(function, str) else 'using="alias"'
        message = f"{name}() takes its options by name, as in {name}({given})"
        raise TypeError(message)
    return kind(**options)(function)


def on_commit(function: Callable[[], Any], using: str | None = None) -> None:
    """Calls a function once the open atomic block is committed; at once when none is open.

    Args:
        function: Takes no arguments; may be async inside an async block.
        using: The alias of the connection; by default the default one.

    Raises:
        TypeError: No block is open and the function is async, so that it cannot be awaited.
    """
    database = connections.find(using)
    alias = using or (DEFAULT if database is None else database.name)
    block = block_of(alias, database)
    if block is not None:
        block.on_commit(function)
        return
    if inspect.iscoroutinefunction(function):
        message = f"no atomic block is open on {alias!r}: on_commit() would call {function.__qualname__} now and cannot await it; await it"
        raise TypeError(message)
    function()


__all__ = ["Block", "TransactionTimeoutError", "atomic", "blocking_atomic", "on_commit"]
