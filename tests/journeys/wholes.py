"""Journeys of tables, keys, enumerations, views and schemas, and of what the application writes itself."""

from __future__ import annotations

from typing import Any, Final

from oxyde.migrations import check, column, foreign_key, index, unique
from oxyde.migrations.folder.context import Context
from tests.journeys.case import At, Case, named
from tests.journeys.columns import STATISTICS

SERVERS: Final = ("postgres", "mariadb", "mysql", "sqlite")
_COUNTER: Final = {"mariadb": "the counter of a new table begins anew"}


def _everything(ctx: Context, at: At) -> None:
    """Records a table with all that the server has."""
    more: list[Any] = []
    if ctx.dialect == "postgres":
        more = [
            column("nr", "int", identity="always"),
            column("tags", "array", item="text", default="'{}'"),
            column("raw", "bytes", nullable=True),
        ]
        more += [unique("uq_all_late", "name", deferrable=True), index("ix_all_more", "name", include=["price"], where="price > 0")]
    if ctx.dialect != "postgres":
        more = [column("shout", "text", length=40, generated="upper(name)", nullable=True)]
    ctx.create_table(
        "all things",
        column("a", "int", key=True),
        column("b", "uuid", key=True),
        column("name", "text", length=40, comment="it's"),
        column("price", "decimal", precision=10, scale=2, default="1.5"),
        column("made", "datetime_tz", nullable=True),
        column("long", "text", nullable=True),
        column("data", "json", nullable=True),
        column("mood", "enum", name="mood", default="'good'"),
        column("twice", "decimal", precision=11, scale=2, generated="price * 2", stored=True, nullable=True),
        column("mother", "int", nullable=True),
        *more,
        unique("uq_all_a", "a"),
        unique("uq_all_name", "name", "price"),
        check("ck_all_price", "price >= 0"),
        foreign_key("fk_all_post", "a", named(at, "posts.id"), on_delete="CASCADE"),
        foreign_key("fk_all_mother", "mother", named(at, "all things.a"), on_delete="SET NULL"),
        index("ix_all_name", "name", desc=["name"]),
        comment="all; it's",
        **at,
    )


def _keyed(ctx: Context, at: At) -> None:
    """Records a table whose key could be another one."""
    ctx.create_table("pairs", column("a", "int", key=True), column("b", "int"), column("name", "text", length=9), **at)
    ctx.execute(f"INSERT INTO {named(at, 'pairs')} VALUES (1, 2, 'x'), (2, 2, 'y')")


TABLES: Final = [
    Case("create_table", _everything),
    Case("create_table-no-key", lambda ctx, at: ctx.create_table("bare", column("a", "int", nullable=True), **at)),
    Case("drop_table", lambda ctx, at: ctx.drop_table("posts", **at), lost=["posts", "sqlite_sequence", *STATISTICS], differs=_COUNTER),
    Case("drop_table-everything", lambda ctx, at: ctx.drop_table("all things", **at), before=_everything),
    Case(
        "drop_table-fulltext",
        lambda ctx, at: ctx.drop_table("posts", **at),
        before=lambda ctx, at: ctx.create_index("posts", index("ix_search", "title", method="fulltext"), **at),
        lost=["posts", "sqlite_sequence", *STATISTICS, *(f"ix_search{part}" for part in ("", "_data", "_docsize", "_idx"))],
        differs=_COUNTER,
    ),
    Case("rename_table", lambda ctx, at: ctx.rename_table("people", "all humans", **at)),
    Case(
        "rename_table-searched",
        lambda ctx, at: ctx.rename_table("posts", "all posts", **at),
        before=lambda ctx, at: ctx.create_index("posts", index("ix_search", "title", method="fulltext"), **at),
    ),
    Case("rename_table-own-key", lambda ctx, at: ctx.rename_table("all things", "things", **at), before=_everything),
    Case("alter_key", lambda ctx, at: ctx.alter_key("pairs", "b", "a", **at), before=_keyed),
    Case("alter_key-none", lambda ctx, at: ctx.alter_key("pairs", **at), before=_keyed),
    Case("alter_key-other", lambda ctx, at: ctx.alter_key("pairs", "name", **at), before=_keyed),
    Case("comment_table", lambda ctx, at: ctx.comment_table("posts", 'it\'s \\ a "comment"', **at)),
    Case(
        "comment_table-none",
        lambda ctx, at: ctx.comment_table("posts", None, **at),
        before=lambda ctx, at: ctx.comment_table("posts", "old", **at),
    ),
]
SCHEMAS: Final = [
    Case(
        "create_schema",  # which is there already, and is left when it is undone
        lambda ctx, at: ctx.create_schema({"postgres": "public"}.get(ctx.dialect, "mysql")),
        refused={"sqlite": "schemas that are created are not supported by sqlite"},
    ),
]
ENUMS: Final = [
    Case("create_enum", lambda ctx, at: ctx.create_enum_type("kind", ["a", "it's"], **at)),
    Case(
        "drop_enum", lambda ctx, at: ctx.drop_enum_type("kind", **at), before=lambda ctx, at: ctx.create_enum_type("kind", ["a", "b"], **at)
    ),
    Case("rename_enum", lambda ctx, at: ctx.rename_enum_type("mood", "state of mind", **at)),
    Case("add_enum_value", lambda ctx, at: ctx.add_enum_value("mood", "it's new", **at)),
    Case("alter_enum-order", lambda ctx, at: ctx.alter_enum_type("mood", ["bad", "good"], **at)),
    Case(
        "alter_enum-map",
        lambda ctx, at: ctx.alter_enum_type("mood", ["bad", "fine"], map={"good": "fine"}, **at),
        lost=["posts.mood"],
        gives=("SELECT id, mood FROM posts ORDER BY id", [(1, "fine"), (2, "bad"), (3, "fine")]),
    ),
    Case(
        "alter_enum-default",
        lambda ctx, at: ctx.alter_enum_type("mood", ["worse", "bad", "good"], **at),
        before=lambda ctx, at: ctx.alter_column("posts", "mood", default="'good'", **at),
    ),
    Case(
        "alter_enum-indexed",
        lambda ctx, at: ctx.alter_enum_type("mood", ["worse", "bad", "good"], **at),
        before=lambda ctx, at: ctx.create_index("posts", index("ix_posts_mood", "mood", "id"), **at),
        lost=STATISTICS,
    ),
]


