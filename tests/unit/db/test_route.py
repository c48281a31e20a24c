"""Where a verb runs: connections by alias or object, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from oxyde import db
from oxyde.db.block import enter, innermost
from oxyde.db.database import AsyncDatabase, connections
from oxyde.db.route import home, route
from oxyde.exceptions import ConnectionNotFound, TransactionBroken
from tests.unit.db.test_block import block


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    """A registry of this test's own, and no block."""
    before = dict(connections._connections)
    connections._connections.clear()
    assert innermost() is None
    yield
    enter(None)
    connections._connections.clear()
    connections._connections.update(before)


def test_a_client_is_anything_that_names_a_connection() -> None:
    """An alias, a database, and what ``oxyde.connect()`` returned."""
    made = db.AsyncDatabase("sqlite::memory:", name="main")
    for client in ("main", made, db.Connection(made)):
        found = route(client=client)
        assert (found.database, found.block, found.session) == (made, None, None)


@pytest.mark.parametrize(
    ("client", "message"), [(3, "not int$"), (db.AsyncDatabase, r"not type; .* models=\["), ([db.AsyncDatabase], r"not list; .* models=\[")]
)
def test_what_names_no_connection(client: object, message: str) -> None:
    """Is refused by type; models, which ``create_tables`` takes by name, with how they are given."""
    with pytest.raises(TypeError, match=f"^client= takes a connection, an atomic block or an alias, {message}"):
        route(client=client)


def test_the_transaction_of_the_running_code_is_used() -> None:
    """By alias, by database, and without either."""
    made = db.AsyncDatabase("sqlite::memory:", name="main")
    outer = block(made)
    for found in (route(), route("main"), route(client=made)):
        assert found.block is outer
        assert found.session is outer.session
    inner = block(made, parent=outer)
    assert route().block is inner
    assert route(client=outer).block is inner


def test_another_database_is_outside() -> None:
    """A block does not catch what runs elsewhere."""
    made, other = (db.AsyncDatabase("sqlite::memory:", name=name) for name in ("main", "other"))
    block(made)
    assert route("other").block is None
    assert route(client=other).block is None


def test_a_block_of_another_transaction_is_used_as_it_is() -> None:
    """It was named, so it is meant."""
    made = db.AsyncDatabase("sqlite::memory:", name="main")
    first = block(made)
    enter(None)
    block(made)
    assert route(client=first).block is first
    first.leave()
    with pytest.raises(TransactionBroken):
        route(client=first)


@pytest.mark.parametrize(
    ("using", "client", "message"),
    [("main", "main", "using= and client= both name a connection"), (None, 3, "client= takes a connection, .* not int")],
)
def test_what_is_refused(using: str | None, client: Any, message: str) -> None:
    """Two names, or none."""
    with pytest.raises(TypeError, match=message):
        route(using, client)


def test_a_home_is_an_alias_or_a_connection() -> None:
    """What a model is bound to."""
    database = AsyncDatabase("sqlite::memory:", name="at_home", auto_register=False)
    assert home(database).database is database
    with pytest.raises(ConnectionNotFound, match="at_home"):
        home("at_home")
