"""The journal: what was done of a migration that no transaction holds together, so that a later run goes on where one stopped."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Final

from oxyde.db.raw import query
from oxyde.db.steps import Steps
from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.factories import column
from oxyde.migrations.live.scope import JOURNAL
from oxyde.migrations.running.ledger import columns_of, create

_COLUMNS: Final = (
    column("migration", "text", length=255, key=True),
    column("step", "int", key=True),
    column("backwards", "bool"),
    column("digest", "text", length=64),
    column("done", "bool"),
    column("reached", "text", nullable=True),
)


@dataclass(frozen=True)
class Entry:
    """A statement of a migration.

    Attributes:
        step: Its number, from 1.
        backwards: Whether the migration is being undone.
        digest: Of its text.
        done: Whether it took effect; otherwise it was begun.
        reached: Of a function that goes through a table in batches: the last key that is done.
    """

    step: int
    backwards: bool
    digest: str
    done: bool
    reached: str | None = None


def digest(text: str) -> str:
    """Returns the digest of a statement."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def prepare(dialect: str) -> Steps[None]:
    """Creates the journal."""
    yield from create(JOURNAL, _COLUMNS, dialect)


def read(dialect: str) -> Steps[dict[str, dict[int, Entry]]]:
    """Returns what is known of migrations that were begun, by name and step. Writes nothing."""
    there = yield from columns_of(JOURNAL, ("migration", "step"), dialect)
    if not there:
        return {}
    found: dict[str, dict[int, Entry]] = {}
    chosen = ", ".join(one.column.name for one in _COLUMNS if one.column.name in there)
    for row in (yield from query(f"SELECT {chosen} FROM {JOURNAL}", {}, dialect)):  # noqa: S608 - names of ours
        entry = Entry(row["step"], bool(row["backwards"]), row["digest"], bool(row["done"]), row.get("reached"))
        found.setdefault(row["migration"], {})[entry.step] = entry
    return found


def find(migration: str, step: int, dialect: str) -> Steps[Entry | None]:
    """Returns what is known of a statement of a migration."""
    return (yield from read(dialect)).get(migration, {}).get(step)


def begin(migration: str, entry: Entry, dialect: str) -> Steps[None]:
    """Notes that a statement is begun or, with the transaction that it is in, done."""
    values = {"migration": migration, **asdict(entry)}
    sql = f"INSERT INTO {JOURNAL} ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)})"  # noqa: S608 - names of ours
    yield from query(sql, values, dialect)


def reach(migration: str, step: int, reached: str, dialect: str) -> Steps[None]:
    """Notes the last key that a function which goes through a table in batches is done with."""
    sql = f"UPDATE {JOURNAL} SET reached = :reached WHERE migration = :migration AND step = :step"  # noqa: S608 - a name of ours
    yield from query(sql, {"reached": reached, "migration": migration, "step": step}, dialect)


def finish(migration: str, step: int, dialect: str) -> Steps[None]:
    """Notes that a statement that was begun took effect."""
    sql = f"UPDATE {JOURNAL} SET done = :done WHERE migration = :migration AND step = :step"  # noqa: S608 - a name of ours
    yield from query(sql, {"done": True, "migration": migration, "step": step}, dialect)


def forget(migration: str, dialect: str, step: int | None = None) -> Steps[None]:
    """Removes what is known of a migration, or of one of its statements."""
    one = "" if step is None else " AND step = :step"
    values = {"migration": migration} if step is None else {"migration": migration, "step": step}
    yield from query(f"DELETE FROM {JOURNAL} WHERE migration = :migration{one}", values, dialect)  # noqa: S608 - a name of ours


def rename(migration: str, new: str, dialect: str) -> Steps[None]:
    """Gives what is known of a migration the name that its file has now, unless another process has done so meanwhile."""
    sql = f"UPDATE {JOURNAL} SET migration = :new WHERE migration = :migration"  # noqa: S608 - a name of ours
    yield from query(sql, {"new": new, "migration": migration}, dialect)


def settle(step: int, dialect: str, *, done: bool) -> Steps[None]:
    """Says what became of a statement that was interrupted: that it took effect, or that it is to be run again.

    Raises:
        MigrationError: No such statement was interrupted.
    """
    known = yield from read(dialect)
    for migration, entries in known.items():
        entry = entries.get(step)
        if entry is not None and not entry.done:
            if done:
                yield from finish(migration, step, dialect)
            else:
                yield from forget(migration, dialect, step)
            return
    raise MigrationError(f"no migration stopped during step {step}; oxyde migrate goes on with what is half applied")
