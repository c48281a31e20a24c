"""Frozen models: classes of the tables as they are at one point of the history, for the functions of migrations."""

from __future__ import annotations

import datetime as dt
import itertools
import keyword
import re
import sys
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from types import ModuleType
from typing import Any, Final
from uuid import UUID

from pydantic import AwareDatetime

from oxyde.db.database import AsyncDatabase
from oxyde.exceptions import MigrationError
from oxyde.migrations import dotted
from oxyde.migrations.parts import Column, Unique, shown
from oxyde.migrations.state import State, Table
from oxyde.models import registry
from oxyde.models.field import Field
from oxyde.models.metaclass import RESERVED, ModelMeta
from oxyde.models.model import Model
from oxyde.models.relations import SERIAL
from oxyde.schema import ColumnType, ForeignKey
from oxyde.schema import Unique as ModelUnique
from oxyde.schema.relation import Address

_numbers: Final = itertools.count(1)
_TYPES: Final[Mapping[str, Any]] = {
    "bool": bool,
    "int": int,
    "float": float,
    "text": str,
    "bytes": bytes,
    "decimal": Decimal,
    "date": dt.date,
    "time": dt.time,
    "time_tz": dt.time,
    "datetime": dt.datetime,
    "datetime_tz": AwareDatetime,
    "duration": dt.timedelta,
    "uuid": UUID,
    "enum": str,
    "json": Any,
    "any": Any,
}
"""What the values of a column are, by its kind."""
_TYPED: Final[Mapping[str, str]] = {"time_tz": "TIMETZ", "any": "ANY"}
"""The SQL types of kinds that no annotation means."""
_JOINABLE: Final = frozenset({"bool", "int", "float", "text", "bytes", "decimal", "date", "datetime", "datetime_tz", "uuid", "enum"})
"""The kinds of columns that a relation joins by."""
_TAKEN: Final = frozenset(dir(Model)) | RESERVED | {"Meta"}
"""The names that every model has for itself."""


class Models:
    """The models that a function of a migration is given: an attribute for each table, and ``models["schema.name"]`` for any name.

    Attributes:
        using: The alias of the connection, for ``atomic(using=models.using)`` and ``execute_raw``.
    """

    def __init__(self, models: Mapping[Address, type[Model]], state: State, using: str, function: str) -> None:
        """Keeps the models.

        Args:
            models: By the schema and the name of their tables.
            state: The state that they are of.
            using: The alias of the connection.
            function: The function that they are for.
        """
        self.using = using
        self._models = models
        self._state = state
        self._function = function

    def __getattr__(self, name: str) -> Any:
        """Returns the model of a table.

        Raises:
            MigrationError: The function may not use the table, or there is none.
        """
        if name.startswith("__"):
            raise AttributeError(name)
        return self._model((None, name))

    def __getitem__(self, name: str) -> Any:
        """Returns the model of a table by any name, with its schema in front where it has one.

        Raises:
            MigrationError: The function may not use the table, or there is none.
        """
        return self._models.get((None, name)) or self._model(dotted.address(dotted.split(name), name))

    def __iter__(self) -> Iterator[type[Model]]:
        """Yields the models."""
        return iter(self._models.values())

    def __dir__(self) -> list[str]:
        """Returns the tables that are attributes."""
        return sorted({"using", *(name for schema, name in self._models if schema is None and name.isidentifier())})

    def _model(self, address: Address) -> type[Model]:
        found = self._models.get(address)
        if found is None:
            self._state.table(address)  # says which names are near
            named = ", ".join(repr(dotted.join(one)) for one in (*self._models, address))
            raise MigrationError(
                f"{self._function}() uses {shown(address)}, and the migration does not say so: ctx.run({self._function}, tables=[{named}])"
            )
        return found


