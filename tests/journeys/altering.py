"""Journeys of columns that change."""

from __future__ import annotations

from typing import Any, Final

from oxyde.migrations import column
from oxyde.migrations.folder.context import Context
from tests.journeys.case import At, Case, in_turn, named
from tests.journeys.columns import AT_END, BINARY

_COUNTS: Final = "changes of columns that count are not supported by postgres"


def _alter(name: str, **changes: Any) -> Any:
    """Returns what records a change of a column of the posts."""
    return lambda ctx, at: ctx.alter_column("posts", name, **changes, **at)


def _made(ctx: Context, at: At) -> None:
    """Records a table of one column of each of some kinds."""
    ctx.create_table(
        "notes",
        column("id", "int", key=True),
        column("number", "int"),
        column("text", "text", nullable=True),
        column("price", "decimal", precision=8, scale=2),
        column("made", "datetime"),
        column("day", "date"),
        column("twice", "int", generated="number * 2", stored=True, nullable=True),
        **at,
    )
    rows = "(1, 5, '7', 1.50, '2026-01-02 03:04:05', '2026-01-02'), (2, 6, NULL, 2.25, '2026-02-03 00:00:00', '2026-02-03')"
    ctx.execute(f"INSERT INTO {named(at, 'notes')} (id, number, text, price, made, day) VALUES {rows}")


def _note(name: str, **changes: Any) -> Any:
    """Returns what records a change of a column of the notes."""
    return lambda ctx, at: ctx.alter_column("notes", name, **changes, **at)


def _moods(ctx: Context, at: At) -> None:
    """Records a table with the values of an enumeration as text."""
    ctx.create_table("moods", column("id", "int", key=True), column("mood", "text", length=10), **at)
    ctx.execute(f"INSERT INTO {named(at, 'moods')} VALUES (1, 'bad'), (2, 'good')")


ALTERING: Final = [
    Case("alter-longer", _alter("title", length=80)),
    Case("alter-any-length", _alter("title", length=None)),
    Case("alter-nullable", _alter("title", nullable=True)),
    Case("alter-default", _alter("title", default="'other'")),
    Case("alter-no-default", _alter("title", default=None)),
    Case(
        "alter-not-null",
        _alter("size", nullable=False, fill="0"),
        lost=["posts.size"],
        gives=("SELECT id, size FROM posts ORDER BY id", [(1, 1), (2, 0), (3, 3)]),
    ),
    Case(
        "alter-fill-alone",
        _alter("size", default="5", fill="person_id * 10"),
        lost=["posts.size"],
        gives=("SELECT id, size FROM posts ORDER BY id", [(1, 1), (2, 20), (3, 3)]),
    ),
    Case("alter-collation", lambda ctx, at: ctx.alter_column("posts", "title", collation=BINARY[ctx.dialect], **at)),
    Case("alter-comment", _alter("title", comment="it's")),
    Case("alter-several", _alter("title", length=60, nullable=True, default="'x'", comment="c")),
    Case("alter-to-decimal", _alter("size", type="decimal", precision=20, scale=2), changed=["posts.size"]),
    Case(
        "alter-of-generated",
        _note("number", type="decimal", precision=20, scale=2),
        before=_made,
        changed=["notes.number"],
        refused={"postgres": "cannot alter type of a column used by a generated column"},
    ),
    Case("alter-to-text", _note("price", type="text", length=20), before=_made, changed=["notes.price"]),
    Case("alter-wider-decimal", _note("price", precision=12, scale=4), before=_made),
    Case("alter-to-float", _note("price", type="float"), before=_made, changed=["notes.price"]),
    Case("alter-to-zone", _note("made", type="datetime_tz"), before=_made, changed=["notes.made"]),
    Case("alter-day-to-time", _note("day", type="datetime"), before=_made, changed=["notes.day"]),
    Case("alter-db-type", _note("id", type="int", db_type="INTEGER"), before=_made),
    Case(
        "alter-generated",
        _note("twice", generated="number * 3"),
        before=_made,
        gives=("SELECT id, twice FROM notes ORDER BY id", [(1, 15), (2, 18)]),
        changed=["notes.twice"],
    ),
    Case(
        "alter-to-generated",
        _note("text", generated="'x'", stored=True),
        before=_made,
        lost=["notes.text"],
        moved={"postgres": AT_END},
    ),
    Case(
        "alter-no-generated",
        _note("twice", generated=None, stored=False),
        before=_made,
    ),
    Case(
        "alter-using",
        _note("number", type="text", length=9, using="'n' || id"),
        before=in_turn(_made, lambda ctx, at: ctx.drop_column("notes", "twice", **at)),
        refused={
            "postgres": "the reverse of USING .* is not known; write it in downgrade",
            "sqlite": "the reverse of USING .* is not known; write it in downgrade",
            "mariadb": "conversions by an expression are not supported by mariadb",
        },
    ),
    Case("alter-enum-to-text", _alter("mood", type="text", length=10)),
    Case("alter-text-to-enum", lambda ctx, at: ctx.alter_column("moods", "mood", type="enum", name="mood", **at), before=_moods),
    Case("alter-enum-default", _alter("mood", default="'bad'")),
    Case("alter-to-counting", _note("id", auto=True), before=_made, refused={"postgres": _COUNTS}),
    Case(
        "alter-to-identity",
        _note("id", identity="always"),
        before=_made,
        refused={
            "postgres": _COUNTS,
            "sqlite": "identity columns are not supported by sqlite",
            "mariadb": "identity columns are not supported by mariadb",
        },
    ),
]
