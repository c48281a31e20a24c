"""Every error that Oxyde raises, defined once; the compiled core looks the classes up here.

OxydeError
├── ConnectionNotFound (KeyError)
├── ConnectionFailed
├── PoolTimeout
├── FieldError
├── FieldLookupError
│   └── FieldLookupValueError
├── ManagerError
│   ├── NotFoundError
│   ├── MultipleObjectsReturned
│   ├── StaleObjectError
│   └── IntegrityError
│       ├── UniqueViolationError
│       ├── ForeignKeyViolationError
│       ├── NotNullViolationError
│       └── CheckViolationError
├── NotLoaded
├── UnsupportedError
├── DecodeError
├── DatabaseError
├── QueryCancelled
├── StatementTimeoutError (TimeoutError)
├── TransactionTimeoutError (TimeoutError)
├── TransactionBroken
├── SerializationFailure
├── DeadlockDetected
├── CommitOutcomeUnknown
├── MigrationError
└── InternalError
"""

from __future__ import annotations

from typing import Any


class OxydeError(Exception):
    """Anything that Oxyde raises.

    Attributes:
        sqlstate: The server's five-character code (or its error number, on MySQL and SQLite), if a server spoke.
        constraint: The constraint that was violated, by name.
        table: The table concerned.
        column: The column concerned.
        sql: The statement that met the error, with placeholders, never with values.
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
        """Pickles the message and every attribute."""
        return (type(self), self.args, self.__dict__)


class ConnectionNotFound(OxydeError, KeyError):
    """No connection has that alias."""


class ConnectionFailed(OxydeError):
    """The server cannot be reached, refused us, or was lost."""


class PoolTimeout(OxydeError):
    """No connection became free in time."""


class FieldError(OxydeError):
    """An unknown field, or a value that does not fit one."""


class FieldLookupError(OxydeError):
    """A lookup that a field does not have."""


class FieldLookupValueError(FieldLookupError):
    """A value that a lookup cannot take."""


class ManagerError(OxydeError):
    """A verb that could not do what it says."""


class NotFoundError(ManagerError):
    """No row matches."""


class MultipleObjectsReturned(ManagerError):
    """More than one row matches."""


class StaleObjectError(ManagerError):
    """Another writer changed the row since it was read."""


class IntegrityError(ManagerError):
    """A constraint refused the data."""


class UniqueViolationError(IntegrityError):
    """A value that must be unique is there already."""


class ForeignKeyViolationError(IntegrityError):
    """A reference points to no row, or a row is still referred to."""


class NotNullViolationError(IntegrityError):
    """A column that must have a value got none."""


class CheckViolationError(IntegrityError):
    """A check constraint refused the data."""


class NotLoaded(OxydeError):
    """A relation was used that the query did not load."""


class UnsupportedError(OxydeError):
    """The database cannot do that."""


class DecodeError(OxydeError):
    """A value cannot be read exactly."""


class DatabaseError(OxydeError):
    """The server refused a statement: missing table, syntax, permission, read-only file."""


class QueryCancelled(OxydeError):
    """A statement was cancelled, on the server."""


class StatementTimeoutError(OxydeError, TimeoutError):
    """A statement ran longer than it may."""


class TransactionTimeoutError(OxydeError, TimeoutError):
    """A transaction was open longer than it may be."""


class TransactionBroken(OxydeError):
    """The transaction met an error; it takes no further work until its block ends."""


class SerializationFailure(OxydeError):
    """The transaction met another one; it may be run again."""


class DeadlockDetected(OxydeError):
    """Two transactions waited for each other; this one may be run again."""


class CommitOutcomeUnknown(OxydeError):
    """COMMIT was sent and its answer never came: the work may or may not be there."""


class MigrationError(OxydeError):
    """A migration cannot be made, read or applied."""


class InternalError(OxydeError):
    """A fault of Oxyde's own."""


__all__ = [
    "CheckViolationError",
    "CommitOutcomeUnknown",
    "ConnectionFailed",
    "ConnectionNotFound",
    "DatabaseError",
    "DeadlockDetected",
    "DecodeError",
    "FieldError",
    "FieldLookupError",
    "FieldLookupValueError",
    "ForeignKeyViolationError",
    "IntegrityError",
    "InternalError",
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
