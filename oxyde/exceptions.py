"""Every error that Oxyde raises, defined once; the compiled core looks the classes up here.

OxydeError
├── ConnectionNotFound (KeyError)
├── ConnectionFailed
├── PoolTimeout (TimeoutError)
├── NotLoaded
├── UnsupportedError
├── QueryCancelled
├── MigrationError
├── FieldError
│   └── FieldValueError (ValueError)
├── FieldLookupError
│   └── FieldLookupValueError (ValueError)
├── DecodeError
├── ManagerError
│   ├── NotFoundError
│   ├── MultipleObjectsReturned
│   └── IntegrityError
├── DatabaseError
│   ├── IntegrityError (ManagerError)
│   │   ├── UniqueViolationError
│   │   ├── ForeignKeyViolationError
│   │   ├── NotNullViolationError
│   │   └── CheckViolationError
│   ├── DataError
│   ├── SerializationFailure
│   ├── DeadlockDetected
│   ├── LockTimeoutError
│   └── StatementTimeoutError (TimeoutError)
├── TransactionTimeoutError (TimeoutError)
├── TransactionBroken
├── CommitOutcomeUnknown
├── StaleObjectError
└── InternalError
"""

from __future__ import annotations

from typing import Any


class OxydeError(Exception):
    """Anything that Oxyde raises.

    Attributes:
        sqlstate: The server's five-character code (SQLite: its result code), if the server reported one.
        constraint: The name of the constraint that was violated.
        table: The table concerned.
        column: The column concerned.
        sql: The statement that failed, with placeholders, never with values.
        hint: What to do about it, where we or the server know.
    """

    def __init__(
        self,
        message: str = "",
        *,
        sqlstate: str | None = None,
        constraint: str | None = None,
        table: str | None = None,
        column: str | None = None,
        sql: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.constraint = constraint
        self.table = table
        self.column = column
        self.sql = sql
        self.hint = hint

    def __str__(self) -> str:
        """Returns the message alone; the statement is in ``sql``."""
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles and copies the message and every attribute."""
        return (type(self), self.args, self.__dict__)


class ConnectionNotFound(OxydeError, KeyError):
    """No connection has that alias."""


class ConnectionFailed(OxydeError):
    """The server cannot be reached, refused the connection, or the connection was lost."""


class PoolTimeout(OxydeError, TimeoutError):
    """No connection of the pool became free in time."""


class NotLoaded(OxydeError):
    """A relation, or a field, was used that the query did not load."""


class UnsupportedError(OxydeError):
    """The database cannot do that."""


class QueryCancelled(OxydeError):
    """The statement was cancelled on the server."""


class MigrationError(OxydeError):
    """A migration cannot be made, read or applied."""


class FieldError(OxydeError):
    """A name that is no field, or a wrong use of one: a fault of the program."""


class FieldValueError(FieldError, ValueError):
    """A value that create, save, update, a bulk verb or raw SQL refuses, before it is sent: a fault of the data."""


class FieldLookupError(OxydeError):
    """A lookup that a field does not have."""


class FieldLookupValueError(FieldLookupError, ValueError):
    """A value that a lookup cannot take."""


class DecodeError(OxydeError):
    """A stored value cannot be read exactly, or is not valid for the model."""


class ManagerError(OxydeError):
    """A verb could not do what was asked of it."""


class NotFoundError(ManagerError):
    """No row matches."""


class MultipleObjectsReturned(ManagerError):
    """More than one row matches."""


class DatabaseError(OxydeError):
    """The server refused the statement: syntax, a missing table, permissions, a read-only file."""


class IntegrityError(DatabaseError, ManagerError):
    """A constraint was violated."""


class UniqueViolationError(IntegrityError):
    """A value that must be unique exists already."""


class ForeignKeyViolationError(IntegrityError):
    """A foreign key refers to no row, or the row is still referred to."""


class NotNullViolationError(IntegrityError):
    """A column that must have a value got none."""


class CheckViolationError(IntegrityError):
    """A row does not satisfy a check constraint."""


class DataError(DatabaseError):
    """The server refused a value: division by zero, overflow, a text too long, a bad cast."""


class SerializationFailure(DatabaseError):
    """The transaction conflicts with a concurrent one; run it again."""


class DeadlockDetected(DatabaseError):
    """Two transactions waited for each other, and this one was chosen to fail; run it again."""


class LockTimeoutError(DatabaseError):
    """Another transaction held a lock for longer than the statement may wait, or at all (``nowait``)."""


class StatementTimeoutError(DatabaseError, TimeoutError):
    """The statement ran longer than its time limit."""


class TransactionTimeoutError(OxydeError, TimeoutError):
    """The transaction was open longer than its time limit, and was rolled back."""


class TransactionBroken(OxydeError):
    """The transaction met an error; it takes no further work until its block ends."""


class CommitOutcomeUnknown(OxydeError):
    """COMMIT was sent and its answer never came: the work may or may not have been committed."""


class StaleObjectError(OxydeError):
    """Another writer changed the row since it was read."""


class InternalError(OxydeError):
    """A bug in Oxyde itself; please report it."""


__all__ = [
    "CheckViolationError",
    "CommitOutcomeUnknown",
    "ConnectionFailed",
    "ConnectionNotFound",
    "DataError",
    "DatabaseError",
    "DeadlockDetected",
    "DecodeError",
    "FieldError",
    "FieldLookupError",
    "FieldLookupValueError",
    "FieldValueError",
    "ForeignKeyViolationError",
    "IntegrityError",
    "InternalError",
    "LockTimeoutError",
    "ManagerError",
    "MigrationError",
    "MultipleObjectsReturned",
    "NotFoundError",
    "NotLoaded",
    "NotNullViolationError",
    "OxydeError",
    "PoolTimeout",
    "QueryCancelled",
    "SerializationFailure",
    "StaleObjectError",
    "StatementTimeoutError",
    "TransactionBroken",
    "TransactionTimeoutError",
    "UniqueViolationError",
    "UnsupportedError",
]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
