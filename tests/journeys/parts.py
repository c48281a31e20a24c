"""Journeys of constraints and indexes."""

from __future__ import annotations

from typing import Any, Final

from oxyde.migrations import check, column, exclude, foreign_key, index, unique
from oxyde.migrations.folder.context import Context
from tests.journeys.case import At, Case, in_turn, named
from tests.journeys.columns import STATISTICS

_INCLUDE: Final = "are not supported by {}; leave out include="
_WHERE: Final = "partial indexes are not supported by mariadb; leave out where="
_CONCURRENTLY: Final = {
    name: f"indexes that are made concurrently are not supported by {name}; leave out concurrently=" for name in ("sqlite", "mariadb")
}
_NOT_VALID: Final = {
    name: f"constraints that do not check the rows that are there are not supported by {name}; leave out not_valid="
    for name in ("sqlite", "mariadb")
}
_EXCLUDES: Final = {name: f"exclusion constraints are not supported by {name}" for name in ("sqlite", "mariadb")}
_PREFIX: Final = {
    "postgres": '"title" text_pattern_ops',
    "mariadb": "`title`(5)",
    "mysql": "`title`(5)",
    "sqlite": '"title" COLLATE NOCASE',
}
_AT_END: Final = {"sqlite": "a constraint comes back as the last one"}
_INDEX: Final = {"mariadb": "the index of a key comes back as the last one"}
_DEFERRED: Final = {"mariadb": "deferrable foreign keys are not supported by mariadb"}
_DEFERRED_UNIQUE: Final = {name: f"deferrable constraints are not supported by {name}" for name in ("sqlite", "mariadb")}


def _new(*parts: Any, concurrently: bool = False, **more: Any) -> Any:
    """Returns what records a new index of the posts."""
    made = index("ix_posts_new", *parts, **more)
    return lambda ctx, at: ctx.create_index("posts", made, **({"concurrently": True} if concurrently else {}), **at)


def _shifts(ctx: Context, at: At) -> None:
    """Records a table of spans of numbers."""
    ctx.create_table("shifts", column("id", "int", key=True), column("low", "int"), column("high", "int"), **at)
    ctx.execute(f"INSERT INTO {named(at, 'shifts')} VALUES (1, 1, 5), (2, 5, 9)")


def _notes(ctx: Context, at: At) -> None:
    """Records tables that may point to each other, by a key of one column and by one of two."""
    ctx.create_table("pairs", column("a", "int", key=True), column("b", "int", key=True), **at)
    ctx.create_table("notes", column("id", "int", key=True), column("a", "int"), column("b", "int", nullable=True), **at)
    ctx.execute(f"INSERT INTO {named(at, 'pairs')} VALUES (1, 1), (1, 2)")
    ctx.execute(f"INSERT INTO {named(at, 'notes')} VALUES (1, 1, 2), (2, 1, NULL), (3, 2, NULL)")


def _texts(ctx: Context, at: At) -> None:
    """Records a table of texts."""
    ctx.create_table("notes", column("id", "int", key=True), column("a", "text", nullable=True), column("b", "text", length=90), **at)
    ctx.execute(f"INSERT INTO {named(at, 'notes')} VALUES (1, 'one fish', 'two'), (2, NULL, 'red')")


def _points(at: At, **more: Any) -> Any:
    return foreign_key("fk_notes_pair", ["a", "b"], [named(at, "pairs.a"), named(at, "pairs.b")], **more)


def _with_key(ctx: Context, at: At) -> None:
    _notes(ctx, at)
    ctx.add_foreign_key("notes", _points(at), **at)


_SPAN: Final = exclude("ex_shifts", [("int8range(low, high)", "&&")], where="id > 0")

