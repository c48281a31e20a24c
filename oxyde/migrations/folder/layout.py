"""Python calls as text that formatters leave as it is: on one line where they fit, else one part per line with a last comma."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

WIDTH: Final = 88
"""The line length that formatters have where nobody chose another."""
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True)
class Group:
    """A call, a list or a dictionary.

    Attributes:
        head: What it begins with, up to its bracket.
        parts: What is inside: the text before each, such as ``length=``, and itself.
        tail: Its closing bracket.
    """

    head: str
    parts: tuple[tuple[str, Code], ...]
    tail: str


Code: TypeAlias = "str | Group"
"""Code that is one word, or one with parts."""


def call(name: str, arguments: Iterable[Any], keywords: Mapping[str, Any] | None = None) -> Group:
    """Returns a call; of its keywords those that are not None."""
    named = [(f"{name}=", value) for name, value in (keywords or {}).items() if value is not None]
    return Group(f"{name}(", tuple((start, code(value)) for start, value in [*(("", value) for value in arguments), *named]), ")")


@dataclass(frozen=True)
class Null:
    """None where it is meant, not left out."""


def code(value: Any) -> Code:
    """Returns the code of a value: code itself, text, a number, None, or a list, tuple or dictionary of those."""
    match value:
        case Group():
            return value
        case Null():
            return "None"
        case str():
            return text(value)
        case dict():
            return Group("{", tuple((f"{text(key)}: ", code(part)) for key, part in value.items()), "}")
        case tuple():
            return Group("(", tuple(("", code(part)) for part in value), ")" if len(value) != 1 else ",)")
        case list():
            return Group("[", tuple(("", code(part)) for part in value), "]")
        case _:
            return repr(value)


def text(value: str) -> str:
    """Returns a string literal as formatters write it: in double quotes, unless single ones save escapes.

    >>> print(text('it "is"'), text("it's"))
    'it "is"' "it's"
    """
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_character(character, quote) for character in value) + quote


def _character(character: str, quote: str) -> str:
    if character == quote:
        return f"\\{quote}"
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else repr(character)[1:-1]


def flat(item: Code) -> str:
    """Returns code on one line."""
    if isinstance(item, str):
        return item
    return item.head + ", ".join(start + flat(part) for start, part in item.parts) + item.tail


def laid_out(item: Code, indent: int, *, before: int = 0, after: int = 0) -> str:
    """Returns code that begins on a line with some indent.

    Args:
        item: The code.
        indent: The spaces that its further lines begin with.
        before: The characters before it on its first line, indent aside.
        after: The characters that follow on its last line.
    """
    line = flat(item)
    if isinstance(item, str) or not item.parts or indent + before + len(line) + after <= WIDTH:
        return line
    inner = " " * (indent + 4)
    parts = (f"{inner}{start}{laid_out(part, indent + 4, before=len(start), after=1)},\n" for start, part in item.parts)
    return f"{item.head}\n{''.join(parts)}{' ' * indent}{item.tail.lstrip(',')}"
