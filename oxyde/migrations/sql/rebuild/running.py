"""Making a table anew on a database: what is there is read, checked, copied and counted, and a difference stops it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from oxyde.db.raw import query
from oxyde.db.steps import Call, Steps
from oxyde.db.tokens import sql_tokens
from oxyde.exceptions import IntegrityError, MigrationError
from oxyde.ir import expr, statement, wire
from oxyde.migrations.live.sqlite_text import folded
from oxyde.migrations.parts import shown
from oxyde.migrations.sql.rebuild.copying import misfit
from oxyde.migrations.sql.rebuild.declaration import KEY, NOT_NULL, Declaration, Piece
from oxyde.migrations.sql.rebuild.merging import Merged, in_words
from oxyde.migrations.sql.rebuild.rebuild import Rebuild
from oxyde.migrations.sql.rebuild.table import TableText, read, stands_for
from oxyde.migrations.sql.rebuild.users import newly_broken, refusals
from oxyde.schema.naming import quoted

DIALECT: Final = "sqlite"


def run(rebuild: Rebuild) -> Steps[None]:
    """Makes a table anew, inside a transaction that does not check foreign keys.

    Raises:
        MigrationError: The table has columns or constraints that no migration made, rows do not fit, or a view or trigger would not work
            any more. The transaction has to be rolled back.
        DatabaseError: SQLite refused a statement.
    """
    yield from _require_unchecked(rebuild)
    live = yield from read(rebuild.address)
    made = _allowed(rebuild, live)
    if not rebuild.changes(live, made):
        return
    new = made.declaration.without_name(rebuild.address[1])
    yield from _check_rows(rebuild, live, new)
    refused = yield from refusals(rebuild.address[0])
    count = yield from _count(rebuild.quoted)
    for text in rebuild.statements(live, made):
        yield from _sent(text, live.new, rebuild)
    if (left := (yield from _count(rebuild.quoted))) != count:
        raise MigrationError(f"{rebuild.name} had {count} rows and would have {left}: its ON CONFLICT clauses leave rows out")
    yield from _check_types(rebuild)
    for name, reason in (yield from newly_broken(refused, rebuild.address[0])):
        raise MigrationError(f"{name} would not work any more: {reason}; drop it before and make it again after, in the migration")


def _sent(text: str, name: str, rebuild: Rebuild) -> Steps[None]:
    try:
        yield Call(wire.pack(statement.raw([expr.text(text)])), ())
    except IntegrityError as error:
        raise MigrationError(str(error).replace(name, rebuild.name)) from error


def _require_unchecked(rebuild: Rebuild) -> Steps[None]:
    """Makes sure that no ON DELETE fires when the old table goes."""
    (row,) = yield from query("PRAGMA foreign_keys", {}, DIALECT)
    if row["foreign_keys"]:
        raise MigrationError(f"{rebuild.name} is made anew only while foreign keys are off, and they are on")


def _allowed(rebuild: Rebuild, live: TableText) -> Merged:
    """Returns what the table becomes, unless it has what no migration made."""
    made = rebuild.merged(live)
    if made.extra and not rebuild.keep_extra:
        raise MigrationError(
            f"{rebuild.name} has {' and '.join(made.extra)}, which no migration made; keep what is there with --keep-extra "
            "(keep_extra=True), or drop it first"
        )
    for name in rebuild.users(live):
        raise MigrationError(f"the index {name} of {rebuild.name}, which no migration made, is over a column that goes; drop it first")
    for piece in made.missing:
        if not any(stands_for(sql, piece) for sql in live.indexes.values()):
            rebuild.warn(f"{rebuild.name} has no {in_words(piece)} that could be dropped")
    return made


def _count(table: str) -> Steps[int]:
    (row,) = yield from query(f"SELECT count(*) AS rows FROM {table}", {}, DIALECT)  # noqa: S608 - a quoted name
    return int(row["rows"])


def _check_rows(rebuild: Rebuild, live: TableText, new: Declaration) -> Steps[None]:
    """Refuses rows that what is new does not allow, before anything changes."""
    rules = list(_rules(rebuild, live.declaration, new))
    if not rules:
        return
    moved = f"WITH oxyde_moved ({', '.join(map(quoted, rebuild.moved(new)))}) AS ({rebuild.rows(live, new)})"
    counts = ", ".join(f"({count}) AS n{place}" for place, (count, _) in enumerate(rules))
    (row,) = yield from query(f"{moved} SELECT {counts}", {}, DIALECT)
    for place, (_, problem) in enumerate(rules):
        if count := row[f"n{place}"]:
            raise MigrationError(f"{count} {'row' if count == 1 else 'rows'} of {rebuild.name} {'has' if count == 1 else 'have'} {problem}")


def _rules(rebuild: Rebuild, live: Declaration, new: Declaration) -> Iterator[tuple[str, str]]:
    """Yields queries that count the rows that are not allowed, and what is wrong about them."""
    changed, moved = rebuild.copied.changed, {folded(name) for name in rebuild.moved(new)}
    for column in new.columns:
        old = live.column(column.name)
        may_be = old is None or not old.of(NOT_NULL) or folded(column.name) in changed
        if column.of(NOT_NULL) and not column.is_generated and may_be:
            problem = f"NULL in {column.name}, which takes none; say what they get: fill="
            yield f"SELECT count(*) FROM oxyde_moved WHERE {quoted(column.name)} IS NULL", problem  # noqa: S608 - a quoted name
    known = set(live.pieces)
    computed = [column.name for column in new.columns if column.is_generated]
    for piece in new.pieces:
        if piece in known and not any(piece.uses(name) for name in changed):
            continue
        if piece.kind == "check" and not any(piece.uses(name) for name in computed):
            yield f"SELECT count(*) FROM oxyde_moved WHERE NOT ({_condition(piece)})", f"values that break {piece.text}"  # noqa: S608 - of the table
        elif piece.kind in {"unique", KEY} and set(piece.columns) <= moved:
            names = [quoted(name) for name in piece.columns]
            filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
            groups = f"SELECT count(*) AS n FROM oxyde_moved WHERE {filled} GROUP BY {', '.join(names)} HAVING count(*) > 1"  # noqa: S608 - quoted names
            yield f"SELECT coalesce(sum(n), 0) FROM ({groups})", f"the same {' and '.join(piece.columns)} as others"  # noqa: S608 - as above


def _condition(piece: Piece) -> str:
    """Returns the expression of a check, whose name may have parentheses, too."""
    tokens = [text for _, text in sql_tokens(piece.text, DIALECT)]
    start = len("".join(tokens[: tokens.index("(") + 1]))
    return piece.text[start : piece.text.rindex(")")]


def _check_types(rebuild: Rebuild) -> Steps[None]:
    """Refuses values that did not become what their column holds by now: SQLite keeps any value in any column."""
    for column in rebuild.copied.converted.values():
        condition = misfit(replace(column, name=column.name))
        if condition is None:
            continue
        text = f"SELECT count(*) AS rows FROM {rebuild.quoted} WHERE {condition}"  # noqa: S608 - names are quoted
        rows: list[dict[str, Any]] = yield from query(text, {}, DIALECT)
        if count := rows[0]["rows"]:
            place = f"{shown(rebuild.address)}.{column.name}"
            raise MigrationError(f"{count} {'value' if count == 1 else 'values'} of {place} cannot be {column.type_name}; say how: using=")
