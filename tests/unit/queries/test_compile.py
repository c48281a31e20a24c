"""States become statements: shapes and values agree, aggregates act on the rows that were asked for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde import F, Q
from oxyde.exceptions import FieldError
from oxyde.models.chain import Chain
from oxyde.queries import compile
from oxyde.queries.compile import body, is_point
from oxyde.queries.scope import Values
from oxyde.queries.term import Reference
from tests.cases.models import Novelist, Team
from tests.models import Author as Writer
from tests.models import Post
from tests.unit.queries import trees
from tests.unit.queries.shapes import flat, inner_of, select_of, unpacked

everyone = Novelist.objects
VERBS = ("slice", "order", "distinct", "exclude", "values", "reverse", "annotate", "union")


def fresh(chain: Chain[Any]) -> tuple[bytes, list[Any]]:
    """Compiles past everything that is remembered."""
    compile._shapes.clear()
    made = chain._compiled()
    return made.shape, list(made.values)


def key(chain: Chain[Any]) -> tuple[Any, list[Any]]:
    """Returns what the statement is remembered by, and the values beside it."""
    values: list[Any] = []
    return chain._state.shape(values), values


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Chain[Any], Chain[Any]]:
    """One query with two sets of values."""
    sides: list[Any] = [everyone.filter(), everyone.filter()]
    verbs = draw(st.lists(st.sampled_from(VERBS), max_size=4))
    for verb in verbs:
        if verb == "values" and "distinct" in verbs:
            continue  # distinct rows of some columns hide the others
        if verb == "exclude":
            tree = draw(trees.trees(3))
            sides = [chain.exclude(trees.condition(tree, side)) for side, chain in enumerate(sides)]
        elif verb == "annotate":
            if f"n{len(verbs)}" in sides[0]._state.names.terms:
                continue
            tree, by = draw(trees.trees(2)), draw(st.tuples(st.integers(0, 9), st.integers(0, 9)))
            sides = [
                chain.annotate(**{f"n{len(verbs)}": F("age") * by[side], "flag": trees.condition(tree, side)})
                .filter(**{f"n{len(verbs)}__gt": by[side]})
                .order_by("flag", f"-n{len(verbs)}")
                for side, chain in enumerate(sides)
            ]
        elif verb == "union":
            if sides[0]._state.selection is not None:
                continue
            tree = draw(trees.trees(2))
            sides = [chain.union_all(chain.filter(trees.condition(tree, side))) for side, chain in enumerate(sides)]
        elif verb == "slice":
            ends = [sorted(draw(st.tuples(st.integers(0, 9), st.integers(0, 9)))) for _ in sides]
            sides = [chain[start:stop] for chain, (start, stop) in zip(sides, ends, strict=True)]
        elif verb == "order":
            name = draw(st.sampled_from(["age", "-team__name"]))
            sides = [chain.order_by(name, "id") for chain in sides]
        elif verb == "values":
            sides = [chain.values("id", "age", "team__name") for chain in sides]
        else:
            sides = [getattr(chain, verb)() for chain in sides]
    tree = draw(trees.trees(5))
    one, two = (chain.filter(trees.condition(tree, side)) for side, chain in enumerate(sides))
    return one, two


@given(pairs())
def test_shape_and_statement_bind_the_same_values(pair: tuple[Chain[Any], Chain[Any]]) -> None:
    """The values that a shape lists are those that the statement binds, in the same order."""
    for chain in pair:
        values = Values()
        body(chain._state, values)
        listed = key(chain)[1]
        assert len(values.all) == len(listed)
        assert all(one is two for one, two in zip(values.all, listed, strict=True))


def test_values_of_annotated_rows_of_a_slice() -> None:
    """A slice of chosen values is read for its annotations too: their values are listed as they are bound."""
    rows = everyone.annotate(more=F("age") + 7, old=Q(age__gt=60)).values("id")[:5].filter(more__gt=9)
    assert key(rows)[1] == list(rows._compiled().values) == [7, 60, 5, 9]


@given(pairs())
def test_equal_shapes_are_equal_statements(pair: tuple[Chain[Any], Chain[Any]]) -> None:
    """What is remembered for one query serves every other of its shape: the bytes are those that it would get itself."""
    one, two = pair
    if key(one)[0] == key(two)[0]:
        assert fresh(one)[0] == fresh(two)[0]
    first = one._compiled(), two._compiled()
    assert [made.shape for made in first] == [fresh(chain)[0] for chain in pair]


FIELDS = ("id", "name", "email", "age", "score", "balance", "worth", "active", "born", "seen", "joined")


def ordered(number: int) -> Chain[Any]:
    """Returns one of 2,048 queries of different shapes: the bits of its number are the directions of its orders."""
    return everyone.filter(age=number).order_by(*[f"{'-' * (number >> bit & 1)}{name}" for bit, name in enumerate(FIELDS)])


def test_the_memory_is_bounded() -> None:
    """The oldest shapes are forgotten once it is full; one that was forgotten is compiled again, to the same bytes."""
    compile._shapes.clear()
    first = ordered(0)._compiled()
    known = set(compile._shapes)
    for number in range(1, compile.CAPACITY):
        ordered(number)._compiled()
    assert len(compile._shapes) == compile.CAPACITY
    assert known <= set(compile._shapes)
    last = ordered(compile.CAPACITY)._compiled()
    assert len(compile._shapes) == compile.CAPACITY - compile.CAPACITY // 8 + 1
    assert not known & set(compile._shapes)
    assert ordered(compile.CAPACITY)._compiled().shape is last.shape
    again = ordered(0)._compiled()
    assert again == first
    assert again.shape is not first.shape
    assert known <= set(compile._shapes)


@pytest.mark.parametrize(
    ("chain", "point"),
    [
        (everyone.filter(id=1), True),
        (everyone.filter(pk=1, age=2), True),
        (everyone.filter(id=1).values("name", "team__name"), True),
        (everyone.filter(id__gt=1), False),
        (everyone.filter(Q(id=1) | Q(id=2)), False),
        (everyone.exclude(id=1), False),
        (everyone.filter(team__id=1), False),
        (everyone.filter(id=F("age")), False),
        (everyone.filter(id=None), False),
        (everyone.filter(id=1)[:1], False),
        (Post.objects.filter(id=1).values("tags__name"), False),
    ],
)
def test_points(chain: Chain[Any], point: bool) -> None:
    """A query is marked as of one row only where its key is fixed and nothing multiplies it."""
    assert is_point(chain._state) is point


def test_aggregates_act_on_slices() -> None:
    """``count`` and ``sum`` of a slice or of distinct rows count those."""
    plain = flat(unpacked(compile.count(everyone.filter(age=1).order_by("name")._state).shape)["query"])
    assert "table" in plain["from"]
    assert "order_by" not in plain
    for chain, part in ((everyone[:3], "limit"), (everyone.offset(2), "offset"), (everyone.values("age").distinct(), "distinct")):
        inner = inner_of(flat(unpacked(compile.count(chain._state).shape)["query"]))
        assert {name for name in ("limit", "offset", "distinct") if inner.get(name)} == {part}
    ordered = flat(unpacked(compile.aggregate(everyone.order_by("age")[:3]._state, "sum", "age")[0].shape)["query"])
    assert "order_by" in inner_of(ordered)


def test_counting_rows_across_a_path_to_several() -> None:
    """``values()`` over a to-many path gives a row per related row, and ``count()`` counts those rows."""
    chain = Writer.objects.values("name", "posts__title")
    for some in (chain, chain[:3]):
        assert "joins" in inner_of(flat(unpacked(compile.count(some._state).shape)["query"]))
    assert "joins" in inner_of(select_of(chain[:3].order_by("name")))


def test_aggregates_use_the_columns_name() -> None:
    """The name in the database, not the field's."""
    made, term = compile.aggregate(everyone._state, "max", "email")
    output = flat(unpacked(made.shape)["query"])["outputs"][0]
    assert output["expr"]["aggregate"]["args"][0]["column"]["name"] == "mail"
    (inner,) = term.parts
    assert isinstance(inner, Reference)
    assert inner.path.column.field == "email"


