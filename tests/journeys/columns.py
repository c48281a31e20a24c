"""Journeys of columns."""

from __future__ import annotations

from typing import Final

from oxyde.migrations import column, index
from oxyde.migrations.folder.context import Context
from tests.journeys.case import At, Case, in_turn, named

TEXT: Final = "SQL text of a state stays as it is written"
STATISTICS: Final = ("sqlite_stat1", "sqlite_stat4")
"""What SQLite knows of an index goes with it, and comes back with the next ANALYZE."""
AT_END: Final = "a column comes back as the last one"
_MOVED: Final = {"postgres": AT_END, "mariadb": AT_END, "sqlite": AT_END}
BINARY: Final = {"postgres": "C", "mariadb": "utf8mb4_bin", "mysql": "utf8mb4_bin", "sqlite": "NOCASE"}
_EMPTY: Final = {"postgres": "'{}'", "mariadb": "'[]'", "mysql": "('[]')", "sqlite": "'[]'"}


def _note(ctx: Context, at: At, *parts: object) -> None:
    """Records a table of columns that are given."""
    ctx.create_table("notes", column("id", "int", key=True), *parts, **at)  # type: ignore[arg-type] # columns


def _pairs(ctx: Context, at: At) -> None:
    """Records a table with a key of two columns."""
    keys = column("a", "int", key=True), column("b", "int", key=True)
    ctx.create_table("pairs", *keys, column("name", "int"), **at)
    ctx.execute(f"INSERT INTO {named(at, 'pairs')} VALUES (1, 1, 1), (2, 2, 2), (3, 1, 1)")


def _bare(ctx: Context, at: At) -> None:
    """Records a table without a key."""
    ctx.create_table("bare", column("a", "int"), **at)
    ctx.execute(f"INSERT INTO {named(at, 'bare')} VALUES (1), (2)")


