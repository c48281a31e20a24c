"""What a table becomes: its own declaration with the changes of a migration, and what in it no migration knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from oxyde.exceptions import MigrationError
from oxyde.migrations.live.sqlite_text import folded
from oxyde.migrations.sql.rebuild.declaration import FOREIGN_KEY, KEY, NOT_NULL, ColumnText, Declaration, Piece

PARTS = frozenset({"unique", "check", FOREIGN_KEY})
"""The constraints that a state knows by name."""
OF_COLUMN = (NOT_NULL, "default", "collate", "generated")
"""What else a column says."""
_ORDER = ("collate", "generated", NOT_NULL, "default", KEY, "unique", "check", FOREIGN_KEY)
"""The order in which we write what a column says."""


@dataclass(frozen=True)
class Merged:
    """A declaration with changes made.

    Attributes:
        declaration: What the table becomes.
        extra: The columns and constraints that no migration made, for people.
        missing: The constraints that the migration drops and that are not there.
    """

    declaration: Declaration
    extra: Sequence[str]
    missing: Sequence[Piece]


def merged(table: str, live: Declaration, before: Declaration, after: Declaration, later: Declaration | None = None) -> Merged:
    """Makes the changes between two declarations in a third one, and leaves everything else in it as it is written.

    Args:
        table: The table, for messages.
        live: What the table is.
        before: What it is according to the migrations.
        after: What it is to become.
        later: What later migrations, which are applied already, have made of it; their parts are kept.

    Raises:
        MigrationError: A column is not there, is there already, or something that stays is over one that goes.
    """
    gone = [one.name for one in before.columns if after.column(one.name) is None]
    new = [one for one in after.columns if before.column(one.name) is None]
    _check_columns(table, live, before, after, later)
    pairs = _pairs(live, before)
    left, added = _changed(before, after)
    made = live.without([pairs[piece] for piece in left if piece in pairs])
    made = _with_columns(made, before, after, gone, new)
    made = _with_key(made, before, after)
    unlisted = {piece.columns for piece in left if _is_list(piece) and piece not in pairs}
    for piece in added:
        if not (_is_list(piece) and piece.columns in unlisted):  # an older tool listed no values, and that is kept
            made = _with(made, after, piece)
    made = made if not made.is_strict else replace(made, columns=tuple(map(_strict, made.columns)))
    _check_left(table, made, gone)
    known = {*pairs.values(), *(_pairs(live, later).values() if later is not None else ())}
    extra = [f"column {one.name}" for one in live.columns if not any(_has(part, one) for part in (before, later))]
    extra += [in_words(piece) for piece in live.pieces if piece.kind in PARTS and piece not in known]
    return Merged(made, extra, [piece for piece in left if piece not in pairs and not _is_gone(piece, gone) and not _is_list(piece)])


def _has(declaration: Declaration | None, column: ColumnText) -> bool:
    return declaration is not None and declaration.column(column.name) is not None


def _check_columns(table: str, live: Declaration, before: Declaration, after: Declaration, later: Declaration | None) -> None:
    for column in after.columns:
        is_there, is_known = live.column(column.name) is not None, before.column(column.name) is not None
        is_gone = later is not None and not _has(later, column) and before.column(column.name) == column
        if is_known and not is_there and not is_gone:
            raise MigrationError(f"{table} has no column {column.name!r} in the database, although the migrations say so")
        if is_there and not is_known:
            raise MigrationError(f"{table} has a column {column.name!r} already, which no migration made; drop or rename it")


def _changed(before: Declaration, after: Declaration) -> tuple[list[Piece], list[Piece]]:
    """Returns the named constraints that go and those that come."""
    old = [piece for piece in before.pieces if piece.kind in PARTS]
    now = [piece for piece in after.pieces if piece.kind in PARTS]
    return [piece for piece in old if piece not in now], [piece for piece in now if piece not in old]


def _pairs(live: Declaration, before: Declaration) -> dict[Piece, Piece]:
    """Returns which constraint of a table is meant by one of a state: of that name, else of that meaning."""
    there = [piece for piece in live.pieces if piece.kind in PARTS]
    found: dict[Piece, Piece] = {}
    for is_same in (_has_name, _means, _lists):
        for piece in before.pieces:
            if piece.kind in PARTS and piece not in found:
                one = next((one for one in there if one.kind == piece.kind and is_same(one, piece)), None)
                if one is not None:
                    found[piece] = one
                    there.remove(one)
    return found


def _has_name(one: Piece, other: Piece) -> bool:
    return one.name is not None and other.name is not None and folded(one.name) == folded(other.name)


def _means(one: Piece, other: Piece) -> bool:
    if one.kind != FOREIGN_KEY:
        return one.means == other.means
    # A key without columns points to the key of the table.
    return one.means[:2] == other.means[:2] and (one.means[2] == other.means[2] or not one.means[2] or not other.means[2])


def _lists(one: Piece, other: Piece) -> bool:
    """Whether both say which values a column may have."""
    return one.kind == "check" and _is_list(other) and one.means[:2] == other.means[:2]


def _is_list(piece: Piece) -> bool:
    """Whether it says which values a column may have."""
    return piece.kind == "check" and piece.name is None and piece.means[:2] == (*piece.columns, "in")


def _with_columns(
    made: Declaration, before: Declaration, after: Declaration, gone: Sequence[str], new: Sequence[ColumnText]
) -> Declaration:
    kept = [one for one in made.columns if folded(one.name) not in {folded(name) for name in gone}]
    columns = [_altered(one, before.column(one.name), after.column(one.name)) for one in kept]
    bare = [replace(one, pieces=tuple(piece for piece in one.pieces if piece.kind in OF_COLUMN)) for one in new]
    return replace(made, columns=(*columns, *bare))


def _altered(live: ColumnText, before: ColumnText | None, after: ColumnText | None) -> ColumnText:
    if before is None or after is None or before == after:
        return live
    pieces = list(live.pieces)
    for kind in OF_COLUMN:
        if before.of(kind) != after.of(kind):
            pieces = [piece for piece in pieces if piece.kind not in {kind, "null" if kind == NOT_NULL else kind}]
            later = {*_ORDER[_ORDER.index(kind) + 1 :]}
            place = next((place for place, piece in enumerate(pieces) if piece.kind in later), len(pieces))
            pieces[place:place] = after.of(kind)
    return ColumnText(live.name, live.type if before.type == after.type else after.type, tuple(pieces))


STRICT = frozenset({"INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"})
"""The types of STRICT tables."""


def _strict(column: ColumnText) -> ColumnText:
    """Returns a column with a type that a STRICT table takes: how SQLite would store its values."""
    upper = column.type.upper()
    if upper in STRICT:
        return column
    if "INT" in upper or upper == "BOOLEAN":
        type = "INTEGER"
    elif any(word in upper for word in ("REAL", "FLOA", "DOUB")):
        type = "REAL"
    elif "BLOB" in upper:
        type = "BLOB"
    else:
        type = "ANY" if any(word in upper for word in ("NUM", "DEC")) or not upper else "TEXT"
    return replace(column, type=type)


def _with_key(made: Declaration, before: Declaration, after: Declaration) -> Declaration:
    old, new = before.key, after.key
    if (old and old.means) == (new and new.means):
        return made
    made = made.without([piece for piece in made.pieces if piece.kind == KEY])
    return made if new is None else _with(made, after, new)


def _with(made: Declaration, after: Declaration, piece: Piece) -> Declaration:
    """Returns a declaration with a constraint where another one has it: at a column, or at the end."""
    owner = next((folded(column.name) for column in after.columns if piece in column.pieces), None)
    if owner is None:
        return replace(made, constraints=(*made.constraints, piece))
    columns = tuple(replace(one, pieces=(*one.pieces, piece)) if folded(one.name) == owner else one for one in made.columns)
    return replace(made, columns=columns)


def _check_left(table: str, made: Declaration, gone: Sequence[str]) -> None:
    """Refuses to drop a column that something else uses: SQLite would take its name for a string."""
    for piece in made.pieces:
        for name in gone:
            if piece.uses(name):
                raise MigrationError(f"{table} cannot lose its column {name!r}: {piece.text} uses it; change or drop that first")


def _is_gone(piece: Piece, gone: Sequence[str]) -> bool:
    return bool({folded(name) for name in gone} & set(piece.columns))


def in_words(piece: Piece) -> str:
    """Returns a constraint for people."""
    return f"{piece.kind} {piece.name}" if piece.name is not None else f"{piece.kind} without a name: {piece.text}"
