"""Functions of migrations on the rows: what ``ctx.run`` says, run with frozen models inside the migration's transaction."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oxyde.db.database import AsyncDatabase
from oxyde.db.steps import Atomically, Invoke, Steps
from oxyde.exceptions import MigrationError, OxydeError
from oxyde.migrations.folder.files import located
from oxyde.migrations.operations import Run
from oxyde.migrations.running.frozen import Models, freeze
from oxyde.migrations.state import State


@dataclass(frozen=True)
class Job:
    """A function that a migration runs.

    Attributes:
        migration: The name of the migration.
        path: Its file.
        backwards: Whether it is undone.
        operation: The operation.
        state: The state at this point of the history.
    """

    migration: str
    path: Path
    backwards: bool
    operation: Run
    state: State

    def frozen(self) -> Steps[Models]:
        """Returns the models of its tables."""
        return (yield Invoke(self._models))  # type: ignore[no-any-return] # what a step returns is Any

    def _models(self, database: AsyncDatabase) -> Models:
        made = freeze(self.state, self.operation.addresses(self.state), database)
        return Models(made, self.state, database.name, self.operation.name)

    def run(self, *arguments: Any) -> Steps[None]:
        """Calls the function, in a savepoint: what it caught and left broken comes out here.

        Args:
            *arguments: The models, and what else it takes.

        Raises:
            MigrationError: It failed; names the migration, the function and the line.
        """
        try:
            yield Atomically(_called(self.operation, arguments))
        except (Exception, SystemExit) as error:  # with which a script ends as if all were well
            said = f"{self.migration}: {self.operation}: {located(self._file(), error)}"
            details = {"sqlstate": error.sqlstate, "sql": error.sql} if isinstance(error, OxydeError) else {}
            raise MigrationError(said, **details) from error

    def _file(self) -> Path:
        """Returns the file that the function is written in, which may be another than the migration's."""
        code = getattr(inspect.unwrap(self.operation.function), "__code__", None)
        return self.path if code is None else Path(code.co_filename)


def _called(operation: Run, arguments: tuple[Any, ...]) -> Steps[None]:
    yield Invoke(lambda _: operation.function(*arguments))
