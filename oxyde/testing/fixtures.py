"""``migrated``: a pytest fixture of a migrated database that every test finds as the migrations left it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxyde.db.database import AsyncDatabase, connections
from oxyde.db.execute import run_blocking
from oxyde.db.ground import lay, lift
from oxyde.db.route import Route
from oxyde.migrations.sync import migrate

if TYPE_CHECKING:
    import pytest


def migrated(
    url: str | Callable[[], str],
    directory: str | Path | None = None,
    *,
    alias: str = "default",
    autouse: bool = False,
) -> Any:
    """Makes a fixture of pytest that is a migrated database, and rolls each test back.

    ``conftest.py`` gives it a name: ``database = migrated("sqlite:///test.db")``. The first test that uses it connects the database and
    migrates it. Each test runs in a transaction, in all its tasks and threads, which is rolled back after it. To the code that is tested it
    is none: its ``atomic()`` blocks commit (into a savepoint), ``on_commit`` functions are called, and an error undoes the statement that
    met it alone.

    Args:
        url: Of a database for tests, or a function that returns it, called once.
        directory: The folder of the migrations; by default ``migrations``.
        alias: The alias of the connection.
        autouse: Every test uses it, without naming it.

    Returns:
        The fixture, whose value is the connected database.
    """
    import pytest  # which code that counts statements does without

    prepared: list[AsyncDatabase] = []

    def prepare(request: pytest.FixtureRequest) -> AsyncDatabase:
        if not prepared:
            prepared.append(AsyncDatabase(url() if callable(url) else url, name=alias, auto_register=False))
            request.session.addfinalizer(prepared[0].disconnect_blocking)
        (database,) = prepared
        is_new = not database.connected  # or closed by the application
        if is_new:
            database.connect_blocking()
        connections.register(database, overwrite=True)
        if is_new:
            try:
                migrate(directory, using=alias, strict=True)
            except BaseException:
                database.disconnect_blocking()  # so that the next test migrates it, or is refused as this one
                raise
        return database

    @pytest.fixture(autouse=autouse)
    def database(request: pytest.FixtureRequest) -> Iterator[AsyncDatabase]:
        """A migrated database; what the test changes is rolled back."""
        made = prepare(request)
        block = run_blocking(lay(made), Route(made))
        try:
            yield made
        finally:
            run_blocking(lift(block), Route(made))

    return database
