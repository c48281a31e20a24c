"""What a connection is made of, before it is connected."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import AsyncDatabase, db

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
