"""Builds the schemas of table models that refer to each other: each of them once, however many there are and in whatever cycles.

Pydantic builds the schema of a model inside the schema of each model that has a field of it, and does that again for every model of a
cycle. Here a table model that is not complete is answered with a reference, its schema is built when the schema around it is done, and
all the models that a schema refers to get theirs from the same definitions.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from oxyde.models.info import AnyModel
from oxyde.models.pydantic_seams import Definitions, evaluate_names, inside, is_outermost, keep_references, reference_of
from oxyde.models.relations import IncompleteModel, add_keys


class _Thread(threading.local):
    """What this thread is doing.

    Attributes:
        made: The schemas that were made along with another one, by model; None while nobody asks for them.
    """

    made: dict[type[AnyModel], CoreSchema] | None = None


_thread = _Thread()


@contextlib.contextmanager
def sharing() -> Iterator[Mapping[type[AnyModel], CoreSchema]]:
    """Yields the schemas that are made along with another one in the block; the models get them when they are built in the block."""
    before, _thread.made = _thread.made, {}
    try:
        yield _thread.made
    finally:
        _thread.made = before


def resolve(model: type[AnyModel], handler: GetCoreSchemaHandler) -> None:
    """Finds the relations of a table's model, and adds its key fields.

    Raises:
        IncompleteModel: An annotation is not resolved yet.
    """
    info = model.__oxyde__
    if info.has_links:
        return
    try:
        evaluate_names(model, handler)
    except NameError as error:
        raise IncompleteModel(model, error.name) from error
    add_keys(info)
    if not info.has_links:
        raise IncompleteModel(model)


def schema_of(model: type[AnyModel], handler: GetCoreSchemaHandler, build: Callable[[], CoreSchema]) -> CoreSchema:
    """Returns the schema of a table's model, or a reference to it where it is built later.

    Args:
        model: The class, whose relations are known.
        handler: Of the generator that asks for the schema.
        build: Builds the schema by that generator.

    Raises:
        IncompleteModel: An annotation of a model that it refers to is not resolved yet.
    """
    if model.__pydantic_complete__:
        return build()
    cycle: _Cycle | None = Definitions.owner(handler)
    if cycle is not None:
        return cycle.inner(model, build)
    made = (_thread.made or {}).get(model) if is_outermost(handler) else None
    if made is None:
        return _Cycle(model, handler).outer(build)
    Definitions(handler, None, lambda _: made)
    return core_schema.definition_reference_schema(reference_of(model))


class _Cycle:
    """The table models whose schemas one generator makes.

    Attributes:
        model: The first of them.
        handler: Of the generator.
        whole: Whether the generator makes nothing but the schema of the first.
        waiting: Those to be built, by reference.
        built: Those that were built, in turn.
    """

    def __init__(self, model: type[AnyModel], handler: GetCoreSchemaHandler) -> None:
        self.model = model
        self.handler = handler
        self.whole = is_outermost(handler)
        self.waiting: dict[str, type[AnyModel]] = {}
        self.built = {reference_of(model): model}
        self.definitions = Definitions(handler, self, self._cleaned)
        self._next: type[AnyModel] | None = None

    def outer(self, build: Callable[[], CoreSchema]) -> CoreSchema:
        """Builds the first model, then all that it refers to."""
        self._resolve_all()
        schema = build()
        with inside(self.model, self.handler):
            while self.waiting:
                reference, self._next = self.waiting.popitem()
                self.built[reference] = self._next
                self.handler.generate_schema(self._next)
        return schema

    def inner(self, model: type[AnyModel], build: Callable[[], CoreSchema]) -> CoreSchema:
        """Builds a model whose turn it is; else returns a reference to it."""
        if model is self._next:
            self._next = None
            return build()
        reference = reference_of(model)
        self.waiting[reference] = model
        return core_schema.definition_reference_schema(reference)

    def _resolve_all(self) -> None:
        """Resolves the models before one is built in vain."""
        left, seen = [self.model], {self.model}
        while left:
            for link in left.pop().__oxyde__.links.values():
                if link.target not in seen and not link.target.__pydantic_complete__:
                    seen.add(link.target)
                    resolve(link.target, self.handler)
                    left.append(link.target)

    def _cleaned(self, schema: Any) -> Any:
        """Returns the cleaned schema of the generator; if it is that of the first model, all models get theirs."""
        own = reference_of(self.model)
        if not self.whole or len(self.built) == 1 or schema.get("schema_ref") != own or "serialization" in schema:
            return self.definitions.cleaned(schema)
        found = self.definitions.cleaned_together([*self.built])
        stubs = dict.fromkeys(found, core_schema.any_schema())
        graph = {reference: keep_references(one, stubs) for reference, one in found.items()}
        for reference, model in self.built.items():
            definitions = [found[one] for one in _reachable(reference, graph)]
            made = core_schema.definitions_schema(core_schema.definition_reference_schema(reference), definitions)
            if reference == own:
                schema = made
            elif _thread.made is not None and not model.__pydantic_generic_metadata__["args"]:
                _thread.made[model] = made
        return schema


def _reachable(start: str, graph: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns a reference and all that it leads to."""
    found, left = {start: None}, [start]
    while left:
        for other in graph[left.pop()]:
            if other not in found:
                found[other] = None
                left.append(other)
    return [*found]
