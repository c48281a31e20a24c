"""A project that tests give commands to: its folder, its database with a password in the URL, and what each command says."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from oxyde.cli.app import main
from tests.backends import Backend
from tests.migrating import fresh, query, write

SECRET = "s3cret-word"


@dataclass(frozen=True)
class Project:
    """A project.

    Attributes:
        folder: Where its configuration and its migrations are.
        backend: Its database, as a witness reaches it.
    """

    folder: Path
    backend: Backend

    def write(self, **bodies: str) -> None:
        """Writes the migrations, which are all that there are then."""
        for path in (self.folder / "migrations").glob("*.py"):
            path.unlink()
        write(self.folder / "migrations", **bodies)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Runs a command, and returns its exit code and what it wrote to standard output and to standard error."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            result = CliRunner().invoke(main, list(arguments))
        finally:
            os.chdir(before)
        assert SECRET not in result.output
        return result.exit_code, result.stdout, result.stderr

    def refused(self, *arguments: str, code: int = 1) -> str:
        """Runs a command that has to fail, and returns the one line that says why."""
        found, _, said = self.run(*arguments)
        (line,) = [line for line in said.splitlines() if not line.startswith("Warning: ")]
        assert line.startswith("Error: "), said
        assert found == code, said
        return line

    def done(self, *arguments: str) -> str:
        """Runs a command that has to work, and returns what it wrote to standard output."""
        code, out, said = self.run(*arguments)
        assert code == 0, said
        return out


@contextmanager
def project(backend: Backend, folder: Path) -> Iterator[Project]:
    """Yields a project with an empty database, to which it connects with a password."""
    with fresh(backend, folder) as made:
        user, url = "", made.url
        if backend.dialect == "postgres":
            url = made.elsewhere(password=SECRET)  # which the server does not ask for
        elif backend.has_server:
            user = f"oxyde_{uuid.uuid4().hex[:12]}"
            name = made.url.rpartition("/")[2]
            query(made, f"CREATE USER {user} IDENTIFIED BY '{SECRET}'")
            query(made, f"GRANT ALL ON {name}.* TO {user}")
            url = made.elsewhere(user=user, password=SECRET)
        (folder / "oxyde_config.py").write_text(f"DATABASES = {{'default': {url!r}}}\n")
        try:
            yield Project(folder, made)
        finally:
            if user:
                query(made, f"DROP USER {user}")
