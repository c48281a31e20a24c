"""Recording of SQL and functions of the application, and of what only the state is told of."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.context.base import Recorder
from oxyde.migrations.operations import Execute, Operation, RequireManual, Run, StateOnly


class Free(Recorder):
    """Records what the application writes itself."""

    def execute(
        self,
        sql: str,
        params: Mapping[str, Any] | Sequence[Any] | None = None,
        reverse: str | None = None,
        state: Callable[[Any], None] | None = None,
    ) -> None:
        """Runs an SQL statement.

        Args:
            sql: The statement; parameters are ``:name`` on every database.
            params: The parameters by name, or a list for the server's own placeholders.
            reverse: The statement that undoes it.
            state: A function of a context, which does with it what the statement amounts to.

        Raises:
            MigrationError: The statement, or what undoes it, is no text, or it is empty.
        """
        for name, given in (("a statement", sql), *([] if reverse is None else [("reverse=", reverse)])):
            if not isinstance(given, str):
                raise MigrationError(f"execute() takes {name} as a str, not {type(given).__name__}")
        if not sql.strip():
            raise MigrationError("execute() takes a statement, and this one is empty")
        self.record(Execute(sql, params, reverse, () if state is None else self.collected(state)))

    def run(
        self,
        function: Callable[..., Any],
        tables: Sequence[str] = (),
        reverse: Callable[..., Any] | None = None,
        batch: int | None = None,
    ) -> None:
        """Runs a function on the rows, sync or async, in the migration's transaction.

        Args:
            function: Takes an object whose attributes are models of the tables as they are at this point; with ``batch`` also a range
                of keys.
            tables: The tables that it uses.
            reverse: The function that undoes it.
            batch: How many rows of its one table it is given at a time, each batch committed.

        Raises:
            MigrationError: It is no function that can be called, a table is not there, or a batch has no table, or several, or one whose
                key has no order.
        """
        for given in (function, *([] if reverse is None else [reverse])):
            _check(given)
        if batch is not None and (len(tables) != 1 or batch < 1):
            raise MigrationError(f"run(..., batch={batch}) goes through the rows of one table: tables=['users']")
        self.record(Run(function, tuple(tables), reverse, batch))

    def run_reverse(self, function: Callable[..., Any]) -> None:
        """Runs what undoes a function that ``upgrade`` runs.

        Raises:
            MigrationError: ``upgrade`` does not run it, or says no reverse.
        """
        runs = [operation for operation in self.forward if isinstance(operation, Run) and operation.function is function]
        name = getattr(function, "__name__", function)
        if not runs or runs[-1].reverse is None:
            raise MigrationError(f"upgrade() runs no {name}() with a reverse: ctx.run({name}, tables=[...], reverse=...)")
        self.record(Run(runs[-1].reverse, runs[-1].tables, function, runs[-1].batch))

    def require_manual(self, reason: str) -> None:
        """Stands for a change that somebody has to write; a migration with one is not run."""
        self.record(RequireManual(reason))

    def state_only(self) -> AbstractContextManager[None]:
        """Tells the state alone of what is done inside ``with``; the database has it by other means."""
        return self.recording(_told)


def _told(operations: tuple[Operation, ...]) -> Operation:
    run = next((one for one in operations if isinstance(one, Run)), None)
    if run is not None:
        raise MigrationError(f"{run.name}() would never run: state_only() tells the state alone; call ctx.run() outside of it")
    return StateOnly(operations)


def _check(function: Any) -> None:
    """Raises MigrationError for what does nothing when it is called."""
    if not callable(function):
        raise MigrationError(f"run() takes a function of models, not {type(function).__name__}")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise MigrationError(f"{function.__name__}() is a generator, which does nothing when it is called; let it return nothing")
