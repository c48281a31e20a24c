"""Comments that allow something: which statements they are about."""

from __future__ import annotations

from pathlib import Path

from oxyde.migrations.lint.allowances import Allowance, read

FILE = '''"""Drops."""

# oxyde: allow long-name: the server is patched


def upgrade(ctx):
    # oxyde: allow drop: nobody reads it
    # and nobody did
    ctx.drop_column("users", "nick")
    ctx.alter_column(  # oxyde: allow narrow-type : looked at
        "users",
        "name",
        length=3,
    )
    if ctx.dialect == "postgres":
        ctx.drop_table("a")  # oxyde: allow drop
        ctx.execute("-- # oxyde: allow rename: in a string")
    ctx.rename_table("b", "c")  #oxyde:allow rename:on a free day
    # oxyde: allow


# oxyde: allow int-key: small for good
def helper(ctx):
    ctx.drop_table("d")


def downgrade(ctx):
    pass
'''


def test_read(tmp_path: Path) -> None:
    """Beside a statement, on the lines above it, above a function, and outside of all."""
    path = tmp_path / "0001_drops.py"
    path.write_text(FILE)
    found = read(path)
    assert sorted(found.all, key=lambda one: one.line) == [
        Allowance(3, "long-name", "the server is patched", 0, 0),
        Allowance(7, "drop", "nobody reads it", 9, 9),
        Allowance(10, "narrow-type", "looked at", 10, 14),
        Allowance(16, "drop", None, 16, 16),
        Allowance(18, "rename", "on a free day", 18, 18),
        Allowance(19, "", None, 19, 19),
        Allowance(22, "int-key", "small for good", 23, 24),
    ]
    assert found.allows("drop", 9)
    assert not found.allows("drop", 16)
    assert not found.allows("drop", None)
    assert found.allows("narrow-type", 12)
    assert found.allows("long-name", None)
    assert found.allows("long-name", 400)
    assert found.allows("int-key", 24)
    assert not found.allows("rename", 9)
