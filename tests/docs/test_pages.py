"""The pages of ``docs/`` run as they are printed, each in a process of its own, and name everything that is public."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

import oxyde
from tests.docs import pages
from tests.docs.process import write_demo

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("page", [page for page in PAGES if pages.blocks(page)], ids=lambda page: page.stem)
def test_a_page_runs(page: Path, tmp_path: Path) -> None:
    """Every block runs after those before it, in a fresh folder, from outside the repository, and sends the SQL that is shown below it."""
    if "flights.db" in page.read_text(encoding="utf-8"):
        write_demo(tmp_path)
    sent = pages.run(page, tmp_path)
    if os.environ.get("OXYDE_UPDATE_DOCS"):
        pages.rewrite(page, sent)
    for block, statements in zip(pages.blocks(page), sent, strict=True):
        if block.sql is not None:
            assert pages.plain(block.sql) == pages.plain(pages.printed(statements)), f"{page.name}, line {block.line}"


def test_every_sql_is_below_the_code_that_sends_it() -> None:
    """No block of SQL is printed without being compared."""
    for page in PAGES:
        shown = sum(block.sql is not None for block in pages.blocks(page))
        assert page.read_text(encoding="utf-8").count("\n```sql\n") == shown, page.name


def test_every_public_name_has_an_example() -> None:
    """Each name of ``oxyde.__all__`` is used in a block that runs."""
    used: set[str] = set()
    for page in PAGES:
        for block in pages.blocks(page):
            for node in ast.walk(ast.parse(block.code)):
                if isinstance(node, ast.Name):
                    used.add(node.id)
                elif isinstance(node, ast.Attribute):
                    used.add(node.attr)
    assert set(oxyde.__all__) - used == set()


def test_every_page_is_in_the_index() -> None:
    """The index links to every page, and every link leads somewhere."""
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8")))
    assert linked == {page.name for page in PAGES} - {"README.md"}
