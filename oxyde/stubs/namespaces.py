"""The columns of models as ``User.c`` has them: a class for each model, and one for each model that a foreign key leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oxyde.models.info import AnyModel, ModelInfo
from oxyde.queries import catalog
from oxyde.queries.columns import ColumnExpression
from oxyde.schema import Relation
from oxyde.stubs.names import Names
from oxyde.stubs.tables import Models
from oxyde.stubs.types import COLUMNS, JSON, ColumnTypes, Terms


class Namespaces:
    """The classes of one stub that have columns as attributes. Models of other modules have them in each stub that leads there."""

    def __init__(self, names: Names, models: Models, prefix: str = "_") -> None:
        self._names = names
        self._models = models
        self._terms = Terms(names)
        self._prefix = prefix

    def name(self, model: type[AnyModel], what: str = "Columns") -> str:
        """Returns the name of the class of a model's columns, or of the foreign keys that lead to it (``Link``)."""
        return f"{self._prefix}{model.__qualname__.replace('.', '_')}{what}"

    def lines(self, models: Iterable[type[AnyModel]]) -> Iterator[str]:
        """Yields the classes of models, and of all that their foreign keys lead to."""
        own = {model: model.__oxyde__ for model in models}
        known, waiting, linked = dict(own), list(own.values()), dict[type[AnyModel], ModelInfo]()
        while waiting:
            for _, target in self._links(waiting.pop()):
                linked[target.model] = target
                if target.model not in known:
                    known[target.model] = target
                    waiting.append(target)
        for info in known.values():
            yield f"class {self.name(info.model)}({self._names.name(COLUMNS, 'Columns')}):"
            yield from (f"    {name}: {kind}" for name, kind in self._columns(info).items())
        for info in linked.values():
            yield from self._link(info)

    def _link(self, info: ModelInfo) -> Iterator[str]:
        """Yields the class of the foreign keys that lead to a model: a column with the model's columns."""
        model, key = self._names.type(info.model), info.table().key
        value = self._names.union([model, self._models.types(self._names, info, key[0].field).plain]) if len(key) == 1 else model
        link, columns = f"{self._names.name(COLUMNS, 'Link')}[{value}]", self._columns(info)
        visible = {name: kind for name, kind in columns.items() if not hasattr(ColumnExpression, name)}
        if len(visible) == len(columns):
            yield f"class {self.name(info.model, 'Link')}({link}, {self.name(info.model)}): ..."
            return
        yield f"class {self.name(info.model, 'Link')}({link}):"  # a method hides the column of its name
        yield from (f"    {name}: {kind}" for name, kind in visible.items())

    def _columns(self, info: ModelInfo) -> dict[str, str]:
        """Returns the types of the columns by name."""
        table = info.table()
        found = {column.field: self._kind(self._models.types(self._names, info, column.field)) for column in table.columns}
        if len(table.key) == 1:
            found.setdefault("pk", found[table.key[0].field])
        for relation, target in self._links(info):
            found[relation.field] = self.name(target.model, "Link")
        return found

    def _links(self, info: ModelInfo) -> Iterator[tuple[Relation, ModelInfo]]:
        """Yields the foreign keys of a model, and where each leads."""
        table = info.table()
        for relation in table.relations.values():
            target = self._models.info(table.find(relation.target))
            if relation.kind == "one" and target is not None:
                yield relation, target

    def _kind(self, types: ColumnTypes) -> str:
        """Returns the class of a column."""
        kind, name_of = types.column.type.kind, self._names.name
        if kind == JSON:
            return name_of(COLUMNS, "Json")
        if kind == "array":
            return f"{name_of(COLUMNS, 'Array')}[{types.plain}, {types.item}]"
        lookups = catalog.names(kind)
        base = "Text" if "icontains" in lookups else "Ordered" if "gt" in lookups else "Column"
        return self._terms.column(base, types.plain)
