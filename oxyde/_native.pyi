"""The compiled core, as Python sees it. Checked against the binary by tests/codebase."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

SOURCE_HASH: str
"""A hash of the Rust sources that this binary was built from."""

WIRE_VERSION: int

def canonical(json: str) -> bytes:
    """The golden MessagePack bytes of a statement given as JSON; raises ValueError naming the offending node."""

def describe(shape: bytes) -> str:
    """The statement as JSON with sorted keys; raises ValueError naming the offending node."""

def render(shape: bytes, dialect: str, values: tuple[Any, ...] | None = None) -> list[tuple[str, list[Any]]]:
    """The steps of a statement as SQL text with the values of their placeholders, without a connection.

    A bulk insert is rendered for its number of rows, in as many entries as it takes; a statement that is sent for each row stands once,
    with the values of all rows one after another. A value that only an earlier step can know (a generated key)
    is ``...``. Without values the lists are empty.
    Raises UnsupportedError when the dialect cannot do it, ValueError for an unknown dialect.
    """

def sql_tokens(sql: str, dialect: str | None = None) -> list[tuple[str, str]]:
    """SQL text as tokens, each its kind and its text; the texts together are the whole text.

    The kinds: space (and a byte order mark), comment, quoted (a string, or a name in quotes), word, number, named (``:name``),
    position (``$1``, ``?2``), mark (``?``), foreign (``@name`` and ``$name`` of SQLite), other. Of a comment that MySQL executes
    (``/*!50000 ... */``) only the opening and the end are comments. Without a dialect every form of comment is one.
    Raises ValueError for an unknown dialect.
    """

def sql_may_write(sql: str, dialect: str) -> bool:
    """Whether a statement that begins as one that reads may write all the same.

    It calls a function that is not known to be harmless, draws from a sequence, or locks rows. Views and operators may hide such
    functions, which no text tells. Raises ValueError for an unknown dialect.
    """

def arrow_schema(shape: bytes, dialect: str) -> object:
    """An ``arrow_schema`` PyCapsule of the result columns; executes nothing."""

def seal(secret: bytes, message: bytes) -> bytes:
    """Encrypts and authenticates a short message with a secret (ChaCha20-Poly1305, with a key of its own for each message)."""

def unseal(secret: bytes, message: bytes) -> bytes | None:
    """What was sealed; None if it was sealed with another secret, or altered."""

def shutdown(timeout: float) -> None:
    """Stops the runtime: cancels what runs, rolls back what is open, waits at most ``timeout`` seconds. Called at exit."""

@final
class Queue:
    """Where operations of one event loop report. The descriptor is readable while operations have something to say."""

    def __new__(cls) -> Queue: ...
    def fileno(self) -> int: ...
    def drain(self) -> list[int]:
        """The ids of the operations that have something to take; clears the descriptor."""
    def wait(self, timeout: float) -> list[int]:
        """The same, blocking without the GIL; for loops without ``add_reader``."""

@final
class Database:
    """A pool of connections to one server."""

    def __new__(cls, url: str, settings: Mapping[str, Any]) -> Database:
        """Understands the URL and the settings; no I/O. Raises ValueError, never showing a password."""
    url: str
    """Without password."""
    family: str | None
    """postgres, sqlite, mysql or mariadb; None before the first connect when the scheme leaves it open."""
    version: tuple[int, int, int] | None
    def status(self) -> dict[str, int]:
        """``size``, ``idle``, ``waiting`` and ``max`` of the pool."""
    def connect(self, queue: Queue | None) -> Operation:
        """Opens the first connection and learns the server."""
    def close(self, queue: Queue | None) -> Operation:
        """Closes idle connections now and lent ones when they come back."""
    def session(self) -> Session:
        """A session for a transaction; leases its connection at ``begin``."""
    def submit(
        self,
        queue: Queue | None,
        session: Session | None,
        shape: bytes,
        values: tuple[Any, ...],
        *,
        arrow: bool = False,
        timeout: float | None = None,
        stream: int | None = None,
        cursor: tuple[str, int] | None = None,
    ) -> Operation:
        """Starts a statement. Values are converted here, by the types of the shape: FieldError when one does not fit, nothing is sent then.

        ``queue`` None is for blocking callers (``Operation.wait``). ``arrow`` asks for large batches, ``stream`` for batches of so many
        rows, whose reader may leave early without harm to the transaction.
        ``cursor`` is a step of reading the query through a cursor of the server, inside a transaction: ``("open", number)``,
        ``("fetch", number)`` of ``stream`` rows, ``("close", number)``.
        For a bulk insert ``values`` is one list for each column, or an Arrow array of the one type that the core takes as it is.
        """

@final
class Session:
    """A transaction's place: statements on it run one at a time, in order, on one connection."""

    def begin(
        self,
        queue: Queue | None,
        *,
        isolation: str | None,
        read_only: bool,
        immediate: bool,
        timeout: float | None,
        unchecked: bool = False,
    ) -> Operation: ...
    def commit(self, queue: Queue | None) -> Operation: ...
    def rollback(self, queue: Queue | None) -> Operation: ...
    def savepoint(self, queue: Queue | None, depth: int) -> Operation: ...
    def release(self, queue: Queue | None, depth: int) -> Operation: ...
    def rollback_to(self, queue: Queue | None, depth: int) -> Operation: ...
    def stop_streams(self, depth: int) -> None:
        """Cancels the streams that blocks from a depth on are reading."""
    streaming: bool
    """The connection is busy with a stream whose reader has not come to its end."""
    broken: bool
    """A statement failed: further ones are refused until a rollback (to a savepoint)."""
    ended: str | None
    """Which statement ended the transaction beneath its block, in words for people."""

