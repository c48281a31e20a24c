"""A page of documentation: its Python, in blocks and in tables, the SQL that it shows below a block, and how they run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from oxyde.db.render import clauses

BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```sql\n(?P<sql>.*?)^```\n)?", re.DOTALL | re.MULTILINE)
TABLE = re.compile(r"^\|.*\| Oxyde \|\n\|[-|]+\|\n(?P<rows>(?:\|.*\n)+)", re.MULTILINE)
"""A table of lines of another library and of ours, which are its last column."""
CELL = re.compile(r"^\|.*\| `(?P<code>.*)` \|$", re.MULTILINE)
RUN = """
import ast, asyncio, inspect, json, sys
from pathlib import Path
from oxyde import QuerySet, db

async def run(line, block, namespace, is_cell):
    tree = ast.parse("\\n" * line + block, sys.argv[1])
    if is_cell and isinstance(tree.body[-1], ast.Expr):
        tree, mode = ast.Expression(tree.body[-1].value), "eval"
    else:
        mode = "exec"
    result = eval(compile(tree, sys.argv[1], mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), namespace)
    if isinstance(result, QuerySet):
        await result.all()
    elif inspect.isawaitable(result):
        await result

async def main():
    namespace = {"__name__": "__main__"}
    sent = []
    db.events.on_statement(lambda event: sent[-1].append(event.sql))
    for line, block, is_cell in json.load(sys.stdin):
        sent.append([])
        await run(line, block, namespace, is_cell)
    Path("sent.json").write_text(json.dumps(sent))

asyncio.run(main())
"""
WIDTH = 110
"""Longer statements are printed with a line for each clause."""


@dataclass(frozen=True)
class Block:
    """A block of Python, or a line of it in a table.

    Attributes:
        line: The number of lines before it.
        code: The code.
        sql: The statements that the page says it sends; None if it does not say.
        is_cell: Whether it is a line in a table, which runs by itself: a queryset in it is read.
    """

    line: int
    code: str
    sql: str | None = None
    is_cell: bool = False


def blocks(page: Path) -> list[Block]:
    """Returns the Python of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = [Block(text.count("\n", 0, one.start("code")), one["code"], one["sql"]) for one in BLOCK.finditer(text)]
    for table in TABLE.finditer(text):
        rows = CELL.finditer(text, table.start("rows"), table.end("rows"))
        found += [Block(text.count("\n", 0, one.start()), one["code"].replace("\\|", "|"), is_cell=True) for one in rows]
    return sorted(found, key=lambda block: block.line)


def run(page: Path, folder: Path) -> list[list[str]]:
    """Runs the blocks of a page one after the other in a process of its own, and returns the statements that each sent."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, str(page)],
        input=json.dumps([(block.line, block.code, block.is_cell) for block in blocks(page)]),
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
    found = (statements for block, statements in zip(blocks(page), sent, strict=True) if not block.is_cell)

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
