"""What records the operations of a migration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from oxyde.migrations.operations import Operation
from oxyde.migrations.state import State


class Recorder:
    """Records operations, each tried on the state at once, so that an error comes from the line that says it.

    Attributes:
        state: The state after the operations.
        operations: The operations so far.
        older: Whether the file has the older format.
        forward: The operations of the file's ``upgrade``, while ``downgrade`` is recorded.
    """

    def __init__(self, dialect: str, state: State, *, older: bool = False, forward: Sequence[Operation] = ()) -> None:
        """Begins with a state.

        Args:
            dialect: postgres, mysql, mariadb or sqlite.
            state: The state before.
            older: Whether the file has the older format.
            forward: The operations of the file's ``upgrade``.
        """
        self._dialect = dialect
        self.state = state
        self.older = older
        self.forward = forward
        self.operations: list[Operation] = []

    @property
    def dialect(self) -> str:
        """The dialect of the database: postgres, mysql, mariadb or sqlite; in files of the older format MariaDB is mysql, too."""
        return "mysql" if self.older and self._dialect == "mariadb" else self._dialect

    def record(self, *operations: Operation) -> None:
        """Records operations."""
        for operation in operations:
            self.state = operation.apply(self.state)
            self.operations.append(operation)

    @contextmanager
    def recording(self, wrap: Callable[[tuple[Operation, ...]], Operation]) -> Iterator[None]:
        """Makes one operation of those that are recorded inside."""
        before, outer = self.state, self.operations
        self.operations = []
        try:
            yield
        finally:
            inner, self.operations, self.state = tuple(self.operations), outer, before
        self.record(wrap(inner))

    def collected(self, function: Callable[[Any], None]) -> tuple[Operation, ...]:
        """Returns the operations that a function records, which are not recorded here."""
        inner = type(self)(self._dialect, self.state, older=self.older)
        function(inner)
        return tuple(inner.operations)
