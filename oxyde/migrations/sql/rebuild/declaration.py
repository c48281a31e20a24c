"""A CREATE TABLE statement of SQLite as parts that can be exchanged, each with its own text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from oxyde.db.tokens import sql_tokens
from oxyde.migrations.live.sqlite_text import BEGIN, OF_COLUMN, Cursor, Token, folded, listed, names, unquoted
from oxyde.migrations.live.texts import bare
from oxyde.schema.naming import quoted

KEY: Final = "primary key"
FOREIGN_KEY: Final = "foreign key"
NOT_NULL: Final = "not null"
ROWID_NAMES: Final = ("rowid", "_rowid_", "oid")
"""What the rowid is called where no column has that name."""


@dataclass(frozen=True)
class Piece:
    """A constraint of a table or of a column.

    Attributes:
        kind: primary key, unique, check, foreign key, not null, null, default, collate or generated.
        text: Its text, with its name.
        name: Its name.
        columns: Its columns, in lower case.
        means: What tells it from others of its kind, however it is spelt.
    """

    kind: str
    text: str
    name: str | None = None
    columns: tuple[str, ...] = ()
    means: tuple[object, ...] = ()

    def uses(self, column: str) -> bool:
        """Whether it is over a column, or names it in its expression."""
        expression = self.means[0] if self.kind == "generated" else self.means if self.kind == "check" else ()
        return folded(column) in self.columns or (isinstance(expression, tuple) and folded(column) in expression)


@dataclass(frozen=True)
class ColumnText:
    """A column.

    Attributes:
        name: Its name.
        type: The type as it is declared; empty where none is.
        pieces: Its constraints, in order.
    """

    name: str
    type: str
    pieces: tuple[Piece, ...] = ()

    def of(self, kind: str) -> tuple[Piece, ...]:
        """Returns its constraints of a kind."""
        return tuple(piece for piece in self.pieces if piece.kind == kind)

    @property
    def is_generated(self) -> bool:
        """Whether it is computed, so that no value can be given."""
        return bool(self.of("generated"))

    @property
    def text(self) -> str:
        """Its definition."""
        return " ".join(part for part in (quoted(self.name), self.type, *(piece.text for piece in self.pieces)) if part)


@dataclass(frozen=True)
class Declaration:
    """What a CREATE TABLE statement says.

    Attributes:
        columns: The columns, in order.
        constraints: The constraints of the table, in order.
        options: What follows the parentheses: STRICT, WITHOUT ROWID.
    """

    columns: tuple[ColumnText, ...] = ()
    constraints: tuple[Piece, ...] = ()
    options: str = ""
    _by_name: dict[str, ColumnText] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name.update({folded(column.name): column for column in self.columns})

    def column(self, name: str) -> ColumnText | None:
        """Returns a column, or None; SQLite knows no case."""
        return self._by_name.get(folded(name))

    @property
    def pieces(self) -> Iterator[Piece]:
        """Yields all constraints, those of columns first."""
        for column in self.columns:
            yield from column.pieces
        yield from self.constraints

    @property
    def key(self) -> Piece | None:
        """The primary key."""
        return next((piece for piece in self.pieces if piece.kind == KEY), None)

    @property
    def has_rowid(self) -> bool:
        """Whether its rows have a rowid."""
        return "WITHOUT" not in self.options.upper()

    @property
    def is_strict(self) -> bool:
        """Whether its columns take only values of their types."""
        return "STRICT" in self.options.upper()

    @property
    def alias(self) -> str | None:
        """The column that is another name of the rowid: the whole key, declared as INTEGER."""
        key = self.key
        if key is None or len(key.columns) != 1 or not self.has_rowid:
            return None
        column = self.column(key.columns[0])
        is_alias = column is not None and column.type.upper() == "INTEGER" and not (key in column.pieces and "desc" in key.means)
        return column.name if column is not None and is_alias else None

    @property
    def counts(self) -> bool:
        """Whether SQLite remembers the greatest key that there was (AUTOINCREMENT)."""
        return self.key is not None and "autoincrement" in self.key.means

    @property
    def rowid(self) -> str | None:
        """How the rowid is called; None where there is none, or where columns have taken all its names."""
        if not self.has_rowid:
            return None
        return next((name for name in ROWID_NAMES if name not in self._by_name), None)

    def without(self, gone: Sequence[Piece]) -> Declaration:
        """Returns it without some of its constraints."""
        columns = tuple(replace(one, pieces=tuple(piece for piece in one.pieces if piece not in gone)) for one in self.columns)
        return replace(self, columns=columns, constraints=tuple(piece for piece in self.constraints if piece not in gone))

    def without_name(self, table: str) -> Declaration:
        """Returns it without the table's own name in expressions, which may not say it while the table has another one."""

        def bare_of(piece: Piece) -> Piece:
            return replace(piece, text=_unqualified(piece.text, table)) if piece.kind in {"check", "generated"} else piece

        columns = tuple(replace(one, pieces=tuple(map(bare_of, one.pieces))) for one in self.columns)
        return replace(self, columns=columns, constraints=tuple(map(bare_of, self.constraints)))

    def sql(self, table: str) -> str:
        """Returns the statement.

        Args:
            table: The name of the table, quoted.
        """
        parts = [*(column.text for column in self.columns), *(piece.text for piece in self.constraints)]
        return f"CREATE TABLE {table} ({', '.join(parts)}){' ' if self.options else ''}{self.options}"


