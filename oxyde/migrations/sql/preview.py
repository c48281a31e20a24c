"""The SQL of a migration as text; nothing is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.files import Migration, walked
from oxyde.migrations.folder.replaced import names
from oxyde.migrations.folder.writing import plain
from oxyde.migrations.operations import Execute, Irreversible, Operation
from oxyde.migrations.sql.script import script
from oxyde.migrations.state import State


def sqlmigrate(migrations: Sequence[Migration], name: str, dialect: str, *, backwards: bool = False) -> str:
    """Returns the SQL of a migration, each operation under a comment that says it.

    Args:
        migrations: The migrations, in order.
        name: The migration, or the beginning of its name.
        dialect: postgres, mysql, mariadb or sqlite.
        backwards: Whether to undo it.

    Raises:
        MigrationError: There is no such migration, or it cannot be undone.
        UnsupportedError: The dialect cannot do an operation.
    """
    *_, stage = walked(migrations[: find(migrations, name) + 1], dialect)
    if not backwards:
        return "".join(_texts(stage.operations, stage.before, dialect))
    back = stage.migration.backward(stage.before, dialect)
    if isinstance(back, Irreversible):
        raise MigrationError(f"{stage.migration.name} cannot be undone: {back.reason}")
    return "".join(_texts(back, stage.after, dialect))


def find(migrations: Sequence[Migration], name: str) -> int:
    """Returns the place of a migration by its name or the beginning of it.

    Raises:
        MigrationError: There is none, or there are several.
    """
    exact = [place for place, migration in enumerate(migrations) if migration.name == name]
    found = exact or [place for place, migration in enumerate(migrations) if migration.name.startswith(name)]
    if len(found) != 1:
        several = f"{', '.join(migrations[place].name for place in found)} begin with it" if found else _replaced(migrations, name)
        raise MigrationError(f"{name!r} names no migration: {several}")
    return found[0]


def _replaced(migrations: Sequence[Migration], name: str) -> str:
    """Returns why there is no migration of that name: it was squashed, or there never was one."""
    for one in migrations:
        if any(old.startswith(name) for old in names(one.replaces)):
            return f"it is part of {one.name} now"
    return f"the newest is {migrations[-1].name}" if migrations else "there are no migrations; oxyde makemigrations makes them"


def _texts(operations: Sequence[Operation], state: State, dialect: str) -> Iterator[str]:
    steps = script(operations, state, dialect)
    makes_anew = any(step.rebuild is not None for step in steps)
    if makes_anew:
        yield "PRAGMA foreign_keys = OFF;\nBEGIN IMMEDIATE;\n"
    for step in steps:
        yield f"-- {plain(str(step.operation))}\n"
        if step.rebuild is not None:
            yield f"-- {plain(step.rebuild.name)} is made anew; its triggers, and indexes that no migration made, are read by migrate\n"
        if isinstance(step.operation, Execute) and step.operation.params:
            yield f"-- with the parameters {plain(repr(step.operation.params))}\n"
        yield from (f"{text};\n" for text in step.texts)
    if makes_anew:
        yield "PRAGMA foreign_key_check;\nCOMMIT;\nPRAGMA foreign_keys = ON;\n"
