"""The differences between servers that are known and declared; each has a test of its own in ``test_differences.py``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_NO_FLAG: Final = re.RegexFlag(0)


def _general(text: str) -> str:
    """Returns a text as MariaDB's ``utf8mb4_general_ci`` compares it: without case, accents and spaces at the end."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text.upper()).rstrip(" ")


def _ascii(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _same(text: str) -> str:
    return text


@dataclass(frozen=True)
class Rules:
    """What a server does in its own way, as API.md says.

    Attributes:
        text_key: What ``exact``, ``in`` and ``NullIf`` compare of a text: the collation of the column.
        fold: What the lookups that ignore case compare.
        dot: How a regular expression is read: whether ``.`` is a line break, too.
        nulls_lead: Whether NULLs are less than other values in an order that does not say where they go.
    """

    text_key: Callable[[str], str] = _same
    fold: Callable[[str], str] = str.lower
    dot: re.RegexFlag = _NO_FLAG
    nulls_lead: bool = True

    def nulls_first(self, *, desc: bool) -> bool:
        """Whether NULLs come first."""
        return self.nulls_lead is not desc


RULES: Final[dict[str, Rules]] = {
    "postgres": Rules(dot=re.DOTALL, nulls_lead=False),
    "sqlite": Rules(fold=_ascii),
    "mariadb": Rules(text_key=_general),
    "mysql": Rules(text_key=_general),
}
FLOAT_DIGITS: Final = 1e-9
"""Floats are equal up to this part of their size: servers add and divide in another order."""
DECIMAL_DIGITS: Final = 1e-4
"""Averages of Decimals have more digits on one server than on another."""

_current: list[Rules] = [RULES["postgres"]]


def use(dialect: str) -> None:
    """Makes the oracle answer as a server does."""
    _current[0] = RULES[dialect]


def rules() -> Rules:
    """Returns those of the server that the oracle answers for."""
    return _current[0]
