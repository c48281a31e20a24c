"""``rebase()``: the migrations of this branch after those of another, in merges and rebases of git, and what it refuses."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations import rebase
from oxyde.migrations.folder import head
from oxyde.migrations.folder.files import UNFINISHED, load, replayed
from oxyde.migrations.rebasing.rebase import Rebased, rebased
from oxyde.migrations.rebasing.unfinished import Unfinished
from oxyde.migrations.verification.verifying import of_files
from tests.migrating import write
from tests.unit.migrations.rebasing.repository import FIRST, Repository, adding


def renamed(made: Rebased) -> list[tuple[str, str]]:
    """Returns the older and the newer names."""
    return [(one.old, one.new) for one in made.moved]


def line(folder: Path) -> list[str]:
    """Returns the migrations in order, which are as they should be."""
    assert of_files(folder, "postgres", []) == []
    assert not (folder / UNFINISHED).exists()
    return [one.name for one in load(folder)]


def refused(folder: Path, local: list[str] | None = None) -> str:
    """Returns why nothing is done; nothing was."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(MigrationError) as raised:
        rebase(folder, local)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert "\n" not in str(raised.value)
    return str(raised.value).replace(f"{folder}/", "").replace(str(folder), "FOLDER")


@pytest.fixture
def git(tmp_path: Path) -> Repository:
    """Two branches with two migrations each; ``mine`` is checked out."""
    made = Repository(tmp_path)
    made.branch("theirs", "theirs", "others")
    made.branch("mine", "mine", "more")
    return made


def test_a_merge(git: Repository) -> None:
    """Files come after the other branch's; all that they say but for that stays, and a second run has nothing to do."""
    path = git.migrations / "0002_mine.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"# kept; 0003_more.py goes on\r\n")
    git.commit("0003_more")
    before = path.read_bytes()
    git("merge", "theirs", code=1)
    with pytest.raises(MigrationError, match=r"HEAD has a conflict of git, .*; oxyde migrations rebase lets the files follow each other"):
        head.check_conflict(git.migrations)
    with pytest.raises(MigrationError, match=r"0002_mine\.py and 0002_theirs\.py have the same number; oxyde migrations rebase lets"):
        load(git.migrations)
    plan = rebase(git.migrations, dry_run=True)
    assert (renamed(plan), path.exists()) == ([("0002_mine", "0004_mine"), ("0003_more", "0005_more")], True)
    assert rebase(git.migrations) == plan
    assert line(git.migrations) == ["0001_posts", "0002_theirs", "0003_others", "0004_mine", "0005_more"]
    assert head.names(git.migrations) == ["0005_more"]
    after = (git.migrations / "0004_mine.py").read_bytes()
    wanted = (
        before.replace(b"'0001_posts'", b"'0003_others'")
        .replace(b"Is 0002_mine", b"Is 0004_mine")
        .replace(b"0003_more.py", b"0005_more.py")
    )
    assert after == wanted
    assert "there is nothing to rebase: the migrations follow each other, and HEAD names the newest, 0005_more" in refused(git.migrations)


def test_a_rebase(git: Repository) -> None:
    """It stops at each commit; the files of the other branch stay, though git calls them ours."""
    git("rebase", "theirs", code=1)
    assert renamed(rebase(git.migrations)) == [("0002_mine", "0004_mine")]
    git("add", "--all")
    git("rebase", "--continue", code=1)
    assert renamed(rebase(git.migrations)) == [("0003_more", "0005_more")]
    git("add", "--all")
    git("rebase", "--continue")
    assert line(git.migrations) == ["0001_posts", "0002_theirs", "0003_others", "0004_mine", "0005_more"]
    assert git("status", "--porcelain") == ""


def test_a_conflict_that_was_resolved_by_hand(git: Repository) -> None:
    """Git still knows the sides while the merge is not committed; afterwards they have to be said."""
    git("merge", "theirs", code=1)
    head.write(git.migrations, "0003_others")
    assert len(rebase(git.migrations, dry_run=True).moved) == 2
    git.commit("0003_others")
    assert "git knows of no other branch here, and there is no ledger to ask; name those that are to come last" in refused(git.migrations)
    assert "0003_more.py:5: follows 0002_mine, which is to come last; then so is this: --local 0003_more" in refused(
        git.migrations, ["0002_m"]
    )
    rebase(git.migrations, ["0003_more", "0002_mine"])
    assert line(git.migrations)[-2:] == ["0004_mine", "0005_more"]


