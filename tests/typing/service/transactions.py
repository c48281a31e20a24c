"""Functions that are decorated with ``atomic`` keep their types."""

from __future__ import annotations

import oxyde
from oxyde import atomic
from typing_extensions import reveal_type


@atomic
async def bare(name: str) -> int:
    return len(name)


@atomic()
async def called(name: str) -> int:
    return len(name)


@atomic(using="other", timeout=5, isolation=None, read_only=True, durable=False)
async def told(name: str) -> int:
    return len(name)


@oxyde.sync.atomic
def plain(name: str) -> int:
    return len(name)


async def main() -> None:
    reveal_type(await bare("x"))  # T: int
    reveal_type(await called("x"))  # T: int
    reveal_type(await told("x"))  # T: int
    reveal_type(plain("x"))  # T: int
    await bare(3)  # E
    await told(3)  # E
    plain(3)  # E
    async with atomic(using="other") as block:
        block.set_rollback()
    with oxyde.sync.atomic() as inner:
        inner.set_rollback()
