"""Where a database stands: what its ledger, which may have older names, amounts to among the migrations of today."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from oxyde.db.steps import Steps
from oxyde.migrations.folder.checksums import differs
from oxyde.migrations.folder.files import Migration, Stage
from oxyde.migrations.folder.replaced import lacking, name_of, names
from oxyde.migrations.running import ledger
from oxyde.migrations.running.ledger import Entry

SQUASHED = "squashed"
"""The state of an entry that stands for others."""


@dataclass
class Line:
    """The migrations of a database: squashed ones, or what they replace where the database is half way through that.

    Attributes:
        migrations: The migrations, in order.
        counted: Squashed ones that the database has, because it has all that they replace.
        stuck: Squashed ones that the database is half way through and whose older files are gone, with those that are.
    """

    migrations: list[Migration] = field(default_factory=list)
    counted: list[Migration] = field(default_factory=list)
    stuck: dict[str, list[str]] = field(default_factory=dict)


def line(migrations: Sequence[Migration], begun: AbstractSet[str], applied: AbstractSet[str]) -> Line:
    """Returns the migrations that a database goes through.

    Args:
        migrations: Those of the folder, in order.
        begun: Names that the journal has.
        applied: Names that the ledger has; what is being undone is in both.
    """
    there = begun | applied
    found = Line()
    for migration in migrations:
        left = lacking(migration.replaces, applied)
        if not migration.replaces or migration.name in there or there.isdisjoint(names(migration.replaces)):
            found.migrations.append(migration)
        elif not left and begun.isdisjoint(names(migration.replaces)):
            found.migrations.append(migration)
            found.counted.append(migration)
        elif len(migration.replaced) == len(migration.replaces):
            inner = line(migration.replaced, begun, applied)
            found = Line([*found.migrations, *inner.migrations], [*found.counted, *inner.counted], {**found.stuck, **inner.stuck})
        else:
            found.migrations.append(migration)
            there_still = {one.name for one in migration.replaced}
            found.stuck[migration.name] = [name for name in map(name_of, migration.replaces) if name not in there_still]
    return found


@dataclass(frozen=True)
class Renewal:
    """An entry of the ledger that is not there yet.

    Attributes:
        entry: The entry.
        old: The name that it has there, where it is only renamed.
    """

    entry: Entry
    old: str | None = None


def counted(found: Line, stages: Sequence[Stage]) -> Iterator[Renewal]:
    """Yields the entries of squashed migrations whose replaced ones the ledger has."""
    by_name = {stage.migration.name: stage for stage in stages}
    for migration in found.counted:
        yield Renewal(Entry(migration.name, by_name[migration.name].checksum, SQUASHED))


def renamed(stages: Sequence[Stage], applied: Mapping[str, Entry], known: Collection[str]) -> Iterator[Renewal]:
    """Yields the entries of files that got another number after they were applied; title and checksum tell them.

    The number that one lost may be another's now. Of several that are equal in both, those applied first are those with lower numbers.

    Args:
        stages: The history.
        applied: What the ledger says, by name.
        known: The names that the files have, or had before they were squashed.
    """
    said = {stage.migration.name: stage.checksum for stage in stages}
    names: dict[tuple[str, str], list[str]] = {}
    for name, own in said.items():
        if name not in applied or differs(applied[name].checksum, own):
            names.setdefault((title(name), own), []).append(name)
    found: dict[str, str] = {}
    for name, entry in applied.items():
        is_lost = name not in known or (name in said and differs(entry.checksum, said[name]))
        same = names.get((title(name), entry.checksum or ""))
        if is_lost and same:
            found[name] = same.pop(0)
    while taken := [old for old, new in found.items() if new in applied and new not in found]:
        del found[taken[0]]  # the file of that name was edited, which is told
    for name, new in found.items():
        yield Renewal(Entry(new, applied[name].checksum, applied[name].state), name)


def title(name: str) -> str:
    """Returns a name without its number."""
    return name.partition("_")[2]


def renew(renewals: Sequence[Renewal], dialect: str) -> Steps[None]:
    """Writes entries to the ledger, unless another process has done so meanwhile."""
    there = yield from ledger.read(dialect)
    names = {one.old: one.entry.name for one in renewals if one.old is not None and _has(there, one.old, one.entry)}
    for old in names.keys() & names.values():  # the name that one gets is taken until the other has its own
        yield from ledger.rename(old, _aside(old), dialect)
    for old, new in names.items():
        if new not in there or new in names:
            yield from ledger.rename(_aside(old) if old in names.values() else old, new, dialect)
    for one in renewals:
        if one.old is None and one.entry.name not in there:
            yield from ledger.record(one.entry, 0.0, dialect)


def _has(there: Mapping[str, Entry], name: str, entry: Entry) -> bool:
    """Whether a ledger has an entry under a name."""
    return name in there and there[name].checksum == entry.checksum


def _aside(name: str) -> str:
    """Returns a name that no migration has."""
    return f".{name}"


def known(migrations: Sequence[Migration]) -> set[str]:
    """Returns the names of migrations, and of what they replace."""
    return {name for migration in migrations for name in (migration.name, *names(migration.replaces))}
