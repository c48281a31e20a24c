"""Rows whose foreign keys point to nothing, in a transaction that does not check them: those that were there before, and new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from oxyde.db.raw import query
from oxyde.db.steps import Atomically, Steps
from oxyde.exceptions import DatabaseError, MigrationError

T = TypeVar("T")
DIALECT: Final = "sqlite"
_CHILDREN: Final = """
SELECT DISTINCT m.name FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) WHERE m.type = 'table' ORDER BY m.name
"""
_ORPHANS: Final = 'SELECT "rowid" AS number, "parent" FROM pragma_foreign_key_check(:name)'


@dataclass(frozen=True)
class Orphans:
    """What is wrong about the foreign keys of a database.

    Attributes:
        rows: The rowids of rows that point to nothing, by table and the table that they point to; None for each row without one.
        faults: The tables whose keys point to what no key can point to, with what SQLite says.
    """

    rows: Mapping[tuple[str, str], Counter[int | None]]
    faults: Mapping[str, str]


@dataclass(frozen=True)
class Changes:
    """What steps do to tables, as far as it matters here.

    Attributes:
        renames: The new names of tables.
        rekeyed: The tables whose rows get other rowids, by their new names.
    """

    renames: Mapping[str, str]
    rekeyed: frozenset[str]


def watched(steps: Steps[T], migration: str, changes: Changes, warn: Callable[[str], Any]) -> Steps[T]:
    """Runs steps, and refuses rows that point to nothing afterwards and did not before.

    Args:
        steps: The steps.
        migration: Its name, for messages.
        changes: What they do to tables.
        warn: Called with the rows that pointed to nothing before.

    Raises:
        MigrationError: There are new ones. The transaction has to be rolled back.
    """
    before = yield from find()
    for (table, parent), rows in before.rows.items():
        warn(f"{migration}: {_counted(_total(rows), table)} pointed to no row of {parent} before, and nothing changes that")
    value = yield from steps
    after = yield from find()
    named = changes.renames
    known = {(named.get(table, table), named.get(parent, parent)): rows for (table, parent), rows in before.rows.items()}
    for (table, parent), rows in after.rows.items():
        old = known.get((table, parent), Counter())
        new = _total(rows) - _total(old) if table in changes.rekeyed else _total(rows - old)
        if new > 0:
            raise MigrationError(
                f"{migration}: {_counted(new, table)} would point to no row of {parent}: mend or delete them in the migration, in which "
                "no ON DELETE fires because SQLite makes a table anew"
            )
    faults = {named.get(table, table) for table in before.faults}
    for table, reason in after.faults.items():
        if table not in faults:
            raise MigrationError(f"{migration}: a foreign key of {table} would point to what no key can point to: {reason}")
    return value


def find() -> Steps[Orphans]:
    """Returns what is wrong about the foreign keys."""
    rows: dict[tuple[str, str], Counter[int | None]] = {}
    faults: dict[str, str] = {}
    for child in (yield from query(_CHILDREN, {}, DIALECT)):
        name = child["name"]
        try:
            found = yield Atomically(query(_ORPHANS, {"name": name}, DIALECT))  # a savepoint: the transaction goes on
        except DatabaseError as error:
            faults[name] = str(error)
            continue
        for one in found:
            rows.setdefault((name, one["parent"]), Counter())[one["number"]] += 1
    return Orphans(rows, faults)


def _counted(count: int, table: str) -> str:
    return f"{count} {'row' if count == 1 else 'rows'} of {table}"


def _total(rows: Counter[int | None]) -> int:
    return sum(rows.values())
