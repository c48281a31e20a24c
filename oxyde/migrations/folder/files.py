"""Migration files: finding, ordering and reading them, and what they amount to."""

from __future__ import annotations

import ast
import inspect
import re
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any, Final

from oxyde.db.caller import stack_level
from oxyde.exceptions import MigrationError
from oxyde.migrations.folder import legacy
from oxyde.migrations.folder.checksums import checksum
from oxyde.migrations.folder.context import Context
from oxyde.migrations.folder.replaced import Replaced, last_number, name_of, names, understood
from oxyde.migrations.operations import Inverse, Irreversible, Operation, inverted, replay
from oxyde.migrations.state import State
from oxyde.schema.naming import meant

NAME: Final = re.compile(r"\d+_\w+")
"""The names of migrations; other Python files in the folder are none."""
REBASE: Final = "oxyde migrations rebase lets those of one branch follow those of the other"
UNFINISHED: Final = ".rebase"
"""What a rebase that stopped half way leaves in the folder."""


def number_of(name: str) -> int:
    """Returns the number that the name of a migration begins with; 0 where it has none."""
    digits = name.partition("_")[0]
    return int(digits) if digits.isdecimal() else 0


@dataclass(frozen=True)
class Migration:
    """A migration file.

    Attributes:
        path: The file.
        doc: What it says of itself.
        depends_on: The migration before it, as the file says it; None where it says none.
        line: The line that says so.
        upgrade: Its function of that name.
        downgrade: Its function of that name; None where the operations are undone one by one.
        older: Whether it has the older format.
        replaces: What it was squashed from, by name.
        replaced: Those of them whose files are still there.
    """

    path: Path
    doc: str
    depends_on: str | None
    line: int
    upgrade: Callable[[Any], Any]
    downgrade: Callable[[Any], Any] | None
    older: bool
    replaces: tuple[Replaced, ...] = ()
    replaced: tuple[Migration, ...] = ()

    @property
    def name(self) -> str:
        """Its name: that of the file without its ending."""
        return self.path.stem

    @property
    def number(self) -> int:
        """The number that its name begins with."""
        return number_of(self.name)

    @property
    def last_number(self) -> int:
        """The number that the next one has to be above: of a squashed migration the last that it replaces."""
        return last_number(self.name, self.replaces)

    def forward(self, before: State, dialect: str) -> list[Operation]:
        """Returns the operations of ``upgrade``.

        Args:
            before: The state before it.
            dialect: postgres, mysql, mariadb or sqlite.

        Raises:
            MigrationError: The function fails, or an operation does not fit the state; names file and line.
        """
        return self.recorded(before, dialect).operations

    def recorded(self, before: State, dialect: str) -> Context:
        """Returns what recorded ``upgrade``: its operations, and the line of each.

        Args:
            before: The state before it.
            dialect: postgres, mysql, mariadb or sqlite.

        Raises:
            MigrationError: The function fails, or an operation does not fit the state; names file and line.
        """
        context = Context(dialect, before, older=self.older, file=str(self.path))
        self._call(self.upgrade, context)
        return context

    def backward(self, before: State, dialect: str) -> Inverse:
        """Returns the operations that undo it: those of ``downgrade`` if the file has one, else the inverse of ``upgrade``.

        Args:
            before: The state before it.
            dialect: postgres, mysql, mariadb or sqlite.

        Raises:
            MigrationError: A function fails, or an operation does not fit the state; names file and line.
        """
        forward = self.forward(before, dialect)
        if self.downgrade is None:
            return inverted(forward, before)
        context = Context(dialect, replay(forward, before), older=self.older, forward=forward)
        try:
            self._call(self.downgrade, context)
        except MigrationError as error:
            if isinstance(error.__cause__, RuntimeError):  # NotImplementedError is one
                return Irreversible(str(error.__cause__) or f"downgrade() of {self.name} says that there is no way back")
            raise
        return context.operations

    def _call(self, function: Callable[[Any], Any], context: Context) -> None:
        try:
            result = function(context)
        except (Exception, SystemExit) as error:
            raise MigrationError(located(self.path, error)) from error
        if inspect.iscoroutine(result):
            result.close()
            raise MigrationError(f"{self.path}: {function.__name__}() is async; it records operations, and ctx.run() takes async functions")
        if context.older:
            message = (
                f"{self.path} has the format of an older release, which is read as it was meant; write new files as makemigrations does"
            )
            warnings.warn(message, FutureWarning, stacklevel=2)


