"""How the oracle draws: choices from a seed, which are kept, so that a failure is drawn again from fewer and smaller ones.

Hypothesis would draw the same short querysets again and again: of a thousand, four hundred differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from tests.property.oracle.schemas import VALUES

T = TypeVar("T")


class Draw:
    """Draws numbers from a seed, or those that were taken before; behind their end all are 0, which is the simplest choice.

    Attributes:
        taken: What was drawn.
    """

    def __init__(self, source: str | Sequence[int]) -> None:
        self.taken: list[int] = []
        self._random = Random(source) if isinstance(source, str) else None
        self._given = [] if isinstance(source, str) else source

    def upto(self, most: int) -> int:
        """Returns a number from 0."""
        at = len(self.taken)
        given = min(self._given[at], most) if at < len(self._given) else 0
        self.taken.append(given if self._random is None else self._random.randint(0, most))
        return self.taken[-1]


def smallest(choices: Sequence[int], fails: Callable[[list[int]], bool]) -> list[int]:
    """Returns fewer and smaller choices that still fail."""
    found = list(choices)
    for size in (64, 16, 4, 2, 1, 4, 1):
        at = 0
        while at < len(found):
            shorter = [*found[:at], *found[at + size :]]
            if fails(shorter):
                found = shorter
            else:
                at += size
    for at, value in enumerate(found):
        for smaller in range(min(value, 4)):
            if fails([*found[:at], smaller, *found[at + 1 :]]):
                found[at] = smaller
                break
    return found


def pick(draw: Draw, options: Sequence[T]) -> T:
    """Returns one of some options."""
    return options[draw.upto(len(options) - 1)] if len(options) > 1 else options[0]


def chance(draw: Draw, percent: int) -> bool:
    """Returns True so often of a hundred times."""
    return draw.upto(99) >= 100 - percent


def some(draw: Draw, options: Sequence[T], least: int, most: int) -> list[T]:
    """Returns some of the options, each once."""
    left = list(options)
    return [left.pop(draw.upto(len(left) - 1)) for _ in range(min(len(left), least + draw.upto(most - least)))]


@dataclass(frozen=True)
class Constant:
    """A plain value, which is another one when the queryset is made again: ``first_or(1, 7)``."""

    first: Any
    second: Any

    @property
    def code(self) -> str:
        """Its Python text."""
        return repr(self.first) if self.first == self.second else f"first_or({self.first!r}, {self.second!r})"

    @property
    def now(self) -> Any:
        """The value of this time."""
        return first_or(self.first, self.second)


_again: list[bool] = [False]


def first_or(first: T, second: T) -> T:
    """Returns the value of this time."""
    return second if _again[0] else first


def make_again(again: bool) -> None:
    """Says whether querysets are made the first or the second time, with other values, so that statements are found in the caches."""
    _again[0] = again


def constant(draw: Draw, kind: str, change: Callable[[Any], Any] = lambda value: value) -> Constant:
    """Returns a value of a kind, one that rows have, too."""
    return Constant(change(pick(draw, VALUES[kind])), change(pick(draw, VALUES[kind])))


def number(draw: Draw, least: int, most: int) -> int:
    """Returns an int."""
    return least + draw.upto(most - least)
