"""Orders: after what is needed, with cycles cut, and renames where the new name is free."""

from __future__ import annotations

from oxyde.migrations.changes.ordering import after_needed, aside, by_name, renames_in_order, tables_in_order, views_in_order
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT


def table(name: str, *targets: str) -> Table:
    """Returns a table that points to others."""
    keys = {f"fk_{to}": ForeignKey(f"fk_{to}", ("id",), (None, to), ("id",)) for to in targets}
    return Table(name, None, {"id": Column("id", INT)}, ("id",), keys)


def test_after_needed() -> None:
    """As given, but for what is needed before; itself is not."""
    assert after_needed("cba", {"c": {"a", "c"}, "b": {"x"}}) == ["b", "a", "c"]
    assert after_needed("cba", {"c": {"a"}, "a": {"c"}}) == ["b", "c", "a"]


def test_tables() -> None:
    """Those that others point to come first; in a cycle the first by name."""
    ordered = tables_in_order([table("c", "b"), table("b", "a"), table("a", "a")])
    assert [one.name for one in ordered] == ["a", "b", "c"]
    cycle = tables_in_order([table("c"), table("b", "a"), table("a", "b")])
    assert [one.name for one in cycle] == ["c", "a", "b"]


def test_views() -> None:
    """A view follows those that its SELECT mentions, as whole words."""
    views = {(None, "a"): "SELECT * FROM bb", (None, "b"): "SELECT 1", (None, "bb"): "SELECT * FROM b"}
    assert [name for _, name in views_in_order(State(views=views), views)] == ["b", "bb", "a"]


def test_renames() -> None:
    """A name is taken once it is free; a cycle takes a way round."""
    assert list(renames_in_order({"a": "b", "b": "c"}, str.upper)) == [("b", "c"), ("a", "b")]
    assert list(renames_in_order({"a": "b", "b": "a", "x": "y"}, str.upper)) == [("x", "y"), ("a", "A"), ("b", "a"), ("A", "b")]


def test_aside() -> None:
    """A name that nothing has."""
    assert aside("a", ["a"]) == "a_old"
    assert aside("a", ["a_old", "a_old_"]) == "a_old__"
    assert by_name((None, "b")) < by_name(("s", "a"))