@final
class Operation:
    """A statement under way. Dropping it disposes of what nobody took."""

    id: int
    def take(self) -> Batch | None:
        """What has arrived, or None when nothing has yet (the queue will name ``id``). Raises the operation's error."""
    def wait(self) -> Batch:
        """The next batch, blocking without the GIL; a signal's exception (KeyboardInterrupt) cancels on the server first."""
    def finish(self) -> BaseException | None:
        """Waits for the end without the GIL, also when a signal's exception comes: that is returned. It waits two seconds more then."""
    def cancel(self) -> None:
        """Asks the server to stop. The connection is not lent again before it did."""
    def hold(self, session: Session, depth: int) -> None:
        """Tells the session that its connection is busy until the operation has ended."""
    def stream(self, session: Session | None = None, depth: int = 0) -> ArrowStream:
        """The batches as an Arrow stream; the operation must have been submitted with ``arrow=True`` and not been taken from.

        A session is told that its connection is busy until the stream has ended.
        """

@final
class Batch:
    """Rows decoded into columns."""

    done: bool
    """This is the last batch."""
    affected: int
    """Rows inserted, updated or deleted; 0 before the last batch."""
    rows: int
    names: list[str]
    def values(self) -> list[tuple[Any, ...]]:
        """The rows as tuples of exact Python values; JSON parsed."""
    def columns(self) -> list[list[Any]]:
        """The same by column."""
    def json(
        self,
        fields: Sequence[
            tuple[
                bytes,
                bool,
                tuple[int, int] | None,
                Callable[[list[Any]], bool] | None,
                Callable[[list[Any]], list[bytes] | None] | None,
            ]
        ],
    ) -> bytes | None:
        """The rows as JSON with commas between, written without the GIL; None where a value needs an instance to say what it is.

        Args:
            fields: For each column what comes before its value; whether NULL is refused; the limits of integers, of the characters of
                texts, or the digits of decimals and those after the point; a function that returns whether its values are valid and stay
                as they are, called where the limits do not say it; and one that returns the JSON of each.
        """
    def fill(self, layout: Layout, instances: Sequence[Any]) -> None:
        """Writes the rows' values into instances that exist already, in order (RETURNING after an insert, refresh)."""

@final
class Layout:
    """How result columns become instances of a model class and of the classes related to it: a tree, chosen once per class and paths."""

    def __new__(
        cls,
        model: type,
        fields: tuple[str, ...],
        *,
        key: tuple[int, ...],
        validators: tuple[Any | None, ...] | None,
        validate_rows: Callable[[list[dict[str, Any]]], list[Any]],
        mutable: tuple[bool, ...],
        state_slot: str,
        json: tuple[bool, ...],
        constants: Mapping[str, Any],
        children: tuple[tuple[str, bool, Layout], ...],
    ) -> Layout:
        """Chooses how to hydrate.

        Args:
            model: The class to make instances of.
            fields: The field name of each result column of this class, in order.
            key: The positions in ``fields`` by which the same row is recognised. A child is absent where all of them are NULL.
            validators: One ``SchemaValidator(list_schema(field schema))`` for each column (None where the schema is proved to be the
                identity), for the native tier. None instead of the tuple means that rows go through ``validate_rows`` as dictionaries.
            validate_rows: Validates a list of dictionaries by field name into a list of instances; also used for a chunk in which a
                column failed, so that the real ValidationError appears.
            mutable: For each column of the table, from the first field on, whether its values may change inside. A tuple of the row is
                put beside each new instance: the values as validated, of such columns as they were read (JSON as text, lists as tuples).
            state_slot: The name of the ``__slots__`` member of ``model`` that takes it.
            json: Which columns hold JSON text to be parsed before validation.
            constants: Entries of ``__dict__`` that no column provides, shared by all instances.
            children: For each related class the attribute that holds it, whether it holds a list, and its layout. The columns of a
                child and of all below it come before those of the next child.
        """

@final
class Hydrator:
    """Turns the batches of one result into instances; what a later batch repeats is the same object."""

    def __new__(cls, layout: Layout) -> Hydrator: ...
    def models(self, batch: Batch) -> list[Any]:
        """The instances of the layout's class that are new in this batch, in order of first appearance.

        Where a child holds lists, a later batch may add to the lists of instances that an earlier one returned.
        """

@final
class ArrowBatch:
    """One record batch of a stream; an Arrow library takes it over without a copy."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

@final
class ArrowStream:
    """A single-use Arrow stream; a second export raises."""

    @staticmethod
    def of(batches: list[Batch]) -> ArrowStream:
        """A stream of batches that are there already, with the columns of the first one that has rows."""
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...
    def next(self) -> ArrowBatch | None:
        """The next record batch, blocking without the GIL; None at the end."""
    def check(self) -> None:
        """Raises the statement's own error if one ended the stream: a consumer written in C sees only its text."""
    def close(self) -> None:
        """Cancels what still runs."""
