"""A column of a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from oxyde.schema.types import ColumnType


def as_it_is(value: Any) -> Any:
    """Returns the value: the adapter of a column whose Python values are wire values."""
    return value


@dataclass(frozen=True)
class Generated:
    """A value that the database computes from the row's other columns.

    Attributes:
        sql: The expression, in the database's own SQL.
        stored: Computed when written, not when read.
    """

    sql: str
    stored: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its name in the database.
        field: Its name on the model: what lookups, ``values()`` and frames use.
        type: What it holds.
        nullable: Whether NULL is allowed.
        length: Characters at most; None for unbounded text.
        db_type: The SQL type as the application wrote it, taken as it is.
        key: Part of the primary key.
        auto: The server counts it up when it is not given (an int key).
        unique: Unique by itself.
        indexed: Stands in a key, foreign key, unique constraint or index.
        default: SQL text of the server's default.
        generated: How the database computes it.
        comment: A comment for the database.
        collation: The collation of its text; the database's when None.
        relation: The field name of the relation whose key this column holds, for a foreign key.
        auto_now: Set to the present (UTC) by every write.
        auto_now_add: Set to the present (UTC) by the insert.
        version: Checked and raised by one on every save.
        secret: Holds a SecretStr or SecretBytes: masked in frames, reprs and errors.
        mutable: Its Python value can change inside (dict, list, set, BaseModel): ``save()`` compares what is inside.
        altered: Reading may make another value of it: a validator of the application, or a rule of text, such as lower case.
        was: The name it had before, for migrations.
        initial: The wire value of the model's default, where that is a plain value: what migrations give the rows that are there.
        adapt: Turns a Python value of the field into a wire value (None bool int float str bytes Decimal date time datetime
            timedelta UUID list; JSON as text). Raises FieldValueError naming model, field and the value's type when it is not exactly
            one of the column's. Never called with None.
        restore: Turns a list of values as the database returns them (None among them) into the field's values: enumeration members,
            nested models, sets, URLs. None where the database's values are the field's already.
        inside: Of typed JSON: returns the index of the first part of a path that nothing inside is called, and the names that there are;
            None where every part may be one.
        check: Raises FieldValueError for a wire value about to be stored that would be read as another value. None where none is.
    """

    name: str
    field: str
    type: ColumnType
    nullable: bool = False
    length: int | None = None
    db_type: str | None = None
    key: bool = False
    auto: bool = False
    unique: bool = False
    indexed: bool = False
    default: str | None = None
    generated: Generated | None = None
    comment: str | None = None
    collation: str | None = None
    relation: str | None = None
    auto_now: bool = False
    auto_now_add: bool = False
    version: bool = False
    secret: bool = False
    mutable: bool = False
    altered: bool = False
    was: str | None = None
    initial: Any = attribute(default=None, compare=False, repr=False)
    adapt: Callable[[Any], Any] = attribute(default=as_it_is, compare=False, repr=False)
    restore: Callable[[list[Any]], list[Any]] | None = attribute(default=None, compare=False, repr=False)
    check: Callable[[Any], None] | None = attribute(default=None, compare=False, repr=False)
    inside: Callable[[tuple[str, ...]], tuple[int, list[str]] | None] | None = attribute(default=None, compare=False, repr=False)

    def __hash__(self) -> int:
        """Hashes the names alone: columns are parts of the keys of caches, and their other parts follow."""
        return hash((self.name, self.field))

    def written(self, value: Any) -> Any:
        """Returns the wire value of a value that is about to be stored, None among them.

        Raises:
            FieldValueError: It does not fit the column, or would be read as another value.
        """
        if value is None:
            return None
        wire = self.adapt(value)
        if self.check is not None:
            self.check(wire)
        return wire

    @property
    def writer(self) -> Callable[[Any], Any]:
        """What makes the wire value of a value that is not None: ``written``, or less where nothing is checked."""
        return self.adapt if self.check is None else self.written

    @property
    def uncast(self) -> bool:
        """Whether the database knows the type better than we do, so that no cast is written around parameters."""
        return self.db_type is not None or self.type.kind == "enum"