def load(directory: Path) -> list[Migration]:
    """Returns the migrations of a folder, each after the one that it depends on; none where there is no folder.

    A squashed migration stands for those that it replaces, which it has as ``replaced`` while their files are there.

    Raises:
        MigrationError: A file fails, two have one number or depend on the same, or one depends on what is not there.
    """
    if (directory / UNFINISHED).exists():
        raise MigrationError(f"{directory}: a rebase stopped half way; oxyde migrations rebase goes on")
    return in_line(unordered(directory))


def unordered(directory: Path) -> list[Migration]:
    """Returns the migrations of a folder by their numbers, whatever they depend on.

    Raises:
        MigrationError: A file fails.
    """
    there = sorted(directory.iterdir()) if directory.is_dir() else []
    paths = [path for path in there if path.suffix == ".py" and NAME.fullmatch(path.stem)]
    for path in there:
        if path not in paths and _looks_like_one(path):
            warnings.warn(
                f"{path} is left out: a migration is named by digits, an underscore, letters, digits and underscores; "
                f"rename it to {_wanted(path)}, or move it out of the folder",
                stacklevel=stack_level(),
            )
    return sorted((read(path) for path in paths), key=lambda migration: (migration.number, migration.name))


def _looks_like_one(path: Path) -> bool:
    """Whether somebody may take a file for a migration: it is Python, and has a number in front or an ``upgrade`` inside."""
    if path.name.startswith((".", "#", "_")) or path.suffix.lower() != ".py" or not path.is_file():
        return False
    return path.name[0].isdigit() or re.search(r"^def upgrade\(", path.read_text("utf-8", "replace"), re.MULTILINE) is not None


def _wanted(path: Path) -> str:
    """Returns the name that a file would have as a migration.

    >>> _wanted(Path("0003-add Slug.PY"))
    '0003_add_slug.py'
    """
    digits = "".join(takewhile(str.isdecimal, path.stem))
    title = re.sub(r"\W+", "_", path.stem[len(digits) :]).strip("_").lower()
    return f"{digits or 'NNNN'}_{title or 'title'}.py"


def read(path: Path) -> Migration:
    """Returns a migration file.

    Raises:
        MigrationError: It fails, or lacks what a migration has; names file and line.
    """
    try:
        source = path.read_bytes()
    except IsADirectoryError:
        raise MigrationError(f"{path} is a folder, and a migration is a file; rename or remove it") from None
    except OSError as error:
        raise MigrationError(located(path, error)) from error
    return parsed(path, source)


def parsed(path: Path, source: str | bytes) -> Migration:
    """Returns the migration that a text is.

    Args:
        path: Its file, which need not be there.
        source: The text.

    Raises:
        MigrationError: It fails, or lacks what a migration has; names file and line.
    """
    said: dict[str, Any] = {"__file__": str(path.absolute()), "__name__": f"migration_{path.stem}"}
    try:
        tree = ast.parse(source, path)
        exec(compile(tree, path, "exec"), said)  # noqa: S102 - migrations are the application's own
    except (Exception, SystemExit) as error:
        raise MigrationError(located(path, error)) from error
    lines = {ast.unparse(target): node.lineno for node in tree.body if isinstance(node, ast.Assign) for target in node.targets}
    depends_on, line = said.get("depends_on"), lines.get("depends_on", 1)
    if depends_on is not None and not isinstance(depends_on, str):
        raise MigrationError(f"{path}:{line}: depends_on is the name of the migration before, or None; not {depends_on!r}")
    if not callable(said.get("upgrade")):
        raise MigrationError(f"{path}:1: there is no upgrade(ctx); a migration has one")
    return Migration(
        path,
        inspect.cleandoc(said.get("__doc__") or ""),
        depends_on,
        line,
        said["upgrade"],
        said.get("downgrade"),
        legacy.is_older(tree),
        understood(said.get("replaces", ()), f"{path}:{lines.get('replaces', 1)}"),
    )


