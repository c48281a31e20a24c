"""The parts of the statements that SQLite keeps of tables, indexes and views, whose texts its catalogue does not have otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from oxyde.db.tokens import sql_tokens

Token = tuple[str, str]

BEGIN: Final = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})
"""Words that begin a constraint of a table."""
OF_COLUMN: Final = frozenset(
    {"CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"}
)
"""Words that begin a constraint of a column."""


@dataclass
class Reference:
    """A foreign key.

    Attributes:
        name: Its name.
        columns: Its columns.
        table: The table that it points to.
        target: Its columns; empty for the key of the table.
        on_delete: What happens when the other row goes.
        on_update: What happens when its key changes.
        deferred: Checked at COMMIT.
    """

    name: str | None
    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...] = ()
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    deferred: bool = False


@dataclass
class Declared:
    """What the statement of a table says.

    Attributes:
        types: The declared types of columns.
        defaults: The SQL of defaults, by column.
        generated: The expressions of columns, and whether they are stored.
        collations: By column.
        column_checks: The column, name and condition of each check of a column.
        checks: The name and condition of each check of the table.
        uniques: The name and columns of each unique constraint.
        references: The foreign keys.
        descending: The only key column is in descending order, so that it is no alias of the rowid.
    """

    types: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    generated: dict[str, tuple[str, bool]] = field(default_factory=dict)
    collations: dict[str, str] = field(default_factory=dict)
    column_checks: list[tuple[str, str | None, str]] = field(default_factory=list)
    checks: list[tuple[str | None, str]] = field(default_factory=list)
    uniques: list[tuple[str | None, tuple[str, ...]]] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    descending: bool = False


def unquoted(text: str) -> str:
    """Returns the name that a token is.

    >>> unquoted("[a b]"), unquoted('"a""b"'), unquoted("plain")
    ('a b', 'a"b', 'plain')
    """
    if text.startswith("["):
        return text[1:-1]
    return text[1:-1].replace(text[0] * 2, text[0]) if text[:1] in {'"', "`", "'"} else text


def folded(name: str) -> str:
    """Returns a name as SQLite compares it, which knows no case of ASCII letters, and of no others.

    >>> folded("ÜBER")
    'Über'
    """
    return name.encode().lower().decode()


def _goes_on(text: str, token: Token) -> bool:
    """Whether a token that follows a text at once belongs to the same literal."""
    kind, more = token
    is_number = text[:1].isdigit() or text[:1] == "."
    if kind == "quoted":
        return text in {"x", "X"}
    if is_number and more in {"+", "-"}:
        return text[-1] in "eE" and not text.lower().startswith("0x")
    return kind == "number" and (text == "." or (is_number and text[-1] in "+-"))


class Cursor:
    """Reads tokens in order.

    Attributes:
        tokens: The tokens, with spaces and comments.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._at = 0

    def peek(self) -> str:
        """Returns the next token, in capitals if it is a word; empty at the end."""
        while self._at < len(self.tokens) and self.tokens[self._at][0] in {"space", "comment"}:
            self._at += 1
        if self._at == len(self.tokens):
            return ""
        kind, text = self.tokens[self._at]
        return text.upper() if kind == "word" else text

    def take(self) -> str:
        """Returns the next token as it is written."""
        self.peek()
        if self._at == len(self.tokens):
            return ""
        self._at += 1
        return self.tokens[self._at - 1][1]

    def literal(self) -> str:
        """Returns a literal that comes next, which may be of several tokens: ``x'00'``, ``1e-5``."""
        text = self.take()
        while self._at < len(self.tokens) and _goes_on(text, self.tokens[self._at]):
            text += self.take()
        return text

    def skip(self, *words: str) -> bool:
        """Skips words if they come next, and returns whether they did."""
        start = self._at
        for word in words:
            if self.peek() != word:
                self._at = start
                return False
            self.take()
        return True

    def name(self) -> str:
        """Returns the next token as a name."""
        return unquoted(self.take())

    def inside(self) -> list[Token]:
        """Returns the tokens of the parentheses that come next, which are skipped; none where there are none."""
        if self.peek() != "(":
            return []
        depth, start = 0, self._at + 1
        while self._at < len(self.tokens):
            text = self.tokens[self._at][1]
            depth += (text == "(") - (text == ")")
            self._at += 1
            if depth == 0:
                break
        return list(self.tokens[start : self._at - 1])

    @property
    def place(self) -> int:
        """Where it is, to be given to ``since``."""
        return self._at

    def since(self, place: int) -> str:
        """Returns the text from a place to here, without comments."""
        return "".join(" " if kind == "comment" else text for kind, text in self.tokens[place : self._at]).strip()

    def rest(self) -> str:
        """Returns the text that is left."""
        return "".join(text for _, text in self.tokens[self._at :]).strip()


def written(tokens: Sequence[Token]) -> str:
    """Returns the text of tokens."""
    return "".join(text for _, text in tokens).strip()


