"""The bytes that cross the border: one statement has one spelling, and both languages spell it alike."""

from __future__ import annotations

import json
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde import F, FieldError, Q, _native
from oxyde.ir import wire
from tests.cases.models import Novelist
from tests.unit.queries import trees
from tests.unit.queries.shapes import unpacked

NODES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=40)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=20,
)


def turned(node: Any) -> Any:
    """Returns the same node with every map in the opposite order."""
    if isinstance(node, dict):
        return {key: turned(node[key]) for key in reversed(node)}
    return [turned(item) for item in node] if isinstance(node, list) else node


def maps(node: Any) -> list[dict[str, Any]]:
    """Returns every map inside a node."""
    if isinstance(node, dict):
        return [node, *(found for item in node.values() for found in maps(item))]
    return [found for item in node for found in maps(item)] if isinstance(node, list) else []


@given(NODES)
def test_the_order_of_keys_does_not_matter(node: Any) -> None:
    """Equal statements have equal bytes, and the bytes give the statement back."""
    packed = wire.pack(node)
    assert packed == wire.pack(turned(node))
    assert msgpack.unpackb(packed) == {"v": wire.VERSION, "statement": node}
    assert all(list(found) == sorted(found) for found in maps(msgpack.unpackb(packed)))


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_are_as_short_as_they_can_be(number: int) -> None:
    """An integer takes the shortest form that holds it."""
    size = len(wire.pack(number)) - len(wire.pack(0))
    lengths = [(0, -32, 127), (1, -(2**7), 2**8 - 1), (2, -(2**15), 2**16 - 1), (4, -(2**31), 2**32 - 1)]
    assert size == next((length for length, low, high in lengths if low <= number <= high), 8)


def test_the_version_is_the_cores() -> None:
    """Both halves speak the same version."""
    assert wire.VERSION == _native.WIRE_VERSION


@given(trees.conditions())
def test_both_languages_spell_alike(condition: Q) -> None:
    """What Python packs, Rust reads and packs into the same bytes."""
    shape = Novelist.objects.filter(condition).order_by("-name")[1:9]._compiled().shape
    described = _native.describe(shape)
    assert json.loads(described) == {"v": wire.VERSION, "statement": unpacked(shape)}
    assert _native.canonical(described) == shape


def test_a_lone_surrogate() -> None:
    """It is no character, so that no statement can have it; the message shows where it is."""
    with pytest.raises(FieldError, match=r"a lone surrogate at character 8, which is no character: .*SELECT"):
        wire.pack({"raw": ["SELECT '\ud800"]})
    with pytest.raises(FieldError, match=r"cannot name a value of a row.* without NUL and lone surrogates"):
        Novelist.objects.annotate(**{"\ud800": F("id")})
