"""Whether migrations stay in the schema that they are run in."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxyde.migrations.folder.files import load, walked
from oxyde.migrations.verification.confining import leaving
from tests.migrating import write

STAYS = """
def upgrade(ctx):
    ctx.create_table("confined", column("id", "int", key=True, auto=True))
    ctx.execute("INSERT INTO confined DEFAULT VALUES", reverse="DELETE FROM confined")
"""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (STAYS, None),
        ('def upgrade(ctx):\n    ctx.create_table("t", column("id", "int"), schema="shop")\n', "names the schema shop"),
        ('def upgrade(ctx):\n    ctx.create_schema("shop")\n', "makes the schema shop"),
        ('def upgrade(ctx):\n    ctx.execute("CREATE EXTENSION x", reverse="")\n', "runs SQL that names extension"),
        ('def upgrade(ctx):\n    ctx.execute("DROP OWNED BY CURRENT_ROLE", reverse="")\n', "runs SQL that names owned"),
        ('def upgrade(ctx):\n    ctx.execute("DELETE FROM u&\'x\'", reverse="")\n', "runs SQL that names U&"),
        ('def upgrade(ctx):\n    ctx.execute("DO $$BEGIN EXECUTE f(); END$$", reverse="")\n', "runs SQL that it makes up"),
        ('def upgrade(ctx):\n    ctx.execute("CREATE TRIGGER t EXECUTE FUNCTION f()", reverse="")\n', None),
        ('def upgrade(ctx):\n    ctx.execute("SELECT 1", reverse="DELETE FROM Public.t")\n', "runs SQL that names public"),
    ],
)
def test_what_leaves_the_schema(tmp_path: Path, body: str, reason: str | None) -> None:
    """Schemas that are named, made, or in SQL, on the way back too."""
    stages = list(walked(load(write(tmp_path / "migrations", m0001_first=body)), "postgres"))
    assert leaving(stages, ["public"]) == (None if reason is None else f"0001_first {reason}")
