"""The annotations of a source file as its stub writes them: without quotes, and with other names for what a field hides."""

from __future__ import annotations

import ast
from collections.abc import Callable


class Unquoted(ast.NodeTransformer):
    """Rewrites the annotations of a class or module.

    Attributes:
        rename: Returns how a name is written at that place.
    """

    def __init__(self, rename: Callable[[str], str]) -> None:
        self.rename = rename

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """Returns a type in quotes without them."""
        if not isinstance(node.value, str):
            return node
        try:
            parsed = ast.parse(node.value.strip(), mode="eval").body
        except SyntaxError:
            return node
        inner: ast.expr = self.visit(parsed)
        return inner

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Leaves the values of a ``Literal`` and the metadata of an ``Annotated`` as they are."""
        name = ast.unparse(node.value).rpartition(".")[2]
        node.value = self.visit(node.value)
        if name == "Annotated" and isinstance(node.slice, ast.Tuple):
            node.slice.elts[0] = self.visit(node.slice.elts[0])
        elif name != "Literal":
            node.slice = self.visit(node.slice)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Returns a name as it is written here."""
        written = self.rename(node.id)
        return node if written == node.id else ast.parse(written, mode="eval").body


class Renamed(Unquoted):
    """The same for whole statements that move to another module: strings there are values."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """Returns a value as it is."""
        return node


def parsed(text: str) -> ast.expr:
    """Returns an expression."""
    return ast.parse(text, mode="eval").body
