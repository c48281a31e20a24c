"""A lint: what is unsafe about an operation while the application runs, and the safe way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from oxyde.migrations.operations import Operation

NAMES: Final[dict[str, str]] = {
    "rewrite": "writes every row of a table while others wait",
    "not-null": "a column takes no NULL, and nothing says what the rows that are there get",
    "not-null-scan": "a column that takes no NULL any more is checked while others wait (PostgreSQL)",
    "volatile-default": "a column is added whose default differs by row",
    "index-lock": "an index keeps writers out while it is built",
    "foreign-key-lock": "a foreign key is checked while writers wait (PostgreSQL)",
    "check-lock": "a check is checked while others wait (PostgreSQL)",
    "unique-lock": "a unique or exclusion constraint builds its index while others wait (PostgreSQL)",
    "drop": "a table or column goes, with its data, and deployed code still names it",
    "rename": "deployed code names a table or column by its old name",
    "narrow-type": "a type holds less than before",
    "long-name": "a name is longer than a server takes",
    "enum-order": "the values of an enumeration change their order",
    "int-key": "a key that runs out at 2,147,483,647 or before",
    "table-copy": "a change that MySQL or MariaDB makes by copying the table",
    "sqlite-rebuild": "SQLite makes a table with many rows anew",
}
"""The lints, by the names that comments allow them by."""
ALLOW: Final = "allow"
"""What is said of a comment that allows nothing."""


@dataclass(frozen=True)
class Found:
    """What a rule finds about an operation.

    Attributes:
        name: The lint.
        problem: What is wrong.
        remedy: The safe way.
    """

    name: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class Lint:
    """What is found about a migration.

    Attributes:
        name: Of ``NAMES``, or ``allow`` for a comment that allows nothing.
        operation: What it is about; None for a comment.
        path: The file; None where there is none yet.
        line: The line in it, where it is known.
        problem: What is wrong.
        remedy: The safe way.
    """

    name: str
    operation: Operation | None
    path: Path | None
    line: int | None
    problem: str
    remedy: str

    @property
    def is_error(self) -> bool:
        """Whether the file itself is wrong, and not only unsafe to apply while the application runs."""
        return self.name == ALLOW

    def __str__(self) -> str:
        where = "" if self.path is None else f"{self.path}:{self.line}: " if self.line is not None else f"{self.path}: "
        return f"{where}{self.name}: {self.problem}; {self.remedy}"
