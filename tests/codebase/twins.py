"""The generator of blocking twins: the text of an awaited face without ``async`` and ``await``, and with other names.

``OXYDE_UPDATE_TWINS=1 python -m pytest tests/codebase/test_twins.py`` writes them anew.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
AWAITED, BLOCKING = "await User.objects.", "User.objects.sync."  # in docstrings
SYNC = """
from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from oxyde.db.execute import run_blocking
from oxyde.db.lifecycle import connect_blocking as connect
from oxyde.db.raw import execute_raw_blocking as execute_raw
from oxyde.db.tables import create_tables_blocking as create_tables
from oxyde.db.tables import drop_tables_blocking as drop_tables
from oxyde.db.transaction import blocking_atomic as atomic
from oxyde.models.blocking_raw import raw
from oxyde.models.blocking_related import related
from oxyde.models.model import Model
from oxyde.models.verbs import instance as steps
from oxyde.models.where import route_of_model

M = TypeVar("M", bound=Model)
__all__ = ["atomic", "connect", "create_tables", "delete", "drop_tables", "execute_raw", "raw", "refresh", "related", "save"]


def __dir__() -> list[str]:
    \"\"\"Returns the public names.\"\"\"
    return sorted(__all__)


"""


@dataclass(frozen=True)
class Twin:
    """A file that is generated from another one.

    Attributes:
        source: The awaited face.
        target: The blocking one.
        title: The first line of its docstring.
        names: What is called otherwise there: names, attributes and modules.
        left_out: Members of classes that the blocking face inherits, or does not have.
        head: The imports of a module of functions, which are the awaited methods of a class; else the whole file has a twin.
    """

    source: str
    target: str
    title: str
    names: dict[str, str]
    left_out: frozenset[str] = frozenset()
    head: str = ""


TWINS = (
    Twin(
        "oxyde/models/narrow/awaited.py",
        "oxyde/models/narrow/blocking.py",
        "The terminal verbs that name fields, as checkers see them: blocking.",
        {},
    ),
    Twin(
        "oxyde/models/queryset.py",
        "oxyde/models/blocking.py",
        "``BlockingQuerySet``: the blocking face of a query, for scripts, notebooks and threads.",
        {
            "QuerySet": "BlockingQuerySet",
            "Many": "BlockingMany",
            "many": "blocking_many",
            "awaited": "blocking",
        },
        frozenset({"sync"}),
    ),
    Twin(
        "oxyde/models/many.py",
        "oxyde/models/blocking_many.py",
        "``BlockingMany``: the blocking verbs that write many rows at once.",
        {"Many": "BlockingMany", "Frames": "BlockingFrames", "frames": "blocking_frames"},
    ),
    Twin(
        "oxyde/models/frames.py",
        "oxyde/models/blocking_frames.py",
        "``BlockingFrames``: the blocking verbs with which rows leave as frames, files and streams.",
        {"Frames": "BlockingFrames", "Awaited": "Blocking", "AsyncIterator": "Iterator"}
        | {"batches": "batches_blocking", "stream": "stream_blocking", "Stream": "BlockingStream"},
    ),
    Twin(
        "oxyde/models/raw.py",
        "oxyde/models/blocking_raw.py",
        "``BlockingRawQuery``: SQL of the application as a lazy query, run by blocking verbs.",
        {"RawQuery": "BlockingRawQuery", "run": "run_blocking", "stream": "stream_blocking", "Stream": "BlockingStream"},
        frozenset({"sync", "sql", "__await__"}),
    ),
    Twin(
        "oxyde/models/related.py",
        "oxyde/models/blocking_related.py",
        "``BlockingRelatedManager``: the blocking verbs on the related rows of one instance.",
        {
            "RelatedManager": "BlockingRelatedManager",
            "QuerySet": "BlockingQuerySet",
            "queryset": "blocking",
            "awaited": "blocking",
            "querysets": "blocking_querysets",
        },
        frozenset({"sync"}),
    ),
    Twin(
        "oxyde/models/model.py",
        "oxyde/sync.py",
        "Blocking twins, for scripts, notebooks and threads, of the verbs that belong to no queryset.",
        {"self": "instance", "instance": "steps", "run": "run_blocking", "Self": "M"},
        head=SYNC,
    ),
)


def text(twin: Twin) -> str:
    """Returns the blocking twin of a file."""
    source = (ROOT / twin.source).read_text(encoding="utf-8")
    tree = ast.parse(source)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    code = source.encode()
    for start, end, new in sorted(_edits(tree, twin, starts, code), reverse=True):
        code = code[:start] + new.encode() + code[end:]
    made = code.decode()
    title = f'"""{twin.title}\n\nGenerated from ``{twin.source}`` by ``tests/codebase/twins.py``; edit that.\n"""\n'
    if twin.head:
        verbs = [node for node in ast.walk(ast.parse(made)) if isinstance(node, ast.FunctionDef) and node.name in _verbs(tree)]
        made = twin.head + "\n\n".join(textwrap.dedent(ast.get_source_segment(made, verb, padded=True) or "") for verb in verbs)
    return _tidy(title + made, twin.target)


def _verbs(tree: ast.Module) -> set[str]:
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}


def _edits(tree: ast.Module, twin: Twin, starts: list[int], code: bytes) -> Iterator[tuple[int, int, str]]:
    """Yields what to replace, as places in the encoded text; no two overlap."""

    def span(node: ast.expr | ast.stmt) -> tuple[int, int]:
        return starts[node.lineno - 1] + node.col_offset, starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    def word(start: int, old: str, new: str) -> tuple[int, int, str]:
        found = code.index(old.encode(), start)
        return found, found + len(old.encode()), new

    yield (*span(tree.body[0]), "")
    dropped = [node for node in _members(tree) if _is_left_out(node, twin)]
    for member in dropped:
        first = min([member.lineno, *(decorator.lineno for decorator in getattr(member, "decorator_list", ()))])
        yield starts[first - 1], span(member)[1], ""
    gone = {inner for member in dropped for inner in ast.walk(member)}
    for node in ast.walk(tree):
        if node in gone:
            continue
        if isinstance(node, ast.AsyncFunctionDef):
            yield word(span(node)[0], "async ", "")
            if twin.head:
                owner = "M" if "Self" in ast.dump(node.returns or node) else "Model"
                end = starts[node.args.args[0].lineno - 1] + (node.args.args[0].end_col_offset or 0)
                yield end, end, f": {owner}"
        elif isinstance(node, ast.Await):
            yield word(span(node)[0], "await ", "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and AWAITED in node.value:
            yield word(span(node)[0], AWAITED, BLOCKING)
        elif isinstance(node, ast.Name) and node.id in twin.names:
            yield word(span(node)[0], node.id, twin.names[node.id])
        elif isinstance(node, ast.arg) and node.arg in twin.names:
            place = starts[node.lineno - 1] + node.col_offset
            yield place, place + len(node.arg), twin.names[node.arg]
        elif isinstance(node, ast.Attribute) and node.attr in twin.names:
            yield word(span(node.value)[1], node.attr, twin.names[node.attr])
        elif isinstance(node, (ast.ClassDef, ast.alias)) and node.name in twin.names:
            yield word(starts[node.lineno - 1] + node.col_offset, node.name, twin.names[node.name])


def _members(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yields the statements of a file and of its classes."""
    for node in tree.body:
        yield node
        if isinstance(node, ast.ClassDef):
            yield from node.body


def _is_left_out(node: ast.stmt, twin: Twin) -> bool:
    if isinstance(node, ast.ImportFrom):  # of itself
        return node.module == twin.target.removesuffix(".py").replace("/", ".")
    return getattr(node, "name", None) in twin.left_out


def _tidy(code: str, target: str) -> str:
    """Returns the code without imports that it does not use, sorted and formatted."""
    for command in (["check", "--select", "F401,I", "--fix", "--quiet", "--exit-zero"], ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", target, "-"]
        code = subprocess.run(ruff, cwd=ROOT, input=code, capture_output=True, text=True, check=True).stdout
    return code
