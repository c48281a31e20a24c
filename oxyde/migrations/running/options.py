"""How migrations are applied, and what was."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from oxyde.exceptions import MigrationError


@dataclass(frozen=True)
class Done:
    """A migration that was applied or undone.

    Attributes:
        name: Its name.
        backwards: Whether it was undone.
        seconds: How long it took.
        faked: Whether the ledger alone was changed.
    """

    name: str
    backwards: bool
    seconds: float
    faked: bool = False


@dataclass(frozen=True)
class Options:
    """How migrations are applied.

    Attributes:
        target: Where to stop: ``zero``, or a migration by its name or the beginning of it; by default after the last.
        fake: Enter the migrations in the ledger, or remove them, without running them.
        strict: Refuse where an applied file was edited or is missing.
        lock_timeout: How many seconds to wait for locks that others hold.
        keep_extra: Keep columns and constraints that no migration made where SQLite makes their table anew.
        report: Called with each migration that was applied or undone.
        warn: Called with what is odd about the history.
        progress: Called after each batch of a function, with the name of the migration and how many rows this run has gone through.
        fake_initial: Enter migrations in the ledger without running them up to where the database stands already.
    """

    target: str | None = None
    fake: bool = False
    strict: bool = False
    lock_timeout: float = 60.0
    report: Callable[[Done], Any] = lambda _: None
    warn: Callable[[str], Any] = warnings.warn
    keep_extra: bool = False
    progress: Callable[[str, int], Any] = lambda *_: None
    fake_initial: bool = False

    def __post_init__(self) -> None:
        """Raises MigrationError for two answers to one question."""
        if self.fake and self.fake_initial:
            raise MigrationError("fake enters all migrations, fake_initial those that the database has already; give one of them")
