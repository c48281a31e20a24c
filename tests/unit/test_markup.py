"""Values as HTML: escaped, short, and never an error."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretBytes, SecretStr

from oxyde import markup

ALLOWED = {"table", "caption", "thead", "tbody", "tr", "th", "td", "br", "small", "p", "em", "strong", "pre", "code"}


class Bad:
    """Breaks when it is shown."""

    def __str__(self) -> str:
        raise RuntimeError("no")


class Tags(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "NULL"),
        (b"\x00\xff", "⟨bytes 2⟩"),
        ({"a": [1, "ß"]}, '{"a": [1, "ß"]}'),
        (dt.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),
        (Decimal("1.50"), "1.50"),
        ("a\n\tb", "a b"),
        (SecretStr("hunter2"), "**********"),
        (SecretBytes(b"hunter2"), "b'**********'"),
        ({"password": SecretStr("hunter2")}, '{"password": "**********"}'),
        (Bad(), "⟨Bad: RuntimeError⟩"),
        pytest.param(10**5000, "⟨int: ValueError⟩", id="long"),
    ],
)
def test_plain(value: Any, shown: str) -> None:
    """One line of text."""
    assert markup.plain(value) == shown


def test_escaped() -> None:
    """Nothing of a value becomes a tag or an attribute."""
    page = markup.table(["<b>"], [["<script>alert(1)</script>"], ['" onclick="x'], ["</td>" + "x" * 100]], caption="<i>", footer="<u>")
    found = Tags(page)
    assert set(found.tags) <= ALLOWED
    assert found.attributes <= {"scope", "style", "dir", "title"}
    assert "<script>alert(1)</script>" in found.text


@given(st.lists(st.tuples(st.text(), st.one_of(st.none(), st.text(), st.binary(), st.floats(), st.integers())), max_size=4))
def test_any_value(rows: list[tuple[Any, ...]]) -> None:
    """Whatever the values are, the page is well formed and has our tags alone."""
    page = markup.table(["a</th>", "b"], rows) + markup.card("<x>", [(name, value, name) for name, value in rows])
    page += markup.statement("<x>", "SELECT '<b>'", [("1", value) for _, value in rows], ["<note>"])
    found = Tags(page)
    assert found.open == []
    assert set(found.tags) <= ALLOWED
    page.encode()


def test_long_values_are_cut() -> None:
    """A cell is short; its title holds more, up to a limit."""
    cell = markup.cell("x" * 1_000_000)
    assert len(cell) < markup.LONGEST + markup.LONGEST_TITLE + 200
    assert "…" in cell


def test_text_table() -> None:
    """Columns are aligned, numbers to the right, control characters seen."""
    drawn = markup.text_table(["id", "name"], [[1, "a\x1b[31m"], [200, None]], "all 2 rows")
    assert drawn.splitlines() == [
        " id  name",
        "───  ──────",
        "  1  a␛[31m",
        "200  NULL",
        "all 2 rows",
    ]


def test_headings_are_above_their_numbers() -> None:
    """A column of numbers has its heading on the right, as its values."""
    page = markup.table(["n", "text", "flag", "none"], [[1, "a", True, None], [None, "b", False, None]])
    assert re.findall(r'text-align:(\w+)">(\w+)</th>', page) == [("right", "n"), ("left", "text"), ("left", "flag"), ("left", "none")]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12.112159099217665, "12.112159"),
        (0.1, "0.1"),
        (1.0000000001, "1.0"),
        (0.000012345678, "1.23457e-05"),
        (0.12345678901, "0.123457"),
        (1e300, "1e+300"),
        (-123456.1234567, "-123456.123457"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (-0.0, "-0.0"),
    ],
)
def test_floats_are_short(value: float, shown: str) -> None:
    """At most six significant digits beyond the point; the title holds all of them."""
    assert markup.plain(value) == shown
    assert (f'title="{value!r}"' in markup.cell(value)) is (repr(value) != shown)


@given(st.floats())
def test_short_floats_are_near(value: float) -> None:
    """What is shown differs by less than what is left out, and has at most six digits beyond the point."""
    shown = markup.number(value)
    assert float(shown) == pytest.approx(value, rel=1e-5, abs=0, nan_ok=True)
    mantissa, _, exponent = shown.partition("e")
    assert exponent or len(mantissa.partition(".")[2].lstrip("0")) <= 6 or abs(value) < 1
