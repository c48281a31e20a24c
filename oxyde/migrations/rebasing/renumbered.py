"""The text of a migration under another name: what it depends on is renewed, and the rest stays as it is."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import TypeAlias

Edit: TypeAlias = "tuple[int, int, str]"
"""The first character that is replaced, the first one after, and what is there instead."""


def renumbered(source: bytes, depends_on: str, names: Mapping[str, str]) -> bytes:
    """Returns a migration that depends on another than before; where it does not say on which, it still does not.

    Comments and the docstring name other migrations by their new names. Every other byte stays, because the operations must.

    Args:
        source: Its text, which is Python.
        depends_on: The migration that is before it.
        names: The new names of migrations, by their older ones.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    text = source.decode(encoding)
    lines = io.StringIO(text, newline="").readlines()
    starts = [*accumulate(map(len, lines), initial=0)]
    for start, end, new in sorted([*_place(text, lines, starts, depends_on), *_mentions(text, lines, starts, names)], reverse=True):
        text = text[:start] + new + text[end:]
    return text.encode(encoding)


def _place(text: str, lines: list[str], starts: list[int], depends_on: str) -> Iterator[Edit]:
    """Yields the edit of what the file depends on."""
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        if any(isinstance(target, ast.Name) and target.id == "depends_on" for target in targets):
            value = node.value  # type: ignore[attr-defined] # it is an assignment
            if value is not None:
                start, end = _span(value, lines, starts)
                quote = "'" if text[start] == "'" else '"'
                yield start, end, f"{quote}{depends_on}{quote}"


def _mentions(text: str, lines: list[str], starts: list[int], names: Mapping[str, str]) -> Iterator[Edit]:
    """Yields the edits of comments and of the docstring."""
    if not names:
        return
    name = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    for start, end in _prose(text, lines, starts):
        for found in name.finditer(text, start, end):
            yield found.start(), found.end(), names[found[0]]


def _prose(text: str, lines: list[str], starts: list[int]) -> Iterator[tuple[int, int]]:
    """Yields where comments and the docstring are."""
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        if token.type == tokenize.COMMENT:
            yield starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]
    tree = ast.parse(text)
    if ast.get_docstring(tree, clean=False) is not None:
        yield _span(tree.body[0], lines, starts)


def _span(node: ast.stmt | ast.expr, lines: list[str], starts: list[int]) -> tuple[int, int]:
    """Returns where a node is, in characters; Python counts bytes of a line."""
    assert node.end_lineno is not None  # noqa: S101 - the parser sets both
    assert node.end_col_offset is not None  # noqa: S101 - as above
    places = ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
    first, last = (starts[line - 1] + len(lines[line - 1].encode()[:column].decode()) for line, column in places)
    return first, last
