"""``migrate --plan`` says which locks are taken on the tables that are there, and what is unsafe about it."""

from __future__ import annotations

from pathlib import Path

import oxyde
from oxyde.db.execute import run
from oxyde.db.route import route
from oxyde.migrations.folder.files import load
from oxyde.migrations.running.history import History
from oxyde.migrations.running.migrating import migrate
from oxyde.migrations.running.pending import Pending, as_rows, pending
from tests.backends import Backend
from tests.migrating import fresh, write

FIRST = """
def upgrade(ctx):
    ctx.create_table("posts", column("id", "int", key=True, auto=True), column("title", "text", length=80, nullable=True))
"""
SECOND = """
def upgrade(ctx):
    post = foreign_key("fk_tags_post_id", "post_id", "posts.id")
    ctx.create_table("tags", column("id", "int", key=True, auto=True), column("post_id", "int"), post)
    ctx.rename_table("posts", "articles")
    ctx.create_index("articles", index("ix_articles_title", "title"))
    ctx.create_index("tags", index("ix_tags_post_id", "post_id"))
"""
THIRD = """
def upgrade(ctx):
    ctx.create_index("articles", index("ix_articles_title_id", "title", "id"))
    ctx.create_index("tags", index("ix_tags_post_id_id", "post_id", "id"))
"""


async def planned(folder: Path, dialect: str) -> list[Pending]:
    where = route("default")
    history = History(load(folder), dialect)
    await run(history.read(), where)
    return await run(pending(history.tasks(), dialect), where)


async def test_locks_on_what_is_there(backend: Backend, tmp_path: Path) -> None:
    """Tables that the migrations make themselves are not waited for; a renamed one is known by its new name."""
    folder = write(tmp_path / "migrations", m0001_posts=FIRST, m0002_tags=SECOND, m0003_more=THIRD)
    with fresh(backend, tmp_path) as database:
        await oxyde.db.init(default=database.url)
        everything = await planned(folder, backend.dialect)
        assert [one.task.name for one in everything] == ["0001_posts", "0002_tags", "0003_more"]
        assert all(not one.lints and not any(one.locks) for one in everything)

        await migrate(folder, "0001")
        await oxyde.execute_raw("INSERT INTO posts (title) VALUES ('a')")
        second, third = await planned(folder, backend.dialect)
        locked = [{lock.table for lock in locks} for _, _, locks in second.steps]
        assert locked[1:3] == [{(None, "posts")}, {(None, "articles")}]
        assert locked[3] == set()
        assert [{lock.table for lock in locks} for _, _, locks in third.steps] == [{(None, "articles")}, set()]
        assert "rename" in {lint.name for lint in second.lints}
        if backend.dialect == "postgres":
            assert [lint.name for lint in third.lints] == ["index-lock"]
        rows = as_rows([second])
        assert [row["migration"] for row in rows] == ["0002_tags"] * 4
        assert [lint for lint in rows[1]["lints"] if "rename" in lint]
        assert [one.name for one in await migrate(folder)] == ["0002_tags", "0003_more"]
        await oxyde.db.close()


async def test_one_rebuild_is_one_copy(tmp_path: Path) -> None:
    """A table that SQLite makes anew once, for several operations, is copied once."""
    body = """
def upgrade(ctx):
    ctx.alter_column("posts", "title", nullable=False, fill="'-'")
    ctx.add_check("posts", check("ck_posts_title", "title <> ''"))
    ctx.add_unique("posts", unique("uq_posts_title", "title"))
"""
    folder = write(tmp_path / "migrations", m0001_posts=FIRST, m0002_strict=body)
    await oxyde.db.init(default=f"sqlite:///{tmp_path}/plan.db")
    await migrate(folder, "0001")
    (second,) = await planned(folder, "sqlite")
    assert [[lock.work for lock in locks] for _, _, locks in second.steps] == [[], [], ["copy"]]
    await oxyde.db.close()