def freeze(state: State, addresses: Collection[Address], database: AsyncDatabase | None) -> dict[Address, type[Model]]:
    """Returns models of tables as a state has them; no registry knows them.

    Args:
        state: The state.
        addresses: The tables. A foreign key to one that is not among them is a plain column.
        database: The connection of verbs that name none.

    Raises:
        FieldError: A table cannot be mapped.
    """
    module = ModuleType(f"oxyde_frozen_{next(_numbers)}")
    sys.modules[module.__name__] = module  # where annotations are looked up
    try:
        with registry.apart():
            made = _Freezer(state, addresses, module).models()
            for info in list(registry.registered()):
                registry.complete(info)
                info.table()
                info.database = database
    finally:
        del sys.modules[module.__name__]
    return made


class _Freezer:
    """Makes the models of one state."""

    def __init__(self, state: State, addresses: Collection[Address], module: ModuleType) -> None:
        self.state = state
        self.module = module
        self.places = {address: f"_t{number}" for number, address in enumerate(addresses)}
        self.names = _class_names(addresses)
        self.fields = {address: field_names(state.tables[address].columns) for address in addresses}
        self.enums: dict[Address, type[Enum]] = {}

    def models(self) -> dict[Address, type[Model]]:
        """Returns the models; relations refer to them by names that no field can have."""
        made = {}
        for address, place in self.places.items():
            made[address] = self._model(self.state.tables[address], self.fields[address])
            setattr(self.module, place, made[address])
        return made

    def _model(self, table: Table, fields: Mapping[str, str]) -> type[Model]:
        annotations: dict[str, Any] = {}
        given: dict[str, Any] = {}
        relations = self._relations(table, fields)
        for column in table.columns.values():
            field, key = fields[column.name], relations.get(column.name)
            if key is None or not self._says_all(column, key):
                annotations[field], given[field] = self._column(table, column)
            if key is not None:
                relation = field.removesuffix(f"_{self._target_field(key)}")
                optional = column.nullable and column.name not in table.key
                place = self.places[key.target]
                annotations[relation] = f"{place} | None" if optional else place
                given[relation] = self._relation(table, column, key, optional=optional, declared=field in given)
        name = self.names[table.address]
        meta = {
            "__module__": self.module.__name__,
            "__qualname__": f"{name}.Meta",
            "is_table": True,
            "table_name": table.name,
            "schema": table.schema,
            "managed": False,
            "constraints": [ModelUnique([fields[one] for one in columns]) for columns in _uniques(table)],
        }
        body = {
            "__module__": self.module.__name__,
            "__qualname__": name,
            "__annotations__": annotations,
            "Meta": type("Meta", (), meta),
            **given,
        }
        made: type[Model] = ModelMeta(name, (Model,), body)  # type: ignore[assignment] # the class of Model
        return made

    def _column(self, table: Table, column: Column) -> tuple[Any, Any]:
        """Returns the annotation and the description of a column's field."""
        key = column.name in table.key
        counted = column.auto and table.key == (column.name,)
        optional = counted or (column.nullable and not key)
        kind = self._annotation(column.type, table.schema)
        said: dict[str, Any] = {"db_pk": key, "db_column": column.name, "db_default": column.default}
        said["db_type"] = column.db_type or _TYPED.get(column.type.kind)
        if optional:
            said["default"] = None
        if column.type.kind == "text":
            said["max_length"] = column.length
        if column.type.precision is not None:
            said |= {"max_digits": column.type.precision, "decimal_places": column.type.scale or 0}
        if column.enum is not None:
            said["db_enum_name"] = column.enum
        if kind is Any:
            said["db_nullable"] = column.nullable
        if column.generated is not None:
            said |= {"db_generated": column.generated, "db_stored": column.stored, "db_default": None}
        return kind | None if optional and kind is not Any else kind, Field(**said)

    def _annotation(self, type: ColumnType, schema: str | None) -> Any:
        if type.kind == "array":
            return Any if type.item is None or type.item.kind == "array" else list[self._annotation(type.item, schema) | None]  # type: ignore[misc] # made at run time
        if type.kind == "enum" and (schema, type.name) in self.state.enums:
            return self._enum((schema, str(type.name)))
        return _TYPES[type.kind]

    def _enum(self, address: Address) -> type[Enum]:
        if address not in self.enums:
            name = f"Values{len(self.enums) + 1}"
            members = {f"value_{number}": value for number, value in enumerate(self.state.enums[address], start=1)}
            self.enums[address] = Enum(name, members, type=str, module=self.module.__name__, qualname=name)  # type: ignore[assignment] # a class
        return self.enums[address]

    def _relations(self, table: Table, fields: Mapping[str, str]) -> dict[str, ForeignKey]:
        """Returns the foreign keys that are relations, by column: ``author_id`` that points to an ``id`` is the key of ``author``."""
        found: dict[str, ForeignKey] = {}
        taken = set(fields.values())
        for key in table.foreign_keys:
            if key.target not in self.places or len(key.columns) != 1:
                continue
            column, field = table.columns[key.columns[0]], fields[key.columns[0]]
            target = self.state.tables[key.target].columns[key.target_columns[0]]
            relation = field.removesuffix(f"_{self._target_field(key)}")
            free = relation not in taken and is_free(relation) and column.name not in found
            chained = key.target_columns[0] in {one for other in self.state.tables[key.target].foreign_keys for one in other.columns}
            if free and not chained and column.generated is None and target.type == column.type and column.type.kind in _JOINABLE:
                found[column.name] = key
                taken.add(relation)
        return found

    def _target_field(self, key: ForeignKey) -> str:
        return self.fields[key.target][key.target_columns[0]]

    def _says_all(self, column: Column, key: ForeignKey) -> bool:
        """Whether a relation says all about its key, because it is like the column that it points to."""
        target = self.state.tables[key.target].columns[key.target_columns[0]]
        theirs = None if target.db_type is None else SERIAL.get(target.db_type.upper(), target.db_type)
        return (column.length, column.db_type) == (target.length, theirs)

    def _relation(self, table: Table, column: Column, key: ForeignKey, *, optional: bool, declared: bool) -> Any:
        said: dict[str, Any] = {"db_fk": self._target_field(key)}
        if optional or declared:
            said["default"] = None
        if not declared:
            said |= {"db_pk": column.name in table.key, "db_column": column.name, "db_default": column.default}
        return Field(**said)


