"""What ``create()`` and ``update()`` of a model take, and its request models ``Create`` and ``Update``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import PydanticUndefined

from oxyde.models.field import options
from oxyde.models.info import ModelInfo
from oxyde.models.request import Verb
from oxyde.models.requests import request_model
from oxyde.stubs.names import Names
from oxyde.stubs.tables import Models
from oxyde.stubs.types import TERMS, Terms


class Written:
    """The values of one model that an application writes."""

    def __init__(self, names: Names, models: Models, info: ModelInfo) -> None:
        self._names = names
        self._models = models
        self._info = info

    def lines(self, prefix: str) -> Iterator[str]:
        """Yields the text of the types of keywords: of ``create()``, of ``create(body)`` and of ``update()``."""
        typed, required = self._names.name("typing_extensions", "TypedDict"), self._names.name("typing_extensions", "Required")
        terms, changed, created = Terms(self._names), self.changed(), self.created()
        base = self.connected(typed)
        yield f"class {prefix}New({base}, total=False, closed=True):"
        yield from (f"    {name}: {required}[{kind}]" if needed else f"    {name}: {kind}" for name, (kind, needed) in created.items())
        yield f"class {prefix}Some({base}, total=False):"
        yield from self._body([f"    {name}: {terms.of('Value', kind)}" for name, kind in changed.items()])
        yield f"class {prefix}Values({prefix}Some, total=False, closed=True): ..."
        yield f"class {prefix}Given({prefix}Some, total=False, closed=True):"
        yield from self._body([f"    {name}: {kind}" for name, (kind, _) in created.items() if name not in changed])

    def connected(self, base: str) -> str:
        """Returns the base of keywords that may choose a connection too, where no field has one of their names."""
        return base if {"using", "client"} & set(self._info.fields) else self._names.name(TERMS, "Connection")

    @staticmethod
    def _body(lines: list[str]) -> list[str]:
        return lines or ["    ..."]

    def created(self) -> Mapping[str, tuple[str, bool]]:
        """Returns the types of the values of a new row by their names, aliases among them, and which of them must be given.

        Rows of others, at the far end of a relation to several, are no values of it.
        """
        found: dict[str, tuple[str, bool]] = {}
        for name, field in self._info.fields.items():
            column = self._info.table().by_field.get(name)
            if (column is not None and column.generated is not None) or name in self.others():
                continue
            aliases = [alias for alias in accepted(field) if alias != name]
            needed = is_needed(self._info, name) and not aliases
            found[name] = self.kind(name), needed
            found.update({alias: (self.kind(name), False) for alias in aliases})
        return found

    def others(self) -> list[str]:
        """Returns the relations to several rows, and to the one row that has the key: which the constructor takes, and no verb writes."""
        return [name for name, link in self._info.links.items() if link.kind != "one"]

    def changed(self) -> Mapping[str, str]:
        """Returns the types of the values that ``update()`` sets, by their names."""
        table, found = self._info.table(), {}
        for column in table.columns:
            if column.key or column.generated is not None:
                continue
            found[column.field] = self._plain(column.field)
            if column.relation is not None:
                link = self._info.links[column.relation]
                found[column.relation] = self._names.union([self._names.type(link.target), found[column.field]])
        return found

    def _plain(self, field: str) -> str:
        types = self._models.types(self._names, self._info, field)
        return self._names.union([types.plain, "None"]) if types.column.nullable else types.plain

    def kind(self, name: str) -> str:
        """Returns the type of a field's value in the constructor of a row."""
        field = self._info.fields[name]
        column = self._info.table().by_field.get(name)
        annotation = self._names.type(field.annotation)
        if column is None or column.type.kind in {"json", "array"}:
            return annotation
        plain = self._models.types(self._names, self._info, name).plain
        return self._names.union([plain, "None"]) if "None" in annotation.split(" | ") else plain

    @property
    def takes_names_and_aliases(self) -> bool:
        """Whether the constructor takes a field by its name and by an alias, which no declaration of the field says."""
        return is_by_name(self._info) and any(set(accepted(field)) - {name} for name, field in self._info.fields.items())

    def requests(self) -> Iterator[str]:
        """Yields the text of ``Create`` and ``Update``, inside the model."""
        verbs: list[Verb] = ["Create", "Update"]
        for verb in verbs:
            made: Any = request_model(self._info.model, verb)
            yield f"class {verb}({self._names.name(TERMS, f'Exact{verb}')}):"
            fields = [f"    {self._request_field(verb, name, field)}" for name, field in made.__pydantic_fields__.items()]
            yield from self._body(fields)

    def _request_field(self, verb: str, name: str, field: Any) -> str:
        kind = self._names.type(field.annotation)
        if verb == "Update":
            kind = self._names.union([kind, "None"]) if kind != self._names.any else kind
        return f"{name}: {kind}{default_of(self._names, self._info, field, is_given=verb == 'Create' and field.is_required())}"


def is_needed(info: ModelInfo, name: str) -> bool:
    """Whether the constructor of a row needs a field: neither it nor the database has a value for it, and no other name stands for it."""
    field = info.fields[name]
    said = options(field)
    return field.is_required() and name not in info.links and name not in info.reference_by_key and not (said.auto_now or said.auto_now_add)


def is_by_name(info: ModelInfo) -> bool:
    """Whether the constructor of a row takes names where there are aliases."""
    config = info.model.model_config
    return bool(config.get("populate_by_name") or config.get("validate_by_name"))


def accepted(field: Any) -> list[str]:
    """Returns the aliases of a field that the constructor takes as keywords."""
    given = field.validation_alias if field.validation_alias is not None else field.alias
    choices = [given] if isinstance(given, str) else getattr(given, "choices", [])
    return [alias for alias in choices if isinstance(alias, str) and alias.isidentifier()]


def default_of(names: Names, info: ModelInfo, field: Any, *, is_given: bool) -> str:
    """Returns what stands behind a field's annotation: whether the constructor needs it, and by which name.

    Args:
        names: The names of the stub.
        info: The model.
        field: The field.
        is_given: Whether the constructor needs it.
    """
    aliases = accepted(field)
    if aliases and not is_by_name(info):
        default = "" if is_given else "default=..., "
        return f" = {names.name('oxyde.models.field', 'Field')}({default}alias={aliases[0]!r})"
    return "" if is_given and field.default is PydanticUndefined else " = ..."
