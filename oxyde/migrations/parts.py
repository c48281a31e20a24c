"""The parts of a table as values, by their names in the database: columns, constraints and indexes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from oxyde.schema import ColumnType, ForeignKey
from oxyde.schema.naming import mark, quoted
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: Its name.
        type: What it holds; of an enumeration the name alone, once it is in a state.
        nullable: Whether NULL is allowed.
        length: Characters at most; None for unbounded text.
        db_type: The SQL type as the application wrote it, taken as it is.
        auto: The server counts it up when it is not given.
        default: SQL text of the server's default.
        generated: The SQL expression that computes it.
        stored: Computed when written, not when read.
        comment: Its comment.
        collation: The collation of its text.
        identity: ``always`` or ``by default``, for an identity column.
    """

    name: str
    type: ColumnType
    nullable: bool = False
    length: int | None = None
    db_type: str | None = None
    auto: bool = False
    default: str | None = None
    generated: str | None = None
    stored: bool = False
    comment: str | None = None
    collation: str | None = None
    identity: str | None = None

    @property
    def enum(self) -> str | None:
        """The name of its enumeration type; None where it has none, or ``db_type`` opts out."""
        return self.type.name if self.type.kind == "enum" and self.db_type is None else None

    @property
    def type_name(self) -> str:
        """Its type for people: ``text(200)``, ``decimal(12, 2)``, ``CITEXT``."""
        if self.db_type is not None:
            return self.db_type
        return f"{self.type}({self.length})" if self.length is not None else str(self.type)


@dataclass(frozen=True)
class Unique:
    """Columns whose values together are unique.

    Attributes:
        name: The constraint's name.
        columns: The columns.
        deferrable: Checked at COMMIT.
    """

    name: str
    columns: tuple[str, ...]
    deferrable: bool = False


@dataclass(frozen=True)
class Check:
    """A condition that every row fulfils.

    Attributes:
        name: The constraint's name.
        sql: The condition.
    """

    name: str
    sql: str


@dataclass(frozen=True)
class Exclude:
    """No two rows for which all operators hold.

    Attributes:
        name: The constraint's name.
        elements: Pairs of an SQL expression and an operator.
        method: The index method.
        where: Only rows that fulfil this SQL condition.
    """

    name: str
    elements: tuple[tuple[str, str], ...]
    method: str = "gist"
    where: str | None = None


@dataclass(frozen=True)
class Index:
    """An index.

    Attributes:
        name: Its name.
        parts: Columns of the table, or SQL expressions: whatever is no column's name.
        unique: No two rows share the values.
        method: The index method, as the server names it.
        where: Only rows that fulfil this SQL condition.
        include: Columns kept in the index without being searched.
        desc: Those of its parts that are in descending order, in the order of the parts.
    """

    name: str
    parts: tuple[str, ...]
    unique: bool = False
    method: str | None = None
    where: str | None = None
    include: tuple[str, ...] = ()
    desc: tuple[str, ...] = ()

    @property
    def is_fulltext(self) -> bool:
        """Whether it finds words, which SQLite keeps in a table of their own."""
        return self.method is not None and self.method.lower() == "fulltext"


Constraint: TypeAlias = "Unique | Check | Exclude | ForeignKey"
Part: TypeAlias = "Constraint | Index"

WORDS: Final[dict[type[Part], str]] = {
    Unique: "unique constraint",
    Check: "check",
    Exclude: "exclusion constraint",
    ForeignKey: "foreign key",
    Index: "index",
}
"""The words for constraints and indexes in messages."""


def columns_of(part: Part) -> tuple[str, ...]:
    """Returns the columns that a constraint or index of a table is over; SQL text in it is not read.

    The parts of an index may be expressions, which are the names of no column.
    """
    if isinstance(part, Index):
        return (*part.parts, *part.include)
    return part.columns if isinstance(part, (Unique, ForeignKey)) else ()


def has_text(part: Part, columns: Collection[str]) -> bool:
    """Whether a constraint or index of a table with such columns has SQL text, which may name any of them."""
    if isinstance(part, Index):
        return part.where is not None or any(one not in columns for one in part.parts)
    return isinstance(part, (Check, Exclude))


def with_columns_renamed(part: Part, names: Mapping[str, str]) -> Part:
    """Returns a constraint or index of a table whose columns got other names at once; SQL text stays as it is written."""

    def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(name, name) for name in columns)

    if isinstance(part, Index):
        return replace(part, parts=renamed(part.parts), include=renamed(part.include), desc=renamed(part.desc))
    return replace(part, columns=renamed(part.columns)) if isinstance(part, (Unique, ForeignKey)) else part


def with_column_renamed(part: Part, old: str, new: str) -> Part:
    """Returns a constraint or index of a table whose column got another name; SQL text stays as it is written."""
    return with_columns_renamed(part, {old: new})


def written(address: Address, dialect: str) -> str:
    """Returns the name of a table, view or type as SQL has it, with its schema where it has one."""
    return ".".join(quoted(part, mark(dialect)) for part in address if part is not None)


def shown(address: Address) -> str:
    """Returns the name of a table, view or type, with its schema where it has one."""
    return ".".join(part for part in address if part is not None)
