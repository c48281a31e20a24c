"""Files that get other names: written down first, so that a crash in between loses nothing, and a later run goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder import head
from oxyde.migrations.folder.files import NAME, UNFINISHED


@dataclass(frozen=True)
class Moved:
    """A file that gets another name, or another text.

    Attributes:
        old: Its name, without its ending.
        new: Its name afterwards.
        before: Its text.
        after: Its text afterwards.
    """

    old: str
    new: str
    before: bytes
    after: bytes


@dataclass(frozen=True)
class Unfinished:
    """What is to be done to a folder.

    Attributes:
        directory: The folder.
        moved: The files, in order; the new name of one may be the old name of another.
        newest: What HEAD names in the end.
    """

    directory: Path
    moved: Sequence[Moved]
    newest: str

    @classmethod
    def load(cls, directory: Path) -> Unfinished | None:
        """Returns what an earlier run wrote down and did not finish; None where there is nothing.

        Raises:
            MigrationError: It is not what a run writes.
        """
        path = directory / UNFINISHED
        if not path.is_file():
            return None
        try:
            said = json.loads(path.read_bytes())
            moved = [Moved(old, new, before.encode("latin-1"), after.encode("latin-1")) for old, new, before, after in said["moved"]]
            names = [said["newest"], *(name for one in moved for name in (one.old, one.new))]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise MigrationError(f"{path} is not what a rebase writes; remove it, and rebase again") from error
        if not all(isinstance(name, str) and NAME.fullmatch(name) for name in names):
            raise MigrationError(f"{path} names files of other folders; remove it, and rebase again")
        return cls(directory, moved, said["newest"])

    def save(self) -> None:
        """Writes down what is to be done."""
        moved = [(one.old, one.new, one.before.decode("latin-1"), one.after.decode("latin-1")) for one in self.moved]
        head.put(self.directory / UNFINISHED, json.dumps({"newest": self.newest, "moved": moved}))

    def finish(self) -> None:
        """Does it, or the rest of it: writes the new files, removes the older ones, writes HEAD.

        Raises:
            MigrationError: A file is neither as it was nor as it is to be; it is left alone, and so are the others.
        """
        wanted = {one.new: one.after for one in self.moved}
        known = {one.old: one.before for one in self.moved}
        for name in {**wanted, **known}:
            path = self._path(name)
            if path.exists() and path.read_bytes() not in (wanted.get(name), known.get(name)):
                note = self.directory / UNFINISHED
                raise MigrationError(
                    f"{path} was changed while it was renamed; remove it, or {note}, which has its older text, and rebase again"
                )
        for name, text in wanted.items():
            head.put(self._path(name), text)
        for name in known.keys() - wanted.keys():
            self._path(name).unlink(missing_ok=True)
        head.write(self.directory, self.newest)
        (self.directory / UNFINISHED).unlink()

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}.py"
