"""SQL texts and types as a server spells them: ours go through it in scratch tables that nobody else sees, and are read back."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from oxyde.db.raw import query
from oxyde.db.steps import Atomically, Call, Steps
from oxyde.exceptions import DatabaseError, UnsupportedError
from oxyde.ir import wire
from oxyde.migrations import live
from oxyde.migrations.live.scope import SCRATCH
from oxyde.migrations.operations import CreateEnumType, CreateTable, CreateView
from oxyde.migrations.parts import Check, Column, Exclude, Index, shown, written
from oxyde.migrations.sql.statements import statements
from oxyde.migrations.state import State, Table
from oxyde.schema.naming import quoted
from oxyde.schema.relation import Address

Piece: TypeAlias = "Check | Exclude | Index | tuple[str, str]"
"""What a server spells its own way: a check, an index, or a column and which of its texts: its type, default or generated."""
TYPE: Final = ("type", "length", "db_type", "collation")
"""What a type amounts to."""
COUNTED: Final = ("auto", "identity")


@dataclass
class Asked:
    """A table whose texts a server is asked about.

    Attributes:
        table: The table as it is expected.
        pieces: The texts.
        name: The name of its scratch table.
        found: What the server made of the texts, by piece.
    """

    table: Table
    pieces: list[Piece]
    name: str
    found: dict[Piece, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Spelt:
    """What a server spells.

    Attributes:
        state: The state in the server's spelling.
        refused: What the server refused, with its reason, by table or view and name.
    """

    state: State
    refused: dict[tuple[Address, str], str]


class _Seen(Exception):
    """Carries what was read out of a transaction that is rolled back."""


def spelt(
    state: State, pieces: dict[Address, list[Piece]], views: Sequence[Address], dialect: str, lacking: Sequence[Address] = ()
) -> Steps[Spelt]:
    """Returns a state in the spelling of the server. Nothing is left in the database.

    PostgreSQL is asked in a transaction that is rolled back, about temporary tables. MySQL and MariaDB, which cannot roll back, get a
    table whose name begins with ``oxyde_scratch_``; those that a crash left are dropped first, so that no two processes may ask at a time.

    Args:
        state: The state that is expected.
        pieces: What is asked, by table.
        views: The views whose texts are asked.
        dialect: postgres, mysql or mariadb.
        lacking: The enumerations that PostgreSQL does not have, and that texts may name; they are made for the while.
    """
    asked = [Asked(state.tables[address], list(some), _name(address)) for address, some in pieces.items() if some]
    refused: dict[tuple[Address, str], str] = {}
    texts: dict[Address, str] = {}
    if not asked and not views:
        return Spelt(state, refused)
    if dialect == "postgres":
        with contextlib.suppress(_Seen):
            yield Atomically(_undone(_with_enums(lacking, state, _ask(asked, views, state, dialect, refused, texts))))
    else:
        yield from drop_left(dialect)
        try:
            yield from _ask(asked, views, state, dialect, refused, texts)
        except GeneratorExit:
            raise
        except BaseException:
            yield from drop_left(dialect)
            raise
        yield from drop_left(dialect)
    tables = {one.table.address: _filled(one) for one in asked}
    return Spelt(replace(state, tables={**state.tables, **tables}, views={**state.views, **texts}), refused)


def drop_left(dialect: str) -> Steps[None]:
    """Drops scratch tables and views of MySQL and MariaDB, those that a crash left among them."""
    sql = (
        "SELECT TABLE_NAME AS name, TABLE_TYPE AS kind FROM information_schema.TABLES "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'oxyde\\_scratch\\_%'"
    )
    for row in (yield from query(sql, {}, dialect)):
        kind = "VIEW" if row["kind"] == "VIEW" else "TABLE"
        yield from query(f"DROP {kind} IF EXISTS {quoted(row['name'], '`')}", {}, dialect)


def _name(address: Address) -> str:
    return SCRATCH + hashlib.blake2b(shown(address).encode(), digest_size=8).hexdigest()


def _undone(steps: Steps[None]) -> Steps[None]:
    yield from steps
    raise _Seen


def _with_enums(lacking: Sequence[Address], state: State, steps: Steps[None]) -> Steps[None]:
    for enum in lacking:
        with contextlib.suppress(DatabaseError):  # whoever may not make types is told what the server refuses without them
            yield from _sent(CreateEnumType(enum, state.enums[enum]), State(), "postgres")
    yield from steps


def _ask(
    asked: Sequence[Asked],
    views: Sequence[Address],
    state: State,
    dialect: str,
    refused: dict[tuple[Address, str], str],
    texts: dict[Address, str],
) -> Steps[None]:
    """Asks about tables, whole where that goes, else piece by piece; then about views, over the tables that are there."""
    for one in asked:
        if (yield from _attempt(one, one.pieces, state, dialect)) is None:
            continue
        for piece in one.pieces:
            reason = yield from _attempt(one, [piece], state, dialect)
            if reason is not None:
                refused[one.table.address, _called(piece)] = reason
    for address in views:
        name = _name(address)
        try:
            yield from _sent(CreateView((_schema(dialect), name), state.views[address]), State(), dialect)
            found = yield from _read(name, dialect)
            texts[address] = next(iter(found.views.values()))
        except (DatabaseError, UnsupportedError) as error:
            refused[address, "view"] = str(error)


def _attempt(one: Asked, pieces: Sequence[Piece], state: State, dialect: str) -> Steps[str | None]:
    """Asks about some texts of a table; returns why the server refused them."""
    scratch = _scratch(one, pieces, dialect)
    enums = {(scratch.schema, name): values for (schema, name), values in state.enums.items() if schema == one.table.schema}
    try:
        yield from _sent(CreateTable(scratch), State(enums=enums), dialect)
    except (DatabaseError, UnsupportedError) as error:
        yield from _dropped(scratch, dialect)
        return str(error).splitlines()[0]
    found = yield from _read(one.name, dialect)
    table = next(iter(found.tables.values()))
    for place, piece in enumerate(pieces):
        one.found[piece] = _piece(table, piece, f"{one.name}_{place}")
    yield from _dropped(scratch, dialect)
    return None


def _sent(operation: CreateEnumType | CreateTable | CreateView, before: State, dialect: str) -> Steps[None]:
    """Runs an operation; what PostgreSQL refuses leaves the transaction as it was."""

    def calls() -> Steps[None]:
        for statement in statements(operation, before, operation.apply(before)):
            yield Call(wire.pack(statement), ())

    if dialect == "postgres":
        yield Atomically(calls())
    else:
        yield from calls()


def _dropped(table: Table, dialect: str) -> Steps[None]:
    yield from query(f"DROP TABLE IF EXISTS {written(table.address, dialect)}", {}, dialect)


def _schema(dialect: str) -> str | None:
    return "pg_temp" if dialect == "postgres" else None


def _read(name: str, dialect: str) -> Steps[State]:
    schema = None
    if dialect == "postgres":
        (row,) = yield from query("SELECT nspname::text AS name FROM pg_namespace WHERE oid = pg_my_temp_schema()", {}, dialect)
        schema = row["name"]
    return (yield from live.read(dialect, schemas=[schema], tables=[name]))


def _scratch(one: Asked, pieces: Sequence[Piece], dialect: str) -> Table:
    """Returns a table with the columns of another one and some of its texts."""
    columns = {name: _column(column, one.table.schema, pieces, dialect) for name, column in one.table.columns.items()}
    named = [(f"{one.name}_{place}", piece) for place, piece in enumerate(pieces)]
    constraints = {name: replace(piece, name=name) for name, piece in named if isinstance(piece, (Check, Exclude))}
    indexes = {name: replace(piece, name=name) for name, piece in named if isinstance(piece, Index)}
    return Table(one.name, _schema(dialect), columns, (), constraints, indexes)


def _column(column: Column, schema: str | None, pieces: Sequence[Piece], dialect: str) -> Column:
    asks = {piece[1] for piece in pieces if isinstance(piece, tuple) and piece[0] == column.name}
    bare = replace(
        column,
        default=column.default if "default" in asks else None,
        generated=column.generated if "generated" in asks else None,
        stored=column.stored and "generated" in asks,
        auto=column.auto and dialect == "postgres" and column.db_type is not None,
        identity=None,
        comment=None,
    )
    if dialect != "postgres" or column.db_type is not None:
        return bare
    item = column.type.item if column.type.kind == "array" else column.type
    if item is None or item.kind != "enum" or item.name is None:
        return bare
    name = ".".join(quoted(part) for part in (schema, item.name) if part is not None)
    return replace(bare, db_type=f"{name}[]" if column.type.kind == "array" else name)


def _piece(table: Table, piece: Piece, name: str) -> Any:
    """Returns what the server made of a text."""
    if isinstance(piece, (Check, Exclude)):
        return replace(table.constraints[name], name=piece.name)
    if isinstance(piece, Index):
        return replace(table.indexes.get(name) or table.constraints[name], name=piece.name)
    return table.columns[piece[0]]


def _called(piece: Piece) -> str:
    return piece[0] if isinstance(piece, tuple) else piece.name


def _filled(one: Asked) -> Table:
    """Returns a table with what the server made of its texts."""
    columns = dict(one.table.columns)
    constraints, indexes = dict(one.table.constraints), dict(one.table.indexes)
    for piece, made in one.found.items():
        if isinstance(piece, Index):
            indexes[piece.name] = made
        elif not isinstance(piece, tuple):
            constraints[piece.name] = made
        else:
            columns[piece[0]] = replace(columns[piece[0]], **dict(_taken(piece[1], columns[piece[0]], made)))
    return replace(one.table, columns=columns, constraints=constraints, indexes=indexes)


def _taken(what: str, column: Column, made: Column) -> Iterator[tuple[str, Any]]:
    names = TYPE if what == "type" else (what,)
    if what == "type" and column.auto and column.db_type is not None and made.auto:
        names = (*names, *COUNTED)
    for name in names:
        yield name, getattr(made, name)
