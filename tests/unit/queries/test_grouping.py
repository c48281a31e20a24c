"""Groups: what makes rows one group, which conditions are about groups, and that shapes tell them apart."""

from __future__ import annotations

from oxyde import Count, F, Max, Q
from tests.cases.models import Novelist
from tests.unit.queries.shapes import inner_of, select_of, values_of


def test_what_groups() -> None:
    """Values before an aggregate do, values after it and conditions do not; the last group_by() says."""
    query = Novelist.objects.values("age").annotate(n=Count())
    assert select_of(query)["group_by"] == [{"column": {"name": "age", "table": "case_author"}}]
    assert "group_by" not in select_of(Novelist.objects.values("age"))
    again = Novelist.objects.group_by("name").group_by("age").annotate(n=Count()).values("n")
    assert select_of(again)["group_by"] == select_of(query)["group_by"]
    assert [output["name"] for output in select_of(again)["outputs"]] == ["n"]


def test_conditions_find_their_place() -> None:
    """A conjunction is split: members about aggregates choose groups, the others rows; one with both chooses groups."""
    query = Novelist.objects.values("age").annotate(n=Count())
    found = select_of(query.filter(n__gt=1, name="x"))
    assert (list(found["where"]), list(found["having"])) == (["compare"], ["compare"])
    found = select_of(query.filter(Q(n__gt=1) | Q(age=3)))
    assert "where" not in found
    assert list(found["having"]) == ["or"]
    assert values_of(query.filter(n__gt=1, name="x").having(n__lt=9)) == ["x", 1, 9]


def test_shapes_differ() -> None:
    """The same values grouped otherwise, or with other conditions on groups, are other statements."""
    query = Novelist.objects.annotate(n=Count())
    shapes = {
        made._compiled().shape
        for made in (
            query.group_by("age").values("n"),
            query.group_by("name").values("n"),
            query.group_by("age", "name").values("n"),
            query.group_by("age").having(n=1).values("n"),
            query.group_by("age").filter(name="x").values("n"),
            Novelist.objects.annotate(n=Count(filter=Q(age=1))).group_by("age").values("n"),
            Novelist.objects.annotate(n=Count("id", distinct=True)).group_by("age").values("n"),
            Novelist.objects.annotate(n=Count("id")).group_by("age").values("n"),
        )
    }
    assert len(shapes) == 8


def test_what_is_computed_is_computed_inside() -> None:
    """Groups are columns: an annotation that groups becomes one of a query inside; aggregates stay outside."""
    query = Novelist.objects.filter(age__gt=0).annotate(odd=F("age") % 2, n=Max("age")).group_by("odd").values("odd", "n").order_by("odd")
    found = select_of(query)
    assert found["group_by"] == [{"column": {"name": "odd", "table": "case_author"}}]
    assert "where" not in found
    assert "aggregate" in found["outputs"][1]["expr"]
    assert inner_of(found)["where"]["compare"]["op"] == "gt"
    assert inner_of(found)["outputs"][-1]["name"] == "odd"
