"""What a state looks like in a database: what each dialect makes of types, keys and indexes, and what nobody can see there afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from oxyde.migrations.live.mysql_types import LONGEST
from oxyde.migrations.live.mysql_types import held as held_mysql
from oxyde.migrations.live.sqlite_types import DIGITS
from oxyde.migrations.live.sqlite_types import held as held_sqlite
from oxyde.migrations.live.texts import bare, with_values
from oxyde.migrations.parts import WORDS, Check, Column, Constraint, Exclude, Index, Unique, shown
from oxyde.migrations.state import State, Table
from oxyde.schema import ColumnType
from oxyde.schema.types import BYTES, DATETIME, INT, JSON, TEXT, array_of, decimal_of, enum_of

INDEXED: Final = 255
"""The characters that MySQL indexes of text without a length."""
WIDEST: Final = (65, 30)
"""The digits that MySQL gives decimals without a number of digits."""


@dataclass(frozen=True)
class Projection:
    """What a database shows of a state.

    SQL texts, and types that the application wrote, are as they are sent; the server spells them otherwise.

    Attributes:
        state: What is seen.
        hidden: One line for each thing that cannot be seen, and is therefore not compared.
    """

    state: State
    hidden: tuple[str, ...]


def projection(state: State, dialect: str) -> Projection:
    """Returns what a database shows of a state.

    Args:
        state: The state.
        dialect: postgres, mysql, mariadb or sqlite.
    """
    seen = State(enums=state.enums) if dialect == "postgres" else State()
    hidden: list[str] = []
    for table in state.tables.values():
        one = _project(table, state, dialect)
        seen = replace(seen, tables={**seen.tables, table.address: one}) if dialect == "postgres" else with_values(seen, one)
        hidden += _hidden(table, seen.tables[table.address])
    if dialect != "postgres":
        used = {(table.schema, column.enum) for table in state.tables.values() for column in table.columns.values()}
        hidden += [f"enumeration {shown(enum)}: no column uses it" for enum in state.enums if enum not in used]
    return Projection(replace(seen, views=state.views), tuple(hidden))


def _project(table: Table, state: State, dialect: str) -> Table:
    column: Callable[[Column, Table], Column] = {"postgres": _in_postgres, "sqlite": _in_sqlite}.get(dialect, _in_mysql)
    columns = {}
    for name, one in table.columns.items():
        enum = one.enum
        labelled = one if enum is None else replace(one, type=enum_of(enum, state.values((table.schema, enum))))
        columns[name] = column(labelled if dialect != "postgres" else one, table)
    constraints: list[Constraint] = [_constraint(one, dialect) for one in table.constraints.values()]
    indexes: list[Index] = []
    for index in table.indexes.values():
        one_index = _index(index, dialect)
        if dialect in {"postgres", "sqlite"}:
            indexes.append(one_index)
        elif _is_constraint(one_index, table):
            constraints.append(Unique(index.name, index.parts))
        elif not _is_of_key(one_index, table):
            indexes.append(one_index)
    return replace(
        table,
        columns=columns,
        constraints={one.name: one for one in constraints},
        indexes={one.name: one for one in indexes},
        comment=None if dialect == "sqlite" else table.comment or None,
    )


def _type(type: ColumnType) -> ColumnType:
    """Returns a type with the digits that servers give it where it says none."""
    if type.kind == "decimal" and type.precision is not None:
        return decimal_of(type.precision, type.scale or 0)
    if type.kind == "array" and type.item is not None:
        item = _type(type.item)
        return item if item.kind == "array" else array_of(item)  # PostgreSQL keeps no number of dimensions
    return type


def _in_postgres(column: Column, table: Table) -> Column:
    """Returns a column as PostgreSQL has it: with lengths of text alone; what counts or is a key takes no NULL."""
    counts = column.auto or column.identity is not None
    return replace(
        column,
        type=_type(column.type),
        nullable=column.nullable and column.name not in table.key and not counts,
        length=column.length if column.type.kind == "text" and column.db_type is None else None,
        auto=counts,
        comment=column.comment or None,
    )


def _in_mysql(column: Column, table: Table) -> Column:
    """Returns a column as MySQL and MariaDB have it.

    BIGINT holds durations, DATETIME(6) both kinds of moments, CHAR(36) UUIDs, JSON arrays; an index needs a length.
    """
    seen = replace(column, nullable=column.nullable and column.name not in table.key, comment=column.comment or None)
    if column.db_type is not None:
        of = held_mysql(column.db_type)
        return replace(seen, type=of.type, length=of.length, db_type=of.db_type)
    type, indexed = _type(column.type), bool(column.name in table.key or table.parts_over(column.name))
    match type.kind:
        case "text":
            fits = column.length is not None and (indexed or column.length <= LONGEST)
            return replace(seen, length=column.length if fits else INDEXED if indexed else None)
        case "bytes" if indexed:
            return replace(seen, type=BYTES, length=None, db_type=f"varbinary({column.length or INDEXED})")
        case "decimal" if (type.precision, type.scale) == WIDEST:
            return replace(seen, type=decimal_of(None, None), length=None)
        case "datetime_tz":
            return replace(seen, type=DATETIME, length=None)
        case "duration":
            return replace(seen, type=INT, length=None)
        case "uuid":
            return replace(seen, type=TEXT, length=None, db_type="char(36)")
        case "array":
            return replace(seen, type=JSON, length=None)
        case _:
            return replace(seen, type=type, length=None)


def _in_sqlite(column: Column, table: Table) -> Column:
    """Returns a column as SQLite has it.

    There are no lengths and no comments. An INTEGER that is the key alone is the row's number: it counts, and has no default. TEXT holds
    JSON, arrays and decimals of many digits, INTEGER durations.
    """
    is_alone = table.key == (column.name,)
    if is_alone and column.auto:
        return Column(column.name, INT, auto=True)
    of = held_sqlite(column.db_type if column.db_type is not None else _declared_in_sqlite(column.type))
    is_number = is_alone and of.type == INT and of.db_type is None and of.length is None
    is_enum = column.type.kind == "enum" and column.db_type is None
    return replace(
        column,
        type=column.type if is_enum else of.type,
        nullable=column.nullable and not is_number,
        length=of.length,
        db_type=of.db_type,
        auto=is_number,
        default=None if column.default is None else column.default.strip(),
        generated=None if column.generated is None else bare(column.generated, "sqlite"),
        comment=None,
        collation=None if column.collation is None or column.collation.upper() == "BINARY" else column.collation,
    )


_SQLITE: Final = {
    "bool": "BOOLEAN",
    "int": "INTEGER",
    "duration": "INTEGER",
    "float": "REAL",
    "bytes": "BLOB",
    "date": "DATE",
    "time": "TIME",
    "datetime": "DATETIME",
    "datetime_tz": "TIMESTAMPTZ",
    "uuid": "CHAR(36)",
}
"""What columns of a kind are declared as; TEXT where nothing stands here."""


def _declared_in_sqlite(type: ColumnType) -> str:
    if type.kind == "decimal" and type.precision is not None and type.precision <= DIGITS:
        return f"NUMERIC({type.precision},{type.scale or 0})"
    return _SQLITE.get(type.kind, "TEXT")


def _constraint(one: Constraint, dialect: str) -> Constraint:
    match one:
        case Check():
            return replace(one, sql=bare(one.sql, dialect))
        case Exclude():
            return replace(one, where=None if one.where is None else bare(one.where, dialect))
        case _:
            return one


def _index(index: Index, dialect: str) -> Index:
    """Returns an index without what is meant by none: a B-tree."""
    method = None if index.method is None or index.method.lower() == "btree" else index.method.lower()
    where = index.where if index.where is None or dialect == "sqlite" else bare(index.where, dialect)
    return replace(index, method=method, where=None if where is None else where.strip())


def _is_constraint(index: Index, table: Table) -> bool:
    """Whether MySQL cannot tell an index from a unique constraint: it is one of whole columns in ascending order."""
    return index.unique and index.method is None and not index.desc and all(part in table.columns for part in index.parts)


def _is_of_key(index: Index, table: Table) -> bool:
    """Whether an index has the columns and the name of the one that MySQL makes for a foreign key."""
    plain = index.method is None and not index.desc
    return plain and any(index.parts == key.columns and index.name in {key.name, key.columns[0]} for key in table.foreign_keys)


_SEEN: Final = ("type", "length", "default", "comment", "collation", "identity")
"""What is lost of columns where a database has no such thing."""


def _hidden(table: Table, seen: Table) -> Iterator[str]:
    """Yields what a database does not show of a table."""
    where = shown(table.address)
    if table.comment and seen.comment is None:
        yield f"{where}: the comment"
    for name, column in table.columns.items():
        other = seen.columns[name]
        for attribute in _SEEN:
            value = getattr(column, attribute)
            if value in {None, ""} or value == getattr(other, attribute) or (attribute == "type" and _is_told(column, other)):
                continue
            yield f"{where}.{name}: {attribute if attribute != 'type' else 'that it is'} {value}"
        if other.auto and not column.auto and column.identity is None:
            yield f"{where}.{name}: that the server does not count it up"
    there = {*seen.indexes, *(one.name for one in seen.constraints.values() if isinstance(one, Unique))}
    yield from (f"{where}: {WORDS[Index]} {name}, which is that of a foreign key" for name in table.indexes if name not in there)


def _is_told(column: Column, seen: Column) -> bool:
    """Whether the type of a column can be told from what is seen; names of enumerations are ours."""
    if column.db_type is not None:
        return True  # which is compared instead
    return column.type.kind == seen.type.kind or seen.db_type is not None
