"""What records the operations of a migration."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from oxyde.migrations.operations import AddColumn, AlterColumn, CreateEnumType, CreateTable, Execute, Operation
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State
from oxyde.schema.naming import meant


class Recorder:
    """Records operations, each tried on the state at once, so that an error comes from the line that says it.

    Attributes:
        state: The state after the operations.
        operations: The operations so far.
        older: Whether the file has the older format.
        forward: The operations of the file's ``upgrade``, while ``downgrade`` is recorded.
        lines: The line of the file that says each of the operations; None where it is not known.
    """

    def __init__(
        self, dialect: str, state: State, *, older: bool = False, forward: Sequence[Operation] = (), file: str | None = None
    ) -> None:
        """Begins with a state.

        Args:
            dialect: postgres, mysql, mariadb or sqlite.
            state: The state before.
            older: Whether the file has the older format.
            forward: The operations of the file's ``upgrade``.
            file: The file, whose lines are noted.
        """
        self._dialect = dialect
        self._file = file
        self.state = state
        self.older = older
        self.forward = forward
        self.operations: list[Operation] = []
        self.lines: list[int | None] = []

    @property
    def dialect(self) -> str:
        """The dialect of the database: postgres, mysql, mariadb or sqlite; in files of the older format MariaDB is mysql, too."""
        return "mysql" if self.older and self._dialect == "mariadb" else self._dialect

    def __getattr__(self, name: str) -> Any:
        """Says which operation was meant."""
        known = [each for each in dir(type(self)) if not each.startswith("_")]
        raise AttributeError(f"ctx has no {name}{meant(name, known)}", name=name, obj=self)

    def record(self, *operations: Operation) -> None:
        """Records operations."""
        line = None if self._file is None else _line(self._file)
        for operation in (each for one in operations for each in (*self._types(one), one)):
            self.state = operation.apply(self.state)
            self.operations.append(operation)
            self.lines.append(line)

    def _types(self, operation: Operation) -> Iterator[CreateEnumType]:
        """Yields the enumerations whose values an operation gives and that are not there, for PostgreSQL; SQL may have made them."""
        if self._dialect != "postgres":
            return
        sql = " ".join(one.sql for one in self.operations if isinstance(one, Execute))
        schema, columns = _given(operation)
        given = {(schema, one.enum): one.type.labels for one in columns if one.enum is not None and one.type.labels}
        for enum, labels in given.items():
            if enum not in self.state.enums and enum[1] not in sql:
                yield CreateEnumType(enum, labels)

    @contextmanager
    def recording(self, wrap: Callable[[tuple[Operation, ...]], Operation]) -> Iterator[None]:
        """Makes one operation of those that are recorded inside."""
        before, outer, lines = self.state, self.operations, self.lines
        self.operations, self.lines = [], []
        try:
            yield
        finally:
            inner, self.operations, self.lines, self.state = tuple(self.operations), outer, lines, before
        self.record(wrap(inner))

    def collected(self, function: Callable[[Any], None]) -> tuple[Operation, ...]:
        """Returns the operations that a function records, which are not recorded here."""
        inner = type(self)(self._dialect, self.state, older=self.older)
        function(inner)
        return tuple(inner.operations)


def _given(operation: Operation) -> tuple[str | None, list[Column]]:
    """Returns the columns whose types an operation gives, and the schema of their table."""
    match operation:
        case CreateTable(table):
            return table.schema, [*table.columns.values()]
        case AddColumn((schema, _), column):
            return schema, [column]
        case AlterColumn((schema, _), name, {"type": changed, **others}):
            return schema, [Column(name, changed, db_type=others.get("db_type"))]
    return None, []


def _line(file: str) -> int | None:
    """Returns the line of a file that is run, the innermost of its functions."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return frame.f_lineno if frame.f_code.co_filename == file else None