COLUMNS: Final = [
    Case(
        "add",
        lambda ctx, at: ctx.add_column("posts", column("extra", "text", nullable=True), **at),
        gives=("SELECT id, extra FROM posts ORDER BY id", [(1, None), (2, None), (3, None)]),
    ),
    Case(
        "add-default",
        lambda ctx, at: ctx.add_column("posts", column("stars", "int", default="7"), **at),
        gives=("SELECT id, stars FROM posts ORDER BY id", [(1, 7), (2, 7), (3, 7)]),
    ),
    Case(
        "add-fill",
        lambda ctx, at: ctx.add_column("posts", column("slug", "text", length=50), fill="lower(title)", **at),
        gives=("SELECT id, slug FROM posts ORDER BY id", [(1, "one"), (2, "two"), (3, "three")]),
    ),
    Case(
        "add-nullable-fill",
        lambda ctx, at: ctx.add_column("posts", column("twice", "int", nullable=True), fill="size * 2", **at),
        gives=("SELECT id, twice FROM posts ORDER BY id", [(1, 2), (2, None), (3, 6)]),
    ),
    Case(
        "add-default-fill",
        lambda ctx, at: ctx.add_column("posts", column("stars", "int", default="7"), fill="person_id", **at),
        gives=("SELECT id, stars FROM posts ORDER BY id", [(1, 1), (2, 2), (3, 2)]),
    ),
    Case(
        "add-nullable-default-fill",
        lambda ctx, at: ctx.add_column("posts", column("stars", "int", nullable=True, default="7"), fill="size", **at),
        gives=("SELECT id, stars FROM posts ORDER BY id", [(1, 1), (2, None), (3, 3)]),
    ),
    Case(
        "add-comment",
        lambda ctx, at: ctx.add_column("posts", column("extra", "text", length=9, nullable=True, comment='it\'s \\ "new"'), **at),
    ),
    Case(
        "add-comment-fill",
        lambda ctx, at: ctx.add_column("posts", column("slug", "text", length=50, comment="it's"), fill="lower(title)", **at),
    ),
    Case("add-db-type", lambda ctx, at: ctx.add_column("posts", column("small", "int", db_type="SMALLINT", nullable=True), **at)),
    Case(
        "add-collation",
        lambda ctx, at: ctx.add_column("posts", column("code", "text", length=9, nullable=True, collation=BINARY[ctx.dialect]), **at),
    ),
    Case(
        "add-now",
        lambda ctx, at: ctx.add_column("posts", column("made", "datetime", default="CURRENT_TIMESTAMP"), **at),
        lost=["posts.made"],
    ),
    Case(
        "add-enum",
        lambda ctx, at: ctx.add_column("posts", column("other", "enum", name="mood", default="'bad'"), **at),
        gives=("SELECT id, other FROM posts ORDER BY id", [(1, "bad"), (2, "bad"), (3, "bad")]),
    ),
    Case(
        "add-new-enum",
        lambda ctx, at: ctx.add_column("posts", column("kind", "enum", name="kind", values=["a", "b"], nullable=True), **at),
        before=lambda ctx, at: ctx.create_enum_type("kind", ["a", "b"], **at),
    ),
    Case(
        "add-array",
        lambda ctx, at: ctx.add_column("posts", column("tags", "array", item="text", default=_EMPTY[ctx.dialect]), **at),
    ),
    Case(
        "add-identity",
        lambda ctx, at: ctx.add_column("posts", column("nr", "int", identity="by default"), **at),
        refused={"sqlite": "identity columns are not supported by sqlite", "mariadb": "identity columns are not supported by mariadb"},
    ),
    Case(
        "add-identity-always",
        lambda ctx, at: ctx.add_column("posts", column("nr", "int", identity="always"), **at),
        refused={"sqlite": "identity columns are not supported by sqlite", "mariadb": "identity columns are not supported by mariadb"},
    ),
    Case(
        "add-stored",
        lambda ctx, at: ctx.add_column(
            "posts", column("loud", "text", length=99, generated="upper(title)", stored=True, nullable=True), **at
        ),
        gives=("SELECT id, loud FROM posts ORDER BY id", [(1, "ONE"), (2, "TWO"), (3, "THREE")]),
    ),
    Case(
        "add-stored-not-null",
        lambda ctx, at: ctx.add_column("posts", column("loud", "text", length=99, generated="upper(title)", stored=True), **at),
        gives=("SELECT id, loud FROM posts ORDER BY id", [(1, "ONE"), (2, "TWO"), (3, "THREE")]),
    ),
    Case(
        "add-virtual",
        lambda ctx, at: ctx.add_column("posts", column("loud", "text", length=99, generated="upper(title)", nullable=True), **at),
        gives=("SELECT id, loud FROM posts ORDER BY id", [(1, "ONE"), (2, "TWO"), (3, "THREE")]),
        refused={"postgres": "virtual generated columns are not supported by postgres; add db_stored=True"},
    ),
    Case(
        "add-key",
        lambda ctx, at: ctx.add_column("pairs", column("c", "int", key=True), fill="a * 10", **at),
        before=_pairs,
        gives=("SELECT a, b, c FROM pairs ORDER BY a, b", [(1, 1, 10), (2, 2, 20), (3, 1, 30)]),
    ),
    Case(
        "add-first-key",
        lambda ctx, at: ctx.add_column("bare", column("nr", "int", key=True), fill="a * 10", **at),
        before=_bare,
        gives=("SELECT a, nr FROM bare ORDER BY a", [(1, 10), (2, 20)]),
    ),
    Case("drop", lambda ctx, at: ctx.drop_column("posts", "mood", fill="'good'", **at), lost=["posts.mood"]),
    Case("drop-nullable", lambda ctx, at: ctx.drop_column("posts", "size", **at), lost=["posts.size", *STATISTICS], moved=_MOVED),
    Case("drop-with-parts", lambda ctx, at: ctx.drop_column("posts", "person_id", fill="id", **at), lost=["posts.person_id"], moved=_MOVED),
    Case(
        "drop-default",
        lambda ctx, at: ctx.drop_column("notes", "size", **at),
        before=in_turn(
            lambda ctx, at: _note(ctx, at, column("size", "int", default="3")),
            lambda ctx, at: ctx.execute(f"INSERT INTO {named(at, 'notes')} VALUES (1, 2)"),
        ),
        lost=["notes.size"],
    ),
    Case(
        "drop-generated",
        lambda ctx, at: ctx.drop_column("notes", "more", **at),
        before=in_turn(
            lambda ctx, at: _note(ctx, at, column("size", "int"), column("more", "int", generated="size + 1", stored=True, nullable=True)),
            lambda ctx, at: ctx.execute(f"INSERT INTO {named(at, 'notes')} (id, size) VALUES (1, 2)"),
        ),
    ),
    Case(
        "drop-of-key",
        lambda ctx, at: ctx.drop_column("pairs", "b", fill="name", **at),
        before=_pairs,
        lost=["pairs.b"],
        moved=_MOVED,
    ),
    Case(
        "rename",
        lambda ctx, at: ctx.rename_column("posts", "title", "head line", **at),
        drifts=TEXT,
        differs={"sqlite": "it quotes a name that it changes"},
    ),
    Case("rename-key", lambda ctx, at: ctx.rename_column("people", "id", "nr", **at)),
    Case(
        "rename-searched",
        lambda ctx, at: ctx.rename_column("posts", "title", "head line", **at),
        before=in_turn(
            lambda ctx, at: ctx.drop_check("posts", "ck_posts_title", **at),
            lambda ctx, at: ctx.create_index("posts", index("ix_search", "title", method="fulltext"), **at),
        ),
    ),
    Case("rename-indexed", lambda ctx, at: ctx.rename_column("posts", "size", "SELECT", **at)),
    Case("comment", lambda ctx, at: ctx.comment_column("posts", "title", 'it\'s \\ "a"', **at)),
    Case(
        "comment-none",
        lambda ctx, at: ctx.comment_column("posts", "title", None, **at),
        before=lambda ctx, at: ctx.comment_column("posts", "title", "old", **at),
    ),
]
