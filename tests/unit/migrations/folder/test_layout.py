"""Code as text: quotes, escapes, and where lines break."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxyde.migrations.folder.layout import Null, call, flat, laid_out, text


@given(st.text())
def test_text(value: str) -> None:
    """A literal is the text, on one line."""
    written = text(value)
    assert ast.literal_eval(written) == value
    assert written.splitlines() == [written]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a", '"a"'),
        ("it's", '"it\'s"'),
        ('a "b"', "'a \"b\"'"),
        ("'\"", '"\'\\""'),
        ("a\nb\\", '"a\\nb\\\\"'),
        ("Größe\x00", '"Größe\\x00"'),
    ],
)
def test_quotes(value: str, written: str) -> None:
    """Double ones, unless single ones save escapes."""
    assert text(value) == written


def test_calls() -> None:
    """Values of every kind; a keyword of None is left out, unless it is meant."""
    made = call("f", ("a", 1, True, None, ("b",), ["c"], {"d": None, "e": Null()}), {"x": None, "y": Null(), "z": call("g", ())})
    assert flat(made) == 'f("a", 1, True, None, ("b",), ["c"], {"d": None, "e": None}, y=None, z=g())'


def test_lines() -> None:
    """What is too long is broken, from outside to inside; a text is never broken."""
    short = call("ctx.f", ("a" * 70,))
    assert laid_out(short, 4) == f'ctx.f("{"a" * 70}")'
    a, b, c, d, e = ("abcde"[place] * 80 for place in range(5))
    long = call("ctx.f", (a, call("g", (b, c), {"key": [d]}), (e,)))
    inside = f'g(\n            "{b}",\n            "{c}",\n            key=[\n                "{d}",\n            ],\n        )'
    assert laid_out(long, 4) == f'ctx.f(\n        "{a}",\n        {inside},\n        (\n            "{e}",\n        ),\n    )'