def test_three_branches(git: Repository) -> None:
    """One after the other, or all at once where two were merged without it."""
    git.branch("third", "third")
    git("checkout", "--quiet", "mine")
    git("merge", "theirs", code=1)
    rebase(git.migrations)
    git.commit("0005_more")
    git.branch("late", "late", of="main")
    git("merge", "mine", code=1)
    rebase(git.migrations)
    assert line(git.migrations)[-2:] == ["0005_more", "0006_late"]


def test_three_branches_at_once(tmp_path: Path) -> None:
    """Those that are named come last, in that order; the rest has to be in line."""
    bodies = {name: adding(name[-1]) for name in ("m0002_a", "m0002_b", "m0002_c")}
    for name, body in bodies.items():
        write(tmp_path, m0001_posts=FIRST, **{name: body})
    message = refused(tmp_path, ["0002_b"])
    assert message.startswith("those that stay are not in line themselves: 0002_a.py and 0002_c.py have the same number; name those")
    assert renamed(rebase(tmp_path, ["0002_c", "0002_a"])) == [("0002_c", "0003_c"), ("0002_a", "0004_a")]
    assert line(tmp_path) == ["0001_posts", "0002_b", "0003_c", "0004_a"]


def test_a_ledger(tmp_path: Path) -> None:
    """Without git those are local that no database has; where it has all or none, nothing tells."""
    write(tmp_path, m0001_posts=FIRST, m0002_a=adding("a"))
    write(tmp_path, m0001_posts=FIRST, m0002_b=adding("b"))
    assert renamed(rebased(tmp_path, None, lambda: {"0001_posts", "0002_b"}, dialect="sqlite")) == [("0002_a", "0003_a")]
    for applied, said in (((), "none is another branch's"), (("0001_posts", "0002_a", "0002_b"), "none is this branch's alone")):
        with pytest.raises(MigrationError, match=f"{said}, so that nothing tells which migrations come last; name those"):
            rebased(tmp_path, None, partial(set, applied), dialect="sqlite")


def test_only_head(tmp_path: Path) -> None:
    """Is written where the files follow each other already."""
    write(tmp_path, m0001_posts=FIRST, m0002_a=adding("a"))
    (tmp_path / head.HEAD).write_text("<<<<<<< HEAD\n0001_posts\n=======\n0002_a\n>>>>>>> theirs\n")
    assert renamed(rebase(tmp_path)) == []
    assert line(tmp_path) == ["0001_posts", "0002_a"]


def test_operations_that_do_not_apply(git: Repository) -> None:
    """Are named, with their file and line."""
    git.branch("same", "theirs", of="main")
    (git.migrations / "0002_theirs.py").rename(git.migrations / "0002_same.py")
    git.commit("0002_same")
    git("merge", "theirs", code=1)
    said = refused(git.migrations)
    assert said.startswith("0002_same.py:10: ")
    assert said.endswith(
        ": ctx.add_column('rebase_posts', column('theirs', 'int', nullable=True)) does not apply after 0003_others; "
        "change one of the two, and rebase again"
    )


def test_one_name_for_two_files(git: Repository) -> None:
    """Is told, with both branches' in the file."""
    git.branch("same", "theirs", of="main")
    path = git.migrations / "0002_theirs.py"
    path.write_text(path.read_text().replace("int", "text"))
    git.commit("0002_theirs")
    git("merge", "theirs", code=1)
    assert refused(git.migrations).startswith(
        "0002_theirs.py has a conflict of git: both branches made a file of that name; keep the other"
    )


