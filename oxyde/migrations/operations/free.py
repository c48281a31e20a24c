"""Operations that the application writes itself: SQL, functions, and what only the state is told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from oxyde.exceptions import MigrationError
from oxyde.migrations import dotted
from oxyde.migrations.operations.base import Inverse, Irreversible, Operation, inverted, replay
from oxyde.migrations.parts import shown
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address


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

    @property
    def name(self) -> str:
        """The name of the function."""
        return _name(self.function)

    @property
    def label(self) -> str:
        """What it does, in one line that stays the same when the size of its batches changes."""
        tables = f" on {', '.join(self.tables)}" if self.tables else ""
        return f"Run {self.name}(){tables}"

    def addresses(self, state: State) -> list[Address]:
        """Returns the tables that it uses; all of the state where it names none.

        Raises:
            MigrationError: There is no such table.
        """
        if not self.tables:
            return list(state.tables)
        found = [(None, name) if (None, name) in state.tables else dotted.address(dotted.split(name), name) for name in self.tables]
        return [state.table(address).address for address in found]

    def apply(self, state: State) -> State:
        """Returns the state as it is.

        Raises:
            MigrationError: A table is not there, or has no key whose order batches can follow.
        """
        addresses = self.addresses(state)
        if self.batch is not None:
            _check_key(state.tables[addresses[0]])
        return state

    def invert(self, before: State) -> Inverse:
        """Runs the reverse."""
        del before
        if self.reverse is None:
            return Irreversible(f"no reverse is known for {_name(self.function)}(); give ctx.run(..., reverse=...), or write downgrade()")
        return [Run(self.reverse, self.tables, self.function, self.batch)]

    def __str__(self) -> str:
        return self.label if self.batch is None else f"{self.label}, {self.batch} rows at a time"


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


RANGED: Final = frozenset({"int", "text", "uuid", "decimal", "date", "datetime", "datetime_tz"})
"""The kinds of keys whose order batches can follow, and that the journal can hold."""


def _check_key(table: Table) -> None:
    """Raises MigrationError for a table whose rows cannot be gone through in batches."""
    where = shown(table.address)
    if not table.key:
        raise MigrationError(f"{where} has no primary key, by which batches go through its rows; run the function without batch=")
    for name in table.key:
        column = table.columns[name]
        if column.type.kind not in RANGED:
            kinds = ", ".join(sorted(RANGED))
            raise MigrationError(
                f"the key {where}.{name} is {column.type_name}, and batches follow keys of {kinds}; run the function without batch="
            )


def _line(sql: str) -> str:
    """Returns the beginning of a statement in one line."""
    line = " ".join(sql.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."


LONGEST = 80
"""The most characters of a statement in a line for people."""


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)