INDEXES: Final = [
    Case("index", _new("title")),
    Case("index-unique", _new("title", "mood", unique=True)),
    Case("index-desc", _new("title", "person_id", desc=["person_id"])),
    Case("index-expression", _new("lower(title)"), refused={"mariadb": "expression indexes are not supported by mariadb"}),
    Case("index-where", _new("title", where="size > 1"), refused={"mariadb": _WHERE}),
    Case(
        "index-include",
        _new("title", include=["size", "mood"]),
        refused={name: f"covering indexes \\(INCLUDE\\) {_INCLUDE.format(name)}" for name in ("sqlite", "mariadb")},
    ),
    Case("index-method", _new("title", method="btree")),
    Case(
        "index-hash",
        _new("title", method="hash"),
        refused=dict.fromkeys(("sqlite", "mariadb"), "index methods other than btree.* are not supported"),
    ),
    Case("index-class", lambda ctx, at: ctx.create_index("posts", index("ix_posts_new", _PREFIX[ctx.dialect]), **at)),
    Case("index-concurrently", _new("title", concurrently=True), refused=_CONCURRENTLY),
    Case("index-fulltext", _new("title", method="fulltext")),
    Case(
        "index-fulltext-two", lambda ctx, at: ctx.create_index("notes", index("ix_notes", "a", "b", method="fulltext"), **at), before=_texts
    ),
    Case(
        "index-fulltext-where",
        _new("title", method="fulltext", where="size > 1"),
        refused={"mariadb": _WHERE, "sqlite": "full-text indexes of anything but columns"},
    ),
    Case(
        "index-fulltext-include",
        _new("title", method="fulltext", include=["size"]),
        refused={
            name: f"covering .*indexes.* are not supported by {name}; leave out include=" for name in ("postgres", "mariadb", "sqlite")
        },
    ),
    Case(
        "index-fulltext-desc",
        _new("title", method="fulltext", desc=["title"]),
        refused={name: f"full-text indexes in descending order are not supported by {name}" for name in ("postgres", "mariadb", "sqlite")},
    ),
    Case(
        "index-fulltext-unique",
        _new("title", method="fulltext", unique=True),
        refused={
            name: f"unique full-text indexes are not supported by {name}; leave out unique=" for name in ("postgres", "mariadb", "sqlite")
        },
    ),
    Case("index-drop", lambda ctx, at: ctx.drop_index("posts", "ix_posts_size", **at), lost=STATISTICS),
    Case(
        "index-drop-concurrently", lambda ctx, at: ctx.drop_index("posts", "ix_posts_size", concurrently=True, **at), refused=_CONCURRENTLY
    ),
    Case("index-drop-fulltext", lambda ctx, at: ctx.drop_index("posts", "ix_posts_new", **at), before=_new("title", method="fulltext")),
    Case("index-rename", lambda ctx, at: ctx.rename_index("posts", "ix_posts_size", "ix renamed", **at), lost=STATISTICS),
    Case(
        "index-rename-fulltext",
        lambda ctx, at: ctx.rename_index("posts", "ix_posts_new", "ix renamed", **at),
        before=_new("title", method="fulltext"),
    ),
]
CONSTRAINTS: Final = [
    Case("unique", lambda ctx, at: ctx.add_unique("posts", unique("uq_posts_new", "title"), **at)),
    Case(
        "unique-deferrable",
        lambda ctx, at: ctx.add_unique("posts", unique("uq_posts_new", "title", deferrable=True), **at),
        refused=_DEFERRED_UNIQUE,
    ),
    Case("unique-drop", lambda ctx, at: ctx.drop_unique("posts", "uq_posts_title", **at), moved=_AT_END),
    Case("unique-rename", lambda ctx, at: ctx.rename_constraint("posts", "uq_posts_title", "uq renamed", **at), moved=_AT_END),
    Case("check", lambda ctx, at: ctx.add_check("posts", check("ck_posts_new", "size > 0"), **at)),
    Case(
        "check-not-valid",
        lambda ctx, at: ctx.add_check("posts", check("ck_posts_new", "size > 100"), not_valid=True, **at),
        refused=_NOT_VALID,
    ),
    Case(
        "check-validate",
        lambda ctx, at: ctx.validate_constraint("posts", "ck_posts_new", **at),
        before=lambda ctx, at: ctx.add_check("posts", check("ck_posts_new", "size > 0"), not_valid=ctx.dialect == "postgres", **at),
        refused={name: f"later validations of constraints are not supported by {name}; leave it out" for name in ("sqlite", "mariadb")},
        differs={"postgres": "a constraint that holds stays valid"},
    ),
    Case("check-drop", lambda ctx, at: ctx.drop_check("posts", "ck_posts_title", **at), moved=_AT_END),
    Case("check-rename", lambda ctx, at: ctx.rename_constraint("posts", "ck_posts_title", "ck renamed", **at), moved=_AT_END),
    Case(
        "key-add",
        lambda ctx, at: ctx.add_foreign_key("notes", _points(at, on_delete="CASCADE", on_update="NO ACTION"), **at),
        before=_notes,
    ),
    Case(
        "key-set-null",
        lambda ctx, at: ctx.add_foreign_key(
            "posts", foreign_key("fk_posts_size", "size", named(at, "people.id"), on_delete="SET NULL"), **at
        ),
    ),
    Case(
        "key-deferrable", lambda ctx, at: ctx.add_foreign_key("notes", _points(at, deferrable=True), **at), before=_notes, refused=_DEFERRED
    ),
    Case(
        "key-deferrable-drop",
        lambda ctx, at: ctx.drop_foreign_key("notes", "fk_notes_pair", **at),
        before=in_turn(_notes, lambda ctx, at: ctx.add_foreign_key("notes", _points(at, deferrable=ctx.dialect != "mariadb"), **at)),
    ),
    Case(
        "key-not-valid",
        lambda ctx, at: ctx.add_foreign_key("notes", foreign_key("fk_notes_id", "a", named(at, "posts.id")), not_valid=True, **at),
        before=_notes,
        refused=_NOT_VALID,
    ),
    Case("key-to-itself", lambda ctx, at: ctx.add_foreign_key("posts", foreign_key("fk_posts_self", "size", named(at, "posts.id")), **at)),
    Case("key-drop", lambda ctx, at: ctx.drop_foreign_key("posts", "fk_posts_person_id", **at), moved=_INDEX),
    Case("key-drop-pair", lambda ctx, at: ctx.drop_foreign_key("notes", "fk_notes_pair", **at), before=_with_key),
    Case("key-rename", lambda ctx, at: ctx.rename_constraint("posts", "fk_posts_person_id", "fk renamed", **at), moved=_INDEX),
    Case(
        "exclude-hash",
        lambda ctx, at: ctx.add_exclude("shifts", exclude("ex_shifts", [("low", "=")], method="hash"), **at),
        before=_shifts,
        refused=_EXCLUDES,
    ),
    Case("exclude", lambda ctx, at: ctx.add_exclude("shifts", _SPAN, **at), before=_shifts, refused=_EXCLUDES),
    Case(
        "exclude-drop",
        lambda ctx, at: ctx.drop_exclude("shifts", "ex_shifts", **at),
        before=in_turn(_shifts, lambda ctx, at: ctx.add_exclude("shifts", _SPAN, **at)),
        refused=_EXCLUDES,
    ),
    Case(
        "exclude-rename",
        lambda ctx, at: ctx.rename_constraint("shifts", "ex_shifts", "ex renamed", **at),
        before=in_turn(_shifts, lambda ctx, at: ctx.add_exclude("shifts", _SPAN, **at)),
        refused=_EXCLUDES,
    ),
]
