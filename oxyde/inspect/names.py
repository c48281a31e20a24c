"""Names of classes, fields and enumeration members as a person would choose them for what a database calls otherwise."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Callable, Collection, Iterable
from typing import Final

from oxyde.inspect.words import parts, plural, singular
from oxyde.models.metaclass import RESERVED
from oxyde.models.model import Model

IMPORTED: Final = frozenset(
    "Any AwareDatetime Check Decimal Enum Exclude Field Index Model UUID Unique annotations dt bool bytes float int list str".split()  # noqa: SIM905 - read as a text
)
"""Names that the generated module uses itself."""
_BUILTIN: Final = frozenset(name for name in dir(builtins) if name[0].isupper())
_PROTECTED: Final = ("model_dump", "model_validate")
"""Beginnings of names that Pydantic keeps for itself."""
_INHERITED: Final = frozenset(dir(Model)) | RESERVED


def class_name(name: str) -> str:
    """Returns the name of a class for a table: ``order_details`` becomes ``OrderDetail``.

    >>> class_name("order_details"), class_name("2020 sales"), class_name("exceptions")
    ('OrderDetail', 'Table2020Sale', 'ExceptionRow')
    """
    words = parts(name)
    return _class("".join(map(_capital, [*words[:-1], *map(singular, words[-1:])])), "Table", "Row")


def exact_class_name(name: str) -> str:
    """Returns the same without making it a singular."""
    return _class("".join(map(_capital, parts(name))), "Table", "Row")


def enum_class_name(name: str) -> str:
    """Returns the name of a class for an enumeration type: ``order_state_enum`` becomes ``OrderState``."""
    words = parts(name)
    return _class("".join(map(_capital, words[:-1] if len(words) > 1 and words[-1] == "enum" else words)), "Enum", "Value")


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]


def _class(name: str, prefix: str, suffix: str) -> str:
    if not name.isidentifier():
        name = prefix + name
    return name + suffix if name in IMPORTED or name in _BUILTIN or keyword.iskeyword(name) else name


def field_name(name: str) -> str:
    """Returns the name of a field for a column; one that is a good name already stays as it is.

    >>> field_name("CustomerID"), field_name("class"), field_name("2nd line"), field_name("copy"), field_name("_x__y")
    ('customer_id', 'class_', 'column_2nd_line', 'copy_', 'x_y')
    """
    good = name.isidentifier() and name == name.lower() and "__" not in name and not name.startswith("_")
    made = name if good and unicodedata.normalize("NFKC", name) == name else "_".join(parts(name))
    if not made.isidentifier() and not keyword.iskeyword(made):
        made = f"column_{made}" if made else "column"
    if made.startswith(_PROTECTED):
        made = f"column_{made}"
    return f"{made}_" if is_taken(made) else made


def is_taken(name: str) -> bool:
    """Returns whether no field can have a name: a keyword, a name that annotations use, an attribute of every model."""
    return keyword.iskeyword(name) or name in IMPORTED or name in _INHERITED


def member_name(value: str) -> str:
    """Returns the name of an enumeration's member for a value.

    >>> member_name("PG-13"), member_name("in progress"), member_name(""), member_name("4x4"), member_name("+")
    ('PG_13', 'IN_PROGRESS', 'EMPTY', 'VALUE_4X4', 'VALUE')
    """
    if not value:
        return "EMPTY"
    made = "_".join(parts(value)).upper()
    return made if made.isidentifier() else f"VALUE_{made}".rstrip("_")


def collection(name: str) -> str:
    """Returns the name of a list of rows: ``order_detail`` becomes ``order_details``."""
    head, dot, last = name.rpartition("_")
    return f"{head}{dot}{plural(last)}"


def free(candidates: Iterable[str], taken: Collection[str]) -> str:
    """Returns the first of several names that is not taken, else the last with a number.

    >>> free(["tags", "tags_by_post"], {"tags", "tags_by_post"})
    'tags_by_post_2'
    """
    last = ""
    for name in candidates:
        if name not in taken:
            return name
        last = name
    number = 2
    while f"{last}_{number}" in taken:
        number += 1
    return f"{last}_{number}"


def distinct(values: Iterable[str], name: Callable[[str], str]) -> list[str]:
    """Returns a name for each value, each name once."""
    made: list[str] = []
    for value in values:
        made.append(free([name(value)], made))
    return made
