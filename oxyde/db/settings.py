"""The settings of a pool of connections."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any, Final

from typing_extensions import Self

from oxyde.schema.naming import meant

_SECONDS: Final = (
    "acquire_timeout", "idle_timeout", "max_lifetime", "statement_timeout", "transaction_timeout", "transaction_cleanup_interval",
)  # fmt: skip
_COUNTS: Final = {"max_connections": 1, "min_connections": 0, "pg_statement_cache_capacity": 0, "sqlite_busy_timeout": 0}
_TEXTS: Final = ("ssl_root_cert", "ssl_client_cert", "ssl_client_key", "pg_application_name", "mysql_charset", "mysql_collation")
_CHOICES: Final = {
    "sqlite_journal_mode": ("DELETE", "TRUNCATE", "PERSIST", "MEMORY", "WAL", "OFF"),
    "sqlite_synchronous": ("OFF", "NORMAL", "FULL", "EXTRA"),
    "ssl_mode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
}


@dataclass(frozen=True)
class PoolSettings:
    """The settings of a pool of connections. Times are seconds (or ``timedelta``) unless said otherwise.

    Attributes:
        max_connections: The most connections to open; None takes the core's default.
        min_connections: The connections to keep open when idle; None takes the core's default.
        acquire_timeout: How long to wait for a free connection before PoolTimeout.
        idle_timeout: Close connections that were idle for this long; None never closes them.
        max_lifetime: Close connections that are this old; None never closes them.
        test_before_acquire: Check a connection before each use, not only after a long idle time.
        statement_timeout: Cancel statements that run longer, with StatementTimeoutError.
        transaction_timeout: Roll back transactions that are open longer, with TransactionTimeoutError.
        transaction_cleanup_interval: How often to look for such transactions; None rolls each back when its time is up.
        sqlite_journal_mode: ``PRAGMA journal_mode``; None sets WAL on a new (missing or empty) file, and leaves existing files alone.
        sqlite_synchronous: ``PRAGMA synchronous``; None sets NORMAL in WAL mode, and keeps SQLite's default (FULL) otherwise.
        sqlite_cache_size: ``PRAGMA cache_size``: pages, or KiB when negative.
        sqlite_busy_timeout: Milliseconds to wait for another writer.
        ssl_mode: disable, allow, prefer, require, verify-ca or verify-full.
        ssl_root_cert: A file with the trusted root certificates.
        ssl_client_cert: A file with the client certificate.
        ssl_client_key: A file with the client certificate's private key.
        pg_application_name: The ``application_name`` of the sessions.
        pg_statement_cache_capacity: Prepared statements to cache for each connection; 0 caches none.
        pg_pooler: Whether a pooler such as PgBouncer is in transaction mode; None detects it.
        mysql_charset: The character set of the session.
        mysql_collation: The collation of the session.

    Raises:
        ValueError: A value is out of range.
        TypeError: A value has the wrong type.
    """

    max_connections: int | None = None
    min_connections: int | None = None
    acquire_timeout: float | dt.timedelta = 30.0
    idle_timeout: float | dt.timedelta | None = 600.0
    max_lifetime: float | dt.timedelta | None = 1800.0
    test_before_acquire: bool = False
    statement_timeout: float | dt.timedelta | None = None
    transaction_timeout: float | dt.timedelta | None = None
    transaction_cleanup_interval: float | dt.timedelta | None = None
    sqlite_journal_mode: str | None = None
    sqlite_synchronous: str | None = None
    sqlite_cache_size: int | None = 10_000
    sqlite_busy_timeout: int = 5_000
    ssl_mode: str | None = None
    ssl_root_cert: str | None = None
    ssl_client_cert: str | None = None
    ssl_client_key: str | None = None
    pg_application_name: str | None = None
    pg_statement_cache_capacity: int | None = None
    pg_pooler: bool | None = None
    mysql_charset: str | None = None
    mysql_collation: str | None = None

    def __new__(cls, *_: Any, **given: Any) -> Self:
        """Makes the object; a name that is no setting is refused with the one that was meant."""
        known = [one.name for one in fields(cls)]
        for name in given:
            if name not in known:
                message = f'PoolSettings has no setting "{name}"{meant(name, known) or "; it has " + ", ".join(known)}'
                raise TypeError(message)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for name in _SECONDS:
            object.__setattr__(self, name, _seconds(name, getattr(self, name)))
        for name, least in _COUNTS.items():
            _check_count(name, getattr(self, name), least)
        if self.sqlite_cache_size is not None and not _is_int(self.sqlite_cache_size):
            raise TypeError(_wrong("sqlite_cache_size", "an int", self.sqlite_cache_size))
        for name in _TEXTS:
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise TypeError(_wrong(name, "a str", value))
        for name, choices in _CHOICES.items():
            object.__setattr__(self, name, _choice(name, getattr(self, name), choices))
        if not isinstance(self.test_before_acquire, bool):
            raise TypeError(_wrong("test_before_acquire", "a bool", self.test_before_acquire))
        if self.pg_pooler is not None and not isinstance(self.pg_pooler, bool):
            raise TypeError(_wrong("pg_pooler", "a bool or None", self.pg_pooler))
        if self.max_connections is not None and (self.min_connections or 0) > self.max_connections:
            message = f"PoolSettings.min_connections is {self.min_connections}, more than max_connections {self.max_connections}"
            raise ValueError(message)

    def wire(self) -> dict[str, Any]:
        """Returns every setting by name, as the core expects it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _wrong(name: str, expected: str, value: object) -> str:
    return f"PoolSettings.{name} takes {expected}, not {type(value).__name__}"


def _seconds(name: str, value: object) -> float | None:
    if isinstance(value, dt.timedelta):
        value = value.total_seconds()
    if value is None and name != "acquire_timeout":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(_wrong(name, "seconds or a timedelta", value))
    if not 0 < value <= 31_536_000:
        message = f"PoolSettings.{name} is {value} seconds; it takes more than 0 and at most a year"
        raise ValueError(message)
    return float(value)


def _check_count(name: str, value: object, least: int) -> None:
    if value is None and name != "sqlite_busy_timeout":
        return
    if not _is_int(value):
        raise TypeError(_wrong(name, "an int", value))
    if not least <= value <= 2**31 - 1:  # type: ignore[operator] # it is an int by now
        message = f"PoolSettings.{name} is {value}; it takes at least {least}"
        raise ValueError(message)


def _choice(name: str, value: object, choices: tuple[str, ...]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(_wrong(name, "a str", value))
    for choice in choices:
        if value.lower() == choice.lower():
            return choice
    message = f"PoolSettings.{name} is {value!r}; it takes one of {', '.join(choices)}"
    raise ValueError(message)
