"""Random conditions over the authors of the cases, each with two sets of values, so that shapes can be compared."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, TypeAlias

from hypothesis import strategies as st

from oxyde import F, Q
from tests.cases.models import Mood

Tree: TypeAlias = "tuple[Any, ...]"

INTS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
DATES = st.dates()
LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "age": INTS,
    "age__gt": INTS,
    "age__between": st.tuples(INTS, INTS),
    "age__in": st.lists(INTS, max_size=5),
    "age__lt": st.one_of(INTS, st.just(F("id") + 1), st.just(F("team__id"))),
    "name__contains": TEXTS,
    "name__istartswith": TEXTS,
    "name__in": st.lists(st.one_of(TEXTS, st.just("nul\x00")), max_size=4),
    "email": st.one_of(TEXTS, st.none()),
    "email__isnull": st.booleans(),
    "score__lte": st.floats(allow_nan=False, allow_infinity=False),
    "score__in": st.lists(st.floats(allow_nan=False), max_size=3),
    "balance__gte": st.decimals(-1000, 1000, places=2).map(Decimal),
    "active": st.booleans(),
    "born__year": st.integers(1, 9999),
    "born__month": st.one_of(st.integers(1, 12), st.tuples(st.integers(1, 9998), st.integers(1, 12))),
    "seen__date__lt": DATES,
    "seen__gt": st.datetimes(dt.datetime(1000, 1, 1)),
    "mood": st.one_of(st.sampled_from(Mood), st.none()),
    "team": st.one_of(INTS, st.none()),
    "team__name": TEXTS,
    "team__name__iexact": TEXTS,
    "team__authors__age__gte": INTS,
}
"""What may stand at the end of a condition, and the values it takes."""


OF_ONE_ROW = tuple(sorted(LEAVES.keys() - {"team__authors__age__gte"}))
"""Those that lead to no several rows."""


@st.composite
def leaf(draw: st.DrawFn, names: tuple[str, ...]) -> Tree:
    """One lookup and two values for it."""
    name = draw(st.sampled_from(names))
    return ("leaf", name, draw(LEAVES[name]), draw(LEAVES[name]))


def _grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    joined = st.tuples(st.sampled_from(["and", "or", "xor"]), st.lists(inner, min_size=2, max_size=3).map(tuple))
    return st.one_of(joined, st.tuples(st.just("not"), st.tuples(inner)))


def trees(leaves: int = 8, names: tuple[str, ...] = tuple(sorted(LEAVES))) -> st.SearchStrategy[Tree]:
    """Conditions of at most so many lookups."""
    return st.recursive(leaf(names), _grown, max_leaves=leaves)


def condition(tree: Tree, side: int = 0) -> Q:
    """Returns the condition, with its first or its second values."""
    if tree[0] == "leaf":
        return Q(**{tree[1]: tree[2 + side]})
    how, members = tree
    first, *others = [condition(member, side) for member in members]
    if how == "not":
        return ~first
    for other in others:
        first = first & other if how == "and" else first | other if how == "or" else first ^ other
    return first


def conditions(leaves: int = 8, names: tuple[str, ...] = tuple(sorted(LEAVES))) -> st.SearchStrategy[Q]:
    """The same as ``Q`` objects."""
    return trees(leaves, names).map(condition)
