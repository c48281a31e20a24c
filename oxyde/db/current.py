"""The atomic block that the running code is in."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from oxyde.db.block import Block
    from oxyde.db.database import AsyncDatabase

_current: Final[ContextVar[Block | None]] = ContextVar("oxyde_block", default=None)

innermost = _current.get
"""Returns the innermost block of the running code, on whatever database."""

enter = _current.set
"""Makes a block the innermost one of the running code."""


def block_of(alias: str | None, database: AsyncDatabase | None) -> Block | None:
    """Returns the innermost block that was opened by that alias or on that database.

    Raises:
        TransactionBroken: That block has ended; the running task outlived it.
    """
    block = _current.get()
    while block is not None:
        if block.database is database or (alias is not None and block.alias == alias):
            block.require_open()
            return block
        block = block.outer
    return None


def is_inside(block: Block) -> bool:
    """Returns whether the running code is in a block nested in this one."""
    inner = _current.get()
    while inner is not None:
        ancestor = inner.parent
        while ancestor is not None:
            if ancestor is block:
                return True
            ancestor = ancestor.parent
        inner = inner.outer
    return False
