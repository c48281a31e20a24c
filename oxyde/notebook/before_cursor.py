"""Finds the queryset expression before the cursor, without running any code."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from oxyde.models.chain import Chain
from oxyde.models.manager import Objects

TOKEN: Final = re.compile(
    r"""
    (?P<space> \s+ | \#[^\n]* )
  | (?P<string> [rbfuRBFU]{0,2} (?: \"{3}(?s:.*?)\"{3} | '{3}(?s:.*?)'{3} | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' ) )
  | (?P<open> ["'] [^"'\n]* \Z )
  | (?P<name> \w+ )
  | (?P<op> . )
    """,
    re.VERBOSE,
)
CLOSING: Final = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Place:
    """The context of the cursor.

    Attributes:
        chain: The queryset before it.
        verb: The verb whose arguments it is in; None after a dot.
        word: The part of a word that is typed already.
        quoted: Whether the word is a string.
    """

    chain: Chain[Any, Any]
    verb: str | None
    word: str
    quoted: bool = False


def place(text: str, names: Mapping[str, Any]) -> Place | None:
    """Returns the context of a cursor at the end of a text; None if there is no queryset.

    Args:
        text: The cell up to the cursor.
        names: The variables.
    """
    tokens = [(found.lastgroup or "", found.group()) for found in TOKEN.finditer(text) if found.lastgroup != "space"]
    if text[-1:].isspace() and tokens and tokens[-1][0] == "name":
        return None
    word, quoted = "", False
    if tokens and tokens[-1][0] in {"name", "open"}:
        kind, word = tokens.pop()
        quoted = kind == "open"
        word = word[1:] if quoted else word
    if not tokens:
        return None
    if tokens[-1] == ("op", ".") and not quoted:
        chain = _chain(tokens[:-1], names)
        return None if chain is None else Place(chain, None, word)
    if tokens[-1] not in {("op", "("), ("op", ",")}:
        return None
    opened = _opened(tokens)
    if (
        opened is None
        or opened < 3
        or tokens[opened] != ("op", "(")
        or tokens[opened - 2] != ("op", ".")
        or tokens[opened - 1][0] != "name"
    ):
        return None
    chain = _chain(tokens[: opened - 2], names)
    return None if chain is None else Place(chain, tokens[opened - 1][1], word, quoted)


def _opened(tokens: Sequence[tuple[str, str]]) -> int | None:
    """Returns the index of the innermost bracket that is open at the end of the tokens."""
    depth = 0
    for at in range(len(tokens) - 1, -1, -1):
        kind, text = tokens[at]
        if kind != "op":
            continue
        if text in CLOSING:
            depth += 1
        elif text in CLOSING.values():
            if not depth:
                return at
            depth -= 1
    return None


def _chain(tokens: Sequence[tuple[str, str]], names: Mapping[str, Any]) -> Chain[Any, Any] | None:
    """Returns the queryset of the expression at the end of the tokens."""
    steps: list[str] = []
    at = len(tokens) - 1
    while at >= 0:
        kind, text = tokens[at]
        if text in {")", "]"} and kind == "op":
            start = _opened(tokens[:at])
            if start is None:
                return None
            steps.append("()" if text == ")" else "[]")
            at = start - 1
        elif kind == "name":
            steps.append(text)
            if at == 0 or tokens[at - 1] != ("op", "."):
                break
            at -= 2
        else:
            return None
    steps.reverse()
    value: Any = names.get(steps[0]) if steps else None
    for step in steps[1:]:
        value = _after(value, step)
    return value if isinstance(value, Chain) else None


def _after(value: Any, step: str) -> Any:
    """Applies one step of the expression to a value, if the step is known to run no code; else returns None."""
    if isinstance(value, ModuleType):
        return vars(value).get(step)
    if isinstance(value, type):
        return getattr(value, step, None) if isinstance(inspect.getattr_static(value, step, None), Objects) else None
    if isinstance(value, Chain):
        if step == "[]":
            return value._of(value._query)
        if step == "sync":
            return value.sync  # type: ignore[attr-defined] # both faces have it
        verb = inspect.getattr_static(value, step, None)
        return Verb(value) if _is_lazy(verb) else None
    return value.chain._of(value.chain._query) if isinstance(value, Verb) and step == "()" else None


@dataclass(frozen=True)
class Verb:
    """A lazy verb that is about to be called."""

    chain: Chain[Any, Any]


def _is_lazy(verb: Any) -> bool:
    """Returns whether a method returns a queryset, by its annotation."""
    if not inspect.isfunction(verb) or inspect.iscoroutinefunction(verb):
        return False
    kind = verb.__annotations__.get("return")
    if isinstance(kind, type):
        return issubclass(kind, Chain)
    return str(kind).rpartition(".")[2] in {"C", "Self", verb.__qualname__.rpartition(".")[0].rpartition(".")[2]} or "QuerySet[" in str(
        kind
    )
