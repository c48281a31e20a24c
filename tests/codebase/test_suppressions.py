"""Every suppressed warning carries a code and a reason."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = sorted([*(ROOT / "oxyde").rglob("*.py"), *(ROOT / "oxyde").rglob("*.pyi"), *(ROOT / "tests").rglob("*.py")])
RUST = sorted(path for path in (ROOT / "native").rglob("*.rs") if "target" not in path.parts)

NOQA = re.compile(r"# noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)* - \w")
IGNORE = re.compile(r"# type: ignore\[[a-z-]+(, ?[a-z-]+)*\] # \w")
PYRIGHT = re.compile(r"# pyright: ignore\[\w+(, ?\w+)*\] # \w")
ATTRIBUTE = re.compile(r"#!?\[(allow|expect)\(([\w:, ]+)\)\] // \w")


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Yields the comments of a Python file and their lines."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_python(path: Path) -> None:
    """``noqa``, ``type: ignore`` and ``pyright: ignore`` name their codes and say why."""
    rules = {"noqa": NOQA, "type: ignore": IGNORE, "pyright: ignore": PYRIGHT}
    bare = [
        f"{path.relative_to(ROOT)}:{line}: {comment}"
        for line, comment in comments(path)
        for word, rule in rules.items()
        if f"# {word}" in comment and not rule.search(comment)
    ]
    assert bare == []


@pytest.mark.parametrize("path", RUST, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_rust(path: Path) -> None:
    """``allow`` and ``expect`` name a lint and say why, on the same line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    bare = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for number, line in enumerate(lines, start=1)
        if re.search(r"#!?\[(allow|expect)\(", line) and not ATTRIBUTE.search(line)
    ]
    assert bare == []