@pytest.mark.parametrize(
    ("function", "name", "message"),
    [
        ("sum", "name", r"Novelist.name is text and has no sum\(\); sum\(\) takes int, float, decimal, duration"),
        ("avg", "born", "Novelist.born is date and has no avg"),
        ("max", "data", "Novelist.data is json and has no max"),
        ("sum", "agee", 'did you mean "age"'),
    ],
)
def test_aggregates_that_a_field_does_not_have(function: str, name: str, message: str) -> None:
    """The error says what the aggregate takes."""
    with pytest.raises(FieldError, match=message):
        compile.aggregate(everyone._state, function, name)
    with pytest.raises(FieldError, match="leads to several rows"):
        compile.aggregate(Team.objects._state, "sum", "authors__age")


def test_exists_asks_for_one_row() -> None:
    """At most one row is read; an empty slice has none."""
    assert compile.exists(everyone.order_by("age")._state).values == (1,)
    assert compile.exists(everyone.limit(0)._state).values == (0,)
    assert compile.exists(everyone[3:9]._state).values == (1, 3)


def test_secrets_are_masked_in_frames() -> None:
    """A query without secrets has one statement for frames and rows."""
    assert everyone.filter(age=1)._compiled(masked=True) == everyone.filter(age=1)._compiled()
