"""Connections by alias: what is unknown says what to call, and no password is ever shown."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from oxyde import db
from oxyde.db import registry
from oxyde.exceptions import ConnectionNotFound, OxydeError

SECRET = "s3cr3t-canary"


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A registry of this test's own."""
    before = dict(registry._connections)
    registry._connections.clear()
    yield
    registry._connections.clear()
    registry._connections.update(before)


def test_nothing_is_connected() -> None:
    """The message says what to call."""
    with pytest.raises(ConnectionNotFound, match=r'nothing is connected yet; call await db\.init\(default="postgresql://'):
        db.get_connection()


def test_unknown_aliases() -> None:
    """The known ones are named; the error is a KeyError and an OxydeError, and survives pickling."""
    for name in ("main", "other"):
        db.AsyncDatabase("sqlite::memory:", name=name)
    with pytest.raises(ConnectionNotFound, match='no connection is named "mian"; known are "main", "other"') as caught:
        db.get_connection("mian")
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, OxydeError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (ConnectionNotFound, str(caught.value))


def test_an_alias_is_registered_once() -> None:
    """Twice is a ValueError, unless the second is to take its place."""
    first = db.AsyncDatabase("sqlite::memory:", name="main")
    with pytest.raises(ValueError, match='a connection named "main" is registered already'):
        db.AsyncDatabase("sqlite::memory:", name="main")
    db.register_connection(first)
    second = db.AsyncDatabase("sqlite::memory:", name="main", overwrite=True)
    assert db.get_connection("main") is second
    registry.forget(first)
    assert registry.find_connection("main") is second
    registry.forget(second)
    assert registry.find_connection("main") is None


def test_a_database_may_stay_unregistered() -> None:
    """It is given as ``client=`` then."""
    made = db.AsyncDatabase("sqlite::memory:", auto_register=False)
    assert registry.connections() == ()
    assert (made.name, made.connected, made.settings) == ("default", False, db.PoolSettings())


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        ("postgres://u@h/d", "postgres"),
        ("postgresql://u@h/d", "postgres"),
        ("mysql://u@h/d", "mysql"),
        ("mariadb://u@h/d", "mariadb"),
        ("sqlite://rel.db", "sqlite"),
        ("sqlite:////abs.db", "sqlite"),
        ("sqlite::memory:", "sqlite"),
        ("sqlite://:memory:", "sqlite"),
        ("sqlite:///:memory:", "sqlite"),
    ],
)
def test_schemes(url: str, backend: str) -> None:
    """The scheme says which server it is, before any connection."""
    assert db.AsyncDatabase(url, auto_register=False).backend == backend


@pytest.mark.parametrize("scheme", ["postgresql", "mysql", "mariadb"])
@pytest.mark.parametrize("password", [SECRET, f"{SECRET}%40%2F", f"{SECRET}%3A"])
def test_no_password_is_shown(scheme: str, password: str) -> None:
    """Neither the URL nor a repr has it."""
    made = db.AsyncDatabase(f"{scheme}://user:{password}@host:1234/name", auto_register=False)
    for shown in (made.url, repr(made), repr(db.Connection(made)), str(made)):
        assert SECRET not in shown
    assert "user" in made.url
    assert "host" in made.url


@pytest.mark.parametrize(
    "url",
    [
        f"oracle://user:{SECRET}@h/d",
        f"user:{SECRET}@h/d",
        f"postgresql://user:{SECRET}@h:notaport/d",
        f"//user:{SECRET}@h",
        "",
        "postgresql",
    ],
)
def test_urls_that_are_not_understood(url: str) -> None:
    """A ValueError, without the password."""
    with pytest.raises(ValueError) as caught:
        db.AsyncDatabase(url, auto_register=False)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)


def test_the_known_connection_is_named_without_password() -> None:
    """So is the one that has the alias already."""
    db.AsyncDatabase(f"postgresql://user:{SECRET}@h/d")
    with pytest.raises(ValueError) as caught:
        db.AsyncDatabase("postgresql://user@h/d")
    assert SECRET not in str(caught.value)


async def test_init_needs_an_alias() -> None:
    """``db.init()`` without one is a ValueError that shows how; ``db.close()`` with nothing open is fine."""
    with pytest.raises(ValueError, match=r"db\.init\(\) needs at least one alias"):
        await db.init()
    await db.close()
    await db.disconnect_all()
