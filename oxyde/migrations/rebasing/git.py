"""What git knows of the other side of a merge or a rebase: the migration files that are there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from oxyde.migrations.folder import head

REPLAYS = ("rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD")
"""What git has while it brings commits to where HEAD is; then HEAD is the other side, and the commit that it brings is ours."""


def elsewhere(directory: Path) -> set[str] | None:
    """Returns the names of the files in a folder that the other side of a merge or rebase has, or had when the two parted.

    Args:
        directory: The folder, anywhere in a repository.

    Returns:
        The names, with their endings; None where git is not there, or knows of no other side.
    """
    found = _sides(directory)
    if found is None:
        return None
    other, own = found
    base = _said(directory, "merge-base", own, other)
    commits = [other] if base is None else [other, base.strip()]
    return {name for commit in commits for name in _files(directory, commit)}


def _sides(directory: Path) -> tuple[str, str] | None:
    """Returns the commit of the other side and that of ours; None where there are no two."""
    if _said(directory, "rev-parse", "--verify", "--quiet", "HEAD") is None:
        return None
    if _replays(directory):
        own = next(filter(None, (_commit(directory, name) for name in ("REBASE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"))), "HEAD")
        return "HEAD", own
    merged = _commit(directory, "MERGE_HEAD")
    if merged is not None:
        return merged, "HEAD"
    if not head.is_conflict(directory):
        return None
    named = head.other_side(directory)  # by ``git merge --squash``; a stash, or a patch, is no commit
    other = None if named is None else _commit(directory, named.partition(":")[0])
    return (other, "HEAD") if other is not None else ("HEAD", "HEAD")


def _replays(directory: Path) -> bool:
    """Whether git stopped while it brings commits to where HEAD is."""
    asked = [word for name in REPLAYS for word in ("--git-path", name)]
    return any((directory / path).exists() for path in (_said(directory, "rev-parse", *asked) or "").splitlines())


def _commit(directory: Path, name: str) -> str | None:
    found = _said(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return None if found is None else found.strip()


def _files(directory: Path, commit: str) -> Iterator[str]:
    listed = _said(directory, "ls-tree", "-z", "--name-only", commit) or ""
    return filter(None, listed.split("\0"))


def _said(directory: Path, *arguments: str) -> str | None:
    """Returns what git prints about a folder; None where it fails, or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 - the git of whoever runs this, and no shell
            ["git", "-C", str(directory), *arguments],  # noqa: S607 - which is on the path, or is not there
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return None
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else None
