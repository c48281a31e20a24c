"""Comparisons: the conditions that compare the values of one row."""

from __future__ import annotations

from typing import Any

from oxyde.ir import expr, schema
from oxyde.ir.expr import Node
from oxyde.queries.scope import Scope
from oxyde.queries.term import MAYBE, NEVER, Bound, Reference, Term, Unknown, together
from oxyde.schema import types as kinds


class Condition(Term):
    """A term that is true, false or unknown."""

    type = kinds.BOOL

    @property
    def secret(self) -> bool:
        """Never: it tells no value."""
        return False


class Simple(Condition):
    """A condition on the values of the row itself."""

    @property
    def fixes(self) -> str | None:
        """The field of the table's own column that the condition fixes to one value."""
        return None


class Comparison(Simple):
    """A comparison of two values; the head is the operator."""

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the comparison."""
        return expr.compare(str(self.head), *parts)

    @property
    def fixes(self) -> str | None:
        """The field, where it is compared for equality with a plain value."""
        left, right = self.parts
        if self.head != "eq" or not isinstance(left, Reference) or left.path.hops or not isinstance(right, Bound):
            return None
        return left.path.column.field


class IsNull(Simple):
    """IS NULL, or (its head False) IS NOT NULL."""

    @property
    def unknown(self) -> Unknown:
        """Never: it is true or false."""
        return NEVER

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the test."""
        return expr.is_null(parts[0]) if self.head else expr.is_not_null(parts[0])


class Loose(Simple):
    """A condition that is false or unknown, never true, where a part is NULL."""

    @property
    def unknown(self) -> Unknown:
        """Never, where no part is NULL."""
        return NEVER if together(self.parts) is NEVER else MAYBE

    @property
    def undecided(self) -> Unknown:
        """NULL or false where a part is NULL."""
        return together(self.parts)


class Between(Loose):
    """Whether a value is in a range, both ends included; false beyond one end even if the other end is NULL."""

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns BETWEEN."""
        return expr.between(*parts)


class Match(Simple):
    """A search for text; the head is the place to match and whether case is ignored."""

    def __init__(self, kind: str, fold: bool, *parts: Term) -> None:
        super().__init__((kind, fold), *parts)
        self.search, self.fold = kind, fold

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the search."""
        return expr.match(self.search, parts[0], parts[1], fold=self.fold)


class Regex(Simple):
    """A match with a regular expression; the head is whether case is ignored."""

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the match."""
        return expr.regex(parts[0], parts[1], fold=bool(self.head))


class Alike(Simple):
    """Whether a text is like another, as the server has it."""

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the call."""
        return expr.call("text_similar", parts, kinds.BOOL)


class Searched(Simple):
    """Whether a text has words, by the server's full-text search."""

    def __init__(self, text: Term, words: Term) -> None:
        super().__init__("search", text, words)

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns the search, with the index of the column."""
        text = self.parts[0]
        index = schema.search_index(text.path.table, text.path.column.field) if isinstance(text, Reference) else None
        return expr.search(parts[0], parts[1], index)


class Nothing(Simple):
    """False: nothing is in an empty list.

    It counts as computed of what it was asked of: whether a list is empty does not decide which rows a window is computed of.
    """

    def __init__(self, *asked: Term) -> None:
        super().__init__("nothing")
        self.asked = asked

    @property
    def windowed(self) -> bool:
        """Whether a value that it was asked of is computed of the rows around."""
        return any(term.windowed for term in self.asked)

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - there are none
        """Returns the constant."""
        return expr.boolean(False)


class Among(Simple):
    """Whether a value is in a list; the head is the length of the list, rounded up, and whether it must be padded."""

    def __init__(self, left: Term, members: Bound) -> None:
        self.size, self.padded = rounded(len(members.value)), padded(members.value)
        super().__init__((self.size, self.padded), left, members)

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns IN."""
        members: Any = parts[1]
        return expr.among(parts[0], members["param"], self.size, padded=self.padded)


class AmongRows(Loose):
    """Whether a value is in the only column of a query; false without rows, even for NULL."""

    def write(self, scope: Scope, parts: list[Node]) -> Node:  # noqa: ARG002 - parts only
        """Returns IN (SELECT ...)."""
        rows: Any = parts[1]
        return expr.among_select(parts[0], rows)


def padded(members: list[Any]) -> bool:
    """Whether a list would lose values as JSON: NUL in text, and numbers that are not finite."""
    return any((isinstance(one, str) and "\0" in one) or (isinstance(one, float) and one - one != 0) for one in members)


def rounded(length: int) -> int:
    """Returns the length that a list is padded to: a power of two, and smaller steps near MySQL's limit of 65,535 parameters."""
    step = 1 << (length - 1).bit_length()
    return step if step != 65_536 else -(-length // 4_096) * 4_096
