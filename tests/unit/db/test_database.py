"""What a connection is made of, before it is connected."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import AsyncDatabase, OxydeError, db
from oxyde.exceptions import ConnectionNotFound

VERBS: list[tuple[str, Callable[[Any], Any]]] = [
    ("default", AsyncDatabase),
    ("other", lambda url: AsyncDatabase(url, name="other")),
    ("default", oxyde.connect),
    ("reports", lambda url: oxyde.connect(url, "reports")),
]


@pytest.mark.parametrize(("alias", "verb"), VERBS)
def test_a_url_that_is_none(alias: str, verb: Callable[[Any], Any]) -> None:
    """As an environment variable gives it that is not set: the alias is named."""
    with pytest.raises(TypeError, match=rf"^the connection '{alias}' needs a URL .*, not NoneType; is an environment variable not set\?$"):
        verb(None)
    with pytest.raises(TypeError, match=rf"^the connection '{alias}' needs a URL .*, not PosixPath$"):
        verb(Path("/shop.db"))


async def test_a_url_without_an_alias() -> None:
    """Says how it is given, and shows no password."""
    url: Any = "postgresql://a:s3cr3t@host/b"
    for call, verb in (("await db.init", db.init), ("db.lifespan", db.lifespan)):
        with pytest.raises(TypeError, match=rf'connections are given by alias: {re.escape(call)}\(default="postgresql://') as caught:
            await verb(url)  # type: ignore[misc] # lifespan raises before it is awaited
        assert "s3cr3t" not in str(caught.value)


async def test_init_names_the_alias() -> None:
    """The one that has none, and nothing is connected."""
    with pytest.raises(TypeError, match=r"^the connection 'reports' needs a URL"):
        await db.init(default="sqlite::memory:", reports=None)  # type: ignore[arg-type] # what is tested
    with pytest.raises(TypeError, match=r"^the connection 'default' needs a URL"):
        async with db.connect(None):  # type: ignore[arg-type] # what is tested
            pass
    with pytest.raises(TypeError, match=r"^the connection 'default' needs a URL"):
        async with db.lifespan(default=None)():  # type: ignore[arg-type] # what is tested
            pass


async def test_states() -> None:
    """A connection says whether it is connected, closes twice, and connects again."""
    database = AsyncDatabase("sqlite::memory:", name="states")
    for _ in range(2):
        assert (database.connected, repr(database)) == (False, "<AsyncDatabase states: sqlite::memory:, not connected>")
        assert database._repr_html_().endswith("<code>sqlite::memory:</code> · not connected</p>")
        assert await database is database
        assert database.connected
        assert repr(database).endswith(", connected>")
        assert database._repr_html_().endswith(" · connected</p>")
        assert await db.execute_raw("SELECT 1 AS a", client=database) == [{"a": 1}]
        await database.disconnect()
        await database.disconnect()
        with pytest.raises(ConnectionNotFound):
            db.get_connection("states")


def test_a_blocking_connection_is_closed() -> None:
    """At the end of the block: nothing is sent on it any more."""
    with oxyde.connect("sqlite::memory:", "closing") as connection:
        assert oxyde.sync.execute_raw("SELECT 1 AS a", client=connection) == [{"a": 1}]
        assert repr(connection) == "<Connection closing: sqlite::memory:>"
    assert repr(connection) == "<Connection closing: sqlite::memory:, closed>"
    with pytest.raises(OxydeError, match="closed"):
        oxyde.sync.execute_raw("SELECT 1 AS a", client=connection)