def _view(ctx: Context, at: At) -> None:
    ctx.create_view("titles", f"SELECT id, title FROM {named(at, 'posts')} WHERE size IS NOT NULL", **at)


VIEWS: Final = [
    Case("create_view", _view, gives=("SELECT id, title FROM titles ORDER BY id", [(1, "one"), (3, "three")])),
    Case("drop_view", lambda ctx, at: ctx.drop_view("titles", **at), before=_view),
]


def _double(models: Any) -> None:
    """Doubles the sizes of the posts, the one table that it is given."""
    (posts,) = models
    for post in posts.objects.sync.all():
        posts.objects.filter(id=post.id).sync.update(size=None if post.size is None else post.size * 2)


def _halve(models: Any) -> None:
    """Halves them."""
    (posts,) = models
    for post in posts.objects.sync.all():
        posts.objects.filter(id=post.id).sync.update(size=None if post.size is None else post.size // 2)


def _dropped(ctx: Context, at: At) -> str:
    """Returns what drops the index that is made by hand."""
    return f"DROP INDEX by_hand ON {named(at, 'posts')}" if ctx.dialect in {"mysql", "mariadb"} else f"DROP INDEX {named(at, 'by_hand')}"


def _told(ctx: Context, at: At) -> None:
    """Records what the state alone is told of."""
    ctx.execute(f"CREATE INDEX by_hand ON {named(at, 'posts')} (size)", reverse=_dropped(ctx, at))
    with ctx.state_only():
        ctx.create_index("posts", index("by_hand", "size"), **at)


FREE: Final = [
    Case(
        "execute",
        lambda ctx, at: ctx.execute(f"CREATE INDEX by_hand ON {named(at, 'posts')} (size)", reverse=_dropped(ctx, at)),
        drifts="nobody told the state",
    ),
    Case(
        "execute-state",
        lambda ctx, at: ctx.execute(
            f"CREATE INDEX by_hand ON {named(at, 'posts')} (size)",
            reverse=_dropped(ctx, at),
            state=lambda inner: inner.create_index("posts", index("by_hand", "size"), **at),
        ),
    ),
    Case(
        "execute-params",
        lambda ctx, at: ctx.execute(
            f"UPDATE {named(at, 'posts')} SET title = :new WHERE id = :id",
            {"new": "it's; :x", "id": 1},
            f"UPDATE {named(at, 'posts')} SET title = 'one' WHERE id = 1",
        ),
        gives=("SELECT title FROM posts WHERE id = 1", [("it's; :x",)]),
        changed=["posts.title"],
    ),
    Case(
        "run",
        lambda ctx, at: ctx.run(_double, [named(at, "posts")], _halve),
        changed=["posts.size"],
        gives=("SELECT id, size FROM posts ORDER BY id", [(1, 2), (2, None), (3, 6)]),
    ),
    Case(
        "execute-for-good",
        lambda ctx, at: ctx.execute(f"DELETE FROM {named(at, 'posts')} WHERE id = 1"),
        refused=dict.fromkeys(SERVERS, "no reverse is known for DELETE FROM .*; give ctx.execute\\(..., reverse=...\\)"),
    ),
    Case(
        "run-for-good",
        lambda ctx, at: ctx.run(_double, [named(at, "posts")]),
        refused=dict.fromkeys(SERVERS, "no reverse is known for _double\\(\\); give ctx.run"),
    ),
    Case("state_only", _told),
]