def _uniques(table: Table) -> set[tuple[str, ...]]:
    """Returns the columns whose values are unique together, which what is done on a conflict may name."""
    whole = [one.parts for one in table.indexes.values() if one.unique and one.where is None and set(one.parts) <= set(table.columns)]
    return {*whole, *(one.columns for one in table.constraints.values() if isinstance(one, Unique))}


def is_free(name: str) -> bool:
    """Returns whether a field can have a name."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and name not in _TAKEN
        and not name.startswith(("_", "model_"))
        and "__" not in name
    )


def field_names(columns: Collection[str]) -> dict[str, str]:
    """Returns the names of the fields of columns: those of the columns where they can be.

    >>> field_names(["id", "CustomerID", "class", "odd name", "2nd", "copy"])
    {'id': 'id', 'CustomerID': 'CustomerID', 'class': 'class_', 'odd name': 'odd_name', '2nd': 'column_2nd', 'copy': 'copy_'}
    """
    made = {name: name for name in columns if is_free(name) and unicodedata.normalize("NFKC", name) == name}
    for name in columns:
        if name in made:
            continue
        words = re.sub(r"_+", "_", re.sub(r"\W", "_", unicodedata.normalize("NFKC", name))).strip("_")
        field = words if words and (words[0].isalpha() and not words.startswith("model_")) else f"column_{words}".rstrip("_")
        while not is_free(field) or field in made.values():
            field = f"{field}_"
        made[name] = field
    return {name: made[name] for name in columns}


def _class_names(addresses: Collection[Address]) -> dict[Address, str]:
    """Returns the names of classes: those of the tables where they can be; messages show them."""
    made: dict[Address, str] = {}
    for address in addresses:
        name = re.sub(r"\W", "_", "_".join(part for part in address if part is not None))
        while name in made.values() or not name.isidentifier():
            name = f"{name}_" if name.isidentifier() else f"table_{name}"
        made[address] = name
    return made
