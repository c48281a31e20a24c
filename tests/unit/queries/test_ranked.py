"""``distinct(*on)``: what it takes; its rows are those of the cases."""

from __future__ import annotations

import pytest

from oxyde.exceptions import FieldError
from tests.cases.models import Novelist, Team


def test_what_it_takes() -> None:
    """Names with one value for each row, and expressions."""
    novelists = Novelist.objects
    with pytest.raises(FieldError, match='did you mean "name"'):
        novelists.distinct("nmae")
    with pytest.raises(TypeError, match="names of fields and expressions, not int"):
        novelists.distinct(3)
    with pytest.raises(FieldError, match="several rows of Novelist for each Team"):
        Team.objects.distinct("authors__name")
    with pytest.raises(FieldError, match=r"filter\(pk__in=...\)"):
        novelists.for_update().distinct("name")


def test_it_composes() -> None:
    """With itself, slices, unions and counts."""
    once = Novelist.objects.order_by("age").distinct("team")
    assert once.distinct("active")[:1].sql("sqlite")[0].count("ROW_NUMBER") == 2
    assert "UNION" in once.union(Novelist.objects.filter(id=1)).sql("sqlite")[0]
    assert once.reverse().sql("sqlite")[0].endswith('ORDER BY "case_author"."age" DESC')
