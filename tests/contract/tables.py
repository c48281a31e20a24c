"""Tables for the length of a block, and the statements that were sent in one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from oxyde import Model, db


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
def statements() -> Iterator[list[str]]:
    """Collects the SQL of what is sent."""
    sent: list[str] = []
    stop = db.events.on_statement(lambda event: sent.append(event.sql))
    try:
        yield sent
    finally:
        stop()