def replayed(migrations: Sequence[Migration], dialect: str) -> State:
    """Returns the state after migrations.

    Raises:
        MigrationError: One fails, or does not fit the state that it finds; names file and line.
    """
    state = State()
    for stage in walked(migrations, dialect):
        state = stage.after
    return state


@dataclass(frozen=True)
class Stage:
    """A migration at its place in the history.

    Attributes:
        migration: The migration.
        before: The state before it.
        operations: What it does.
        after: The state after it.
    """

    migration: Migration
    before: State
    operations: Sequence[Operation]
    after: State

    @cached_property
    def checksum(self) -> str:
        """The checksum of its operations."""
        return checksum(self.operations)


def walked(migrations: Sequence[Migration], dialect: str) -> Iterator[Stage]:
    """Yields the stages of a history, each migration after the one before.

    Raises:
        MigrationError: One fails, or does not fit the state that it finds; names file and line.
    """
    state = State()
    for migration in migrations:
        before = state
        operations = migration.forward(before, dialect)
        state = replay(operations, before)
        yield Stage(migration, before, operations, state)


def in_line(migrations: Sequence[Migration]) -> list[Migration]:
    """Returns migrations, sorted by number, in the order of ``depends_on``; one that says none follows the one before it by number.

    Raises:
        MigrationError: Two have one number or depend on the same, or one depends on what is not there.
    """
    files = {migration.name: migration for migration in migrations}
    stands_for = {name: migration.name for migration in migrations for name in names(migration.replaces)}
    left = [_with_replaced(migration, files) for migration in migrations if migration.name not in stands_for]
    for one, other in pairwise(left):
        if one.number == other.number:
            raise MigrationError(f"{one.path} and {other.path.name} have the same number; {REBASE}")
    followers = _followers(left, stands_for)
    ordered: list[Migration] = []
    while (following := followers.pop(ordered[-1].name if ordered else None, None)) is not None:
        ordered.append(following)
    if followers:
        first = next(iter(followers.values()))
        raise MigrationError(f"{first.path}:{first.line}: depends_on forms a cycle, or follows one that does")
    return ordered


def _with_replaced(migration: Migration, files: Mapping[str, Migration]) -> Migration:
    there = [files[name] for name in map(name_of, migration.replaces) if name in files and name != migration.name]
    return replace(migration, replaced=tuple(_with_replaced(one, files) for one in there)) if there else migration


def _followers(migrations: Sequence[Migration], stands_for: Mapping[str, str]) -> dict[str | None, Migration]:
    """Returns the migration that follows each, and None for the beginning; what was squashed is known by its older names."""
    known = {migration.name for migration in migrations}
    followers: dict[str | None, Migration] = {}
    previous: str | None = None
    for migration in migrations:
        needed = previous if migration.depends_on is None else migration.depends_on
        while needed is not None and needed not in known and needed in stands_for:
            needed = stands_for[needed]
        if needed is not None and needed not in known:
            near = meant(needed, known)
            raise MigrationError(
                f"{migration.path}:{migration.line}: depends_on names {needed!r}, and there is no {needed}.py beside it{near}"
            )
        if needed in followers:
            both = f"{followers[needed].path.name} and {migration.path.name} both depend on {needed!r}"
            raise MigrationError(f"{migration.path}:{migration.line}: {both}; {REBASE}")
        followers[needed] = migration
        previous = migration.name
    return followers


def located(path: Path, error: BaseException) -> str:
    """Returns one line about an error, with the file of a migration and the line in it."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno}: {type(error).__name__}: {error.msg}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    where = f"{path}:{lines[-1]}" if lines else str(path)
    said = str(error) if isinstance(error, MigrationError) else f"{type(error).__name__}: {error}".removesuffix(": ")
    return f"{where}: {said}".replace("\n", " ")
