"""Names joined by points: what is split is joined again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.exceptions import MigrationError
from oxyde.migrations import dotted


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_round_trip(names: list[str]) -> None:
    """Any names."""
    assert dotted.split(dotted.join(names)) == names


def test_plain() -> None:
    """Most names need no quotes."""
    assert dotted.join([None, "posts", "Größe der Box"]) == "posts.Größe der Box"
    assert dotted.split('shop."odd.name"."a""b"') == ["shop", "odd.name", 'a"b']


@pytest.mark.parametrize("text", ["", ".", "a..b", 'a"b', "a.", '"a', '"a"b'])
def test_refusals(text: str) -> None:
    """What is no name."""
    with pytest.raises(MigrationError, match="is no name; a name with a point, an equals sign or a quote"):
        dotted.split(text)


def test_addresses() -> None:
    """A table may have a schema."""
    assert dotted.address(["t"], "t") == (None, "t")
    assert dotted.address(["s", "t"], "s.t") == ("s", "t")
    with pytest.raises(MigrationError, match=r"'a\.b\.c' has 3 names; a table is name or schema\.name"):
        dotted.address(["a", "b", "c"], "a.b.c")
