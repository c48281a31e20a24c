"""The querysets of a model as its stub declares them: the verbs that name fields, with the fields that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from oxyde.exceptions import FieldError, FieldLookupError
from oxyde.models.info import ModelInfo
from oxyde.queries import keywords
from oxyde.queries.lookups import Lookup
from oxyde.queries.names import names_of
from oxyde.queries.paths import split
from oxyde.queries.term import Reference
from oxyde.stubs.calls import LOOKING_UP, Call
from oxyde.stubs.lookups import Lookups
from oxyde.stubs.names import Names
from oxyde.stubs.rows import Rows
from oxyde.stubs.tables import Models
from oxyde.stubs.types import TERMS
from oxyde.stubs.written import Written

TERM: Final = "oxyde.queries.term"
_OPTIONS: Final = frozenset({"using", "client", "defaults", "create_defaults"})


@dataclass(frozen=True)
class Face:
    """One of the two faces of a query.

    Attributes:
        suffix: What the name of its class ends in.
        base: Module and name of the class that it is derived from.
        awaits: Whether its terminal verbs are awaited.
    """

    suffix: str
    base: tuple[str, str]
    awaits: bool


AWAITED: Final = Face("Query", ("oxyde.models.queryset", "QuerySet"), awaits=True)
BLOCKING: Final = Face("Sync", ("oxyde.models.blocking", "BlockingQuerySet"), awaits=False)


class QuerySets:
    """The classes that a stub declares for one model."""

    def __init__(self, names: Names, models: Models, info: ModelInfo, calls: list[Call], *, private: bool = True) -> None:
        self._names = names
        self._models = models
        self._info = info
        self._calls = [call for call in calls if call.is_of(info.name)]
        self._rows = Rows(names, models, info, self._calls)
        self._written = Written(names, models, info)
        self.model = names.type(info.model)
        self.prefix = f"{'_' if private else ''}{info.model.__qualname__.replace('.', '_')}"

    def lines(self, *, across: bool) -> Iterator[str]:
        """Yields the text of the classes.

        Args:
            across: Whether the fields of related models have their lookups too.
        """
        typed = self._names.name("typing_extensions", "TypedDict")
        yield f"class {self.prefix}Lookups({typed}, total=False, closed=True):"
        yield from (f"    {key}: {kind}" for key, kind in self._keywords(across=across).items())
        if self._info.meta.view is None:
            yield from self._written.lines(self.prefix)
        yield from self._literals()
        rows, classes = self._rows.dictionaries(f"{self.prefix}Row")
        yield from rows
        yield from self._lazy()
        yield from self._face(AWAITED, classes)
        yield from self._face(BLOCKING, classes)
        manager = self._names.name("oxyde.models.manager", "Manager")
        yield f"class {self.prefix}Manager({self.prefix}Query[{self.model}], {manager}[{self.model}]): ..."

    def _keywords(self, *, across: bool) -> Mapping[str, str]:
        """Returns the keywords of lookups, those among them that the project's calls use beyond the usual ones."""
        lookups = Lookups(self._names, self._models, self._info)
        found = dict(lookups.keys(across=across))
        used = dict.fromkeys(
            (name, name in call.added or split(name)[0] in call.added)
            for call in self._calls
            for name in call.names
            if call.verb in LOOKING_UP
        )
        for name, added in used:
            if name in found or name in _OPTIONS:
                continue
            kind = self._kind_of(lookups, name)
            if kind is not None or added:
                found[name] = kind or self._names.any
        return found

    def _kind_of(self, lookups: Lookups, name: str) -> str | None:
        """Returns the type of a keyword that the runtime takes: a longer path, a part of a date, a place in JSON."""
        try:
            subject, lookup = keywords.target(names_of(self._info.table()), name)
        except (FieldError, FieldLookupError):
            return None
        path = subject.term.path if isinstance(subject.term, Reference) else None
        types = None if path is None else self._models.of_path(self._names, path)
        if path is None or types is None or path.relation is not None:
            return self._names.any
        written = lookup.name if isinstance(lookup, Lookup) else lookup
        return lookups.of_lookup(types, written, many=path.many is not None)

    def _literals(self) -> Iterator[str]:
        alias, rows = self._names.name("typing", "TypeAlias"), self._rows
        yield f"{self.prefix}Field: {alias} = {rows.literal(rows.fields)}"
        if rows.own:
            yield f"{self.prefix}Own: {alias} = {self.prefix}Field | {rows.literal(rows.own)}"
        if rows.paths:
            nameable = self._names.name("oxyde.queries.operators", "Nameable")
            others = [path for path in rows.paths if path not in rows.own]
            parts = [self._own, *([rows.literal(others)] if others else []), nameable]
            yield f"{self.prefix}Path: {alias} = {' | '.join(parts)}"
        is_same = rows.paths == rows.ordering
        ascending = [] if is_same else rows.ordering
        descending = [f"-{name}" for name in [*rows.fields, *rows.ordering]]
        base = self._path if is_same else f"{self.prefix}Field"
        yield f"{self.prefix}Order: {alias} = {base} | {rows.literal([*ascending, *descending, '?'])}"

    def _lazy(self) -> Iterator[str]:
        """Yields the class of the verbs that both faces have."""
        name_of = self._names.name
        row, expression, itself = name_of(TERMS, "R_co"), name_of(TERM, "Expression"), name_of("typing_extensions", "Self")
        chain, exact = name_of("oxyde.models.chain", "Chain"), name_of("oxyde.models.narrow", "Exact")
        yield f"class {self.prefix}Lazy({chain}[{self.model}, {row}], {exact}):"
        for verb in ("filter", "exclude"):
            yield f"    def {verb}(self, /, *{self._conditions}: {expression}, {self._keywords_of('lookups', 'Lookups')}) -> {itself}: ..."
        yield f"    def order_by(self, *fields: {self.prefix}Order | {expression} | {name_of(TERM, 'Ordering')}) -> {itself}: ..."
        for verb in ("only", "defer"):
            yield f"    def {verb}(self, *fields: {self._own}) -> {itself}: ..."

    def _keywords_of(self, name: str, suffix: str) -> str:
        return f"**{name}: {self._names.name('typing_extensions', 'Unpack')}[{self.prefix}{suffix}]"

    @property
    def _conditions(self) -> str:
        """The parameter of conditions, which is called as no keyword is."""
        return "conditions" if "conditions" not in self._info.fields else "_conditions"

    @property
    def _connection(self) -> str:
        """The parameters that choose a connection, where no field has their name."""
        kinds = {"using": f"{self._names.name('builtins', 'str')} | None", "client": self._names.name("builtins", "object")}
        return "".join(f"{name}: {kind} = ..., " for name, kind in kinds.items() if name not in self._info.fields)

    def _face(self, face: Face, classes: Mapping[tuple[str, ...], str]) -> Iterator[str]:
        """Yields the class of the verbs that one face has: the terminal ones, and those that return other rows."""
        name, name_of = f"{self.prefix}{face.suffix}", self._names.name
        row, expression = name_of(TERMS, "R_co"), name_of(TERM, "Expression")
        instances, kind = name_of(TERMS, "Instances"), name_of(TERMS, "T")
        yield f"class {name}({self.prefix}Lazy[{row}], {name_of(*face.base)}[{self.model}, {row}]):"
        yield from self._overloads(
            [
                f"annotate(self: {instances}, **terms: {expression}) -> {instances}",
                f"annotate(self, **terms: {expression}) -> {name}[{self._names.any}]",
            ]
        )
        yield f"    def into(self, row_type: {name_of('builtins', 'type')}[{kind}]) -> {name}[{kind}]: ..."
        yield from self._overloads(self._values(name, classes))
        yield from self._overloads(self._values_list(name, name_of("typing", "Literal")))
        if face.awaits:
            yield f"    @{name_of('builtins', 'property')}"
            yield f"    def sync(self) -> {self.prefix}Sync[{row}]: ..."
        word = "async def" if face.awaits else "def"
        lookups = f"{self._connection}{self._keywords_of('lookups', 'Lookups')}"
        yield f"    {word} get(self, /, *{self._conditions}: {expression}, {lookups}) -> {row}: ..."
        yield f"    {word} get_or_none(self, /, *{self._conditions}: {expression}, {lookups}) -> {row} | None: ..."
        if self._info.meta.view is None:
            yield from self._writing(word, lookups)

    def _writing(self, word: str, lookups: str) -> Iterator[str]:
        """Yields the verbs that write rows."""
        name_of = self._names.name
        count, flag, literal = name_of("builtins", "int"), name_of("builtins", "bool"), name_of("typing", "Literal")
        defaults = f"{name_of(TERMS, 'Defaults')} = ..."
        star = "*, " if self._connection else ""
        made = f"{name_of('builtins', 'tuple')}[{self.model}, {flag}]"
        yield f"    {word} get_or_create(self, /, defaults: {defaults}, {star}{lookups}) -> {made}: ..."
        yield f"    {word} update_or_create(self, /, defaults: {defaults}, create_defaults: {defaults}, {star}{lookups}) -> {made}: ..."
        new, given, values = (self._keywords_of("values", suffix) for suffix in ("New", "Given", "Values"))
        yield from self._overloads(
            [f"create(self, /, {new}) -> {self.model}", f"create(self, body: {self.model}.Create, /, {given}) -> {self.model}"], word
        )
        if "returning" in self._info.fields:
            yield f"    {word} update(self, /, {values}) -> {count}: ..."
            return
        rows = f"{name_of('builtins', 'list')}[{self.model}]"
        yield from self._overloads(
            [
                f"update(self, /, *, returning: {literal}[True], {values}) -> {rows}",
                f"update(self, /, *, returning: {literal}[False] = ..., {values}) -> {count}",
                f"update(self, /, *, returning: {flag}, {values}) -> {count} | {rows}",
            ],
            word,
        )

    def _values(self, name: str, classes: Mapping[tuple[str, ...], str]) -> list[str]:
        mapping = f"{self._names.name('collections.abc', 'Mapping')}[{self._names.name('builtins', 'str')}, {self._names.any}]"
        return [
            *(f"values({self._selected(names)}) -> {name}[{row}]" for names, row in classes.items()),
            f"values(self, *fields: {self._selectable}) -> {name}[{mapping}]",
        ]

    def _values_list(self, name: str, literal: str) -> list[str]:
        builtin = self._names.name("builtins", "tuple")
        flat = f"flat: {literal}[False] = ..."
        return [
            *(
                f"values_list(self, field: {self._rows.literal(of)}, /, *, flat: {literal}[True]) -> {name}[{kind}]"
                for kind, of in self._rows.flat().items()
            ),
            *(
                f"values_list({self._selected(names)}{', ' if names else ', *, '}{flat}) -> {name}[{row}]"
                for names, row in self._rows.tuples().items()
            ),
            f"values_list(self, *fields: {self._selectable}, {flat}) -> {name}[{builtin}[{self._names.any}, ...]]",
            f"values_list(self, *fields: {self._selectable}, flat: {self._names.name('builtins', 'bool')}) -> {name}[{self._names.any}]",
        ]

    def _selected(self, names: tuple[str, ...]) -> str:
        """Returns the parameters of an overload that takes just these names."""
        return ", ".join(["self", *(f"_{at}: {self._rows.literal([name])}" for at, name in enumerate(names)), *(["/"] if names else [])])

    @property
    def _own(self) -> str:
        """What ``only()`` takes: a name of a column of this table."""
        return f"{self.prefix}{'Own' if self._rows.own else 'Field'}"

    @property
    def _path(self) -> str:
        return f"{self.prefix}{'Path' if self._rows.paths else 'Field'}"

    @property
    def _selectable(self) -> str:
        """What ``values()`` takes: a name, or an expression that is one."""
        return self._path if self._rows.paths else f"{self._path} | {self._names.name('oxyde.queries.operators', 'Nameable')}"

    def _overloads(self, signatures: list[str], word: str = "def") -> Iterator[str]:
        for signature in signatures:
            if len(signatures) > 1:
                yield f"    @{self._names.name('typing', 'overload')}"
            yield f"    {word} {signature}: ..."
