"""What stands in the way of a migration, found before it changes anything: tables that are there already, and rows that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.exceptions import DatabaseError, MigrationError
from oxyde.migrations.operations import CreateTable, DropTable, Execute, Operation, RenameTable, Run
from oxyde.migrations.parts import shown
from oxyde.migrations.running.moved import Moved
from oxyde.migrations.sql.script import Step
from oxyde.schema.relation import Address

_THERE: Final = {
    "postgres": (
        "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = COALESCE(:schema, current_schema()) AND c.relname = :name"
    ),
    "sqlite": "SELECT name FROM sqlite_master WHERE lower(name) = lower(:name) AND :schema IS NULL",
    "mysql": (
        "SELECT table_name AS name FROM information_schema.tables "
        "WHERE table_schema = COALESCE(:schema, DATABASE()) AND BINARY table_name = :name"
    ),
}
"""What finds a table or view by its name, by dialect."""


def require_free_names(migration: str, steps: Sequence[Step], dialect: str) -> Steps[None]:
    """Refuses a migration that would make a table which is there already.

    Raises:
        MigrationError: One is; says what to do.
    """
    for operation, address in _made([step.operation for step in steps]):
        named = {"schema": address[0], "name": address[1]}
        if (yield from query(_THERE["mysql" if dialect == "mariadb" else dialect], named, dialect)):
            remedy = f"drop or rename it, or, if it is what the migration makes, enter the migration as applied: migrate {migration} --fake"
            raise MigrationError(f"{migration}: {operation}: {shown(address)} is there already; {remedy}")


def _made(operations: Sequence[Operation]) -> Iterator[tuple[Operation, Address]]:
    """Yields the tables that operations make, unless SQL or a function before may have made room for them, or they do it themselves."""
    gone: set[Address] = set()
    for operation in operations:
        match operation:
            case CreateTable(table) if table.address not in gone:
                yield operation, table.address
            case DropTable(address) | RenameTable(address):
                gone.add(address)
            case Execute() | Run():
                return


def require_fitting_rows(migration: str, steps: Sequence[Step], dialect: str) -> Steps[None]:
    """Refuses a migration that adds what rows do not allow, as far as its operations tell; nothing has been changed.

    What comes after SQL of the application or a function cannot be told.

    Raises:
        MigrationError: Rows do not fit, or a fill is wrong; says how many.
    """
    moved = Moved(dialect)
    for step in steps:
        if isinstance(step.operation, (Execute, Run)):
            return
        for count, problem in moved.rules(step.operation, step.before):
            try:
                (row,) = yield from query(count, {}, dialect)
            except DatabaseError as error:
                if dialect == "postgres":  # where a value of the query may be of another type than the column's
                    continue
                raise MigrationError(f"{migration}: {step.operation}: {error}", sqlstate=error.sqlstate, sql=count) from error
            if found := int(row["n"] or 0):
                name = shown(step.operation.address)  # type: ignore[attr-defined] # each that has rules has one
                said = f"{found} {'row' if found == 1 else 'rows'} of {name} {'has' if found == 1 else 'have'} {problem}"
                raise MigrationError(f"{migration}: {step.operation}: {said}")
        moved.follow(step.operation, step.before)
