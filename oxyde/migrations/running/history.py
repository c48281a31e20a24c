"""What a database has of the migrations of a folder, and what leads it to another one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from oxyde.db.steps import Steps
from oxyde.exceptions import MigrationError, OxydeError
from oxyde.migrations.folder.checksums import differs
from oxyde.migrations.folder.files import Migration, Stage, number_of, walked
from oxyde.migrations.operations import Irreversible, Operation, RequireManual, Run
from oxyde.migrations.running import journal, ledger, standing
from oxyde.migrations.running.options import Options
from oxyde.migrations.running.rows import Job
from oxyde.migrations.sql.later import later as made_later
from oxyde.migrations.sql.preview import find
from oxyde.migrations.sql.script import Step, script
from oxyde.migrations.state import State

ZERO: Final = "zero"
"""The target before the first migration."""
MOST: Final = 5
"""The most names that a message has one by one."""


@dataclass(frozen=True)
class Task:
    """A migration that is applied, or undone.

    Attributes:
        migration: The migration.
        backwards: Whether it is undone.
        steps: What is done for it.
        checksum: Of its operations.
        faked: Whether it is entered in the ledger only, since the database has what it makes.
    """

    migration: Migration
    backwards: bool
    steps: Sequence[Step]
    checksum: str
    faked: bool = False

    @property
    def name(self) -> str:
        """The name of the migration."""
        return self.migration.name

    @property
    def makes_anew(self) -> bool:
        """Whether SQLite makes a table anew for it."""
        return any(step.rebuild is not None for step in self.steps)

    def told(self, options: Options) -> Task:
        """Returns it with what was said of tables that are made anew."""
        return replace(self, steps=[step.told(options.warn, keep_extra=options.keep_extra) for step in self.steps])

    @property
    def texts(self) -> Iterator[tuple[int, Step, str]]:
        """The statements with their numbers, from 1, and the steps they are of; what is one with its step is one text."""
        number = 0
        for step in self.steps:
            for text in step.units:
                number += 1
                yield number, step, text

    def job(self, step: Step) -> Job:
        """Returns the function that a step runs."""
        if not isinstance(step.operation, Run):
            message = f"{step.operation} runs no function"
            raise TypeError(message)
        return Job(self.name, self.migration.path, self.backwards, step.operation, step.before)


@dataclass
class History:
    """The migrations of a folder, and what a database has of them.

    Attributes:
        migrations: The migrations, in order; once the ledger was read those that the database goes through.
        dialect: postgres, mysql, mariadb or sqlite.
        applied: What the ledger says, by name, renewals included.
        begun: What the journal says, by name.
        stuck: The files that are gone of what a squashed migration replaces, where the database is half way through that.
        renewals: Entries that the ledger is to get: its names are older than those of the files.
        resumed: The names that files have now which the journal has under older ones.
    """

    migrations: Sequence[Migration]
    dialect: str
    applied: dict[str, ledger.Entry] = field(default_factory=dict)
    begun: dict[str, dict[int, journal.Entry]] = field(default_factory=dict)
    stuck: dict[str, list[str]] = field(default_factory=dict)
    renewals: list[standing.Renewal] = field(default_factory=list)
    resumed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keeps the migrations of the folder."""
        self.files = self.migrations

    def read(self) -> Steps[None]:
        """Reads ledger and journal; writes nothing."""
        self.applied = yield from ledger.read(self.dialect)
        self.begun = yield from journal.read(self.dialect)
        line = standing.line(self.files, self.begun.keys(), self.applied.keys())
        self.migrations, self.stuck = line.migrations, line.stuck
        self.__dict__.pop("stages", None)
        renamed = standing.renamed(self.stages, self.applied, standing.known(self.files))
        self.renewals = [*standing.counted(line, self.stages), *renamed]
        for one in self.renewals:
            self.applied.pop(one.old or "", None)
        self.applied |= {one.entry.name: one.entry for one in self.renewals}
        self.resumed = {old: new for old in self._strays() if (new := self._begun_as(old)) is not None}
        for old, new in self.resumed.items():
            self.begun[new] = self.begun.pop(old)

    @cached_property
    def stages(self) -> Sequence[Stage]:
        """The migrations with the states between them; the files are replayed once."""
        return list(walked(self.migrations, self.dialect))

    def _strays(self) -> list[str]:
        """Returns the migrations that were begun and have no file, or one that does something else."""
        known, stages = standing.known(self.files), {stage.migration.name: stage for stage in self.stages}
        return [name for name in self.begun if name not in known or (name in stages and not self._is_of(name, stages[name]))]

    def _begun_as(self, name: str) -> str | None:
        """Returns the file that has the title of one that was begun, and its statements; None where there is none."""
        free = [stage for stage in self.stages if stage.migration.name not in self.applied.keys() | self.begun.keys()]
        alike = [stage for stage in free if standing.title(stage.migration.name) == standing.title(name)]
        return next((stage.migration.name for stage in alike if self._is_of(name, stage)), None)

    def _is_of(self, name: str, stage: Stage) -> bool:
        """Whether what the journal says of a name are statements of a migration."""
        is_going_back = any(entry.backwards for entry in self.begun[name].values())
        try:
            task = self._backward(stage) if is_going_back else self._forward(stage)
            said = {number: journal.digest(text) for number, _, text in task.texts}
        except OxydeError:  # which is told where it is run
            return False
        return all(said.get(number) == entry.digest for number, entry in self.begun[name].items())

    def edited(self) -> list[str]:
        """Returns the applied migrations whose files say something else now."""
        said = {name: entry.checksum for name, entry in self.applied.items()}
        return [one.migration.name for one in self.stages if differs(said.get(one.migration.name), one.checksum)]

    def missing(self) -> list[str]:
        """Returns the applied migrations that have no file."""
        known = standing.known(self.files)
        return [name for name in self.applied if name not in known]

    def lost(self) -> list[str]:
        """Returns the migrations that stopped half way and have no file."""
        known = standing.known(self.files)
        return [name for name in self.begun if name not in known]

    def faults(self) -> list[str]:
        """Returns what the ledger has otherwise than the files, one line each."""
        return [
            *(f"{name} was edited after it was applied; write what changed to a new migration" for name in self.edited()),
            *(f"{name} is applied and has no file; the files are older than the database, or one was deleted" for name in self.missing()),
            *(f"{name} stopped half way and has no file; bring back {name}.py, and migrate" for name in self.lost()),
        ]

    def tasks(self, target: str | None = None, *, fake: bool = False) -> list[Task]:
        """Returns what leads to a target: all migrations by default; nothing has been changed when it raises.

        Args:
            target: ``zero``, or a migration by its name or the beginning of it.
            fake: They will only be entered in the ledger, or removed: nothing has to be complete, or to have a way back.

        Raises:
            MigrationError: There is no such target, or what would have to be undone cannot be.
            UnsupportedError: The dialect cannot do an operation.
        """
        lost = {standing.title(name): name for name in self.lost()}
        numbers = {migration.number for migration in self.migrations}
        without_file = {standing.title(name): name for name in self.missing() if number_of(name) in numbers}  # as after a rebase
        last = len(self.migrations) - 1 if target is None else -1 if target == ZERO else find(self.migrations, target)
        forward, backward = [], []
        for at, stage in enumerate(self.stages):
            migration = stage.migration
            begun = self.begun.get(migration.name, {})
            is_going_back = any(entry.backwards for entry in begun.values())
            if migration.name in self.stuck:
                gone = _listed([f"{name}.py" for name in self.stuck[migration.name]])
                raise MigrationError(f"the database is half way through what {migration.name} replaces: bring back {gone}, and migrate")
            if at <= last and is_going_back:
                raise MigrationError(f"{migration.name} was being undone when it stopped; undo it to the end first: migrate to before it")
            if at <= last and migration.name not in self.applied:
                if standing.title(migration.name) in lost:
                    older = lost[standing.title(migration.name)]
                    raise MigrationError(
                        f"{older} stopped half way, and {migration.name}, which has its title, has other statements: give it back those of "
                        f"{older}, then migrate again"
                    )
                if not fake and standing.title(migration.name) in without_file:
                    older = without_file[standing.title(migration.name)]
                    raise MigrationError(
                        f"{older} is applied and has no file, and {migration.name}, which has its title, says something else now and "
                        f"would run again: bring back {older}.py as it was, undo it by migrating to before it, and rebase then"
                    )
                forward.append(Task(migration, False, (), stage.checksum) if fake else self._forward(stage, self.stages[at + 1 : last + 1]))
            elif at > last and (migration.name in self.applied or begun):
                if begun and not is_going_back:
                    raise MigrationError(
                        f"{migration.name} was being applied when it stopped; apply it to the end first: migrate {migration.name}"
                    )
                backward.append(Task(migration, True, (), stage.checksum) if fake else self._backward(stage))
        return [*backward[::-1], *forward]

    def _forward(self, stage: Stage, newer: Sequence[Stage] = ()) -> Task:
        steps = self._steps(stage.migration, stage.operations, stage.before)
        applied = [one for one in newer if one.migration.name in self.applied]
        later = made_later(((one.migration.name, one.operations, one.after) for one in applied), self.dialect)
        for step in steps:
            if later is not None:
                try:
                    later.check(step.operation, step.before)
                except MigrationError as error:
                    raise MigrationError(f"{stage.migration.name}: {step.operation}: {error}") from None
        known = None if later is None else later.state
        return Task(stage.migration, False, [step.before_later(known) for step in steps], stage.checksum)

    def _backward(self, stage: Stage) -> Task:
        migration = stage.migration
        for name in self.missing():
            if number_of(name) >= migration.number:
                lacks = f"{name}, which is applied and has no file: bring back {name}.py"
                raise MigrationError(f"{migration.name} cannot be undone beneath {lacks}")
        undo = migration.backward(stage.before, self.dialect)
        if isinstance(undo, Irreversible):
            raise MigrationError(f"{migration.name} cannot be undone: {undo.reason}")
        return Task(migration, True, self._steps(migration, undo, stage.after), stage.checksum)

    def _steps(self, migration: Migration, operations: Sequence[Operation], before: State) -> list[Step]:
        manual = next((one for one in operations if isinstance(one, RequireManual)), None)
        if manual is not None:
            raise MigrationError(f"{migration.name} is not complete: {manual}")
        return script(operations, before, self.dialect)


def _listed(names: Sequence[str]) -> str:
    """Returns names as a sentence has them.

    >>> _listed(["a", "b", "c"]), _listed(["a"]), _listed(list("abcdefg"))
    ('a, b and c', 'a', 'a to g (7 files)')
    """
    if len(names) > MOST:
        return f"{names[0]} to {names[-1]} ({len(names)} files)"
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
