"""What the other side of a merge or a rebase has, in repositories of git."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxyde.migrations.folder import head
from oxyde.migrations.rebasing.git import elsewhere
from tests.unit.migrations.rebasing.repository import Repository


def sides(folder: Path, inside: str = "migrations") -> Repository:
    """Returns a repository with the branches ``mine``, which is checked out, and ``theirs``; each has a migration more."""
    git = Repository(folder, inside)
    git.branch("theirs", "theirs")
    git.branch("mine", "mine")
    return git


def found(git: Repository) -> list[str] | None:
    """Returns the migrations of the other side."""
    others = elsewhere(git.migrations)
    return None if others is None else sorted(name for name in others if name.endswith(".py"))


THEIRS, MINE = ["0001_posts.py", "0002_theirs.py"], ["0001_posts.py", "0002_mine.py"]


@pytest.mark.parametrize("inside", ["migrations", "services/shop/migrations"])
def test_a_merge(tmp_path: Path, inside: str) -> None:
    """The branch that is merged, also when its HEAD was chosen by hand; nothing once it is committed."""
    git = sides(tmp_path, inside)
    assert found(git) is None
    git("merge", "theirs", code=1)
    assert found(git) == THEIRS
    head.write(git.migrations, "0002_mine")
    assert found(git) == THEIRS
    git.commit("0002_mine")
    assert found(git) is None


def test_a_rebase(tmp_path: Path) -> None:
    """Git has the other branch's as its own then."""
    git = sides(tmp_path)
    git("rebase", "theirs", code=1)
    assert git.names == ["0001_posts", "0002_mine", "0002_theirs"]
    assert found(git) == THEIRS


def test_commits_that_are_picked(tmp_path: Path) -> None:
    """They come to where the branch is."""
    git = sides(tmp_path)
    git("cherry-pick", "theirs", code=1)
    assert found(git) == MINE


def test_a_merge_that_leaves_no_trace(tmp_path: Path) -> None:
    """The conflict names the other branch."""
    git = sides(tmp_path)
    git("merge", "--squash", "theirs", code=1)
    assert found(git) == THEIRS


def test_a_stash(tmp_path: Path) -> None:
    """What was stashed is of this branch."""
    git = sides(tmp_path)
    git("checkout", "--quiet", "theirs")
    (git.migrations / "0003_stashed.py").write_text("")
    head.write(git.migrations, "0003_stashed")
    git("stash", "--include-untracked")
    git("checkout", "--quiet", "mine")
    git("stash", "pop", code=1)
    assert head.other_side(git.migrations) == "Stashed"
    assert found(git) == MINE


def test_files_that_the_other_side_deleted(tmp_path: Path) -> None:
    """Are not of this branch: both had them once."""
    git = Repository(tmp_path)
    git.branch("mine", "mine")
    git("checkout", "--quiet", "-b", "theirs", "main")
    (git.migrations / "0001_posts.py").unlink()
    (git.migrations / "0001_squashed_0001.py").write_text("")
    git.commit("0001_squashed_0001")
    git("checkout", "--quiet", "mine")
    git("merge", "theirs", code=1)
    assert found(git) == ["0001_posts.py", "0001_squashed_0001.py"]


def test_a_second_working_tree(tmp_path: Path) -> None:
    """Has a merge of its own."""
    git = sides(tmp_path / "one")
    git("worktree", "add", "--quiet", "../two", "theirs")
    git.folder = tmp_path / "two"
    git.migrations = git.folder / "migrations"
    git("merge", "mine", code=1)
    assert found(git) == MINE
    assert elsewhere(tmp_path / "one" / "migrations") is None


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known, with git and without; nor in a repository without a commit."""
    assert elsewhere(tmp_path) is None
    git = sides(tmp_path / "one")
    git("merge", "theirs", code=1)
    monkeypatch.setenv("PATH", "")
    assert elsewhere(git.migrations) is None
    monkeypatch.undo()
    (tmp_path / "two").mkdir()
    git.folder = tmp_path / "two"
    git("init", "--quiet")
    assert elsewhere(tmp_path / "two") is None
