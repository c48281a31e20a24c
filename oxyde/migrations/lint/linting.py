"""What is found about a migration, or about operations that are no file yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from oxyde.migrations.folder.files import Migration
from oxyde.migrations.lint import allowances
from oxyde.migrations.lint.lint import ALLOW, NAMES, Lint
from oxyde.migrations.lint.locks import locks
from oxyde.migrations.lint.rules import RULES, Case
from oxyde.migrations.operations import CreateTable, Operation, RenameTable
from oxyde.migrations.sql.rebuild import made_anew
from oxyde.migrations.state import State
from oxyde.schema.naming import meant
from oxyde.schema.relation import Address


def lints(migration: Migration, before: State, dialect: str, counts: Mapping[Address, int] | None = None) -> list[Lint]:
    """Returns what is found about a migration and not allowed by it, in the order of its operations.

    Args:
        migration: The migration.
        before: The state before it.
        dialect: postgres, mysql, mariadb or sqlite.
        counts: How many rows the tables have, where a database is at hand; a table that is not among them is new.

    Raises:
        MigrationError: The file fails, or does not fit the state.
    """
    recorded = migration.recorded(before, dialect)
    allowed = allowances.read(migration.path)
    found = _found(recorded.operations, recorded.lines, before, dialect, counts, migration.path)
    kept = [lint for lint in found if not allowed.allows(lint.name, lint.line)]
    return [*_wrong(allowed, migration.path), *kept]


def of_operations(operations: Sequence[Operation], before: State, dialect: str, counts: Mapping[Address, int] | None = None) -> list[Lint]:
    """Returns what is found about operations that stand in no file yet.

    Args:
        operations: The operations.
        before: The state before them.
        dialect: postgres, mysql, mariadb or sqlite.
        counts: How many rows the tables have, where a database is at hand; a table that is not among them is new.
    """
    return list(_found(operations, [None] * len(operations), before, dialect, counts, None))


def _found(
    operations: Sequence[Operation],
    lines: Sequence[int | None],
    before: State,
    dialect: str,
    counts: Mapping[Address, int] | None,
    path: Path | None,
) -> Iterator[Lint]:
    new: frozenset[Address] = frozenset() if counts is None else frozenset(before.tables.keys() - counts.keys())
    known = dict(counts or {})
    for operation, line in zip(operations, lines, strict=True):
        taken = [lock for lock in locks(operation, before, dialect) if lock.table not in new]
        case = Case(operation, before, dialect, taken, new, known)
        for rule in RULES:
            for one in rule(case):
                yield Lint(one.name, operation, path, line, one.problem, one.remedy)
        if isinstance(operation, CreateTable):
            new |= {operation.table.address}
        elif isinstance(operation, RenameTable):
            new = frozenset(operation.new if address == operation.address else address for address in new)
            if operation.address in known:
                known[operation.new] = known.pop(operation.address)
        if dialect == "sqlite":
            for address in made_anew(operation, before):
                known.pop(address, None)  # said once: it is made anew for all operations together
        before = operation.apply(before)


def _wrong(allowed: allowances.Allowances, path: Path) -> Iterator[Lint]:
    """Yields what is wrong with the comments of a file themselves."""
    for one in allowed.all:
        if one.lint not in NAMES:
            problem = f"there is no lint {one.lint!r}{meant(one.lint, NAMES)}" if one.lint else "it does not say what is allowed"
            yield Lint(ALLOW, None, path, one.line, problem, f"the lints are {', '.join(NAMES)}")
        elif one.reason is None:
            remedy = f"say why: # oxyde: allow {one.lint}: reason"
            yield Lint(ALLOW, None, path, one.line, f"{one.lint} is allowed without a reason, and so is not", remedy)
