"""Lints of files: their lines, what the files allow, and comments that allow nothing."""

from __future__ import annotations

from pathlib import Path

from oxyde.migrations.folder.files import load, replayed
from oxyde.migrations.lint import Lint, lints

FIRST = """
from oxyde.migrations import column

def upgrade(ctx):
    ctx.create_table("users", column("id", "int", key=True), column("nick", "text"), column("name", "text"))
"""
SECOND = """
depends_on = "0001_first"

def remove(ctx, name):
    ctx.drop_column("users", name)

def upgrade(ctx):
    remove(ctx, "nick")
    with ctx.state_only():
        ctx.comment_table("users", "x")
    ctx.rename_table(
        "users",
        "people",
    )
"""


def found(tmp_path: Path, text: str, dialect: str = "postgres") -> list[Lint]:
    """Returns the lints of a second migration."""
    (tmp_path / "0001_first.py").write_text(FIRST)
    (tmp_path / "0002_second.py").write_text(text)
    first, second = load(tmp_path)
    assert lints(first, replayed([], dialect), dialect) == []
    return lints(second, replayed([first], dialect), dialect)


def test_lines(tmp_path: Path) -> None:
    """A lint names the innermost line of the file that says the operation."""
    drop, rename = found(tmp_path, SECOND)
    assert (drop.name, drop.line, rename.name, rename.line) == ("drop", 5, "rename", 11)
    path = tmp_path / "0002_second.py"
    assert str(drop) == (
        f"{path}:5: drop: the values of users.nick are lost, and the application that runs still names it; "
        "let it take NULL, then deploy the application without it first, and drop it in a later migration"
    )


def test_allowed(tmp_path: Path) -> None:
    """A reason silences a lint; without one, or of an unknown name, the comment itself is an error."""
    comment = "  # oxyde: allow drop: nobody reads it"
    allowed = SECOND.replace('    ctx.drop_column("users", name)', f'    ctx.drop_column("users", name){comment}')
    assert [lint.name for lint in found(tmp_path, allowed)] == ["rename"]
    error, drop, _ = found(tmp_path, allowed.replace(": nobody reads it", ""))
    assert (error.name, error.line, error.is_error, drop.name) == ("allow", 5, True, "drop")
    assert str(error).endswith("drop is allowed without a reason, and so is not; say why: # oxyde: allow drop: reason")
    error, drop, _ = found(tmp_path, allowed.replace("allow drop", "allow drops"))
    assert "there is no lint 'drops'; did you mean \"drop\"?" in error.problem
    assert (error.is_error, drop.is_error) == (True, False)
    assert found(tmp_path, allowed.replace("allow drop: nobody reads it", "allow"))[0].problem == "it does not say what is allowed"
    whole = "# oxyde: allow rename: a free day\n" + allowed
    assert found(tmp_path, whole) == []
