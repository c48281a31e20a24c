"""The law of relations: what ``prefetch()``, ``join()`` and queries of their own load is the same, on every backend."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oxyde
from oxyde import Field, Model, Prefetch, QuerySet
from tests.backends import Backend
from tests.tables import blocking_tables, table

EXAMPLES = 300 if os.environ.get("OXYDE_LONG") else 30


class Node(Model):
    """Refers to another node by key and by code, and to others by two junctions."""

    id: int = Field(db_pk=True)
    code: str | None = Field(default=None, db_unique=True, max_length=4)
    weight: int = 0
    parent: Node | None = Field(default=None, db_on_delete="CASCADE")
    twin: Node | None = Field(default=None, db_fk="code", db_on_delete="CASCADE")
    children: list[Node] = Field(db_reverse_fk="parent")
    twins: list[Node] = Field(db_reverse_fk="twin")
    targets: list[Node] = Field(db_m2m=True, db_through="Edge", db_through_fields=("source", "target"))
    sources: list[Node] = Field(db_m2m=True, db_through="Edge", db_through_fields=("target", "source"))
    peers: list[Node] = Field(db_m2m=True)

    Meta = table("law_node")


class Edge(Model):
    """Leads from one node to another, maybe twice."""

    id: int | None = Field(default=None, db_pk=True)
    source: Node = Field(db_on_delete="CASCADE")
    target: Node = Field(db_on_delete="CASCADE")

    Meta = table("law_edge")


ONE = ("parent", "twin")
MANY = ("children", "twins", "targets", "sources", "peers")
IDS = st.integers(1, 6)
PAIRS = st.lists(st.tuples(IDS, IDS), max_size=10)


@pytest.fixture(scope="module")
def nodes(backend_module: Backend) -> Iterator[Backend]:
    """The tables."""
    with oxyde.connect(backend_module.url), blocking_tables(Node, Edge):
        yield backend_module


def fill(rows: list[tuple[int | None, int | None, bool, int]], edges: list[tuple[int, int]], peers: list[tuple[int, int]]) -> None:
    """Stores a graph; what leads to no node is left out."""
    Edge.objects.sync.delete()
    Node.objects.sync.delete()
    there = range(1, len(rows) + 1)
    codes = {key: f"c{key}" for key, row in zip(there, rows, strict=True) if row[2]}
    Node.objects.sync.bulk_create([{"id": key, "code": codes.get(key), "weight": row[3]} for key, row in zip(there, rows, strict=True)])
    made = {node.id: node for node in Node.objects.sync.all()}
    for node, (parent, twin, _, _) in zip(made.values(), rows, strict=True):
        node.parent_id = parent if parent in there else None
        node.twin_code = codes.get(twin) if twin is not None else None
        oxyde.sync.save(node)
    Edge.objects.sync.bulk_create([Edge(source_id=one, target_id=two) for one, two in edges if one in there and two in there])
    for one, two in peers:
        if one in there and two in there:
            oxyde.sync.related(made[one], "peers").add(two)


def shown(value: Any) -> Any:
    """Returns a loaded relation as keys, in order."""
    return sorted(one.id for one in value) if isinstance(value, list) else value and value.id


def separately(node: Node, name: str) -> Any:
    """Returns a relation of one node as keys, by a query of its own."""
    if name == "parent":
        return shown(Node.objects.sync.get_or_none(id=node.parent_id))
    if name == "twin":
        return shown(Node.objects.sync.get_or_none(code=node.twin_code) if node.twin_code is not None else None)
    return shown(oxyde.sync.related(node, name).all()) if name != "twins" or node.code is not None else []


@given(
    rows=st.lists(st.tuples(st.none() | IDS, st.none() | IDS, st.booleans(), st.integers(0, 3)), max_size=6),
    edges=PAIRS,
    peers=PAIRS,
    first=st.sampled_from((*ONE, *MANY)),
    second=st.sampled_from((*ONE, *MANY)),
    window=st.tuples(st.integers(0, 2), st.none() | st.integers(0, 3)),
)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_all_ways_load_the_same(
    nodes: Backend, rows: Any, edges: Any, peers: Any, first: str, second: str, window: tuple[int, int | None]
) -> None:
    """Of each node, and of those beyond; filters count the same rows; the first of each are those that Python picks."""
    fill(rows, edges, peers)
    every = Node.objects.sync.order_by("id")
    path = f"{first}__{second}"
    for query in (every.prefetch(path), every.join(path), every.join(first).prefetch(path)):
        found = query.all()
        assert [node.id for node in found] == list(range(1, len(rows) + 1))
        for node in found:
            related = getattr(node, first)
            assert shown(related) == separately(node, first)
            for one in related if isinstance(related, list) else [related] if related else []:
                assert shown(getattr(one, second)) == separately(one, second)
        for weight in range(4):
            expected = [node.id for node in found if any(one.weight == weight for one in _all(getattr(node, first)))]
            assert [node.id for node in query.filter(**{f"{first}__weight": weight})] == expected
        none = [node.id for node in found if not getattr(node, first)]
        assert [node.id for node in every.filter(**{f"{first}__isnull": True})] == none
        assert [node.id for node in every.exclude(**{f"{first}__isnull": True})] == [node.id for node in found if node.id not in none]
        assert [node.id for node in query[1:3]] == [node.id for node in found[1:3]]
        assert [shown(getattr(node, first)) for node in query[1:3]] == [shown(getattr(node, first)) for node in found[1:3]]
    pairs = every.values_list("id", f"{first}__id").all()
    assert {(one, two) for one, two in pairs if two is not None} == {
        (node.id, one.id) for node in every.prefetch(first) for one in _all(getattr(node, first))
    }
    if first in MANY:
        ordered = QuerySet(Node).order_by("-weight", "id")[slice(window[0], window[1])]
        for node in every.prefetch(first, Prefetch(first, ordered, to_attr="some")):
            whole = sorted(getattr(node, first), key=lambda one: (-one.weight, one.id))
            assert [one.id for one in node.some] == [one.id for one in whole[slice(window[0], window[1])]]  # type: ignore[attr-defined] # Prefetch sets it


def _all(related: Any) -> list[Node]:
    return related if isinstance(related, list) else [related] if related else []