def parsed(sql: str) -> Declaration:
    """Returns what a CREATE TABLE statement says.

    >>> parsed("CREATE TABLE t (a INT NOT NULL, CHECK (a > 0)) STRICT").sql("u")
    'CREATE TABLE u ("a" INT NOT NULL, CHECK (a > 0)) STRICT'
    """
    cursor = Cursor(sql_tokens(sql, "sqlite"))
    while cursor.peek() not in {"(", ""}:
        cursor.take()
    columns: list[ColumnText] = []
    constraints: list[Piece] = []
    for item in listed(cursor.inside()):
        part = Cursor(item)
        if part.peek() in BEGIN:
            while part.peek():
                constraints.append(_piece(part, None))
        else:
            columns.append(_column(part))
    cursor.peek()
    start = cursor.place
    while cursor.peek():
        cursor.take()
    return Declaration(tuple(columns), tuple(constraints), cursor.since(start).rstrip("; "))


def _column(cursor: Cursor) -> ColumnText:
    name = cursor.name()
    cursor.peek()
    start = cursor.place
    end = start
    while cursor.peek() and cursor.peek() not in OF_COLUMN:
        if cursor.peek() == "(":
            cursor.inside()
        else:
            cursor.take()
        end = cursor.place
    type = "".join(" " if kind == "comment" else text for kind, text in cursor.tokens[start:end]).strip()
    pieces: list[Piece] = []
    while cursor.peek():
        pieces.append(_piece(cursor, name))
    return ColumnText(name, type, tuple(pieces))


def _piece(cursor: Cursor, column: str | None) -> Piece:
    """Reads a constraint, which is of a column if that is named."""
    cursor.peek()
    start = cursor.place
    name = cursor.name() if cursor.skip("CONSTRAINT") else None
    kind, columns, means = _said(cursor, column)
    if cursor.skip("ON", "CONFLICT"):
        cursor.take()
    if kind == KEY and cursor.skip("AUTOINCREMENT"):
        means = (*means, "autoincrement")
    return Piece(kind, cursor.since(start), name, columns, means)


