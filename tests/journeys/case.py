"""A journey: operations as a migration says them, and in what the way back may differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from oxyde.migrations import check, column, foreign_key, index, unique
from oxyde.migrations.folder.context import Context

At: TypeAlias = "dict[str, Any]"
"""The keyword ``schema=`` of every operation, or none."""
Said: TypeAlias = "Callable[[Context, At], object]"


@dataclass(frozen=True)
class Case:
    """Operations on the tables of ``begin``.

    Attributes:
        name: What they are.
        forward: Records them.
        before: Records what is there before them, beside the tables of ``begin``.
        lost: Columns (``posts.size``) and tables whose values the way back does not bring back.
        changed: Columns whose values the way forward changes, and the way back changes back.
        drifts: Why the state after the operations has otherwise than the database.
        gives: A query, and its rows after the operations.
        refused: What the error says, by the server that cannot do it.
        moved: Why a server has the same lines in another order after the way back, by server.
        differs: Why a server's text of the schema is another one after the way back, by server.
    """

    name: str
    forward: Said
    before: Said | None = None
    lost: Sequence[str] = ()
    changed: Sequence[str] = ()
    drifts: str = ""
    gives: tuple[str, Sequence[tuple[Any, ...]]] | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    differs: Mapping[str, str] = field(default_factory=dict)


def in_turn(*said: Said) -> Said:
    """Returns what records one thing after the other."""

    def both(ctx: Context, at: At) -> None:
        for one in said:
            one(ctx, at)

    return both


def named(at: At, name: str) -> str:
    """Returns the name of a table in SQL, with its schema if it has one."""
    return ".".join([*at.values(), name])


def begin(ctx: Context, at: At) -> None:
    """Records what every journey begins with: two tables with rows."""
    ctx.create_enum_type("mood", ["good", "bad"], **at)
    ctx.create_table("people", column("id", "int", key=True, auto=True), column("name", "text", length=40), **at)
    ctx.create_table(
        "posts",
        column("id", "int", key=True, auto=True),
        column("title", "text", length=40, default="'none'"),
        column("size", "int", nullable=True),
        column("person_id", "int"),
        column("mood", "enum", name="mood"),
        foreign_key("fk_posts_person_id", "person_id", named(at, "people.id"), on_delete="CASCADE"),
        unique("uq_posts_title", "title", "person_id"),
        check("ck_posts_title", "title <> ''"),
        index("ix_posts_size", "size", "id", desc=["size"]),
        **at,
    )
    ctx.execute(f"INSERT INTO {named(at, 'people')} (name) VALUES ('Ann'), ('Bob'), ('Cid')")
    rows = "('one', 1, 1, 'good'), ('two', NULL, 2, 'bad'), ('three', 3, 2, 'good')"
    ctx.execute(f"INSERT INTO {named(at, 'posts')} (title, size, person_id, mood) VALUES {rows}")
    if ctx.dialect == "sqlite":
        ctx.execute("ANALYZE")
