"""The stub of the compiled module says what the binary has."""

from __future__ import annotations

import ast
from pathlib import Path

from oxyde import _native

STUB = ast.parse((Path(__file__).parents[2] / "oxyde" / "_native.pyi").read_text(encoding="utf-8"))


def members(node: ast.ClassDef) -> set[str]:
    """Returns the names that a class of the stub declares."""
    methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    attributes = {item.target.id for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)}
    return methods | attributes


def test_functions_and_constants() -> None:
    """Every public name of the binary stands in the stub, and the other way round."""
    declared = {item.name for item in STUB.body if isinstance(item, (ast.FunctionDef, ast.ClassDef))}
    declared |= {item.target.id for item in STUB.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)}
    assert declared == {name for name in dir(_native) if not name.startswith("__")}


def test_classes() -> None:
    """Every public member of every class stands in the stub, and the other way round."""
    for node in STUB.body:
        if isinstance(node, ast.ClassDef):
            existing = vars(getattr(_native, node.name))
            declared = members(node)
            assert {name for name in declared if name not in existing} == set(), node.name
            public = {name for name in existing if not name.startswith("_")} | {name for name in existing if name.startswith("__arrow")}
            assert public <= declared, node.name
