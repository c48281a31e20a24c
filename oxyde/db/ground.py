"""The ground: a transaction that stands for a database while a test runs, and is rolled back after it.

Code that opens no block runs in it, in every task and thread, each statement in a savepoint: an error undoes its own statement alone.
A block that the code opens is a savepoint, and is to the code as if it were a transaction: its ``on_commit`` functions are called.
"""

from __future__ import annotations

from oxyde.db.block import Block, begin, enter, grounds
from oxyde.db.database import AsyncDatabase
from oxyde.db.steps import Steps
from oxyde.exceptions import OxydeError


def lay(database: AsyncDatabase) -> Steps[Block]:
    """Begins the transaction.

    Raises:
        OxydeError: The database has one.
    """
    if database in grounds:
        raise OxydeError(f"a test runs on the connection {database.name!r} already; it can use the database once")
    block = yield from begin(database, blocking=True)
    enter(block.before)  # code is in it because of the database, not because of the context
    block.ground = True
    grounds[database] = block
    return block


def lift(block: Block) -> Steps[None]:
    """Rolls it back."""
    del grounds[block.database]
    block.set_rollback()
    yield from block.end(None)


__all__ = ["lay", "lift"]
