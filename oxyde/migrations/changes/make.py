"""Makes the migration that leads from the files to the models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oxyde import schema
from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.answers import Answers, parse
from oxyde.migrations.changes.planning import plan
from oxyde.migrations.changes.questions import Question
from oxyde.migrations.folder import head
from oxyde.migrations.folder.files import Migration, load, replayed
from oxyde.migrations.folder.writing import named, source
from oxyde.migrations.from_models import from_models
from oxyde.migrations.operations import Operation, inverted, replay
from oxyde.migrations.state import State


@dataclass(frozen=True)
class Made:
    """A migration that was made, or would be.

    Attributes:
        path: Its file.
        operations: What it does.
        losses: What each operation loses; None where it loses nothing.
        text: The text of the file.
    """

    path: Path
    operations: Sequence[Operation]
    losses: Sequence[str | None]
    text: str

    def write(self) -> None:
        """Writes the file, then HEAD; the file appears whole or not at all.

        Raises:
            MigrationError: There is such a file.
        """
        if self.path.exists():
            raise MigrationError(f"{self.path} is there already")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        head.put(self.path, self.text)
        head.write(self.path.parent, self.path.stem)


@dataclass(frozen=True)
class Open:
    """A change that cannot be made yet.

    Attributes:
        questions: What is open.
    """

    questions: Sequence[Question]


@dataclass(frozen=True)
class Models:
    """What is compared: the files and the models.

    Attributes:
        directory: The folder of the migrations.
        migrations: The migrations in it.
        tables: The tables of the models.
        old: The state of the files.
        new: The state of the models.
        dialect: postgres, mysql, mariadb or sqlite.
    """

    directory: Path
    migrations: Sequence[Migration]
    tables: Sequence[schema.Table]
    old: State
    new: State
    dialect: str

    def make(self, answers: Answers, name: str | None = None) -> Made | Open | None:
        """Returns the migration from the files to the models, the questions that are open about it, or None where nothing differs.

        Raises:
            MigrationError: An answer is about what is not there, or the name is none.
        """
        change = plan(self.old, self.new, self.tables, answers, self.dialect)
        if change.questions:
            return Open(change.questions)
        return self._made(change.operations, name) if change.operations else None

    def empty(self, name: str | None = None) -> Made:
        """Returns a migration without operations, to be written by hand.

        Raises:
            MigrationError: The name is none.
        """
        return self._made([], name)

    def _made(self, operations: Sequence[Operation], name: str | None) -> Made:
        if name is not None and re.fullmatch(r"\w+", name) is None:
            raise MigrationError(f"a migration cannot be named {name!r}: letters, digits and underscores")
        last = self.migrations[-1] if self.migrations else None
        number = max((migration.last_number for migration in self.migrations), default=0) + 1
        stem = f"{number:04}_{name or named(operations, first=last is None)}"
        after = replay(operations, self.old)
        text = source(operations, inverted(operations, self.old), self.old, after, None if last is None else last.name)
        losses: list[str | None] = []
        state = self.old
        for operation in operations:
            losses.append(operation.loses(state))
            state = operation.apply(state)
        return Made(self.directory / f"{stem}.py", operations, losses, text)


def compare(directory: Path, dialect: str, tables: Iterable[schema.Table] | None = None) -> Models:
    """Reads the files and the models.

    Args:
        directory: The folder of the migrations.
        dialect: postgres, mysql, mariadb or sqlite.
        tables: The tables of the models; by default all that are registered.

    Raises:
        MigrationError: A file fails, or HEAD names another migration than the newest.
    """
    head.check_conflict(directory)  # which explains why the files are not in line
    migrations = load(directory)
    head.check(directory, migrations)
    described = list(schema.tables if tables is None else tables)
    return Models(directory, migrations, described, replayed(migrations, dialect), from_models(described), dialect)


def makemigrations(
    directory: str | Path = "migrations",
    *,
    dialect: str = "postgres",
    models: Iterable[Any] | None = None,
    name: str | None = None,
    empty: bool = False,
    dry_run: bool = False,
    rename: Iterable[str] = (),
    no_rename: bool = False,
    fill: Iterable[str] = (),
    map: Iterable[str] = (),
    yes: bool = False,
    ask: Callable[[Question], Any] | None = None,
) -> Made | None:
    """Writes the migration that leads from the files to the models, and returns it; None where nothing differs.

    Args:
        directory: The folder of the migrations.
        dialect: postgres, mysql, mariadb or sqlite.
        models: The models (or tables); by default all that are registered.
        name: The name of the file beside its number; by default what it does.
        empty: Makes a file without operations, to be written by hand.
        dry_run: Writes nothing.
        rename: What was renamed: ``posts.title=posts.headline``, ``old=new``, ``enum:old=new``.
        no_rename: Nothing else was renamed.
        fill: What rows get: ``posts.slug=SQL``, for one dialect ``posts.slug@mysql=SQL``.
        map: What becomes of values: ``posts.status.archived=draft``.
        yes: Data may be lost.
        ask: Answers a question: with a bool, or with SQL or a value, as its ``kind`` says.

    Raises:
        MigrationError: A file fails, an answer is about what is not there, or a question is open and nobody is asked.
    """
    tables = None if models is None else [getattr(model, "__table__", model) for model in models]
    both = compare(Path(directory), dialect, tables)
    if empty:
        made: Made | Open | None = both.empty(name)
    else:
        answers = parse(both.old, both.new, dialect, rename=rename, no_rename=no_rename, fill=fill, map=map, yes=yes)
        made = answered(both, answers, name, ask)
    if isinstance(made, Open):
        raise MigrationError("\n".join(["questions are open:", *open_lines(made)]))
    if made is not None and not dry_run:
        made.write()
    return made


def unasked(both: Models) -> Made | Open | None:
    """Returns what the models have otherwise than the files; losses are taken as meant, and nobody is asked.

    Raises:
        MigrationError: The two cannot be compared.
    """
    return answered(both, parse(both.old, both.new, both.dialect, yes=True), None, None)


def open_lines(open: Open) -> list[str]:
    """Returns the open questions, one per line."""
    return [f"  {question}" for question in open.questions]


def answered(both: Models, answers: Answers, name: str | None, ask: Callable[[Question], Any] | None) -> Made | Open | None:
    """Returns the migration, after all questions were asked, one after the other, if somebody can be asked."""
    made = both.make(answers, name)
    while isinstance(made, Open) and ask is not None:
        question = made.questions[0]
        answers = question.answered(answers, ask(question))
        made = both.make(answers, name)
    return made
