"""Operations that the application writes itself: SQL, functions, and what only the state is told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oxyde.migrations.operations.base import Inverse, Irreversible, Operation, inverted, replay
from oxyde.migrations.state import State


@dataclass(frozen=True)
class Execute(Operation):
    """Runs an SQL statement.

    Attributes:
        sql: The statement.
        params: Its parameters, by name or in order.
        reverse: The statement that undoes it.
        state: What it amounts to, for the state.
    """

    sql: str
    params: Mapping[str, Any] | Sequence[Any] | None = None
    reverse: str | None = None
    state: tuple[Operation, ...] = ()

    def apply(self, state: State) -> State:
        """Returns the state after what it says it amounts to."""
        return replay(self.state, state)

    def invert(self, before: State) -> Inverse:
        """Runs the reverse."""
        if self.reverse is None:
            return Irreversible(f"no reverse is known for {_line(self.sql)}; give ctx.execute(..., reverse=...), or write downgrade()")
        undo = inverted(self.state, before)
        if isinstance(undo, Irreversible):
            return undo
        return [Execute(self.reverse, None, self.sql if self.params is None else None, tuple(undo))]

    def __str__(self) -> str:
        return f"Execute {_line(self.sql)}"


@dataclass(frozen=True)
class Run(Operation):
    """Runs a function of the application on the rows.

    Attributes:
        function: What is run; it takes models of the tables as they are at this point, and with ``batch`` a range of keys.
        tables: The tables that it uses.
        reverse: The function that undoes it.
        batch: How many rows of its one table it is given at a time, each batch committed.
    """

    function: Callable[..., Any]
    tables: tuple[str, ...] = ()
    reverse: Callable[..., Any] | None = None
    batch: int | None = None

    def apply(self, state: State) -> State:
        """Returns the state as it is."""
        return state

    def invert(self, before: State) -> Inverse:
        """Runs the reverse."""
        del before
        if self.reverse is None:
            return Irreversible(f"no reverse is known for {_name(self.function)}(); give ctx.run(..., reverse=...), or write downgrade()")
        return [Run(self.reverse, self.tables, self.function, self.batch)]

    def __str__(self) -> str:
        tables = f" on {', '.join(self.tables)}" if self.tables else ""
        return f"Run {_name(self.function)}(){tables}"


@dataclass(frozen=True)
class RequireManual(Operation):
    """Stands for a change that somebody has to write; a migration with one is not run.

    Attributes:
        reason: What has to be done, and why no tool does it.
    """

    reason: str

    def apply(self, state: State) -> State:
        """Returns the state as it is."""
        return state

    def invert(self, before: State) -> Inverse:
        """Has to be written as well."""
        del before
        return Irreversible(f"it has to be done by hand: {self.reason}")

    def __str__(self) -> str:
        return f"To be done by hand: {self.reason}"


@dataclass(frozen=True)
class StateOnly(Operation):
    """Tells the state of changes that the database has by other means.

    Attributes:
        operations: The changes.
    """

    operations: tuple[Operation, ...]

    def apply(self, state: State) -> State:
        """Returns the state after them."""
        return replay(self.operations, state)

    def invert(self, before: State) -> Inverse:
        """Tells the state of their reverse."""
        undo = inverted(self.operations, before)
        return undo if isinstance(undo, Irreversible) else [StateOnly(tuple(undo))]

    def __str__(self) -> str:
        return f"In the state only: {'; '.join(map(str, self.operations))}"


def _line(sql: str) -> str:
    """Returns the beginning of a statement in one line."""
    line = " ".join(sql.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."


LONGEST = 80
"""The most characters of a statement in a line for people."""


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)
