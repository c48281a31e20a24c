"""A small state that unit tests of migrations change: users who wrote posts, a type, a view."""

from __future__ import annotations

from oxyde.migrations.parts import Check, Column, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, enum_of

USERS, POSTS = (None, "users"), (None, "posts")
STATUS = (None, "status_enum")

SHOP = State(
    {
        USERS: Table("users", None, {"id": Column("id", INT, auto=True), "name": Column("name", TEXT, length=80)}, ("id",)),
        POSTS: Table(
            "posts",
            None,
            {
                "id": Column("id", INT, auto=True),
                "title": Column("title", TEXT, length=200),
                "author_id": Column("author_id", INT, nullable=True),
                "status": Column("status", enum_of("status_enum", ()), default="'draft'"),
            },
            ("id",),
            {
                "uq_posts_title_author_id": Unique("uq_posts_title_author_id", ("title", "author_id")),
                "ck_title": Check("ck_title", "length(title) > 0"),
                "fk_posts_author_id": ForeignKey("fk_posts_author_id", ("author_id",), USERS, ("id",), "CASCADE"),
            },
            {"ix_posts_title": Index("ix_posts_title", ("title", "lower(title)"), desc=("title",))},
            comment="What was written",
        ),
    },
    {STATUS: ("draft", "live")},
    {(None, "live_posts"): "SELECT * FROM posts WHERE status = 'live'"},
)
