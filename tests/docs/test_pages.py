"""The pages of ``docs/`` run as they are printed, each in a process of its own, and name everything that is public."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import oxyde

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
RUN = """
import ast, asyncio, inspect, json, sys

async def main():
    namespace = {"__name__": "__main__"}
    for line, block in json.load(sys.stdin):
        code = compile("\\n" * line + block, sys.argv[1], "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        result = eval(code, namespace)
        if inspect.isawaitable(result):
            await result

asyncio.run(main())
"""


def blocks(page: Path) -> list[tuple[int, str]]:
    """Returns the Python blocks of a page, each with the number of lines before it."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [(text.count("\n", 0, match.start(1)), match.group(1)) for match in found]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.stem)
def test_a_page_runs(page: Path, tmp_path: Path) -> None:
    """Every block runs after those before it, in a fresh folder, from outside the repository."""
    import json

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, str(page)],
        input=json.dumps(blocks(page)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-4_000:]


def test_every_public_name_has_an_example() -> None:
    """Each name of ``oxyde.__all__`` is used in a block that runs."""
    used: set[str] = set()
    for page in PAGES:
        for _, block in blocks(page):
            for node in ast.walk(ast.parse(block)):
                if isinstance(node, ast.Name):
                    used.add(node.id)
                elif isinstance(node, ast.Attribute):
                    used.add(node.attr)
    assert set(oxyde.__all__) - used == set()


def test_every_page_is_in_the_index() -> None:
    """The index links to every page, and every link leads somewhere."""
    linked = set(re.findall(r"\]\((\w+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8")))
    assert linked == {page.name for page in PAGES} - {"README.md"}
