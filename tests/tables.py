"""Tables of tests: declared in one line, created for the length of a block, and the statements that were sent in one."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import oxyde
from oxyde import Model, db


def table(name: str | None = None, **options: Any) -> type:
    """Returns the ``Meta`` of a table, to be assigned in the body of a model: ``Meta = table("blog_tag")``.

    Args:
        name: The table's name; the class name in lower case when None.
        **options: Further options of ``Meta``.
    """
    body = sys._getframe(1).f_locals  # Pydantic takes a class that names this body as its home for no field
    home = {"__module__": body["__module__"], "__qualname__": f"{body['__qualname__']}.Meta"}
    return type("Meta", (), {**home, "is_table": True, "table_name": name, **options})


@asynccontextmanager
async def tables(*models: type[Model], database: str = "default") -> AsyncIterator[None]:
    """Creates tables on a connection, the default one unless another is named, and drops them."""
    await db.drop_tables(database, models=models, if_exists=True)
    await db.create_tables(database, models=models)
    try:
        yield
    finally:
        await db.drop_tables(database, models=models, if_exists=True)


@contextmanager
def blocking_tables(*models: type[Model], database: str = "default") -> Iterator[None]:
    """The same for code that does not await."""
    oxyde.sync.drop_tables(database, models=models, if_exists=True)
    oxyde.sync.create_tables(database, models=models)
    try:
        yield
    finally:
        oxyde.sync.drop_tables(database, models=models, if_exists=True)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collects the SQL of what is sent."""
    sent: list[str] = []
    stop = db.events.on_statement(lambda event: sent.append(event.sql))
    try:
        yield sent
    finally:
        stop()
