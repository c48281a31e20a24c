"""What a stub says of names is what the running program takes: every key of it makes SQL, and what makes SQL is a key of it."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import itertools
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from oxyde import F, Model, Value, register_lookup
from oxyde.db.render import render
from oxyde.db.steps import Call
from oxyde.exceptions import FieldError, FieldLookupError, FieldLookupValueError, FieldValueError, UnsupportedError
from oxyde.models.registry import apart, registered
from oxyde.models.verbs import writing
from oxyde.queries import catalog, date_parts
from oxyde.queries.columns import ColumnExpression
from oxyde.queries.own_lookups import _registered as registered_lookups
from oxyde.queries.own_lookups import unregister_lookup
from oxyde.schema.types import PYTHON
from oxyde.stubs.module import Module
from oxyde.stubs.tables import Models
from oxyde.stubs.written import accepted
from tests.property.stubs.drawing import modules
from tests.property.stubs.reading import Stub
from tests.property.stubs.values import FREE, PLAIN, ZONED, Values, saved

MANY = settings(max_examples=600 if os.environ.get("OXYDE_LONG") else 12, suppress_health_check=list(HealthCheck), deadline=None)
DIALECTS: Final = ("postgres", "sqlite", "mysql", "mariadb")
REFUSED: Final = (ValueError, TypeError, FieldError, FieldLookupError, UnsupportedError, ValidationError)
UNSUPPORTED: Final = {
    ("text", "trigram_similar"): {"sqlite", "mysql", "mariadb"},
    ("text", "search"): {"sqlite"},
    ("json", "contained_by"): {"mysql", "mariadb"},
    ("json", "contains"): {"mysql", "mariadb"},
}
"""Lookups that a stub has although a dialect refuses them: which server a project is for, its models do not say."""
numbers = itertools.count()


@contextlib.contextmanager
def made(folder: Path, text: str) -> Iterator[ModuleType]:
    """Makes the models of a module, which nobody else sees."""
    name = f"stubs_drawn_{next(numbers)}"
    file = folder / f"{name}.py"
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        with apart():
            spec.loader.exec_module(module)
            yield module
    finally:
        del sys.modules[name]
        file.unlink()


@pytest.fixture(autouse=True)
def own_lookups() -> Iterator[None]:
    """Lookups of the application's own, without those that other tests registered."""
    homes: list[dict[Any, Any]] = [registered_lookups, catalog._ROWS]
    before = [dict(home) for home in homes]
    for name in before[0]:
        unregister_lookup(name)
    register_lookup("roughly", on=(int, float))(lambda column, value: column.gte(value))
    register_lookup("resembles", on=object)(lambda column, value: column.isnull(False))
    yield
    for home, rows in zip(homes, before, strict=True):
        home.clear()
        home.update(rows)


