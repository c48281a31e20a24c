"""What ``values()`` and ``values_list()`` return: an overload for each tuple of names that the project uses, and for each type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from oxyde.exceptions import FieldError
from oxyde.models.info import ModelInfo
from oxyde.queries.paths import column_path
from oxyde.schema import Relation
from oxyde.stubs.calls import ROWS, Call
from oxyde.stubs.names import Names
from oxyde.stubs.tables import Models

MOST: Final = 20
"""Overloads of one verb at most; type checkers compare them in pairs."""
_LONGEST: Final = 80


class Rows:
    """The names that queries of a model can select, and the rows that come of them.

    Attributes:
        fields: The names of columns.
        own: Names of its own columns by their relations, which are no columns elsewhere.
        paths: The other names: relations, the columns of related tables, and what the project's calls name beyond them.
        ordering: Those of them that lead to one row each.
    """

    def __init__(self, names: Names, models: Models, info: ModelInfo, calls: Iterable[Call]) -> None:
        self._names = names
        self._models = models
        self._info = info
        self._table = info.table()
        self._calls = list(calls)
        self.fields = [column.field for column in self._table.columns]
        if len(self._table.key) == 1 and "pk" not in self.fields:
            self.fields.append("pk")
        near = [path for relation in self._table.relations.values() for path in self._near(relation)]
        self.ordering = [path for path in near if column_path(self._table, path).many is None]
        self.own = [path for path in near if not column_path(self._table, path).hops]
        self.paths = near
        self._added: set[str] = set()
        self._harvest()

    def _near(self, relation: Relation) -> Iterator[str]:
        """Yields the names of a relation and of the columns at its other end."""
        target = self._table.find(relation.target)
        columns = [f"{relation.field}__{column.field}" for column in target.columns]
        columns += [f"{relation.field}__pk"] if len(target.key) == 1 else []
        yield from [path for path in (relation.field, *columns) if path not in self.fields and self.type_of(path) is not None]

    def _harvest(self) -> None:
        """Adds the names that calls use and that are right: longer paths, and annotations."""
        for call in self._calls:
            if call.verb not in {*ROWS, "order_by"}:
                continue
            for written in call.names:
                name = written.removeprefix("-") if call.verb == "order_by" else written
                if name in self.fields or (name in self.paths and (call.verb in ROWS or name in self.ordering)):
                    continue
                if self.type_of(name) is not None:
                    one = column_path(self._table, name).many is None
                elif name in call.added:
                    self._added.add(name)
                    one = True
                else:
                    continue
                if name not in self.paths:
                    self.paths.append(name)
                if one and name not in self.ordering:
                    self.ordering.append(name)

    def type_of(self, name: str) -> str | None:
        """Returns the type of a selected value; None if the name is of no column."""
        try:
            path = column_path(self._table, name)
        except FieldError:
            return None
        types = self._models.of_path(self._names, path)
        if types is None:
            return None
        return self._names.union([types.row, "None"]) if path.nullable else types.row

    def _type(self, name: str) -> str:
        return self._names.any if name in self._added else self.type_of(name) or self._names.any

    def flat(self) -> Mapping[str, list[str]]:
        """Returns the names by the type of their value, the commonest first: those of columns, and the paths that calls use alone."""
        alone = {call.names[0] for call in self._calls if call.verb == "values_list" and len(call.names) == 1}
        found: dict[str, list[str]] = {}
        for name in [*self.fields, *(path for path in self.paths if path in alone)]:
            found.setdefault(self._type(name), []).append(name)
        found.pop(self._names.any, None)
        return dict(sorted(found.items(), key=lambda item: -len(item[1]))[:MOST])

    def used(self, verb: str) -> list[tuple[str, ...]]:
        """Returns the tuples of names that the project's calls of a verb use, the shortest first; without names, all columns."""
        known = {*self.fields, *self.paths}
        found = {call.names for call in self._calls if call.verb == verb and known.issuperset(call.names)}
        return sorted(found, key=lambda names: (len(names), names))[:MOST]

    def dictionaries(self, prefix: str) -> tuple[list[str], Mapping[tuple[str, ...], str]]:
        """Returns the classes of the rows of ``values()``, and their names by the names that are selected."""
        lines: list[str] = []
        classes: dict[tuple[str, ...], str] = {}
        for names in self.used("values"):
            name = f"{prefix}_{'_'.join(names)}".rstrip("_")
            if len(name) > _LONGEST or name in classes.values():
                name = f"{prefix}{len(classes)}"
            classes[names] = name
            keys = names or tuple(column.field for column in self._table.columns)
            lines.append(f"class {name}({self._names.name('typing_extensions', 'TypedDict')}):")
            lines += [f"    {key}: {self._type(key)}" for key in dict.fromkeys(keys)]
        return lines, classes

    def tuples(self) -> Mapping[tuple[str, ...], str]:
        """Returns the types of the rows of ``values_list()`` by the names that are selected."""
        builtin = self._names.name("builtins", "tuple")
        columns = tuple(column.field for column in self._table.columns)
        return {names: f"{builtin}[{', '.join(map(self._type, names or columns))}]" for names in self.used("values_list")}

    def literal(self, names: Sequence[str]) -> str:
        """Returns the text of a type of names, of which a stub has thousands."""
        return f"{self._names.name('typing', 'Literal')}[{','.join(map(repr, names))}]"
