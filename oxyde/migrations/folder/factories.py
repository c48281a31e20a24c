"""What migration files write columns, constraints and indexes with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from oxyde.exceptions import MigrationError
from oxyde.migrations import dotted
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.schema import ColumnType, ForeignKey
from oxyde.schema.constraint import Action
from oxyde.schema.naming import meant
from oxyde.schema.types import PYTHON

IDENTITIES: Final = ("always", "by default")


@dataclass(frozen=True)
class NewColumn:
    """A column, and whether it is in the primary key of the table it is given to.

    Attributes:
        column: The column.
        key: Whether it is.
    """

    column: Column
    key: bool = False


def column(
    column: str,
    kind: str,
    /,
    *,
    length: int | None = None,
    precision: int | None = None,
    scale: int | None = None,
    name: str | None = None,
    values: Sequence[str] = (),
    item: str | None = None,
    db_type: str | None = None,
    nullable: bool = False,
    default: str | None = None,
    key: bool = False,
    auto: bool = False,
    generated: str | None = None,
    stored: bool = False,
    comment: str | None = None,
    collation: str | None = None,
    identity: str | None = None,
) -> NewColumn:
    """Returns a column for ``create_table`` and ``add_column``.

    Args:
        column: Its name.
        kind: What it holds: a kind of ``oxyde.schema.types``, such as int, text or datetime.
        length: Characters at most, of text.
        precision: All digits, of a decimal.
        scale: Digits after the point, of a decimal.
        name: The enumeration type, of an enum.
        values: The values of that type; they may be left out where ``create_enum_type`` says them.
        item: The kind of its members, of an array.
        db_type: The SQL type, taken as it is.
        nullable: Whether NULL is allowed.
        default: The server's default, in SQL.
        key: Whether it is in the primary key.
        auto: Whether the server counts it up.
        generated: The SQL expression that computes it.
        stored: Whether that is computed when written.
        comment: A comment for the database.
        collation: The collation of its text.
        identity: ``always`` or ``by default``, for an identity column.

    Raises:
        MigrationError: There is no such kind, or it does not take what was given.
    """
    if length is not None and kind != "text":
        raise MigrationError(f"column {column!r}: length is for text, not for {kind}")
    if identity is not None and identity not in IDENTITIES:
        raise MigrationError(f"column {column!r}: identity is 'always' or 'by default', not {identity!r}")
    made = Column(
        column,
        type_of(f"column {column!r}", kind, precision=precision, scale=scale, name=name, values=values, item=item),
        nullable=nullable,
        length=length,
        db_type=db_type,
        auto=auto,
        default=default,
        generated=generated,
        stored=stored,
        comment=comment,
        collation=collation,
        identity=identity,
    )
    return NewColumn(made, key)


def type_of(
    where: str,
    kind: str,
    *,
    precision: int | None = None,
    scale: int | None = None,
    name: str | None = None,
    values: Sequence[str] = (),
    item: str | None = None,
) -> ColumnType:
    """Returns the type of a kind and its parameters.

    Raises:
        MigrationError: There is no such kind, or it does not take what was given.
    """
    if kind not in PYTHON:
        raise MigrationError(f"{where}: there is no kind {kind!r}{meant(kind, PYTHON)}; the kinds are {', '.join(PYTHON)}")
    if kind == "array":
        if item is None:
            raise MigrationError(f"{where}: an array says what its members are: item='text'")
        return ColumnType("array", item=type_of(where, item, precision=precision, scale=scale))
    for said, value, owner in (
        ("item", item, "array"),
        ("precision", precision, "decimal"),
        ("scale", scale, "decimal"),
        ("name", name, "enum"),
    ):
        if value is not None and kind != owner:
            raise MigrationError(f"{where}: {said} is for {owner}, not for {kind}")
    if kind == "enum":
        if name is None:
            raise MigrationError(f"{where}: an enum says the name of its type: name='status_enum'")
        return ColumnType("enum", name=name, labels=tuple(values))
    if values:
        raise MigrationError(f"{where}: values is for enum, not for {kind}")
    return ColumnType(kind, precision=precision, scale=scale)


def index(
    name: str,
    /,
    *parts: str,
    unique: bool = False,
    method: str | None = None,
    where: str | None = None,
    include: Sequence[str] = (),
    desc: Iterable[str] = (),
) -> Index:
    """Returns an index for ``create_table`` and ``create_index``.

    Args:
        name: Its name.
        parts: Columns, or SQL expressions: whatever is no column of the table.
        unique: Whether no two rows may share the values.
        method: The index method, as the server names it.
        where: Only rows that fulfil this SQL condition.
        include: Columns kept in the index without being searched (PostgreSQL).
        desc: The parts that are in descending order.

    Raises:
        MigrationError: It has no parts.
    """
    if not parts:
        raise MigrationError(f"index {name!r} names no columns")
    descending = set(desc)
    ordered = (*(part for part in parts if part in descending), *sorted(descending - set(parts)))
    return Index(name, parts, unique=unique, method=method, where=where, include=tuple(include), desc=ordered)


def unique(name: str, /, *columns: str, deferrable: bool = False) -> Unique:
    """Returns a unique constraint; a deferrable one is checked at COMMIT (PostgreSQL).

    Raises:
        MigrationError: It has no columns.
    """
    if not columns:
        raise MigrationError(f"unique constraint {name!r} names no columns")
    return Unique(name, columns, deferrable=deferrable)


def check(name: str, sql: str, /) -> Check:
    """Returns a check: an SQL condition that every row fulfils."""
    return Check(name, sql)


def exclude(name: str, elements: Iterable[tuple[str, str]], /, *, method: str = "gist", where: str | None = None) -> Exclude:
    """Returns an exclusion constraint (PostgreSQL): no two rows for which all operators hold.

    Args:
        name: Its name.
        elements: Pairs of an SQL expression and an operator.
        method: The index method.
        where: Only rows that fulfil this SQL condition.
    """
    return Exclude(name, tuple((expression, operator) for expression, operator in elements), method, where)


def foreign_key(
    name: str,
    columns: str | Sequence[str],
    targets: str | Sequence[str],
    /,
    *,
    on_delete: str = "RESTRICT",
    on_update: str = "CASCADE",
    deferrable: bool = False,
) -> ForeignKey:
    """Returns a foreign key.

    Args:
        name: Its name.
        columns: Its column, or several.
        targets: The columns that it points to, in the same order: ``"users.id"``, with a schema ``"shop.users.id"``.
        on_delete: What happens when the other row goes: CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION.
        on_update: What happens when the other row's key changes.
        deferrable: Whether it is checked at COMMIT (PostgreSQL, SQLite).

    Raises:
        MigrationError: The columns do not pair, or there is no such action.
    """
    own = (columns,) if isinstance(columns, str) else tuple(columns)
    paths = [dotted.split(target) for target in ([targets] if isinstance(targets, str) else targets)]
    tables = {tuple(path[:-1]) for path in paths}
    if len(paths) != len(own) or len(tables) != 1 or not all(len(path) > 1 for path in paths):
        raise MigrationError(f"foreign key {name!r}: each column points to one of the same table, such as 'users.id'; not {targets!r}")
    for action in (on_delete, on_update):
        if action not in get_args(Action):
            raise MigrationError(f"foreign key {name!r}: there is no action {action!r}; the actions are {', '.join(get_args(Action))}")
    target = dotted.address(paths[0][:-1], str(targets))
    actions: Any = (on_delete, on_update)
    return ForeignKey(name, own, target, tuple(path[-1] for path in paths), *cast("tuple[Action, Action]", actions), deferrable)
