"""What contract tests may ask for: the blog's tables, made once per module and empty for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

import oxyde
from oxyde import db
from tests.backends import Backend
from tests.models import BLOG


@pytest.fixture(scope="module")
def blog_server(backend_module: Backend) -> Iterator[Backend]:
    """A backend with the blog's tables."""
    with oxyde.connect(backend_module.url, "blog_server") as connection:
        oxyde.sync.drop_tables(connection, models=BLOG, if_exists=True)
        oxyde.sync.create_tables(connection, models=BLOG)
    yield backend_module
    with oxyde.connect(backend_module.url, "blog_server") as connection:
        oxyde.sync.drop_tables(connection, models=BLOG)


@pytest.fixture
async def blog(blog_server: Backend) -> AsyncIterator[Backend]:
    """A connection named default, to a backend whose blog is empty."""
    await db.init(default=blog_server.url)
    try:
        for model in reversed(BLOG):
            await model.objects.delete()
        yield blog_server
    finally:
        await db.close()
