"""Connections by alias: what is unknown says what to call, and no password is ever shown."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import oxyde
from oxyde import db
from oxyde.db.database import connections
from oxyde.db.route import route
from oxyde.exceptions import ConnectionNotFound, OxydeError

SECRET = "s3cr3t-canary"


pytestmark = pytest.mark.usefixtures("unconnected")


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


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize("alias", [3, b"main", object()])
def test_an_alias_is_text(alias: Any, connected: bool) -> None:
    """Whatever else is given is refused by type."""
    if connected:
        db.AsyncDatabase("sqlite::memory:", name="main")
    for ask in (db.get_connection, route, connections.find):
        with pytest.raises(TypeError, match=f"named by its alias, a str, not {type(alias).__name__}"):
            ask(alias)


def test_the_default() -> None:
    """The connection named default, else the only one there is, else an error that names them."""
    only = db.AsyncDatabase("sqlite::memory:", name="main")
    assert db.get_connection() is only
    assert route().database is only
    with pytest.raises(ConnectionNotFound, match='no connection is named "default"; known are "main"'):
        db.get_connection("default")
    db.AsyncDatabase("sqlite::memory:", name="other")
    several = 'no connection is named "default", and there are several others: "main", "other"; say which one is meant: using="main"'
    for pick in (db.get_connection, route, lambda: oxyde.sync.atomic().__enter__(), lambda: oxyde.sync.execute_raw("SELECT 1")):
        with pytest.raises(ConnectionNotFound, match=several):
            pick()
    default = db.AsyncDatabase("sqlite::memory:")
    assert db.get_connection() is default


async def test_the_only_connection_is_the_default_everywhere() -> None:
    """Verbs, raw SQL and blocks use it, and a block is found again by its own alias."""
    async with db.connect("sqlite::memory:", name="main") as database:
        assert await db.execute_raw("SELECT 1 AS a") == [{"a": 1}]
        ends: list[str] = []
        async with db.atomic() as block:
            assert block.database is database
            assert route().block is route("main").block is block
            db.on_commit(lambda: ends.append("committed"))
            assert ends == []
        assert ends == ["committed"]


async def test_a_connection_is_awaited() -> None:
    """It connects where that is still to be done, and is the same object."""
    made = db.AsyncDatabase("sqlite::memory:", name="main")
    assert await db.get_connection("main") is made
    assert made.connected
    assert await made is made
    await made.disconnect()


def test_an_alias_is_registered_once() -> None:
    """Twice is a ValueError, unless the second is to take its place."""
    first = db.AsyncDatabase("sqlite::memory:", name="main")
    with pytest.raises(ValueError, match='a connection named "main" is registered already'):
        db.AsyncDatabase("sqlite::memory:", name="main")
    db.register_connection(first)
    second = db.AsyncDatabase("sqlite::memory:", name="main", overwrite=True)
    assert db.get_connection("main") is second
    connections.forget(first)
    assert connections.find("main") is second
    connections.forget(second)
    assert connections.find("main") is None


def test_a_database_may_stay_unregistered() -> None:
    """It is given as ``client=`` then."""
    made = db.AsyncDatabase("sqlite::memory:", auto_register=False)
    assert connections.all() == ()
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
    """The scheme says which server it is, before any connection; MariaDB is a MySQL."""
    database = db.AsyncDatabase(url, auto_register=False)
    assert database.dialect == backend
    assert database.backend == ("mysql" if backend == "mariadb" else backend)


def test_settings_are_assigned_until_connected() -> None:
    """Then they would change nothing, and raise; after ``disconnect()`` they may be assigned again."""
    database = db.AsyncDatabase("sqlite::memory:", auto_register=False)
    database.settings = db.PoolSettings(sqlite_cache_size=-1234)
    with oxyde.connect("sqlite::memory:"), pytest.raises(TypeError, match=r"settings takes PoolSettings\(...\), not dict"):
        database.settings = {"max_connections": 3}  # type: ignore[assignment] # planted
    database.connect_blocking()
    assert oxyde.sync.execute_raw("PRAGMA cache_size", client=database) == [{"cache_size": -1234}]
    with pytest.raises(OxydeError, match=r"the connection 'default' is in use with its settings; disconnect\(\) first"):
        database.settings = db.PoolSettings()
    database.disconnect_blocking()
    database.settings = db.PoolSettings(sqlite_cache_size=-4321)
    database.connect_blocking()
    assert oxyde.sync.execute_raw("PRAGMA cache_size", client=database) == [{"cache_size": -4321}]
    database.disconnect_blocking()


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
