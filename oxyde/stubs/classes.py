"""The classes of a module that its stub changes: models, which get their fields and managers, and querysets, which get their verbs."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oxyde.models.info import AnyModel
from oxyde.models.manager import Objects
from oxyde.models.model import Model
from oxyde.models.queryset import QuerySet
from oxyde.stubs.annotations import parsed
from oxyde.stubs.functions import Function, declared, without_implementations
from oxyde.stubs.names import Names
from oxyde.stubs.namespaces import Namespaces
from oxyde.stubs.querysets import QuerySets
from oxyde.stubs.source import Inexpressible, Source, bound_in, lines_of
from oxyde.stubs.written import Written, default_of, is_needed


@dataclass(frozen=True)
class Classes:
    """The classes of one module that its stub changes.

    Attributes:
        names: The names of the stub.
        models: The model classes of the module by their qualified name, those without a table among them.
        querysets: The own querysets of the module by their qualified name, and the model of each.
        faces: What the stub of each model declares, by its class.
        written: The request models and constructors, by the class.
        columns: The columns of models.
    """

    names: Names
    models: Mapping[str, type[AnyModel]]
    querysets: Mapping[str, type[AnyModel]]
    faces: Mapping[type[AnyModel], QuerySets]
    written: Mapping[type[AnyModel], Written]
    columns: Namespaces

    def rewritten(self, source: Source, node: ast.ClassDef, qualified: str) -> ast.ClassDef | None:
        """Returns a model or an own queryset as the stub declares it; None for any other class."""
        model = self.models.get(qualified)
        if model is not None:
            return self._model(source, node, qualified, model)
        of = self.querysets.get(qualified)
        if of is not None:
            return self._queryset(source, node, qualified, of)
        return None

    def _queryset(self, source: Source, node: ast.ClassDef, qualified: str, model: type[AnyModel]) -> ast.ClassDef:
        """Returns an own queryset, derived from the queryset that the stub of the model declares."""
        query = f"{self.faces[model].prefix}Query"
        for at, base in enumerate(node.bases):
            written = base.value if isinstance(base, ast.Subscript) else base
            if ast.unparse(written).rpartition(".")[2] in {"QuerySet", "Query"}:
                parts = base.slice.elts[1:] if isinstance(base, ast.Subscript) and isinstance(base.slice, ast.Tuple) else []
                row = ast.unparse(parts[0]) if parts else self.names.type(model)
                node.bases[at] = parsed(f"{query}[{row}]")
        node.body = source.members(node, qualified) or [ast.Expr(ast.Constant(...))]
        return node

    def _model(self, source: Source, node: ast.ClassDef, qualified: str, model: type[AnyModel]) -> ast.ClassDef:
        members = list(self._members(source, node, qualified, model))
        parent = _concrete_parent(model)
        if parent is not None and model in self.written:
            node.bases = self._bases_without(source, node, model, parent)
            own = set(bound_in(members))
            members = [*(one for one in self._inherited(model, parent, source) if not own & set(bound_in([one]))), *members]
        if model in self.written:
            members += self._added(model, set(bound_in(members)))
        node.body = members or [ast.Expr(ast.Constant(...))]
        return node

    def _members(self, source: Source, node: ast.ClassDef, qualified: str, model: type[AnyModel]) -> Iterator[ast.stmt]:
        annotations = source.annotations(f"{qualified}.")
        for member in without_implementations(node.body):
            if isinstance(member, Function):
                yield declared(member, annotations, None)
            elif (
                isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name) and member.target.id in model.__pydantic_fields__
            ):
                yield self._field(model, member.target.id, ast.unparse(annotations.visit(member.annotation)))
            elif isinstance(member, ast.Assign) and self._is_narrowed_manager(model, member):
                continue
            elif isinstance(member, ast.ClassDef) and member.name == "Meta":
                base = next((base for base in model.__mro__[1:] if "Meta" in vars(base)), None)
                if base is not None and not member.bases:
                    member.bases = [parsed(f"{self.names.type(base)}.Meta")]
                yield source.class_(member, f"{qualified}.")
            elif not isinstance(member, ast.Pass):
                yield from source.statements([member], scope=f"{qualified}.", is_typing=False)

    def _field(self, model: type[AnyModel], name: str, annotation: str) -> ast.stmt:
        info = model.__oxyde__
        text = f"{name}: {annotation}{default_of(self.names, info, info.fields[name], is_given=is_needed(info, name))}"
        return ast.parse(text).body[0]

    def _is_narrowed_manager(self, model: type[AnyModel], member: ast.Assign) -> bool:
        """Whether a statement makes ``objects`` of the usual queryset, which the stub of the model knows better."""
        names = list(bound_in([member]))
        return model in self.written and names == ["objects"] and own_queryset(model) is None

    def _added(self, model: type[AnyModel], own: set[str]) -> Iterator[ast.stmt]:
        """Yields the members that a table has beyond those of its class statement."""
        info = model.__oxyde__
        lines = []
        for name in sorted(info.added - own, key=list(info.fields).index):
            lines += lines_of([self._field(model, name, self.names.type(info.fields[name].annotation))])
        own_queryset_class = own_queryset(model)
        manager = f"{self.faces[model].prefix}Manager" if own_queryset_class is None else self.names.type(own_queryset_class)
        lines.append(f"def __oxyde_manager__(self) -> {manager}: ...")
        if "c" not in info.fields:
            lines.append(f"c: {self.names.name('typing', 'ClassVar')}[{self.columns.name(model)}]")
        if info.meta.view is None:
            if model in self.faces and self.written[model].takes_names_and_aliases:
                unpack = self.names.name("typing_extensions", "Unpack")
                others = [f"{name}: {self.names.type(info.fields[name].annotation)} = ..." for name in self.written[model].others()]
                given = ", ".join(["self", *(["*", *others] if others else []), f"**values: {unpack}[{self.faces[model].prefix}New]"])
                lines.append(f"def __init__({given}) -> None: ...")
            lines += self.written[model].requests()
        yield from ast.parse("\n".join(lines)).body

    def _bases_without(self, source: Source, node: ast.ClassDef, model: type[AnyModel], parent: type[AnyModel]) -> list[ast.expr]:
        """Returns the bases of a table under a table, whose manager is another: the bases of that table in place of it."""
        at = next((at for at, base in enumerate(model.__bases__) if base is parent), None)
        if at is None or len(node.bases) != len(model.__bases__):
            message = f"{source.file}:{node.lineno}: {model.__name__} is derived from the table {parent.__name__} through another class"
            raise Inexpressible(message)
        others = [base for base in parent.__bases__ if base not in model.__bases__]
        return [*node.bases[:at], *(parsed(self.names.type(base)) for base in others), *node.bases[at + 1 :]]

    def _inherited(self, model: type[AnyModel], parent: type[AnyModel], source: Source) -> Iterator[ast.stmt]:
        """Yields the members that a table has of another table, which the stub does not derive it from."""
        info = model.__oxyde__
        for name in parent.__pydantic_fields__:
            if name not in info.added:
                yield self._field(model, name, self.names.type(info.fields[name].annotation))
        functions = [name for name, value in vars(parent).items() if not name.startswith("__") and _is_function(value, parent)]
        if functions:
            node = _statement_of(parent, source)
            if parent.__module__ != model.__module__:
                where = f"{source.file}: {model.__name__} inherits methods of the table {parent.__name__}"
                message = f"{where}, which is in another module ({parent.__module__}); a stub cannot repeat them"
                raise Inexpressible(message)
            for member in node.body:
                if isinstance(member, Function) and member.name in functions:
                    yield declared(copy.deepcopy(member), source.annotations("."), None)


def _is_function(value: Any, owner: type) -> bool:
    function = getattr(value, "fget", None) or getattr(value, "wrapped", None) or getattr(value, "__func__", value)
    return getattr(function, "__module__", None) == owner.__module__ and hasattr(function, "__qualname__")


def _statement_of(cls: type, source: Source) -> ast.ClassDef:
    """Returns the statement of a class of the module."""
    body: list[ast.stmt] = ast.parse(source.file.read_bytes()).body
    found: ast.ClassDef | None = None
    for name in cls.__qualname__.split("."):
        found = next((node for node in body if isinstance(node, ast.ClassDef) and node.name == name), None)
        body = [] if found is None else found.body
    if found is None:
        message = f"{source.file}: the statement of {cls.__name__} is not where it can be read"
        raise Inexpressible(message)
    return found


def _concrete_parent(model: type[AnyModel]) -> type[AnyModel] | None:
    """Returns the table that a table is derived from, if it is."""
    found = (base for base in model.__mro__[1:] if issubclass(base, Model) and base is not Model and base.__oxyde__.is_table)
    return next(found, None)


def own_queryset(model: type[AnyModel]) -> type[QuerySet[Any, Any]] | None:
    """Returns the application's own class of a model's querysets."""
    objects = next((vars(base)["objects"] for base in model.__mro__ if "objects" in vars(base)), None)
    kind = objects.manager_class._queryset_class if isinstance(objects, Objects) else QuerySet
    return None if kind is QuerySet else kind
