"""What rows come from: how a query wraps another one, and what decides its text."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import F
from oxyde.exceptions import FieldError
from oxyde.queries.source import DEEPEST, Compound, Cte, State, compound, everything, whole
from oxyde.queries.term import Exposed
from tests.cases.models import Novelist, Team

everyone = Novelist.objects
TABLE = Novelist.__table__


def test_the_beginning_of_every_query() -> None:
    """The query of all rows is made once for a table, and has the table's columns."""
    state = everything(TABLE)
    assert everything(TABLE) is state
    assert state.columns == whole(TABLE)
    assert [name for name, _ in state.columns] == [column.field for column in TABLE.columns]
    assert not state.is_sliced
    assert not state.is_reshaped


@pytest.mark.parametrize(
    ("state", "sliced", "reshaped"),
    [
        (everyone[:3]._state, True, False),
        (everyone.offset(3)._state, True, False),
        (everyone.limit(0)._state, True, False),
        (everyone.distinct()._state, False, True),
        (everyone.values("name")._state, False, False),
        (Team.objects.values("authors__name")._state, False, True),
    ],
)
def test_what_later_verbs_act_on(state: State, sliced: bool, reshaped: bool) -> None:
    """A slice is fixed; distinct rows and rows of a to-many path are others than the table's."""
    assert state.is_sliced is sliced
    assert state.is_reshaped is reshaped


def test_with_leaves_the_original_alone() -> None:
    """A state is frozen; a changed one is another object."""
    state = everything(TABLE)
    made = state.with_(limit=3)
    assert (made.limit, state.limit) == (3, None)
    assert made.table is state.table


def test_wrapping_keeps_the_order_by_terms_but_not_chance() -> None:
    """A random order is that of the rows inside; to ask for it again would shuffle them once more."""
    assert len(everyone.order_by("age", "name")[:3]._state.wrapped().order) == 2
    assert everyone.order_by("?")[:3]._state.wrapped().order == ()


def test_wrapping_exposes_annotations() -> None:
    """Outside, an annotation is the output of the query inside, in the order too."""
    state = everyone.annotate(twice=F("age") * 2).order_by("twice")[:3]._state
    outside = state.wrapped()
    ((name, term),) = outside.annotations
    assert name == "twice"
    assert isinstance(term, Exposed)
    assert outside.order[0].by is term
    assert outside.source is state


def test_distinct_rows_in_an_order_of_other_columns() -> None:
    """SQL orders them only by what they have: whole rows are wrapped, chosen values are an error."""
    plain = everyone.values("age").distinct().order_by("age")._state
    assert plain.arranged() is plain
    wrapped = everyone.distinct().order_by(F("age") + 1)[:3]._state.arranged()
    assert isinstance(wrapped.source, State)
    assert (wrapped.limit, wrapped.source.limit, wrapped.source.order) == (3, None, ())
    with pytest.raises(FieldError, match=r"order_by\(\) after distinct\(\) takes only fields that are among the values"):
        everyone.values("age").distinct().order_by("name")._state.arranged()


def test_a_compound_may_be_null_where_either_side_may() -> None:
    """Its left side names the columns."""
    left, right = everyone.values("age")._state, everyone.values("score")._state
    ((name, term),) = compound("union", left, right).columns
    assert (name, term.nullable) == ("age", True)
    ((_, same),) = compound("union", left, left).columns
    assert not same.nullable
    ((_, third),) = compound("union", compound("union", left, left), right).columns
    assert third.nullable
    ((_, fourth),) = compound("union", compound("union", left, right), left).columns
    assert fourth.nullable


def members(state: State) -> list[str]:
    """Returns the operators of a compound that is not nested."""
    assert isinstance(state.source, Compound)
    assert not any(isinstance(one.source, Compound) for one in state.source.states())
    return [op for op, _ in state.source.others]


def test_a_compound_of_compounds_is_one() -> None:
    """Added to, it does not nest deeper, as long as the rows are those of the members; they are joined from left to right."""
    left, right = everyone.values("age"), everyone.values("id")
    both = left.union_all(right)
    assert members(both.union(right).union_all(left)._state) == ["union_all", "union", "union_all"]
    assert members(left.union_all(both)._state) == members(both.union_all(right)._state) == ["union_all", "union_all"]
    assert members(both.union_all(both).order_by("age")._state) == ["union_all"] * 3
    whole = everyone.annotate(twice=F("age") * 2)
    assert members(whole.union(whole).union(whole)._state) == ["union", "union"]
    assert both.union(right)._state.depth == both._state.depth == 1


@pytest.mark.parametrize("changed", ["filter", "limit", "distinct", "values", "annotate"])
def test_what_is_asked_of_a_compound_stays_around_it(changed: str) -> None:
    """Other rows than those of the members are a query of their own."""
    both = everyone.union(everyone)
    made, plain = {
        "filter": (both.filter(age=1), everyone),
        "limit": (both.limit(3), everyone),
        "distinct": (both.distinct(), everyone),
        "values": (both.values("age"), everyone.values("age")),
        "annotate": (both.annotate(one=F("age")), everyone.annotate(one=F("age"))),
    }[changed]
    for state in (made.union(plain)._state, plain.union(made)._state):
        assert isinstance(state.source, Compound)
        assert len(state.source.others) == 1
        assert state.depth == 2
    assert len(everyone.union(both.union_all(everyone))._state.source.others) == 1  # type: ignore[union-attr] # it is a compound


def test_how_deep_queries_nest() -> None:
    """Too deep is an error that says what to do instead, before anything recurses."""
    nested = everyone.limit(99)
    for _ in range(DEEPEST):
        nested = nested.filter(age__gt=1).limit(99)
    with pytest.raises(FieldError, match="queries nest deeper than 32; read the keys of these rows first"):
        nested.filter(age__gt=1)
    with pytest.raises(FieldError, match="queries nest deeper than 32"):
        everyone.union(nested)


def test_what_is_read() -> None:
    """Common table expressions are found in sources, in both sides of a compound, and in conditions."""
    one, two = Cte("one", everyone._state), Cte("two", everyone.values("id")._state)
    assert list(everyone._state.reads()) == []
    assert list(one.state().reads()) == [one]
    assert list(compound("union", one.state(), one.state()).reads()) == [one, one]
    inner = everyone._next(two.state())
    assert list(everyone.filter(id__in=inner)._state.reads()) == [two]


def test_two_ctes_of_one_name() -> None:
    """Attaching one and reading another would read the wrong rows."""
    attached, other = Cte("c", everyone._state), Cte("c", everyone.filter(age=1)._state)
    assert attached.state().with_(ctes=(attached,)).shape([])
    with pytest.raises(FieldError, match='two common table expressions are named "c"'):
        other.state().with_(ctes=(attached,)).shape([])


def test_the_shape_lists_values_in_the_order_of_compiling() -> None:
    """Source, outputs, conditions, orders, then the ends of the slice; the values themselves are not part of it."""

    def asked(number: int) -> State:
        return everyone.filter(age=number)[: number + 1].filter(age__gt=number + 2)[number + 3 : number + 4]._state

    values: list[Any] = []
    first = asked(10).shape(values)
    assert values == [10, 11, 12, 1, 13]
    assert asked(20).shape([]) == first
    assert everyone.filter(age=1)._state.shape([]) != first