def listed(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yields what commas part."""
    item: list[Token] = []
    depth = 0
    for kind, text in tokens:
        depth += (text == "(") - (text == ")")
        if depth == 0 and text == ",":
            yield item
            item = []
        else:
            item.append((kind, text))
    if written(item):
        yield item


def names(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Returns the columns of a list, whatever follows their names."""
    return tuple(Cursor(item).name() for item in listed(tokens))


def table(sql: str) -> Declared:
    """Returns what the statement of a table says."""
    cursor = Cursor(sql_tokens(sql, "sqlite"))
    while cursor.peek() not in {"(", ""}:
        cursor.take()
    declared = Declared()
    for item in listed(cursor.inside()):
        part = Cursor(item)
        if part.peek() in BEGIN:
            while part.peek():
                _constraint(part, declared)
        else:
            _column(part, declared)
    return declared


def _constraint(cursor: Cursor, declared: Declared) -> None:
    """Reads a constraint of a table; SQLite needs no comma between two."""
    name = cursor.name() if cursor.skip("CONSTRAINT") else None
    if cursor.skip("CHECK"):
        declared.checks.append((name, written(cursor.inside())))
    elif cursor.skip("UNIQUE"):
        declared.uniques.append((name, names(cursor.inside())))
    elif cursor.skip("FOREIGN", "KEY"):
        columns = names(cursor.inside())
        cursor.skip("REFERENCES")
        declared.references.append(_reference(cursor, name, columns))
    elif cursor.skip("PRIMARY", "KEY"):
        cursor.inside()
    elif cursor.peek() != "CONSTRAINT":
        cursor.take()
    _conflict(cursor)


def _column(cursor: Cursor, declared: Declared) -> None:
    column = cursor.name()
    type: list[str] = []
    while cursor.peek() and cursor.peek() not in OF_COLUMN:
        type.append(f"({written(cursor.inside())})" if cursor.peek() == "(" else unquoted(cursor.take()))
    declared.types[column] = " ".join(type).replace(" (", "(")
    name: str | None = None
    while cursor.peek():
        if cursor.skip("CONSTRAINT"):
            name = cursor.name()
            continue
        if cursor.skip("PRIMARY", "KEY"):
            declared.descending = cursor.skip("DESC") or declared.descending
        elif cursor.skip("UNIQUE"):
            declared.uniques.append((name, (column,)))
        elif cursor.skip("CHECK"):
            declared.column_checks.append((column, name, written(cursor.inside())))
        elif cursor.skip("DEFAULT"):
            declared.defaults[column] = _default(cursor)
        elif cursor.skip("COLLATE"):
            declared.collations[column] = cursor.name()
        elif cursor.skip("REFERENCES"):
            declared.references.append(_reference(cursor, name, (column,)))
        elif cursor.skip("AS"):
            sql = written(cursor.inside())
            declared.generated[column] = sql, cursor.skip("STORED")
        else:
            cursor.take()
        _conflict(cursor)
        name = None


def _default(cursor: Cursor) -> str:
    if cursor.peek() == "(":
        return f"({written(cursor.inside())})"
    sign = cursor.take() if cursor.peek() in {"+", "-"} else ""
    return f"{sign}{cursor.literal()}"


def _reference(cursor: Cursor, name: str | None, columns: tuple[str, ...]) -> Reference:
    reference = Reference(name, columns, cursor.name())
    reference.target = names(cursor.inside())
    while True:
        if cursor.skip("ON", "DELETE"):
            reference.on_delete = _action(cursor)
        elif cursor.skip("ON", "UPDATE"):
            reference.on_update = _action(cursor)
        elif cursor.skip("MATCH"):
            cursor.take()
        elif cursor.skip("NOT", "DEFERRABLE") or cursor.skip("DEFERRABLE"):
            reference.deferred = cursor.skip("INITIALLY", "DEFERRED")
            cursor.skip("INITIALLY", "IMMEDIATE")
        else:
            return reference


def _action(cursor: Cursor) -> str:
    word = cursor.take().upper()
    return f"{word} {cursor.take().upper()}" if word in {"SET", "NO"} else word


def _conflict(cursor: Cursor) -> None:
    if cursor.skip("ON", "CONFLICT"):
        cursor.take()


def view(sql: str) -> str:
    """Returns the SELECT of a view; names of its columns that the statement gives beside it are written into it."""
    cursor = Cursor(sql_tokens(sql, "sqlite"))
    columns: list[Token] = []
    while cursor.peek() not in {"AS", ""}:
        if cursor.peek() == "(":
            columns = cursor.inside()
        else:
            cursor.take()
    cursor.skip("AS")
    select = cursor.rest()
    return f"WITH named({written(columns)}) AS ({select}) SELECT * FROM named" if columns else select  # noqa: S608 - the text of the view itself


def index(sql: str) -> tuple[list[str], str | None]:
    """Returns the parts of an index as they are written, without their direction, and its condition."""
    cursor = Cursor(sql_tokens(sql, "sqlite"))
    while cursor.peek() not in {"(", ""}:
        cursor.take()
    parts = [_undirected(item) for item in listed(cursor.inside())]
    return parts, cursor.rest() if cursor.skip("WHERE") else None


def _undirected(tokens: list[Token]) -> str:
    kept = [token for token in tokens if token[0] != "comment"]
    while kept and (kept[-1][0] == "space" or kept[-1][1].upper() in {"ASC", "DESC"}):
        kept.pop()
    return written(kept)


def searched(sql: str) -> tuple[str, tuple[str, ...]] | None:
    """Returns the table and the columns of a full-text index as we make them, or None for another virtual table."""
    cursor = Cursor(sql_tokens(sql, "sqlite"))
    while cursor.peek() not in {"USING", ""}:
        cursor.take()
    if not cursor.skip("USING") or cursor.take().lower() != "fts5":
        return None
    columns: list[str] = []
    content = None
    for item in listed(cursor.inside()):
        part = Cursor(item)
        name = part.name()
        if part.skip("="):
            content = part.name() if name.lower() == "content" else content
        else:
            columns.append(name)
    return (content, tuple(columns)) if content else None
