"""Which migrations are local, when two branches both made some, and in which order they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.files import Migration, in_line
from oxyde.migrations.folder.replaced import lacking, names
from oxyde.migrations.rebasing.git import elsewhere
from oxyde.migrations.sql.preview import find

Applied: TypeAlias = "Callable[[], Collection[str]]"
"""Reads the names that a ledger has."""
REMEDY: Final = "name those that are to come last: --local NAME"


def local(directory: Path, there: Sequence[Migration], said: Iterable[str] | None, applied: Applied | None) -> list[Migration]:
    """Returns the migrations that are to come after all others, in order.

    They are those that were named; or those that git does not have on the other side of a merge or a rebase; or those that a ledger lacks.

    Args:
        directory: The folder of the migrations.
        there: Those in it, by number.
        said: Those that were named, by their names or the beginning of them.
        applied: Reads a ledger; None where there is none to read.

    Raises:
        MigrationError: They cannot be told, or squashing needs their names.
    """
    chosen = _unnamed(directory, there, applied) if said is None else [there[find(there, name)] for name in said]
    found = list({one.name: one for one in chosen}.values())
    if not found or len(found) == len(there):
        none = "none is this branch's alone" if not found else "none is another branch's"
        raise MigrationError(f"{directory}: {none}, so that nothing tells which migrations come last; {REMEDY}")
    _check(there, {one.name for one in found})
    return _ordered(found)


def _unnamed(directory: Path, there: Sequence[Migration], applied: Applied | None) -> list[Migration]:
    """Returns those that git or else a ledger lacks; a squashed one is as old as what it replaces."""
    others = elsewhere(directory)
    if others is not None:
        known: Collection[str] = {Path(name).stem for name in others}
    elif applied is not None:
        known = applied()
    else:
        raise MigrationError(f"{directory}: git knows of no other branch here, and there is no ledger to ask; {REMEDY}")
    return [one for one in there if one.name not in known and (not one.replaces or lacking(one.replaces, known))]


def _check(there: Sequence[Migration], chosen: Collection[str]) -> None:
    """Raises MigrationError where a migration that is to stay needs the name of one that is to go."""
    for one in there:
        replaced = [name for name in names(one.replaces) if name in chosen]
        if replaced:
            message = (
                f"{one.path}: replaces {replaced[0]}, which is to get another name; delete what was squashed, or this file, and rebase"
            )
            raise MigrationError(message)
        if one.name not in chosen and one.depends_on in chosen:
            raise MigrationError(
                f"{one.path}:{one.line}: follows {one.depends_on}, which is to come last; then so is this: --local {one.name}"
            )


def _ordered(chosen: Sequence[Migration]) -> list[Migration]:
    """Returns migrations so that each comes after the one that it depends on; otherwise they keep their order."""
    left, found = list(chosen), list[Migration]()
    while left:
        waiting = {one.name for one in left}
        following = next((one for one in left if one.depends_on not in waiting), None)
        if following is None:
            raise MigrationError(f"{left[0].path}:{left[0].line}: depends_on forms a cycle")
        left.remove(following)
        found.append(following)
    return found


def others(there: Sequence[Migration], chosen: Sequence[Migration]) -> list[Migration]:
    """Returns the migrations that stay as they are, in line.

    Raises:
        MigrationError: They are not in line themselves.
    """
    going = {one.name for one in chosen}
    try:
        return in_line([one for one in there if one.name not in going])
    except MigrationError as error:
        raise MigrationError(f"those that stay are not in line themselves: {error.args[0].partition(';')[0]}; {REMEDY}") from error
