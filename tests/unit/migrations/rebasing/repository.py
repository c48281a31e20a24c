"""A repository of git with migrations, in which branches part."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from oxyde.migrations.folder import head
from tests.migrating import write

FIRST = """
def upgrade(ctx):
    ctx.create_table("rebase_posts", column("id", "int", key=True, auto=True), column("title", "text", length=80))
"""


def adding(column: str) -> str:
    """Returns a migration that adds a column."""
    return f'\ndef upgrade(ctx):\n    ctx.add_column("rebase_posts", column("{column}", "int", nullable=True))\n'


class Repository:
    """A repository whose branch ``main`` has the migration 0001_posts."""

    def __init__(self, folder: Path, inside: str = "migrations") -> None:
        """Makes it.

        Args:
            folder: The folder of the repository.
            inside: The folder of the migrations in it.
        """
        self.folder = folder
        self.migrations = folder / inside
        self.migrations.parent.mkdir(parents=True, exist_ok=True)
        self("init", "--quiet", "--initial-branch=main")
        write(self.migrations, m0001_posts=FIRST)
        self.commit("0001_posts")

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Runs git, which has to end with a code, and returns what it prints."""
        own = {
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.com",
        }
        environment = {**os.environ, **own, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_EDITOR": "true"}
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def commit(self, newest: str) -> None:
        """Commits everything, with HEAD that names a migration."""
        head.write(self.migrations, newest)
        self("add", "--all")
        branch = self("branch", "--show-current").strip()  # two commits of one second would be the same one otherwise
        self("commit", "--quiet", "--message", f"{branch}: {newest}")

    def branch(self, name: str, *columns: str, of: str = "main") -> None:
        """Makes a branch of another with a commit for each of its migrations, which add columns: 0002_a for "a"."""
        self("checkout", "--quiet", "-b", name, of)
        number = sum(path.name[0] == "0" for path in self.migrations.glob("*.py"))
        before = head.names(self.migrations)[0]
        for column in columns:
            number += 1
            stem = f"{number:04}_{column}"
            write(self.migrations, **{f"m{stem}": adding(column)})
            path = self.migrations / f"{stem}.py"
            path.write_text(path.read_text().replace("depends_on = None", f"depends_on = {before!r}"))
            self.commit(stem)
            before = stem

    @property
    def names(self) -> list[str]:
        """The migrations that are there."""
        return sorted(path.stem for path in self.migrations.glob("*.py"))