class Face:
    """The face of one model: what its stub says, and what it does.

    Attributes:
        differences: What does not agree.
    """

    def __init__(self, model: type[Model], models: Iterable[type[Model]], stub: Stub, *, across: bool) -> None:
        self.model = model
        self.models = list(models)
        self.stub = stub
        self.across = across
        self.table = model.__table__
        self.prefix = f"_{model.__name__}"
        self.differences: list[str] = []
        rows = [one.objects.values_list(column.field, flat=True) for one in self.models for column in one.__table__.columns]
        self.kinds = self.near()
        many = {name for name, relation in self.table.relations.items() if relation.to_many}
        self.expressions = [*(F(name) for name in self.kinds if name.partition("__")[0] not in many), *map(Value, PLAIN.values())]
        self.values = Values(self.expressions, [*(one.objects.filter() for one in self.models), *rows])
        module = sys.modules[model.__module__]
        self.any: list[Any] = [*FREE, *PLAIN.values(), ZONED, *map(saved, self.models), *module.Mood, *module.Rank, *module.Word]

    def check(self) -> list[str]:
        """Returns what does not agree."""
        self._lookups()
        self._names()
        self._written()
        self._created()
        if "c" not in self.model.model_fields:
            self._columns()
        return self.differences

    # lookups

    def _filtered(self, key: str) -> Callable[[Any], None]:
        path, _, lookup = key.rpartition("__")
        without = UNSUPPORTED.get((self.kinds.get(path, ""), lookup), frozenset())

        def run(value: Any) -> None:
            query = self.model.objects.filter(**{key: value})
            for dialect in DIALECTS:
                assert " WHERE " in _sql(query, dialect, without)

        return run

    def _lookups(self) -> None:
        known = self.stub.keywords(f"{self.prefix}Lookups")
        for key, kind in known.items():
            self._runs(key, kind, self._filtered(key))
        for key in self._askable():
            if key not in known and (found := self._accepted(self._filtered(key))) is not None:
                self.differences.append(f"{self.model.__name__}.{key} takes {found!r} and is no key")

    def _askable(self) -> Iterator[str]:
        """Yields every name with every lookup."""
        universe = {*(name for kind in PYTHON for name in catalog.names(kind)), *date_parts.PARTS, "len"}
        for path, kind in self.kinds.items():
            yield path
            is_near = path in self.table.by_field or path in self.table.relations or path == "pk"
            if is_near or (self.across and "__" in path):
                yield from (f"{path}__{lookup}" for lookup in sorted(universe) if kind != "json" or lookup in catalog.names("json"))

    def near(self) -> dict[str, str]:
        """Returns the names of columns and relations, and of the columns and relations behind those, with the kinds of columns."""
        found = {column.field: column.type.kind for column in self.table.columns}
        found["pk"] = self.table.key[0].type.kind
        for name, relation in self.table.relations.items():
            found[name] = "relation"
            target = self.table.find(relation.target)
            found.update({f"{name}__{column.field}": column.type.kind for column in target.columns})
            found[f"{name}__pk"] = target.key[0].type.kind
        return found

    # names

    def _named(self, verb: str, *names: str) -> Callable[[str], None]:
        def run(name: str) -> None:
            query = getattr(self.model.objects, verb)(name)
            for dialect in DIALECTS:
                query.sql(dialect)

        return run

    def _names(self) -> None:
        fields = self.stub.literals(f"{self.prefix}Field")
        paths = [*fields, *(self.stub.literals(f"{self.prefix}Path") if self.stub.has(f"{self.prefix}Path") else [])]
        order = self.stub.literals(f"{self.prefix}Order")
        near = [*self.kinds, "nothing"]
        signed = [*near, *(f"-{name}" for name in near), "?"]
        for verb, known, asked in (
            ("order_by", order, signed),
            ("values", paths, near),
            ("values_list", paths, near),
            ("only", self.stub.parameter(f"{self.prefix}Lazy", "only"), near),
            ("defer", self.stub.parameter(f"{self.prefix}Lazy", "defer"), near),
        ):
            run = self._named(verb)
            for name in known:
                self._runs(f"{verb}({name!r})", None, lambda _, name=name, run=run: run(name))
            for name in {*asked} - {*known}:
                if self._accepted(lambda _, name=name, run=run: run(name)) is not None:
                    self.differences.append(f"{self.model.__name__}.{verb}({name!r}) runs and is not in the stub")

    # written

    def _sent(self, steps: Any) -> None:
        """Renders the first statement of a verb."""
        step = next(steps)
        while not isinstance(step, Call):
            step = steps.send(None)
        for dialect in DIALECTS:
            render(step.shape, dialect, step.values)

    def _written(self) -> None:
        changed = self.stub.keywords(f"{self.prefix}Values")
        chain = self.model.objects.filter()

        def update(key: str) -> Callable[[Any], None]:
            return lambda value: self._sent(writing.update(chain, {key: value}, returning=False))

        for key, kind in changed.items():
            self._runs(f"update({key})", kind, update(key))
        for key in {*self.kinds, *self.model.model_fields} - changed.keys() - self._keys():
            if (found := self._accepted(update(key))) is not None:
                self.differences.append(f"{self.model.__name__}.update({key}={found!r}) runs and is not in the stub")

    def _created(self) -> None:
        made = self.stub.keywords(f"{self.prefix}New")
        info = self.model.__oxyde__
        means = {alias: name for name, field in info.fields.items() for alias in (*accepted(field), name)}
        means.update({column.field: column.relation for column in self.table.columns if column.relation is not None})
        always = [key for key in made if key in means and means[key] == key and (info.fields[key].is_required() or key in info.links)]
        base = {
            key: next(iter(self.values.of(made[key])))[-1 if self.kinds[key] == "datetime_tz" else 0]
            for key in always
            if self._is_given(key)
        }

        def create(key: str) -> Callable[[Any], None]:
            def run(value: Any) -> None:
                others = {name: given for name, given in base.items() if name != means.get(key, key)}
                self._sent(writing.create(info, None, {**others, key: value}))

            return run

        for key, kind in made.items():
            self._runs(f"create({key})", kind, create(key))
        others = {name for name, relation in self.table.relations.items() if relation.kind != "one"}  # which take no rows: None, or []
        for key in {*self.kinds, *means} - made.keys() - others:
            if (found := self._accepted(create(key))) is not None:
                self.differences.append(f"{self.model.__name__}.create({key}={found!r}) runs and is not in the stub")

    def _is_given(self, field: str) -> bool:
        """Whether ``create()`` must be given a field: relations to several rows are written by other verbs."""
        relation = self.table.relations.get(field)
        return relation is None or (relation.kind == "one" and not relation.nullable)

    def _columns(self) -> None:
        self._has_columns(self.model.c, self.stub.columns(f"{self.prefix}Columns"), depth=0)

    def _has_columns(self, columns: Any, known: Mapping[str, ast.expr], depth: int) -> None:
        for name, kind in known.items():
            column = columns[name]
            class_ = ast.unparse(kind).partition("[")[0]
            if class_.endswith("Link"):
                if depth == 0:
                    self._has_columns(column, self.stub.columns(class_), depth=1)
                continue
            ordered = class_ not in {"Column", "BoolCol", "Array"}
            for method in (
                "__eq__",
                *(["__lt__", "__ge__"] if ordered else []),
                *(["icontains"] if class_ in {"Text", "StrCol", "Json"} else []),
            ):
                if self._accepted(lambda value, column=column, method=method: self._rendered(getattr(column, method)(value))) is None:
                    self.differences.append(f"{self.model.__name__}.c.{name}.{method} is in the stub and does not run")
        for name in {*dir(columns)} - known.keys():
            if not name.startswith("_") and name not in dir(ColumnExpression("", (None, ""), "")):
                self.differences.append(f"{self.model.__name__}: {columns!r}.{name} is not in the stub")

    def _rendered(self, condition: Any) -> None:
        for dialect in DIALECTS:
            self.model.objects.filter(condition).sql(dialect)

    def _keys(self) -> set[str]:
        """Returns the names of the key, which ``update()`` takes, and no stub: a row whose key changes is another one to all."""
        found = {column.field for column in self.table.key}
        return {"pk", *found, *(column.relation for column in self.table.key if column.relation is not None)}

    # both

    def _runs(self, key: str, kind: Any, run: Callable[[Any], None]) -> None:
        """Notes the members of a type none of whose values does."""
        for values in self.values.of(kind if kind is not None else type(None)):
            errors = []
            for value in values:
                try:
                    run(value)
                    break
                except REFUSED as error:
                    errors.append(f"{value!r}: {type(error).__name__}: {error}")
            else:
                self.differences.append(f"{self.model.__name__}.{key} is {kind}, and does not run: {errors[:2]}")

    def _accepted(self, run: Callable[[Any], None]) -> Any:
        """Returns the first value that does."""
        for value in self.any:
            try:
                run(value)
            except (FieldLookupValueError, FieldValueError, UnsupportedError, ValidationError, TypeError):
                continue
            except REFUSED:
                return None
            return "None" if value is None else value
        return None


def _sql(query: Any, dialect: str, without: Collection[str]) -> str:
    """Returns the SQL of a query; for one of the dialects that must say so if they cannot, no condition."""
    try:
        return str(query.sql(dialect)[0])
    except UnsupportedError as error:
        if dialect in without and f"not supported by {dialect}; " in str(error):
            return " WHERE "
        raise


def differences(folder: Path, text: str, *, across: bool) -> list[str]:
    with made(folder, text) as module:
        infos = list(registered())
        models = {info.name: info.model for info in infos}
        lines = Module(module, models, {}).beside(Models(infos), [], across=across)
        stub = Stub("\n".join(lines), module)
        return [one for model in models.values() for one in Face(model, models.values(), stub, across=across).check()]


@MANY
@given(modules(), st.booleans())
def test_a_stub_says_what_runs(tmp_path: Path, text: str, across: bool) -> None:
    """Of names and types of trouble, in both directions, on four dialects."""
    found = differences(tmp_path, text, across=across)
    assert not found, "\n".join([*found, text])
