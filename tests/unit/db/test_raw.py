"""SQL of the application: its placeholders are filled, its values bound, its mistakes named before anything is sent."""

from __future__ import annotations

import datetime as dt
import enum
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.db.database import AsyncDatabase
from oxyde.db.execute import run_blocking
from oxyde.db.raw import compile_raw, query
from oxyde.db.route import route
from oxyde.exceptions import FieldError
from tests.unit.queries.shapes import unpacked

DIALECTS = ("postgres", "sqlite", "mysql", "mariadb")


class Level(enum.IntEnum):
    """A number with a name."""

    LOW = 1


def filled(sql: str, params: Any, dialect: str = "postgres") -> tuple[str, list[Any]]:
    """Returns the text with ``{n}`` for each param, and the values."""
    shape, values = compile_raw(sql, params, dialect)
    pieces = unpacked(shape)["raw"]["pieces"]
    return "".join(piece["text"] if "text" in piece else f"{{{piece['param']['index']}}}" for piece in pieces), list(values)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_names(dialect: str) -> None:
    """``:name`` works on every server; one that stands twice is one value."""
    assert filled("select :a, ':a', :b, :a", {"a": 1, "b": "x"}, dialect) == ("select {0}, ':a', {1}, {0}", [1, "x"])


def test_positions() -> None:
    """Positional placeholders are the server's own."""
    assert filled("select $2, $1, $2", [1, 2]) == ("select {0}, {1}, {0}", [2, 1])
    for dialect in ("sqlite", "mysql"):
        assert filled("select ?, ?", (1, 2), dialect) == ("select {0}, {1}", [1, 2])
    assert filled("select ?2, ?1", (1, 2), "sqlite") == ("select {0}, {1}", [2, 1])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("sql", ["where id in :ids", "where id IN (:ids)", "where id in(:ids)", "where id not in\n:ids"])
def test_lists_after_in(sql: str, dialect: str) -> None:
    """A list after IN stands for its members, with brackets or without."""
    text, values = filled(sql, {"ids": [1, 2, 3]}, dialect)
    assert text.endswith("({0}, {1}, {2})")
    assert values == [1, 2, 3]


def test_other_lists() -> None:
    """Elsewhere a list is an array on PostgreSQL and JSON on the others."""
    assert filled("= any(:ids)", {"ids": [1, 2]}) == ("= any({0})", [[1, 2]])
    assert filled("json_each(:ids)", {"ids": (1, 2)}, "sqlite") == ("json_each({0})", ["[1, 2]"])
    assert filled("in (1, :id)", {"id": [2]}, "sqlite") == ("in (1, {0})", ["[2]"])


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
def test_members_are_bound_one_by_one(members: list[int]) -> None:
    """Each member is a value of its own."""
    text, values = filled("x in :m and y = :y", {"m": members, "y": 1}, "mysql")
    assert values == [*members, 1]
    assert text.count("{") == len(members) + 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values(dialect: str) -> None:
    """Plain values keep their type, dictionaries are JSON, enumerations their value."""
    plain = [None, True, 1, 1.5, "x", b"x", Decimal("1.10"), dt.date(2024, 1, 1), uuid.UUID(int=1)]
    for value in plain:
        (sent,) = filled("select :v", {"v": value}, dialect)[1]
        assert sent is value
    if dialect in {"mysql", "mariadb"}:
        with pytest.raises(FieldError, match="give microseconds"):
            filled("select :v", {"v": dt.timedelta(1)}, dialect)
    else:
        assert filled("select :v", {"v": dt.timedelta(1)}, dialect)[1] == [dt.timedelta(1)]
    assert json.loads(filled("select :v", {"v": {"a": [1, None, "ä"]}}, dialect)[1][0]) == {"a": [1, None, "ä"]}
    assert filled("select :v", {"v": Level.LOW}, dialect)[1] == [1]
    assert filled("select :v", {"v": bytearray(b"x")}, dialect)[1] == [b"x"]


@pytest.mark.parametrize(
    ("sql", "params", "message"),
    [
        ("select :a", None, "but no parameters were given; give a dict with 'a'"),
        ("select :a", [1], "but the parameters are a list"),
        ("select :a", {"b": 1}, "no parameter is named 'a'; given: b"),
        ("select :a", {}, "given: none"),
        ("select :a", {"a": 1, "b": 2}, "no placeholder uses 'b'"),
        ("select 1", {"a": 1}, "no placeholder uses 'a'"),
        (
            "select 1",
            [1],
            "1 parameter was given and 1 of them has no placeholder; this server's is .*, or :name with a dict on every server",
        ),
        ("select $1", {"a": 1}, "but the parameters are a dict"),
        ("select $2", [1], "placeholder 2, but 1 parameters were given"),
        ("select $0", [1], "placeholder 0"),
        ("select $1", None, "but no parameters were given"),
        ("x in :a", {"a": []}, "is an empty list, and SQL has no empty IN"),
        ("select :a", {"a": object()}, "cannot take a value of type object"),
        ("select :a", {"a": {"x": float("nan")}}, "contains a value that JSON cannot represent"),
        ("select :a", {"a": {"x": object()}}, "contains a value that JSON cannot represent"),
    ],
)
def test_mistakes(sql: str, params: Any, message: str) -> None:
    """Placeholders and values must match, one for one; the error carries the SQL."""
    with pytest.raises(FieldError, match=message) as caught:
        compile_raw(sql, params, "postgres")
    assert caught.value.sql == sql


@pytest.mark.parametrize(("dialect", "mark"), [("postgres", r"\$1, \$2"), ("sqlite", r"\?"), ("mariadb", r"\?")])
def test_values_without_a_placeholder(dialect: str, mark: str) -> None:
    """The message shows the placeholders of the server."""
    with pytest.raises(FieldError, match=f"this server's is {mark}, or :name"):
        compile_raw("select 1", [1], dialect)


def test_names_of_another_server() -> None:
    """SQLite's other spellings are answered with the portable one."""
    for text in ("@a", "$a"):
        with pytest.raises(FieldError, match="as :a, the placeholder of every server"):
            compile_raw(f"select {text}", {"a": 1}, "sqlite")


@pytest.mark.parametrize("params", ["ab", b"ab", 5, {1}])
def test_parameters_that_are_none(params: Any) -> None:
    """A dict or a list, nothing else."""
    with pytest.raises(TypeError, match="are a dict or a list"):
        compile_raw("select :a", params, "postgres")


def test_array_slices() -> None:
    """A name in brackets that is no parameter is the bound of a slice."""
    assert filled("select a[:n], :b", {"b": 1}) == ("select a[:n], {0}", [1])
    assert filled("select a[:n]", {"n": 1}) == ("select a[{0}]", [1])


def test_text_is_never_pasted() -> None:
    """A hostile value changes nothing in the text."""
    hostile = "'; drop table x; --"
    text, values = filled("select :v", {"v": hostile})
    assert (text, values) == ("select {0}", [hostile])


def test_shapes_do_not_depend_on_values() -> None:
    """The same SQL with other values is the same statement."""
    assert compile_raw("select :a", {"a": 1}, "mysql")[0] == compile_raw("select :a", {"a": 2}, "mysql")[0]


def test_rows_in_steps_are_dictionaries() -> None:
    """Values are bound."""
    database = AsyncDatabase("sqlite::memory:", name="rows", auto_register=False)
    rows = run_blocking(query("SELECT :a AS a, 2 AS b", {"a": "x'y"}, "sqlite"), route(client=database))
    assert rows == [{"a": "x'y", "b": 2}]
    database.disconnect_blocking()
