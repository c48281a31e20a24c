"""The keywords of ``filter()`` and its kin: each name that the runtime takes, and the type of its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from oxyde.models.info import ModelInfo
from oxyde.queries import catalog, date_parts
from oxyde.queries.arrays import LOOKUPS as OF_ARRAYS
from oxyde.queries.keywords import OF_RELATIONS
from oxyde.queries.lookups import LOOKUPS
from oxyde.queries.paths import key_of
from oxyde.schema import Relation, Table
from oxyde.stubs.names import Names
from oxyde.stubs.tables import Models
from oxyde.stubs.types import JSON, TERMS, ColumnTypes, Terms

TEXTS: Final = frozenset(
    {
        "iexact",
        "contains",
        "icontains",
        "startswith",
        "istartswith",
        "endswith",
        "iendswith",
        "regex",
        "iregex",
        "search",
        "trigram_similar",
    }
)
COMPARISONS: Final = frozenset({"gt", "gte", "lt", "lte"})


class Lookups:
    """The keywords of one model's lookups."""

    def __init__(self, names: Names, models: Models, info: ModelInfo) -> None:
        self._names = names
        self._terms = Terms(names)
        self._models = models
        self._info = info
        self._table = info.table()

    def keys(self, *, across: bool) -> Mapping[str, str]:
        """Returns the types by keyword.

        Args:
            across: Whether the fields of related models have their lookups too, not only equality.
        """
        found: dict[str, str] = {}
        for column in self._table.columns:
            found.update(self.of_column(self._info, column.field, column.field))
        if len(self._table.key) == 1:
            found.update(self.of_column(self._info, key_of(self._table).field, "pk"))
        elif self._table.key:
            found.update(self._of_whole_key(self._info, "pk"))
        for relation in self._table.relations.values():
            found.update(self._of_relation(relation))
        for relation in self._table.relations.values():
            found.update(self._across(relation, across=across))
        bare = {column.field: self.bare(self._info, column.field) for column in self._table.columns}
        return {**found, **bare}

    def bare(self, info: ModelInfo, field: str, *, nullable: bool = False, many: bool = False) -> str:
        """Returns the type of a field's name without a lookup."""
        equal = self._types(info, field).equal
        return self._value(self._names.union([equal, "None"]) if nullable else equal, many=many)

    def of_column(self, info: ModelInfo, field: str, written: str, *, many: bool = False) -> Iterator[tuple[str, str]]:
        """Yields the keywords of a column and their types.

        Args:
            info: Whose column it is.
            field: Its field.
            written: How it is named.
            many: Whether there may be several rows at the end of the name, which are not compared with expressions.
        """
        types = self._types(info, field)
        kind = types.column.type.kind
        yield written, self.bare(info, field, many=many)
        lookups = [name for name in catalog.names(kind) if name != "exact"]
        parts = [name for name, part in date_parts.PARTS.items() if kind in part.on]
        for name in ["exact", *lookups, *parts, *(["len"] if kind == "array" else [])]:
            yield f"{written}__{name}", self.of_lookup(types, name, many=many)

    def of_lookup(self, types: ColumnTypes, lookup: str, *, many: bool = False) -> str:
        """Returns the type of the value that a lookup of a column takes."""
        kind, plain = types.column.type.kind, types.plain
        if lookup == "isnull":
            return self._builtin("bool")
        if (part := date_parts.PARTS.get(lookup)) is not None and kind in part.on:
            return self._of_part(types.python(part.kind.kind), lookup, many=many)
        if lookup == "len" and kind == "array":
            return self._value(self._builtin("int"), many=many)
        if lookup not in LOOKUPS and catalog.find(kind, lookup) not in OF_ARRAYS:
            return self._builtin("str") if lookup == "has_key" and kind == JSON else self._names.any
        if kind == JSON:
            return self._names.any
        if kind == "array" and lookup != "exact":
            return f"{self._iterable}[{types.item}]"
        if lookup == "in":
            return self._terms.of("Values", plain)
        if lookup in {"between", "range"}:
            return self._terms.of("PlainPair" if many else "Pair", plain)
        if lookup in TEXTS:
            return self._builtin("str")
        return self._value(plain if lookup in COMPARISONS else types.equal, many=many)

    def _of_part(self, python: str, part: str, *, many: bool) -> str:
        if part not in date_parts.SPANS:
            return self._value(python, many=many)
        return self._names.name(TERMS, f"{'Plain' if many else ''}{part.capitalize()}")

    def _of_relation(self, relation: Relation) -> Iterator[tuple[str, str]]:
        """Yields the keywords of a relation itself: an object or its key."""
        target = self._models.info(self._table.find(relation.target))
        if target is None:
            return
        many, nullable, whole = relation.kind != "one", True, False
        if not many:
            key, nullable = self._types(self._info, relation.column).plain, self._table.by_field[relation.column].nullable
        elif len(target.table().key) == 1:
            key = self._types(target, target.table().key[0].field).plain
        elif target.table().key:
            key, whole = self.whole_key(target), True
        else:
            return
        value = self._names.union([self._names.type(target.model), key])
        equal = self._value(self._names.union([value, "None"]) if nullable else value, many=many)
        yield relation.field, equal
        for lookup in OF_RELATIONS:
            if lookup == "exact":
                yield f"{relation.field}__{lookup}", equal
            elif lookup == "in":
                yield f"{relation.field}__{lookup}", f"{self._iterable}[{value}]" if whole else self._terms.of("Values", value)
            else:
                yield f"{relation.field}__{lookup}", self._builtin("bool")

    def whole_key(self, info: ModelInfo) -> str:
        """Returns the type of a key of several columns: a tuple."""
        kinds = [self._types(info, column.field).plain for column in info.table().key]
        return f"{self._builtin('tuple')}[{', '.join(kinds)}]"

    def _of_whole_key(self, info: ModelInfo, written: str) -> Iterator[tuple[str, str]]:
        """Yields the keywords of a key of several columns."""
        key = self.whole_key(info)
        yield from [(written, key), (f"{written}__exact", key), (f"{written}__in", f"{self._iterable}[{key}]")]

    @property
    def _iterable(self) -> str:
        return self._names.name("collections.abc", "Iterable")

    def _across(self, relation: Relation, *, across: bool) -> Iterator[tuple[str, str]]:
        """Yields the keywords of the columns at the other end of a relation."""
        table: Table = self._table.find(relation.target)
        target = self._models.info(table)
        if target is None:
            return
        fields = {column.field: column.field for column in table.columns}
        if len(table.key) == 1:
            fields["pk"] = table.key[0].field
        elif table.key:
            yield from self._of_whole_key(target, f"{relation.field}__pk")
        for written, field in fields.items():
            path = f"{relation.field}__{written}"
            if across:
                yield from self.of_column(target, field, path, many=relation.to_many)
            yield path, self.bare(target, field, nullable=relation.nullable or relation.to_many, many=relation.to_many)
        for other in table.relations:
            following = self._models.info(table.find(table.relations[other].target))
            if following is not None and table.relations[other].kind == "one":
                key = self._types(target, table.relations[other].column).plain
                value = self._names.union([self._names.type(following.model), key, "None"])
                yield f"{relation.field}__{other}", self._value(value, many=relation.to_many)

    def _types(self, info: ModelInfo, field: str) -> ColumnTypes:
        return self._models.types(self._names, info, field)

    def _value(self, text: str, *, many: bool = False) -> str:
        return text if many else self._terms.of("Value", text)

    def _builtin(self, name: str) -> str:
        return self._names.name("builtins", name)
