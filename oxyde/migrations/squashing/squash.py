"""``squash()``: one migration instead of several, which leads to the same state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder import head
from oxyde.migrations.folder.files import Migration, Stage, load, parsed, walked
from oxyde.migrations.folder.layout import Group, code, laid_out, text
from oxyde.migrations.folder.replaced import Replaced
from oxyde.migrations.operations import Execute, Inverse, Irreversible, Operation, Run, inverted, replay
from oxyde.migrations.sql.preview import find
from oxyde.migrations.sql.script import changes_rows
from oxyde.migrations.squashing.copied import Copies, import_lines
from oxyde.migrations.squashing.module import Import
from oxyde.migrations.squashing.reduced import reduced
from oxyde.migrations.squashing.written import Said, Writer, body

DIALECTS: Final = ("postgres", "mysql", "mariadb", "sqlite")


@dataclass(frozen=True)
class Squashed:
    """A migration that replaces others.

    Attributes:
        path: Its file.
        text: The text of the file.
        replaced: The migrations that it replaces.
        operations: What it does, on the dialect that was asked for.
        before: How many operations those have.
        unproved: Why the states were not compared, by dialect: the older files themselves cannot be replayed there.
    """

    path: Path
    text: str
    replaced: Sequence[Migration]
    operations: Sequence[Operation]
    before: int
    unproved: Mapping[str, str] = field(default_factory=dict)

    def write(self) -> None:
        """Writes the file, then HEAD; the older files stay.

        Raises:
            MigrationError: There is such a file.
        """
        if self.path.exists():
            raise MigrationError(f"{self.path} is there already")
        head.put(self.path, self.text)
        head.write(self.path.parent, load(self.path.parent)[-1].name)


def squash(
    directory: str | Path = "migrations",
    start: str | None = None,
    end: str | None = None,
    *,
    dialect: str = "postgres",
    drop_data: bool = False,
    delete: bool = False,
    dry_run: bool = False,
) -> Squashed:
    """Writes one migration that replaces several, and returns it.

    Its replay is compared with theirs, on every dialect, before it is written. Operations are joined where nothing between depends on
    them; SQL and functions keep their order, and functions are copied from the older files. Databases that have the older ones count it
    as applied, and those that are half way apply the older ones first, so that these files stay until every database has them.

    Args:
        directory: The folder of the migrations.
        start: The first that is replaced, or the beginning of its name; by default the first of all.
        end: The last; by default the last of all.
        dialect: postgres, mysql, mariadb or sqlite: the one that the history must replay on.
        drop_data: Leaves out functions, and SQL that changes rows.
        delete: Deletes the older files.
        dry_run: Writes and deletes nothing.

    Raises:
        MigrationError: A file fails, there are not two to replace, a function cannot be copied, or the states differ.
    """
    made = squashed(Path(directory), start, end, dialect=dialect, drop_data=drop_data)
    if not dry_run:
        made.write()
        if delete:
            remove(made.replaced)
    return made


def remove(migrations: Sequence[Migration]) -> None:
    """Deletes the files of migrations that were replaced."""
    for migration in migrations:
        migration.path.unlink()


def leftovers(directory: Path) -> list[Migration]:
    """Returns the migrations whose files are there though a squashed one replaces them."""
    return [old for migration in load(directory) for old in migration.replaced]


def squashed(directory: Path, start: str | None, end: str | None, *, dialect: str, drop_data: bool) -> Squashed:
    """Returns the migration that replaces several; nothing is written. See ``squash``."""
    migrations = load(directory)
    first = 0 if start is None else find(migrations, start)
    last = len(migrations) - 1 if end is None else find(migrations, end)
    chosen = migrations[first : last + 1]
    if len(chosen) < 2:
        raise MigrationError(f"{directory}: there are no two migrations to squash" + (f" from {start} to {end}" if start or end else ""))
    for migration in chosen:
        if migration.replaced:
            old = ", ".join(one.name for one in migration.replaced)
            raise MigrationError(
                f"{migration.name} still has the files that it replaces, {old}; delete them: oxyde migrations squash --delete"
            )
    path = directory / f"{chosen[0].number:04}_squashed_{max(one.last_number for one in chosen):04}.py"
    stages, unproved = _walked(migrations[: last + 1], first, dialect)
    return _Squash(path, chosen, stages, drop_data).made(dialect, unproved, migrations[first - 1].name if first else None)


def _walked(migrations: Sequence[Migration], first: int, needed: str) -> tuple[dict[str, list[Stage]], dict[str, str]]:
    """Returns the stages that are squashed by dialect, and why there are none."""
    stages: dict[str, list[Stage]] = {}
    unproved: dict[str, str] = {}
    for dialect in sorted(DIALECTS, key=lambda one: one != needed):
        try:
            stages[dialect] = list(walked(migrations, dialect))[first:]
        except MigrationError as error:  # noqa: PERF203 - four dialects
            if dialect == needed:
                raise
            unproved[dialect] = str(error)
    return stages, unproved


@dataclass(frozen=True)
class _Squash:
    """What is squashed."""

    path: Path
    chosen: Sequence[Migration]
    stages: Mapping[str, Sequence[Stage]]
    drop_data: bool

    def made(self, dialect: str, unproved: Mapping[str, str], depends_on: str | None) -> Squashed:
        forward = {name: self._forward(stages) for name, stages in self.stages.items()}
        back = {name: self._back(name, operations.operations) for name, operations in forward.items()}
        source = self._source(forward, back, depends_on)
        self._prove(source, forward, back)
        operations = forward[dialect].operations
        assert not isinstance(operations, Irreversible)  # noqa: S101 - forward never is
        return Squashed(self.path, source, self.chosen, operations, sum(len(one.operations) for one in self.stages[dialect]), unproved)

    def _forward(self, stages: Sequence[Stage]) -> Said:
        operations = [operation for stage in stages for operation in stage.operations if not self._is_left_out(operation)]
        return Said(reduced(operations, stages[0].before), stages[0].before)

    def _is_left_out(self, operation: Operation) -> bool:
        """Whether an operation is about rows alone, and rows are left out."""
        is_sql = isinstance(operation, Execute) and not operation.state and changes_rows(operation.sql)
        return self.drop_data and (isinstance(operation, Run) or is_sql)

    def _back(self, dialect: str, forward: Sequence[Operation] | Irreversible) -> Said:
        """Returns what undoes it: the reverse of what it does, unless the older files say otherwise."""
        stages = self.stages[dialect]
        after = stages[-1].after
        undo = self._undo[dialect]
        if all(_is_reverse(stage, one) for stage, one in undo):
            assert not isinstance(forward, Irreversible)  # noqa: S101 - forward never is
            return Said(_listed(inverted(forward, stages[0].before)), after)
        found: list[Operation] = []
        for stage, one in reversed(undo):
            if isinstance(one, Irreversible):
                return Said(one, after)
            if replay(one, stage.after) != stage.before:
                return Said(Irreversible(f"downgrade() of {stage.migration.name} does not lead back to where it began"), after)
            found += [operation for operation in one if not self._is_left_out(operation)]
        return Said(reduced(found, after), after)

    def _source(self, forward: Mapping[str, Said], back: Mapping[str, Said], depends_on: str | None) -> str:
        copies = self._copies([*forward.values(), *back.values()])
        writer = Writer(copies)
        upgrade, downgrade = body(forward, writer), body(back, writer)
        imports = import_lines(copies.needed | {Import("oxyde.migrations", name) for name in writer.used})
        replaces: Group = code([_nested(one) for one in self.chosen])  # type: ignore[assignment] # a list is a group
        doc = f'"""Replaces {self.chosen[0].name} to {self.chosen[-1].name}."""\n'
        place = f"depends_on = {'None' if depends_on is None else text(depends_on)}\n"
        place += f"replaces = {laid_out(replaces, 0, before=len('replaces = '))}\n"
        parts = [doc, *([imports] if imports else []), place]
        functions = [*copies.statements, f"def upgrade(ctx):\n{upgrade}", f"def downgrade(ctx):\n{downgrade}"]
        return "\n".join(parts) + "".join(f"\n\n{one}" for one in functions)

    @cached_property
    def _undo(self) -> Mapping[str, Sequence[tuple[Stage, Inverse]]]:
        """What undoes each of the migrations, by dialect."""
        return {
            dialect: [(stage, stage.migration.backward(stage.before, dialect)) for stage in stages]
            for dialect, stages in self.stages.items()
        }

    def _copies(self, said: Sequence[Said]) -> Copies:
        """Returns the functions that are run, copied from their files."""
        run = {id(one) for each in said for operation in _operations(each) for one in _functions(operation)}
        copies = Copies()
        for place, migration in enumerate(self.chosen):
            both = [(undo[place][0].operations, undo[place][1]) for undo in self._undo.values()]
            operations = [one for pair in both for some in pair if not isinstance(some, Irreversible) for one in some]
            own = {id(one): one for operation in operations for one in _functions(operation) if id(one) in run}
            if own:
                copies.take(migration, own.values())
        return copies

    def _prove(self, source: str, forward: Mapping[str, Said], back: Mapping[str, Said]) -> None:
        """Raises MigrationError where the text does not lead to the same state, there or back, or lost SQL or functions."""
        made = parsed(self.path, source)
        for dialect, stages in self.stages.items():
            operations = made.forward(stages[0].before, dialect)
            if replay(operations, stages[0].before) != stages[-1].after or _free(operations) != _free(_operations(forward[dialect])):
                raise MigrationError(f"{self.path.name} would not lead to the same state as the files on {dialect}; please report that")
            undo = made.backward(stages[0].before, dialect)
            if isinstance(undo, Irreversible) is not isinstance(back[dialect].operations, Irreversible) or (
                not isinstance(undo, Irreversible) and replay(undo, stages[-1].after) != stages[0].before
            ):
                raise MigrationError(
                    f"{self.path.name} would not lead back to the same state as the files on {dialect}; please report that"
                )


def _is_reverse(stage: Stage, undo: Inverse) -> bool:
    """Whether what undoes a migration is the reverse of its operations, as it is written by makemigrations."""
    if stage.migration.downgrade is None:
        return True
    own = inverted(stage.operations, stage.before)
    if isinstance(own, Irreversible) or isinstance(undo, Irreversible):
        return isinstance(own, Irreversible) and isinstance(undo, Irreversible) and own.reason == undo.reason
    return list(own) == list(undo)


def _listed(inverse: Inverse) -> list[Operation] | Irreversible:
    return inverse if isinstance(inverse, Irreversible) else list(inverse)


def _operations(said: Said) -> Sequence[Operation]:
    return [] if isinstance(said.operations, Irreversible) else said.operations


def _functions(operation: Operation) -> Iterator[Callable[..., Any]]:
    if isinstance(operation, Run):
        yield operation.function
        if operation.reverse is not None:
            yield operation.reverse


def _free(operations: Sequence[Operation]) -> list[object]:
    """Returns what the application wrote itself, in order."""
    free: list[object] = []
    for one in operations:
        if isinstance(one, Execute):
            free.append((one.sql, _plain(one.params), one.reverse, one.state))
        elif isinstance(one, Run):
            free.append((one.tables, one.batch, one.reverse is None))
    return free


def _plain(params: object) -> object:
    return list(params) if isinstance(params, tuple) else params


def _nested(migration: Migration) -> object:
    """Returns what ``replaces`` says of a migration."""
    return [migration.name, *map(_as_lists, migration.replaces)] if migration.replaces else migration.name


def _as_lists(one: Replaced) -> object:
    return one if isinstance(one, str) else [_as_lists(inner) for inner in one]
