"""What stands in the way of a migration, found before it changes anything: tables that are there already, and rows that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.exceptions import DatabaseError, MigrationError
from oxyde.migrations.operations import AlterColumn, CreateTable, DropTable, Execute, Operation, RenameTable, Run
from oxyde.migrations.parts import shown, written
from oxyde.migrations.running.moved import Moved
from oxyde.migrations.sql.recomputed import is_recomputed
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

_OVER: Final = """
SELECT COALESCE(i.relname, k.conname, s.stxname)::text AS name FROM pg_attribute a
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
LEFT JOIN pg_class i ON d.classid = 'pg_class'::regclass AND i.oid = d.objid AND i.relkind IN ('i', 'I')
LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  AND k.conrelid = a.attrelid AND k.contype NOT IN ('n', 'p')
LEFT JOIN pg_statistic_ext s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid
WHERE a.attrelid = to_regclass(:table) AND a.attname = :column AND COALESCE(i.relname, k.conname, s.stxname) IS NOT NULL
UNION SELECT 'the grant ' || a.attacl::text FROM pg_attribute a
WHERE a.attrelid = to_regclass(:table) AND a.attname = :column AND a.attacl IS NOT NULL
ORDER BY name
"""
"""What finds all that PostgreSQL drops along with a column without a word."""


def require_free_names(migration: str, steps: Sequence[Step], dialect: str) -> Steps[None]:
    """Refuses a migration that would make a table which is there already.

    Raises:
        MigrationError: One is; says what to do.
    """
    for operation, address in _made([step.operation for step in steps]):
        named = {"schema": address[0], "name": address[1]}
        if (yield from query(_THERE["mysql" if dialect == "mariadb" else dialect], named, dialect)):
            remedy = "if it is what the migration makes, enter that in the ledger: oxyde migrate --fake-initial; else drop or rename it"
            raise MigrationError(f"{migration}: {operation}: {shown(address)} is there already; {remedy}")


def require_known_parts(migration: str, steps: Sequence[Step], dialect: str) -> Steps[None]:
    """Refuses to make a column anew on PostgreSQL that has an index, a constraint, statistics or a grant which no migration made.

    What comes after SQL of the application or a function cannot be told.

    Raises:
        MigrationError: It has; they would be lost.
    """
    for step in steps:
        operation = step.operation
        if isinstance(operation, (Execute, Run)):
            return
        if dialect != "postgres" or not isinstance(operation, AlterColumn):
            continue
        table = step.before.table(operation.address)
        if not is_recomputed(table.column(operation.name), operation.after(step.before)):
            continue
        known = {part.name for each in (steps[0].before.tables.get(table.address), table) if each is not None for part in each.parts}
        named = {"table": written(table.address, dialect), "column": operation.name}
        for row in (yield from query(_OVER, named, dialect)):
            if row["name"] not in known:
                raise MigrationError(
                    f"{migration}: {operation}: the column is made anew, and {row['name']}, which no migration made, would be lost; "
                    "drop it before, and make it again afterwards"
                )


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