def test_files_that_were_squashed(tmp_path: Path) -> None:
    """Keep their names while a file replaces them; a squashed one is as old as what it replaces."""
    write(tmp_path, m0001_posts=FIRST, m0002_a=adding("a"), m0003_b=adding("b"))
    write(tmp_path, m0001_posts=FIRST, m0002_c=adding("c"))
    squashed = tmp_path / "0001_squashed_0002.py"
    squashed.write_text('replaces = ["0001_posts", "0002_a"]\n\n\ndef upgrade(ctx): pass\n')
    message = refused(tmp_path, ["0002_a", "0003_b"])
    assert message.startswith(
        "0001_squashed_0002.py: replaces 0002_a, which is to get another name; delete what was squashed, or this file"
    )
    squashed.unlink()
    one = FIRST + adding("a").partition(":")[2]
    write(tmp_path, m0001_squashed_0002='\nreplaces = ["0001_posts", "0002_a"]\n' + one)
    made = rebased(tmp_path, None, lambda: {"0001_posts", "0002_a", "0003_b"}, dialect="sqlite")
    assert renamed(made) == [("0002_c", "0004_c")]


def test_a_place_that_is_computed(tmp_path: Path) -> None:
    """Cannot be renewed, and nothing is done."""
    write(tmp_path, m0001_posts=FIRST, m0002_a=adding("a"))
    write(tmp_path, m0001_posts=FIRST, m0002_b=adding("b"))
    path = tmp_path / "0002_b.py"
    path.write_text(path.read_text() + '\n\nglobals()["depends_on"] = "0001_" + "posts"\n')
    assert "depends_on is computed; write depends_on = '0002_a', and rebase again" in refused(tmp_path, ["0002_b"])


@pytest.mark.parametrize("writes", range(1, 6))
def test_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    """Whatever was written when it stops: nothing is lost, nothing reads the folder, and the next run ends it."""
    for name in ("bc", "a"):
        files = {f"m{number:04}_x" if name == "bc" else f"m{number:04}_a": adding(one) for number, one in enumerate(name, 2)}
        write(tmp_path, m0001_posts=FIRST, **files)
    local, real, left = ["0002_x", "0003_x"], head.put, [writes]
    expected = rebase(tmp_path, local, dry_run=True)
    assert renamed(expected) == [("0002_x", "0003_x"), ("0003_x", "0004_x")]

    def put(path: Path, text: str | bytes) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        real(path, text)

    monkeypatch.setattr(head, "put", put)
    if writes <= 4:
        with pytest.raises(KeyboardInterrupt):
            rebase(tmp_path, local)
    else:
        rebase(tmp_path, local)
    monkeypatch.undo()
    if 1 < writes <= 4:
        with pytest.raises(MigrationError, match="a rebase stopped half way; oxyde migrations rebase goes on"):
            load(tmp_path)
    if writes <= 4:
        assert rebase(tmp_path, local if writes == 1 else None) == expected
    assert line(tmp_path) == ["0001_posts", "0002_a", "0003_x", "0004_x"]
    columns = replayed(load(tmp_path), "postgres").table((None, "rebase_posts")).columns
    assert [*columns] == ["id", "title", "a", "b", "c"]


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ("{", "is not what a rebase writes"),
        ('{"newest": "0002_b"}', "is not what a rebase writes"),
        ('{"newest": "0002_b", "moved": [["0001_posts", "../0002_b", "", ""]]}', "names files of other folders"),
    ],
)
def test_a_note_of_others(tmp_path: Path, note: str, message: str) -> None:
    """Is refused, and nothing is written."""
    write(tmp_path, m0001_posts=FIRST)
    (tmp_path / ".rebase").write_text(note)
    assert refused(tmp_path) == f".rebase {message}; remove it, and rebase again"


def test_a_file_that_is_changed_after_a_crash(tmp_path: Path) -> None:
    """Is left alone."""
    write(tmp_path, m0001_posts=FIRST, m0002_a=adding("a"))
    write(tmp_path, m0001_posts=FIRST, m0002_b=adding("b"))
    made = rebase(tmp_path, ["0002_b"], dry_run=True)
    Unfinished(tmp_path, made.moved, made.newest).save()
    (tmp_path / "0002_b.py").write_text("# changed\n")
    assert re.fullmatch(
        r"0002_b\.py was changed while it was renamed; remove it, or \.rebase, which .*, and rebase again", refused(tmp_path)
    )
