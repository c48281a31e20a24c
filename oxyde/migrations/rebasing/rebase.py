"""``rebase()``: the migrations of this branch after those of another, so that there is one line again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder import head
from oxyde.migrations.folder.files import Migration, in_line, parsed, replayed, unordered
from oxyde.migrations.folder.replaced import last_number
from oxyde.migrations.operations import replay
from oxyde.migrations.rebasing.local import Applied, local, others
from oxyde.migrations.rebasing.renumbered import renumbered
from oxyde.migrations.rebasing.unfinished import Moved, Unfinished
from oxyde.migrations.running.migrating import applied_blocking


@dataclass(frozen=True)
class Rebased:
    """Migrations that come after those of another branch.

    Attributes:
        directory: Their folder.
        moved: The files that get another name or text, in order.
        newest: What HEAD names then.
    """

    directory: Path
    moved: Sequence[Moved]
    newest: str

    def write(self) -> None:
        """Writes the files under their new names, removes the older ones, then writes HEAD; what a crash interrupts is done later.

        Raises:
            MigrationError: A file was changed meanwhile.
        """
        unfinished = Unfinished(self.directory, self.moved, self.newest)
        unfinished.save()
        unfinished.finish()


def rebase(
    directory: str | Path = "migrations",
    local: Iterable[str] | None = None,
    *,
    dialect: str = "postgres",
    using: str | None = None,
    dry_run: bool = False,
) -> Rebased:
    """Gives the migrations of this branch numbers after those of another that was merged, and returns what was renamed.

    Each depends on the one before it then, and HEAD names the last. A database that has them under their older names is told by the next
    ``migrate``.

    Args:
        directory: The folder of the migrations.
        local: Those of this branch, by name or the beginning of it. By default those that git does not have on the other side of a merge
            or a rebase that stopped; else those that the ledger of a database lacks.
        dialect: postgres, mysql, mariadb or sqlite: the one that the history must replay on.
        using: The alias of the connection whose ledger is asked, blocking; by default none is.
        dry_run: Writes nothing.

    Raises:
        MigrationError: There is nothing to do, which are local cannot be told, or they do not apply after the others.
    """
    folder = Path(directory)
    ledger = None if using is None else lambda: applied_blocking(using)
    made = rebased(folder, local, ledger, dialect=dialect)
    if not dry_run:
        made.write()
    return made


def rebased(directory: Path, said: Iterable[str] | None, applied: Applied | None, *, dialect: str) -> Rebased:
    """Returns what puts the migrations of this branch after the others; nothing is written. See ``rebase``."""
    unfinished = Unfinished.load(directory)
    if unfinished is not None:
        return Rebased(directory, unfinished.moved, unfinished.newest)
    _check_conflicts(directory)
    there = unordered(directory)
    chosen = [] if said is None and _are_in_line(there) else local(directory, there, said, applied)
    stay = others(there, chosen)
    moved = _moved(stay, chosen)
    _prove(stay, chosen, moved, dialect)
    newest = moved[-1].new if moved else stay[-1].name
    made = Rebased(directory, [one for one in moved if (one.old, one.before) != (one.new, one.after)], newest)
    if not made.moved and not head.is_conflict(directory) and head.names(directory) == [newest]:
        raise MigrationError(
            f"{directory}: there is nothing to rebase: the migrations follow each other, and HEAD names the newest, {newest}"
        )
    return made


def _check_conflicts(directory: Path) -> None:
    """Raises MigrationError where both branches made a file of one name."""
    for path in sorted(directory.glob("[0-9]*.py")):
        if path.is_file() and re.search(rb"^<{7} .*^>{7} ", path.read_bytes(), re.MULTILINE | re.DOTALL):
            raise MigrationError(
                f"{path} has a conflict of git: both branches made a file of that name; keep the other branch's there, "
                "write this branch's under another name, and rebase again"
            )


def _are_in_line(migrations: Sequence[Migration]) -> bool:
    try:
        return bool(in_line(migrations))
    except MigrationError:
        return False


def _moved(stay: Sequence[Migration], chosen: Sequence[Migration]) -> list[Moved]:
    """Returns files under their new names, each after the one before."""
    names: dict[str, str] = {}
    number = max(one.last_number for one in stay)
    for one in chosen:
        digits, _, title = one.name.partition("_")
        names[one.name] = f"{str(number + 1).zfill(len(digits))}_{title}"
        number = last_number(names[one.name], one.replaces)
    renamed = {old: new for old, new in names.items() if old != new}
    moved, previous = [], stay[-1].name
    for one in chosen:
        before = one.path.read_bytes()
        moved.append(Moved(one.name, names[one.name], before, renumbered(before, previous, renamed)))
        previous = names[one.name]
    return moved


def _prove(stay: Sequence[Migration], chosen: Sequence[Migration], moved: Sequence[Moved], dialect: str) -> None:
    """Raises MigrationError where the files would not be in line, or one does not apply to what those before it lead to."""
    state = replayed(stay, dialect)
    line = list(stay)
    for one, to in zip(chosen, moved, strict=True):
        line.append(parsed(one.path.with_name(f"{to.new}.py"), to.after))
        if line[-1].depends_on not in (None, line[-2].name):
            raise MigrationError(f"{one.path}:{one.line}: depends_on is computed; write depends_on = {line[-2].name!r}, and rebase again")
        try:
            state = replay(one.forward(state, dialect), state)
        except MigrationError as error:
            said = f"{error}{_operation(one.path, str(error))}"
            raise MigrationError(f"{said} does not apply after {stay[-1].name}; change one of the two, and rebase again") from error
    in_line(line)


def _operation(path: Path, error: str) -> str:
    """Returns the operation that an error is about, as the file says it."""
    where = re.search(rf"{re.escape(str(path))}:(\d+):", error)
    line = 0 if where is None else int(where[1])
    calls = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    found = [ast.unparse(node) for node in calls if node.lineno <= line <= (node.end_lineno or line)]
    return f": {found[-1]}" if found else ":"
