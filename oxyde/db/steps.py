"""The steps that a verb's generator may yield: what needs a database, a hook or a transaction.

A verb is written once, as a generator. ``execute.run`` drives it in asyncio, ``execute.run_blocking`` without; both send
the result of each step back into it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from oxyde import _native

T = TypeVar("T")


@dataclass(slots=True)  # not frozen, which makes an object three times as slowly, and every statement makes one
class Call:
    """Run a statement; its result is the last batch (``affected``, ``names``, ``rows``).

    Attributes:
        shape: The packed statement.
        values: The wire values of its parameters, in the order of their indexes; one list per column for a bulk insert.
        on_batch: Called with every batch as it arrives, the last one included, in the waiting task or thread.
        timeout: Seconds after which the statement is cancelled on the server.
        arrow: Ask for large batches, which will be exported as Arrow.
        locks: It locks the rows that it reads until the transaction ends, and is refused outside one.
        stream: The most rows of a batch, if the reader may leave before the end without harm to the transaction.
        cursor: A step of reading the query through a cursor of the server, and the cursor's number.
    """

    shape: bytes
    values: tuple[Any, ...]
    on_batch: Callable[[_native.Batch], None] | None = None
    timeout: float | None = None
    arrow: bool = False
    locks: bool = False
    stream: int | None = None
    cursor: tuple[str, int] | None = None


@dataclass(frozen=True)
class Dialect:
    """Ask which server it is; the result is its dialect: postgres, sqlite, mysql or mariadb."""


@dataclass(frozen=True)
class Await:
    """The result of a hook; awaited if it is awaitable.

    Attributes:
        value: What the hook returned.
        hook: Its name, for the message when a blocking verb calls an async hook.
    """

    value: Any
    hook: str = "a hook"


def not_awaited(hook: str) -> TypeError:
    """Returns the error of a blocking verb that calls an async hook."""
    return TypeError(f"{hook} is async, and a blocking verb cannot await it; make it a plain function or await the verb")


@dataclass(frozen=True)
class Atomically:
    """Run a generator of steps in a transaction, or in a savepoint when there is one already; its result is the generator's.

    Attributes:
        generator: The steps.
        unchecked: Foreign keys are neither checked nor followed in it (SQLite); a savepoint cannot change that.
    """

    generator: Generator[Any, Any, Any]
    unchecked: bool = False


@dataclass(frozen=True)
class Start:
    """Start an operation of the core that is not a statement; its result is the operation's last batch.

    Attributes:
        start: Starts the operation, which reports to the given queue (None for a blocking caller).
    """

    start: Callable[[_native.Queue | None], _native.Operation]


@dataclass(frozen=True)
class Finish:
    """Start an operation that must not be left half done (COMMIT, ROLLBACK): a cancelled task waits for its answer first.

    Its result is the cancellation that arrived meanwhile, or None.
    """

    start: Callable[[_native.Queue | None], _native.Operation]


@dataclass(frozen=True)
class Conclude:
    """The end of a callback, awaited in a task of its own if it is awaitable: a cancelled task waits for it first.

    Its result is the cancellation that arrived meanwhile, or None.

    Attributes:
        value: What the callback returned.
        hook: The method that registered it, for the message when a blocking block calls an async callback.
    """

    value: Any
    hook: str


@dataclass(frozen=True)
class Remember:
    """Make a snapshot if the verb runs in an atomic block, which may be rolled back; its result is the snapshot, else None.

    Attributes:
        make: Makes the snapshot.
    """

    make: Callable[[], Any]


@dataclass(frozen=True)
class Undo:
    """Call a function if the atomic block that the verb runs in is rolled back; dropped outside of blocks. The result is None.

    Attributes:
        function: Takes no arguments and does not raise.
    """

    function: Callable[[], None]


@dataclass(frozen=True)
class Work:
    """Call a function that computes for long, on another thread than that of an event loop; its result is the function's.

    Attributes:
        function: Takes no arguments, and uses no database.
    """

    function: Callable[[], Any]


@dataclass(frozen=True)
class Invoke:
    """Call a function of the application that uses the database itself, inside the verb's transaction; its result is the function's.

    Attributes:
        function: Takes the database; may be async.
    """

    function: Callable[[Any], Any]


@dataclass(frozen=True)
class Read:
    """Run a statement and let a function read its rows as an Arrow stream, on another thread; its result is the function's.

    Attributes:
        shape: The packed statement.
        values: The wire values of its parameters.
        reader: Takes an object with ``__arrow_c_stream__`` and reads it to the end.
        prepare: Imports what the reader needs, before the statement is sent. An interrupt is deferred meanwhile, because an import may
            swallow the exception.
    """

    shape: bytes
    values: tuple[Any, ...]
    reader: Callable[[Any], Any]
    prepare: Callable[[], object]


Steps: TypeAlias = Generator[Any, Any, T]


def asked_dialect() -> Steps[str]:
    """Asks the server which it is: MariaDB is found by the URLs of MySQL, too."""
    return (yield Dialect())  # type: ignore[no-any-return] # what a step returns is Any
