"""The functions of a source file as its stub declares them: their signatures, without bodies."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator, Mapping, Sequence

from oxyde.stubs.annotations import Unquoted

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_ABSTRACT = frozenset({"abstractmethod", "overload"})


def declared(node: Function, annotations: Unquoted, attributes: Collection[str] | None) -> Function:
    """Returns a function without its body.

    Args:
        node: The function; it is changed.
        annotations: Rewrites its annotations.
        attributes: The names that a class declares, for a method of a class whose attributes its methods may make; else None.

    Returns:
        The function; with the body if it makes attributes that the class does not declare, which checkers find nowhere else.
    """
    arguments = node.args
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if argument is not None and argument.annotation is not None:
            argument.annotation = annotations.visit(argument.annotation)
    arguments.defaults = [_default(value) for value in arguments.defaults]
    arguments.kw_defaults = [None if value is None else _default(value) for value in arguments.kw_defaults]
    if node.returns is not None:
        node.returns = annotations.visit(node.returns)
    elif _returns_nothing(node):
        node.returns = ast.Constant(None)
    node.decorator_list = _without_wrappers(node.decorator_list)
    if attributes is not None and _made(node) - set(attributes):
        return node
    yields = any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in _own(node.body))
    node.body = [ast.Expr(ast.Constant(...))]
    if yields and isinstance(node, ast.AsyncFunctionDef):  # without a yield in it, async would mean a coroutine
        fields = {name: getattr(node, name) for name in node._fields}
        return ast.copy_location(ast.FunctionDef(**fields), node)
    return node


def _without_wrappers(decorators: list[ast.expr]) -> list[ast.expr]:
    """Returns decorators without those around a property (``computed_field``), which not every checker can follow."""
    at = next((at for at, one in enumerate(decorators) if ast.unparse(one).rpartition(".")[2] in {"property", "cached_property"}), 0)
    return decorators[at:]


def _default(value: ast.expr) -> ast.expr:
    inner = value.operand if isinstance(value, ast.UnaryOp) else value
    return value if isinstance(inner, ast.Constant) else ast.Constant(...)


def _own(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Yields the nodes of a body, but for those of functions and classes inside."""
    for node in body:
        yield node
        if not isinstance(node, _SCOPES):
            yield from _own(list(ast.iter_child_nodes(node)))


def _returns_nothing(node: Function) -> bool:
    """Whether a function without an annotation returns None, so far as its text says."""
    decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    if decorators & _ABSTRACT or all(_is_empty(statement) for statement in node.body):
        return False
    nodes = list(_own(node.body))
    returned = any(isinstance(inner, ast.Return) and inner.value is not None for inner in nodes)
    return not returned and not any(isinstance(inner, (ast.Yield, ast.YieldFrom, ast.Raise)) for inner in nodes)


def _is_empty(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))


def _made(node: Function) -> set[str]:
    """Returns the attributes that a method assigns to its first parameter."""
    parameters = [*node.args.posonlyargs, *node.args.args]
    if not parameters:
        return set()
    return {
        inner.attr
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute)
        and isinstance(inner.ctx, ast.Store)
        and isinstance(inner.value, ast.Name)
        and inner.value.id == parameters[0].arg
    }


def attributes(node: Function, known: Collection[str]) -> dict[str, ast.expr] | None:
    """Returns the types of the attributes that a method makes and the class does not declare; None if its text does not say all of them."""
    missing = _made(node) - set(known)
    parameters = {one.arg: one.annotation for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]}
    found: dict[str, ast.expr] = {}
    for inner in ast.walk(node):
        target = inner.target if isinstance(inner, ast.AnnAssign) else inner.targets[0] if isinstance(inner, ast.Assign) else None
        if not isinstance(target, ast.Attribute) or target.attr not in missing or target.attr in found:
            continue
        kind = inner.annotation if isinstance(inner, ast.AnnAssign) else _type_of(inner.value, parameters)  # type: ignore[attr-defined] # or an Assign
        if kind is not None:
            found[target.attr] = copy.deepcopy(kind)
    return found if found.keys() == missing else None


def _type_of(value: ast.expr, parameters: Mapping[str, ast.expr | None]) -> ast.expr | None:
    """Returns the type of a parameter, or of a plain constant."""
    if isinstance(value, ast.Name):
        return parameters.get(value.id)
    if isinstance(value, ast.Constant) and isinstance(value.value, (bool, int, float, str, bytes)):
        return ast.Name(type(value.value).__name__)
    return None


def is_overload(node: ast.stmt) -> bool:
    """Whether a statement is one signature of an overloaded function."""
    return isinstance(node, Function) and any(ast.unparse(one).rpartition(".")[2] == "overload" for one in node.decorator_list)


def without_implementations(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Returns statements without the functions that implement overloads, which a stub does not have."""
    overloaded = {node.name for node in body if isinstance(node, Function) and is_overload(node)}
    return [node for node in body if not (isinstance(node, Function) and node.name in overloaded and not is_overload(node))]
