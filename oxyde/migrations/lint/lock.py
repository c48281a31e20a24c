"""A lock on a table: how the server names it, whom it keeps out, and what is done meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from oxyde.migrations.parts import shown
from oxyde.schema.relation import Address

Blocked: TypeAlias = Literal["reads and writes", "writes", "schema changes"]
Work: TypeAlias = Literal["nothing", "scan", "index", "update", "rewrite", "copy"]
_DOES: Final[dict[Work, str]] = {
    "nothing": "",
    "scan": "; reads every row",
    "index": "; builds an index",
    "update": "; updates rows",
    "rewrite": "; rewrites the table",
    "copy": "; copies the table",
}


@dataclass(frozen=True)
class TableLock:
    """A lock on a table.

    Attributes:
        table: The table.
        mode: What the server calls it.
        blocks: What others cannot do meanwhile; the mildest is to change the schema.
        work: What is done to the rows while it is held; nothing is instant.
    """

    table: Address
    mode: str
    blocks: Blocked
    work: Work = "nothing"

    def __str__(self) -> str:
        return f"{self.mode} on {shown(self.table)}, blocks {self.blocks}{_DOES[self.work]}"
