"""The text of a migration under another name: byte for byte the same, but for what it depends on."""

from __future__ import annotations

import pytest

from oxyde.migrations.rebasing.renumbered import renumbered

NAMES = {"0002_mine": "0003_mine", "0003_more": "0004_more"}


def now(source: str, encoding: str = "utf-8") -> str:
    """Returns a text as it is when it comes after 0003_mine."""
    return renumbered(source.encode(encoding), "0003_mine", NAMES).decode(encoding)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('depends_on = "0002_mine"\n', 'depends_on = "0003_mine"\n'),
        ("depends_on='0001_posts'   # why\r\n", "depends_on='0003_mine'   # why\r\n"),
        ('depends_on: str | None = None\nx = "0002_mine"\n', 'depends_on: str | None = "0003_mine"\nx = "0002_mine"\n'),
        ('depends_on = (\n    "0001_"  # split\n    "posts"\n)\n', 'depends_on = (\n    "0003_mine"\n)\n'),
        ("x = 'é'; depends_on = '0001_posts'; y = 'é'", "x = 'é'; depends_on = '0003_mine'; y = 'é'"),
        ("depends_on: str\n", "depends_on: str\n"),
        ("def f():\n    depends_on = '0002_mine'\n", "def f():\n    depends_on = '0002_mine'\n"),
    ],
)
def test_what_it_depends_on(before: str, after: str) -> None:
    """Is said in the place and the quotes where it was said; a file that says nothing still does not."""
    assert now(before) == after


def test_names_in_comments() -> None:
    """Comments and the docstring follow; names in strings are the file's own, and parts of other words are none."""
    before = '"""Is 0002_mine.\n\nBefore 0003_more.py."""\n\n# 0002_mine, 10002_mine, 0002_mined\nx = "0002_mine"  # not 0003_more\n'
    after = '"""Is 0003_mine.\n\nBefore 0004_more.py."""\n\n# 0003_mine, 10002_mine, 0002_mined\nx = "0002_mine"  # not 0004_more\n'
    assert now(before) == after


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig"])
def test_encodings(encoding: str) -> None:
    """A file keeps its own."""
    mark = "# coding: latin-1\n" if encoding == "latin-1" else ""
    assert now(f"{mark}x = 'é'; depends_on = 'é'  # é\r\n", encoding) == f"{mark}x = 'é'; depends_on = '0003_mine'  # é\r\n"
