"""Random querysets and changes over random schemas answer as plain Python does, on every backend.

``OXYDE_ORACLE=100000`` says how many querysets each backend is asked, and ``OXYDE_SEED`` which schemas and querysets are drawn.
A failure prints the smallest queryset that fails, as Python text, and the models that it is over.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

import oxyde
from tests.backends import Backend
from tests.property.oracle import asked, differences
from tests.property.oracle.drawing import Draw, pick, smallest
from tests.property.oracle.questions import Question, question
from tests.property.oracle.schemas import Schema, schema
from tests.property.oracle.writes import Write, write

T = TypeVar("T")
COUNT = int(os.environ.get("OXYDE_ORACLE", "10000" if os.environ.get("OXYDE_LONG") == "1" else "1000"))
SEED = int(os.environ.get("OXYDE_SEED", "0"))
SCHEMAS = [schema(SEED, number) for number in range(12)]

CONSTRUCTS = (
    *("filter(", "exclude(", "annotate(", "alias(", "order_by(", "reverse()", "distinct()", "distinct('", "values(", "having("),
    *(".union(", ".union_all(", ".intersect(", ".except_(", "[1:", "[0:0]", "][", "With(", "recursive=", "Exists(", "Subquery("),
    *("OuterRef(", "Case(", "Window(", "partition_by=", "frame=", "RowNumber(", "Rank(", "Lag(", "FirstValue(", "Ntile(", "first_or("),
    *("Count(", "Sum(", "Avg(", "Min(", "Max(", "BoolAnd(", "distinct=True", "filter=Q", "__in=", "__in=[]", "__between=", "__isnull="),
    *("__regex", "__iexact", "__icontains", "__startswith", "__year__", "__week_day__", " & ", " | ", " ^ ", "~Q", "Coalesce(", "NullIf("),
    *("Greatest(", "Concat(", "Lower(", "Upper(", "Trim(", "Substr(", "Replace(", "Length(", "Cast(", "Extract(", "Round(", "Mod(", " // "),
)
"""What the querysets of a run must have, so that no part of the language is lost by accident."""


@pytest.fixture(scope="module")
def stocked(backend_module: Backend) -> Iterator[Backend]:
    """A single connection to the tables of all schemas; the oracle answers for this server."""
    models = [model for drawn in SCHEMAS for model in drawn.models]
    with oxyde.connect(backend_module.url, settings=oxyde.PoolSettings(max_connections=1)):
        oxyde.sync.drop_tables(models=models, if_exists=True)
        oxyde.sync.create_tables(models=models)
        with oxyde.sync.atomic():
            for drawn in SCHEMAS:
                drawn.stock()
        differences.use(backend_module.dialect)
        yield backend_module
        oxyde.sync.drop_tables(models=models)


def drawn(source: str | list[int], one: Callable[[Draw, Schema], T]) -> tuple[T, list[int]]:
    """Draws a question over one of the schemas; returns the choices, too."""
    draw = Draw(source)
    return one(draw, pick(draw, SCHEMAS)), draw.taken


def every(one: Callable[[Draw, Schema], T], count: int, check: Callable[[T], object]) -> None:
    """Checks so many questions, the same ones for the same seed; of one that fails, the smallest that does is checked last."""

    def fails(choices: list[int]) -> bool:
        try:
            check(drawn(choices, one)[0])
        except Exception:  # noqa: BLE001 - no question is wrong, so that every error is one of ours
            return True
        return False

    for number in range(count):
        made, taken = drawn(f"{SEED}/{number}", one)
        try:
            check(made)
        except Exception as error:
            least = drawn(smallest(taken, fails), one)[0]
            check(least)
            raise AssertionError("it failed once, and not again") from error


@pytest.mark.timeout(3600)
def test_querysets_answer_as_python_does(stocked: Backend) -> None:
    """Rows, in order where there is one, their number and whether there are any; at least six of ten have rows."""
    seen: Counter[str] = Counter()

    def check(one: Question) -> None:
        seen["rows"] += bool(asked.check(one))
        seen["all"] += 1
        seen.update(part for part in CONSTRUCTS if part in one.code)

    every(question, COUNT, check)
    assert seen["rows"] >= seen["all"] * 0.6
    assert not [part for part in CONSTRUCTS if not seen[part]]


@pytest.mark.timeout(3600)
def test_changes_are_those_of_python(stocked: Backend) -> None:
    """``update()`` by expressions and ``delete()``, of slices too: the number of rows, and the table after it."""
    seen: Counter[str] = Counter()

    def check(one: Write) -> None:
        seen["rows"] += bool(asked.check_write(one))
        seen["all"] += 1

    every(write, COUNT // 8, check)
    assert seen["rows"] >= seen["all"] * 0.5


def test_a_wrong_answer_is_seen(stocked: Backend) -> None:
    """The oracle of another server, which sorts NULLs elsewhere, does not pass."""
    differences.use("sqlite" if stocked.dialect == "postgres" else "postgres")
    try:
        with pytest.raises(AssertionError):
            every(question, 300, asked.check)
    finally:
        differences.use(stocked.dialect)