def _said(cursor: Cursor, column: str | None) -> tuple[str, tuple[str, ...], tuple[object, ...]]:
    """Reads a constraint after its name; returns its kind, its columns and what tells it from others."""
    own: tuple[str, ...] = () if column is None else (folded(column),)
    if cursor.skip("PRIMARY", "KEY"):
        columns, means = _key(cursor, own)
        return KEY, columns, (columns, *means)
    if cursor.skip("UNIQUE"):
        columns = own or _lower(names(cursor.inside()))
        return "unique", columns, columns
    if cursor.skip("CHECK"):
        return "check", own, normal(cursor.inside())
    if cursor.skip("FOREIGN", "KEY"):
        own = _lower(names(cursor.inside()))
    if cursor.skip("REFERENCES"):
        target = folded(cursor.name())
        to = _lower(names(cursor.inside()))
        _skip_actions(cursor)
        return FOREIGN_KEY, own, (own, target, to)
    if cursor.skip("NOT", "NULL"):
        return NOT_NULL, own, ()
    if cursor.skip("DEFAULT"):
        return "default", own, _default(cursor)
    if cursor.skip("COLLATE"):
        return "collate", own, (folded(cursor.name()),)
    cursor.skip("GENERATED", "ALWAYS")
    if cursor.skip("AS"):
        expression = normal(cursor.inside())
        stored = cursor.skip("STORED")
        cursor.skip("VIRTUAL")
        return "generated", own, (expression, stored)
    cursor.take()  # NULL, which says nothing
    return "null", own, ()


def _key(cursor: Cursor, own: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    inside = cursor.inside()
    means: list[str] = []
    if inside and any(kind == "word" and text.upper() == "AUTOINCREMENT" for kind, text in inside):
        means.append("autoincrement")
    if not inside:
        cursor.skip("ASC")
        if cursor.skip("DESC"):
            means.append("desc")
    return own or _lower(names(inside)), tuple(means)


def _skip_actions(cursor: Cursor) -> None:
    """Skips what follows the table and columns that a foreign key points to."""
    while True:
        if cursor.skip("ON", "DELETE") or cursor.skip("ON", "UPDATE"):
            if cursor.take().upper() in {"SET", "NO"}:
                cursor.take()
        elif cursor.skip("MATCH"):
            cursor.take()
        elif cursor.skip("NOT", "DEFERRABLE") or cursor.skip("DEFERRABLE"):
            if cursor.skip("INITIALLY"):
                cursor.take()
        else:
            return


def _default(cursor: Cursor) -> tuple[object, ...]:
    if cursor.peek() == "(":
        return normal(cursor.inside())
    start = cursor.place
    if cursor.peek() in {"+", "-"}:
        cursor.take()
    cursor.peek()
    first = cursor.place
    cursor.take()
    while cursor.place < len(cursor.tokens) and _goes_on(cursor.tokens[first : cursor.place], cursor.tokens[cursor.place]):
        cursor.take()
    return normal(cursor.tokens[start : cursor.place])


def _goes_on(before: Sequence[Token], token: Token) -> bool:
    """Whether a token belongs to the literal before it: ``x'00'``, ``1e-5``."""
    kind, text = before[-1]
    if token[0] == "quoted":
        return kind == "word" and text.upper() == "X"
    if token[1] in {"+", "-"}:
        return kind == "number" and text.upper().endswith("E")
    return token[0] == "number" and text in {"+", "-"} and len(before) > 1


def normal(tokens: Sequence[Token]) -> tuple[object, ...]:
    """Returns an expression as it compares with others: without spaces, comments, outer parentheses, quotes and the table's own name."""
    sql = bare("".join(" " if kind == "comment" else text for kind, text in tokens), "sqlite")
    found = [_plain(token) for token in sql_tokens(sql, "sqlite") if token[0] not in {"space", "comment"}]
    return tuple(one for place, one in enumerate(found) if one != "." and found[place + 1 : place + 2] != ["."])


def _plain(token: Token) -> str:
    kind, text = token
    return text if kind == "quoted" and text.startswith("'") else folded(unquoted(text))


def _unqualified(sql: str, table: str) -> str:
    tokens = sql_tokens(sql, "sqlite")
    kept: list[str] = []
    place = 0
    while place < len(tokens):
        is_name = tokens[place][0] in {"word", "quoted"} and _plain(tokens[place]) == folded(table)
        if is_name and tokens[place + 1 : place + 2] == [("other", ".")]:
            place += 2
        else:
            kept.append(tokens[place][1])
            place += 1
    return "".join(kept)


def mentions(sql: str, column: str) -> bool:
    """Whether SQL text names a column, as far as its words tell."""
    return any(_plain(token) == folded(column) for token in sql_tokens(sql, "sqlite") if token[0] in {"word", "quoted"})


def _lower(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(folded(name) for name in names)
