"""The database of a command: what an error of connecting says to do."""

from __future__ import annotations

import pytest

from oxyde.cli.database import helped
from oxyde.cli.errors import said
from oxyde.exceptions import ConnectionFailed

PLACE = "DATABASES['default'] of oxyde_config.py"


@pytest.mark.parametrize(
    ("url", "sqlstate", "remedy"),
    [
        ("postgresql://me:s3cret@127.0.0.1:1/shop", None, f"start the server, or correct host and port in {PLACE}"),
        ("postgresql:///shop?host=/run/pg", None, f"start the server, or correct host and port in {PLACE}"),
        ("mysql://me:s3cret@nowhere.invalid/shop", None, f"correct the host in {PLACE}"),
        ("mysql:///shop?host=nowhere.invalid", None, f"correct the host in {PLACE}"),
        ("postgresql://me:s3cret@127.0.0.1/shop", "3D000", f"create the database, or correct its name in {PLACE}"),
        ("mysql://me:s3cret@127.0.0.1/shop", "42000", f"create the database, or correct its name in {PLACE}"),
        ("postgresql://me:s3cret@127.0.0.1/shop", "28P01", f"correct the user or the password in {PLACE}"),
        ("mysql://me:s3cret@127.0.0.1/shop", "28000", f"correct the user or the password in {PLACE}"),
        ("postgresql://me:s3[ret@127.0.0.1/shop", "28P01", f"correct the user or the password in {PLACE}"),
        ("sqlite:////", None, f"correct {PLACE}"),
    ],
)
def test_remedies(url: str, sqlstate: str | None, remedy: str) -> None:
    """Each kind of failure has its own, and names where the URL is written, never the URL."""
    with pytest.raises(ConnectionFailed) as raised, helped(url, PLACE):
        raise ConnectionFailed("cannot connect", sqlstate=sqlstate)
    assert said(raised.value) == f"cannot connect; {remedy}"


def test_a_database_of_others() -> None:
    """MySQL says the same of a database that the user may not use and of one that is not there."""
    with pytest.raises(ConnectionFailed) as raised, helped("mysql://me:s3cret@127.0.0.1/shop", PLACE):
        raise ConnectionFailed("Access denied for user 'me'@'%' to database 'shop'", sqlstate="42000")
    assert said(raised.value).endswith(f"; grant the user access to the database, create it, or correct its name in {PLACE}")


def test_what_the_driver_knows_better() -> None:
    """Stays."""
    with pytest.raises(ConnectionFailed) as raised, helped("sqlite:///x.db", PLACE):
        raise ConnectionFailed("cannot open", hint="check the folder")
    assert said(raised.value) == "cannot open; check the folder"
