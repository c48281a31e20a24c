"""Finds each ``%oxyde`` whose value is used, so that ``x = %oxyde SELECT ...`` keeps all rows."""

from __future__ import annotations

import ast

from oxyde.notebook.command import with_all
from oxyde.notebook.verbs import VERBS


class Used(ast.NodeTransformer):
    """Adds ``--all`` to the line of each ``%oxyde`` that is more than a statement; one of IPython's ``ast_transformers``."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """Leaves an expression statement unchanged: its value is at most displayed."""
        return node if _line(node.value) is not None else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Changes a call whose value is used."""
        self.generic_visit(node)
        line = _line(node)
        if line is not None and line.split(maxsplit=1)[:1] not in [[verb] for verb in VERBS] and line.strip():
            node.args[1] = ast.copy_location(ast.Constant(with_all(line)), node.args[1])
        return node


def _line(node: ast.expr) -> str | None:
    """Returns the line of ``get_ipython().run_line_magic("oxyde", line)``, which is what IPython makes of a magic."""
    match node:
        case ast.Call(func=ast.Attribute(attr="run_line_magic"), args=[ast.Constant(value="oxyde"), ast.Constant(value=str() as line)]):
            return line
        case _:
            return None
