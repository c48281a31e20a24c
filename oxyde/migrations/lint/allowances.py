"""What a migration file allows: comments such as ``# oxyde: allow drop: nobody reads it any more``."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_COMMENT: Final = re.compile(r"#\s*oxyde:\s*allow\b(.*)", re.IGNORECASE)
_ALLOWED: Final = re.compile(r"\s+([\w-]+)\s*(?::\s*(\S.*?))?\s*")


@dataclass(frozen=True)
class Allowance:
    """A comment that allows something.

    Attributes:
        line: Its line.
        lint: What it allows, as it says it; empty where it says nothing.
        reason: Why; None where it says nothing.
        first: The first line of what it is about.
        last: The last line of that.
    """

    line: int
    lint: str
    reason: str | None
    first: int
    last: int


@dataclass(frozen=True)
class Allowances:
    """What a file allows.

    Attributes:
        all: Its comments.
    """

    all: tuple[Allowance, ...] = field(default=())

    def allows(self, lint: str, line: int | None) -> bool:
        """Returns whether a lint about a line is silenced, with a reason."""
        return any(
            one.lint == lint and one.reason is not None and (one.last == 0 or (line is not None and one.first <= line <= one.last))
            for one in self.all
        )


def read(path: Path) -> Allowances:
    """Returns what a file allows.

    A comment beside a statement, or on the lines right above it, is about that statement; one outside of functions about the whole file.
    """
    source = path.read_bytes()
    tree = ast.parse(source)
    return Allowances(tuple(_found(source, tree)))


def _found(source: bytes, tree: ast.Module) -> Iterator[Allowance]:
    simple = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    statements = [(node.lineno, node.end_lineno or node.lineno) for node in simple]
    functions = [(node.lineno, node.end_lineno or 0) for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    tokens = [token for token in tokenize.tokenize(io.BytesIO(source).readline) if token.type != tokenize.ENCODING]
    comments = {token.start[0]: token for token in tokens if token.type == tokenize.COMMENT}
    alone = {line for line, token in comments.items() if not token.line[: token.start[1]].strip()}
    for line, token in comments.items():
        said = _COMMENT.fullmatch(token.string.strip())
        if said is None:
            continue
        allowed = _ALLOWED.fullmatch(said[1])
        lint, reason = (said[1].strip(" :"), None) if allowed is None else (allowed[1].lower(), allowed[2])
        below = line
        while below in alone:
            below += 1
        around = [span for span in statements if span[0] <= line <= span[1]] or [span for span in statements if span[0] == below]
        inside = token.start[1] > 0 or any(first == below for first, _ in functions)
        if around:
            first, last = max(around)
            yield Allowance(line, lint, reason, first, last)
        elif inside:
            owner = next((span for span in functions if span[0] == below), (line, line))
            yield Allowance(line, lint, reason, *owner)
        else:
            yield Allowance(line, lint, reason, 0, 0)
