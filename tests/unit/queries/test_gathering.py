"""Aggregates over paths: each is a query of its own, over the rows of one path."""

from __future__ import annotations

import pytest

from oxyde import Avg, Count, F, FieldError, Q, Sum
from tests.cases.models import Team
from tests.unit.queries.shapes import flat, select_of, values_of


def test_paths_are_queries_inside() -> None:
    """From each row an aggregate over a path is a subquery; of a group it is one of those."""
    each = select_of(Team.objects.annotate(n=Count("authors")))
    assert list(each["outputs"][-1]["expr"]) == ["subquery"]
    assert "joins" not in each
    whole = select_of(Team.objects.values("name").annotate(n=Sum("authors__age")))
    assert list(whole["outputs"][1]["expr"]["aggregate"]["args"][0]) == ["subquery"]


def test_conditions_are_about_the_related_rows() -> None:
    """A filter names paths as the queryset does; what is no such path is the row around."""
    made = Team.objects.annotate(n=Count("authors", filter=Q(authors__age__gt=3) & ~Q(name="Red") & (F("authors__age") > F("id"))))
    inner = flat(select_of(made)["outputs"][-1]["expr"]["subquery"])
    tie, older, other, compared = inner["where"]["and"]
    assert tie["compare"]["op"] == "eq"
    assert older["compare"]["left"]["column"]["table"] == "authors"
    assert other["not"]["compare"]["left"]["column"]["table"] == "case_team"
    assert compared["compare"]["right"]["column"] == {"name": "id", "table": "case_team"}
    assert values_of(made) == [3, "Red"]


def test_an_average_of_averages_is_none() -> None:
    """The error says what to query instead."""
    with pytest.raises(FieldError, match="query the related rows"):
        Team.objects.values("name").annotate(n=Avg("authors__age"))
