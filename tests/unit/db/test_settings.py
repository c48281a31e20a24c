"""Settings of a pool are checked when they are made."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import pickle
from typing import Any

import pytest

from oxyde import PoolSettings

FULL: dict[str, Any] = {
    "max_connections": 7,
    "min_connections": 2,
    "acquire_timeout": 3.5,
    "idle_timeout": dt.timedelta(minutes=1),
    "max_lifetime": 60,
    "test_before_acquire": True,
    "statement_timeout": 1,
    "transaction_timeout": 2,
    "transaction_cleanup_interval": 1,
    "sqlite_journal_mode": "wal",
    "sqlite_synchronous": "Full",
    "sqlite_cache_size": -2000,
    "sqlite_busy_timeout": 100,
    "ssl_mode": "PREFER",
    "ssl_root_cert": "root.pem",
    "ssl_client_cert": "cert.pem",
    "ssl_client_key": "key.pem",
    "pg_application_name": "shop",
    "pg_statement_cache_capacity": 10,
    "pg_pooler": True,
    "mysql_charset": "utf8mb4",
    "mysql_collation": "utf8mb4_bin",
}


def test_defaults() -> None:
    """What existing code relies on."""
    made = PoolSettings()
    assert (made.max_connections, made.min_connections) == (None, None)
    assert (made.sqlite_journal_mode, made.sqlite_synchronous) == (None, None)
    assert (made.sqlite_cache_size, made.sqlite_busy_timeout) == (10_000, 5_000)


def test_every_field_is_taken() -> None:
    """Every documented name is a keyword; times become seconds, choices their spelling."""
    made = PoolSettings(**FULL)
    assert set(FULL) == {field.name for field in dataclasses.fields(PoolSettings)} == set(made.wire())
    assert (made.idle_timeout, made.max_lifetime) == (60.0, 60.0)
    assert (made.sqlite_journal_mode, made.sqlite_synchronous, made.ssl_mode) == ("WAL", "FULL", "prefer")
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("max_connections", 0, ValueError),
        ("max_connections", -1, ValueError),
        ("max_connections", 2**31, ValueError),
        ("max_connections", "5", TypeError),
        ("max_connections", True, TypeError),
        ("min_connections", -1, ValueError),
        ("acquire_timeout", 0, ValueError),
        ("acquire_timeout", None, TypeError),
        ("acquire_timeout", "1", TypeError),
        ("acquire_timeout", float("nan"), ValueError),
        ("idle_timeout", dt.timedelta(days=-1), ValueError),
        ("statement_timeout", 10**9, ValueError),
        ("test_before_acquire", 1, TypeError),
        ("pg_pooler", 1, TypeError),
        ("sqlite_journal_mode", "fast", ValueError),
        ("sqlite_journal_mode", 1, TypeError),
        ("sqlite_busy_timeout", None, TypeError),
        ("sqlite_cache_size", 1.5, TypeError),
        ("ssl_mode", "maybe", ValueError),
        ("ssl_root_cert", 1, TypeError),
        ("mysql_charset", b"utf8", TypeError),
    ],
)
def test_wrong_values(name: str, value: Any, error: type[Exception]) -> None:
    """The error names the setting."""
    with pytest.raises(error, match=name):
        PoolSettings(**{name: value})


def test_counts_go_together() -> None:
    """A minimum above the maximum makes no sense."""
    with pytest.raises(ValueError, match="min_connections is 3, more than max_connections 2"):
        PoolSettings(max_connections=2, min_connections=3)


def test_unknown_names() -> None:
    """A misspelt setting is an error, not ignored."""
    with pytest.raises(TypeError, match="max_conections"):
        PoolSettings(max_conections=3)  # type: ignore[call-arg] # that is what is refused


def test_a_misspelt_setting() -> None:
    """The message names the one that was meant; copies and pickles are made as before."""
    with pytest.raises(TypeError, match='no setting "max_conections"; did you mean "max_connections"'):
        PoolSettings(max_conections=3)  # type: ignore[call-arg] # it is wrong
    settings = PoolSettings(max_connections=3)
    assert copy.copy(settings) == settings == pickle.loads(pickle.dumps(settings))
