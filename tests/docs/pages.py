"""A page of documentation: its blocks of Python, each with the SQL that the page shows below it, and how they run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from oxyde.db.render import clauses

BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```sql\n(?P<sql>.*?)^```\n)?", re.DOTALL | re.MULTILINE)
RUN = """
import ast, asyncio, inspect, json, sys
from pathlib import Path
from oxyde import db

async def main():
    namespace = {"__name__": "__main__"}
    sent = []
    db.events.on_statement(lambda event: sent[-1].append(event.sql))
    for line, block in json.load(sys.stdin):
        sent.append([])
        code = compile("\\n" * line + block, sys.argv[1], "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        result = eval(code, namespace)
        if inspect.isawaitable(result):
            await result
    Path("sent.json").write_text(json.dumps(sent))

asyncio.run(main())
"""
WIDTH = 110
"""Longer statements are printed with a line for each clause."""


@dataclass(frozen=True)
class Block:
    """A block of Python.

    Attributes:
        line: The number of lines before it.
        code: The code.
        sql: The statements that the page says it sends; None if it does not say.
    """

    line: int
    code: str
    sql: str | None


def blocks(page: Path) -> list[Block]:
    """Returns the Python blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [Block(text.count("\n", 0, found.start("code")), found["code"], found["sql"]) for found in BLOCK.finditer(text)]


def run(page: Path, folder: Path) -> list[list[str]]:
    """Runs the blocks of a page one after the other in a process of its own, and returns the statements that each sent."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, str(page)],
        input=json.dumps([(block.line, block.code) for block in blocks(page)]),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    sent: list[list[str]] = json.loads((folder / "sent.json").read_text(encoding="utf-8"))
    return sent


def plain(sql: str) -> str:
    """Returns statements without their line breaks."""
    return " ".join(sql.split()).replace("( ", "(").replace(" )", ")")


def printed(statements: list[str]) -> str:
    """Returns statements as a page shows them."""
    return ";\n".join(_lines(one) for one in statements) + "\n"


def rewrite(page: Path, sent: list[list[str]]) -> None:
    """Writes the statements that were sent into the page, wherever it shows any."""
    found = iter(sent)

    def shown(match: re.Match[str]) -> str:
        statements = next(found)
        return match[0] if match["sql"] is None else f"```python\n{match['code']}```\n\n```sql\n{printed(statements)}```\n"

    page.write_text(BLOCK.sub(shown, page.read_text(encoding="utf-8")), encoding="utf-8")


def _lines(sql: str, indent: str = "") -> str:
    """Returns a statement with a line for each clause, and for each query inside."""
    if len(indent + sql) <= WIDTH:
        return indent + sql
    return "\n".join(part for line in clauses(sql, "sqlite").splitlines() for part in _nested(line, indent))


def _nested(line: str, indent: str) -> list[str]:
    """Returns a clause; one that is too long has the queries inside it on lines of their own."""
    at = line.find("(SELECT ")
    if len(indent + line) <= WIDTH or at < 0:
        return [indent + line]
    depth = end = 0
    for end in range(at, len(line)):
        depth += (line[end] == "(") - (line[end] == ")")
        if depth == 0:
            break
    return [indent + line[: at + 1], _lines(line[at + 1 : end], indent + "  "), *_nested(line[end:], indent)]
