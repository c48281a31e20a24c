"""The SQL types of columns as far as it matters whether one turns into another without a rewrite, and which defaults differ by row."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from oxyde.migrations.parts import Column

_TYPE: Final = re.compile(r"([a-z_][a-z0-9_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*")
_ALIASES: Final = {
    "character varying": "varchar",
    "decimal": "numeric",
    "dec": "numeric",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "int2": "smallint",
    "bool": "boolean",
    "float8": "double precision",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
}
SMALL_INTS: Final = frozenset(
    {"integer", "integer unsigned", "mediumint", "smallint", "tinyint", "serial", "serial4", "smallserial", "serial2"}
)
"""Integer types that run out: at 2,147,483,647 or before."""
_STEADY: Final = frozenset(
    """
    now current_timestamp current_date current_time localtimestamp localtime transaction_timestamp statement_timestamp lower upper
    concat coalesce nullif abs round floor ceil to_char to_date to_timestamp date_trunc date_part extract array_fill make_date
    make_interval jsonb_build_object jsonb_build_array json_build_object json_build_array json_object json_array length substr
    substring trim repeat greatest least cast convert char varchar numeric decimal interval text json jsonb array
    """.split()  # noqa: SIM905 - easier to read than fifty quoted words
)
"""Functions, and types with a length, that give every row of one statement the same value."""
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


class Declared(NamedTuple):
    """An SQL type.

    Attributes:
        word: Its name, one for each type; of a type of ours the kind where no server's name matters.
        size: Its length or its digits; None where it has none.
        scale: The digits after the point.
    """

    word: str
    size: int | None = None
    scale: int | None = None


def declared(column: Column) -> Declared:
    """Returns the type of a column, on PostgreSQL's terms."""
    if column.db_type is not None:
        found = _TYPE.fullmatch(column.db_type.strip().lower())
        if found is None:
            return Declared(column.db_type.strip().lower())
        word, size, scale = found.groups()
        return Declared(_ALIASES.get(word, word), *(None if one is None else int(one) for one in (size, scale)))
    match column.type.kind:
        case "text":
            return Declared("text") if column.length is None else Declared("varchar", column.length)
        case "decimal":
            return Declared("numeric", column.type.precision, column.type.scale)
        case "int":
            return Declared("bigint")
        case _:
            return Declared(str(column.type))


def is_steady(default: str) -> bool:
    """Returns whether a default is the same for all rows of a statement, as far as that can be known.

    >>> is_steady("now()"), is_steady("'random()'"), is_steady("gen_random_uuid()")
    (True, True, False)
    """
    bare = _QUOTED.sub("''", default).lower()
    return all(name.rpartition(".")[2] in _STEADY for name in re.findall(r"([a-z_][\w.]*)\s*\(", bare))


def is_literal(default: str) -> bool:
    """Returns whether a default is a plain value or the current time, which MySQL does not take for an expression."""
    bare = _QUOTED.sub("''", default).strip().lower()
    return re.fullmatch(r"''|[-+]?[\d.]+(e[-+]?\d+)?|true|false|null|b''|x''|(now|current_timestamp)(\(\d*\))?", bare) is not None
