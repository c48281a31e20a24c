"""The lazy verbs of a queryset: what both faces share, and what a queryset refuses to be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oxyde import Count, F, Q
from oxyde.exceptions import FieldError
from tests.cases.models import Novelist
from tests.models import Author as Writer
from tests.models import Post

DIALECTS = ("postgres", "sqlite", "mysql", "mariadb")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sql_needs_no_connection(dialect: str) -> None:
    """The text has placeholders, the values stand beside it."""
    sql, parameters = Novelist.objects.filter(name="it's", age__gt=3).sql(dialect)
    assert "it's" not in sql
    assert "SELECT" in sql
    assert parameters == ["it's", 3]


def test_sql_with_types() -> None:
    """Each parameter with the name of its type."""
    assert Novelist.objects.filter(age=1, active=True).sql("sqlite", with_types=True)[1] == [(1, "int"), (True, "bool")]


def test_unknown_dialects() -> None:
    """A ValueError that names it."""
    with pytest.raises(ValueError, match="oracle"):
        Novelist.objects.sql("oracle")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_text_is_stable(dialect: str) -> None:
    """Other values, and lists of nearly the same length, have the same text."""
    one, two = (
        Novelist.objects.filter(age__in=members, name=name).sql(dialect)[0] for members, name in (([1, 2, 3], "a"), ([4, 5, 6, 7], "b"))
    )
    assert one == two


def test_ir_is_json() -> None:
    """``to_ir()`` is JSON with sorted keys."""
    found = json.loads(Novelist.objects.filter(age=1).to_ir())
    assert list(found) == ["statement", "v"]
    assert list(found["statement"]["query"]) == sorted(found["statement"]["query"])


@pytest.mark.parametrize(
    ("act", "verb"),
    [
        (iter, r"all\(\)"),
        (lambda chain: chain.__aiter__(), r"stream\(\)"),
        (len, r"count\(\)"),
        (bool, r"exists\(\)"),
        (lambda chain: 1 in chain, r"contains\(row\)"),
        (lambda chain: chain.__await__(), r"all\(\)"),
    ],
)
def test_a_queryset_is_no_list(act: Any, verb: str) -> None:
    """Iterating, awaiting and measuring name the verb to use, and say what blocking code does."""
    with pytest.raises(TypeError, match=rf"queryset\.{verb}`.*queryset\.sync"):
        act(Novelist.objects.filter(age=1))


async def test_awaiting_a_queryset() -> None:
    """So does ``await queryset`` itself."""
    with pytest.raises(TypeError, match=r"all\(\)"):
        await Novelist.objects.filter(age=1)


@pytest.mark.parametrize(
    "make",
    [
        lambda chain: chain.filter(nmae="x"),
        lambda chain: chain.exclude(Q(nmae="x")),
        lambda chain: chain.order_by("-nmae"),
        lambda chain: chain.values("nmae"),
        lambda chain: chain.values_list("nmae", flat=True),
        lambda chain: chain.filter(name=F("nmae")),
    ],
)
@pytest.mark.parametrize("face", ["async", "sync"])
def test_mistakes_are_met_early(make: Any, face: str) -> None:
    """Names are checked by the verb that takes them, on both faces, and the near match is named."""
    chain = Novelist.objects if face == "async" else Novelist.objects.sync
    with pytest.raises(FieldError, match='did you mean "name"'):
        make(chain)


@pytest.mark.parametrize(
    ("make", "remedy"),
    [
        (lambda chain: chain.filter(7), r"not int; the row of a key is found by pk=7"),
        (lambda chain: chain.exclude("x"), r"not str; the row of a key is found by pk=\.\.\."),
        (lambda chain: chain.filter(True), r"not bool, which is the result of a comparison in Python: write age__gt=3, or F\("),
        (lambda chain: chain.filter({"id": 1}), r"not dict: write \*\*\{\.\.\.\}"),
        (lambda chain: chain.filter(chain.values("id")), r"write id__in=queryset"),
        (lambda _: Novelist.age > 3, r'Novelist\.age is a field, .* write age__gt=3, or F\("age"\) > 3'),
    ],
)
def test_what_is_no_condition_names_the_remedy(make: Any, remedy: str) -> None:
    """A key, a truth value, a dictionary, a queryset, a field of the class."""
    with pytest.raises((TypeError, AttributeError), match=remedy):
        make(Novelist.objects)


async def test_a_key_given_to_get_names_pk() -> None:
    """On both faces, before any connection is looked for."""
    with pytest.raises(TypeError, match=r"pk=1$"):
        await Novelist.objects.get(1)
    with pytest.raises(TypeError, match=r"pk=1$"):
        Novelist.objects.sync.get(1)


async def test_awaiting_one_row_of_a_queryset() -> None:
    """``[i]`` is a queryset still, of one row."""
    with pytest.raises(TypeError, match=r"await queryset\.first\(\)"):
        await Novelist.objects.order_by("id")[0]
    with pytest.raises(TypeError, match=r"await queryset\.all\(\)"):
        await Novelist.objects.order_by("id")[:3]


def test_both_faces_ask_the_same() -> None:
    """``.sync`` may stand anywhere in the chain."""
    chain = Novelist.objects.filter(age=1).order_by("name")[1:3]
    assert chain.sync._compiled() == chain._compiled() == Novelist.objects.sync.filter(age=1).order_by("name")[1:3]._compiled()
    assert chain.using("x").sync._home == "x"
    assert type(chain.sync.filter(age=2)) is type(chain.sync)


def test_masked_secrets_and_plain_ones() -> None:
    """A model without secrets has one statement for rows and frames."""
    assert Post.objects._compiled(masked=True) == Post.objects._compiled()


def test_relations_are_no_columns_of_values() -> None:
    """A to-many relation in ``values()`` is its key; a foreign key its own column."""
    assert "blog_post" in Writer.objects.values("posts").sql("sqlite")[0]
    assert "JOIN" not in Post.objects.values("author").sql("sqlite")[0]


@pytest.mark.parametrize(
    ("write", "example"),
    [
        (lambda: Novelist.objects.annotate(Count("id")), r"Count has none: write annotate\(n=Count\("),
        (lambda: Novelist.objects.alias(F("age")), r"F has none: write alias\(n=Count\("),
        (lambda: Novelist.objects.sync.aggregate(Count()), r"Count has none: write aggregate\(total=Sum\("),
        (lambda: Novelist.objects.sync.update({"age": 1}), r"dict has none: write update\(\*\*\{\.\.\.\}\)"),
        (lambda: Novelist.objects.sync.update(F("age") + 1), r'Combined has none: write update\(views=F\("views"\) \+ 1\)'),
    ],
)
def test_computed_values_have_names(write: Any, example: str) -> None:
    """Other libraries derive the name from the value; here the message shows how one is written."""
    with pytest.raises(TypeError, match=rf"takes each value by a name of its own, and {example}"):
        write()


def test_values_compute_nothing() -> None:
    """The message says what does."""
    with pytest.raises(TypeError, match=r'to compute a value write annotate\(n=\.\.\.\)\.values\(\.\.\., "n"\)'):
        Novelist.objects.values("id", n=F("age") + 1)  # type: ignore[call-arg] # what checkers refuse too
