"""Turns rows into instances: column by column if no rule of the model crosses fields, else through dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Final, Protocol, TypeAlias

from pydantic import AliasChoices
from pydantic_core import SchemaValidator, core_schema

from oxyde.db.rows import Layout
from oxyde.exceptions import FieldError
from oxyde.models.core_schemas import FUNCTIONS, kind_of, nodes, with_definitions
from oxyde.models.errors import refusing
from oxyde.models.field import options
from oxyde.models.info import AnyModel, ModelInfo
from oxyde.models.own_validators import BY_TYPES, as_stored, is_own_function, name_of, own_functions, reads_types
from oxyde.models.pydantic_seams import ModelSchema, bare, has_own_post_init, only_writes
from oxyde.models.restore import Restored
from oxyde.models.row_state import SLOT
from oxyde.models.unloaded import UNLOADED
from oxyde.schema import Column
from oxyde.schema.types import ColumnType

Validate: TypeAlias = "Callable[[list[dict[str, Any]]], list[Any]]"
Child: TypeAlias = "tuple[str, bool, Layout]"
"""The attribute of a related class, whether it holds many rows, and their layout."""

PLAIN: Final = frozenset(
    {"int", "str", "bool", "float", "bytes", "date", "time", "datetime", "timedelta", "uuid", "decimal", "any", "enum", "literal", "url"}
)
NESTING: Final = frozenset(
    {"nullable", "default", "list", "set", "frozenset", "tuple", "dict", "union", "typed-dict", "typed-dict-field"}
    | {"model", "model-fields", "model-field", "definition-ref"}
)
"""Nodes that contain others without a rule of their own; kinds in neither set are hydrated through dictionaries."""
SAME: Final = frozenset({"int", "str", "bool", "float", "bytes", "date", "time", "datetime", "timedelta", "uuid", "any"})
SILENT: Final = frozenset({"type", "ref", "metadata", "serialization", "strict", "microseconds_precision"})
"""Keys of a node that change no value that has the node's exact type already."""
TEXT_RULES: Final = frozenset({"str_to_lower", "str_to_upper", "str_strip_whitespace", "str_min_length", "str_max_length", "allow_inf_nan"})
"""Configuration options that change or refuse plain values."""


class Annotation(Restored, Protocol):
    """A result column that is no field of the model."""

    @property
    def type(self) -> ColumnType:
        """What it holds."""
        ...


class Tiers:
    """How one model class is hydrated.

    Attributes:
        model: The class.
        schema: How Pydantic validates it.
        layouts: The layouts made so far, by use and columns.
        whole: The layout of all columns, once it was requested.
        by_dictionaries: Only the model as a whole can validate a row.
        json: How rows of all columns are written as JSON, as ``models.json_rows`` describes it, once it was requested.
    """

    def __init__(self, model: type[AnyModel]) -> None:
        self.model = model
        self.layouts: dict[Any, Layout] = {}
        self.whole: Layout | None = None
        self.json: tuple[Any, ...] | None = None
        self.schema = ModelSchema(model)
        self._validators: dict[str, SchemaValidator | None] = {}
        self._fields: dict[str, SchemaValidator] = {}
        self._values: dict[str, SchemaValidator] = {}
        self._types_only = model.__oxyde__.meta.db_read == "types"
        self._by_types = frozenset(name for name in self.schema.fields if self._reads_types(name))
        self.definitions = self._stored_definitions()
        self.by_dictionaries = not self._no_rule_crosses_fields()
        read = self._read(self.schema.whole)
        rows = SchemaValidator(core_schema.list_schema(read), self.schema.config, _use_prebuilt=read is self.schema.whole)
        self.validate_rows: Callable[[list[dict[str, Any]]], list[Any]] = partial(
            rows.validate_python, strict=False, by_alias=False, by_name=True
        )
        if self.schema.model.get("custom_init") and not self._types_only:
            self.validate_rows = self._constructed

    def _no_rule_crosses_fields(self) -> bool:
        """Whether validating the model is no more than validating each field by itself."""
        node = self.schema.model
        config = self.schema.config or {}
        return not (
            (self.schema.around and not self._types_only)
            or self.schema.extras
            or (node.get("custom_init") and not self._types_only)
            or node.get("post_init")
            or node.get("root_model")
            or self.model.__private_attributes__
            or config.get("extra_fields_behavior") == "allow"
        )

    @cached_property
    def crossing(self) -> list[str]:
        """The names of the application's functions that see several fields when a row is read."""
        schema, model = self.schema, self.model
        found = [f"{model.__name__}.model_post_init"] if has_own_post_init(model) else []
        if self._types_only:
            return found
        if schema.model.get("custom_init"):
            found.append(f"{model.__name__}.__init__")
        looking = [
            node for name in schema.fields if name not in self._by_types for node in own_functions(schema.field(name), self.definitions)
        ]
        looking = [node for node in looking if node["function"]["type"] == "with-info"]
        return [*found, *(name_of(node) for node in (*filter(is_own_function, schema.around), *looking))]

    def _stored_definitions(self) -> dict[str, Any]:
        """Returns the definitions that validate stored values, by reference, with a second variant for fields that are read by type."""
        given = self.schema.classifier.definitions
        found = {name: as_stored(one, types_only=False) for name, one in given.items()}
        if self._by_types:
            found |= {name + BY_TYPES: as_stored(one, types_only=True) for name, one in given.items()}
        return found

    def _read(self, node: Any) -> Any:
        """Returns the schema that validates rows on reading; the node itself if it is the same as on writing."""
        kind, read = kind_of(node), node
        if kind == "definitions":
            inner = node["schema"]
            target = inner.get("schema_ref")
            known = {name: self._read(one) if name == target else one for name, one in self.definitions.items()}
            new = inner if target is not None else self._read(inner)
            same = all(known[one["ref"]] is one for one in node["definitions"]) and len(known) == len(node["definitions"])
            return node if same and new is inner else {**node, "definitions": [*known.values()], "schema": new}
        if kind == "model-fields":
            fields = {name: {**field, "schema": self._of(name, field["schema"])} for name, field in node["fields"].items()}
            same = all(field["schema"] is node["fields"][name]["schema"] for name, field in fields.items())
            return node if same else {**node, "fields": fields}
        if kind == "model" and self._types_only:
            read = {**node, "custom_init": False}
        elif kind in FUNCTIONS and self._types_only:
            return self._read(node["schema"])
        new = self._read(node["schema"])
        return read if new is node["schema"] else {**read, "schema": new}

    def _reads_types(self, name: str) -> bool:
        info = self.model.__pydantic_fields__[name]
        return reads_types(
            options(info).db_read, self.model.__oxyde__.meta.db_read, self.schema.field(name), self.schema.classifier.definitions
        )

    def _of(self, name: str, schema: Any) -> Any:
        """Returns a schema of a field as its stored values are read."""
        return as_stored(schema, types_only=name in self._by_types)

    def _constructed(self, rows: list[dict[str, Any]]) -> list[Any]:
        """Makes instances through the class's own ``__init__``, with values by alias if there is one."""
        by_field = self.model.__oxyde__.table().by_field
        names = {name: self._argument(name) for name in by_field}
        made = []
        for row in rows:
            values = {names.get(name, name): self._restored(name, value) for name, value in row.items()}
            made.append(self.model(**values))
        return made

    def _restored(self, name: str, value: Any) -> Any:
        if value is None:
            return None
        if name not in self._values:
            schema = _bare(self._of(name, self.schema.field(name)))
            self._values[name] = self._reader(schema)
        return self._values[name].validate_python(value, strict=False, by_alias=False, by_name=True)

    def _argument(self, name: str) -> str:
        alias = self.model.__pydantic_fields__[name].validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        return next((one for one in choices if isinstance(one, str)), name)

    def layout(
        self,
        columns: Sequence[Column],
        key: Sequence[Column] = (),
        children: Sequence[Child] = (),
        annotations: Sequence[tuple[str, Annotation]] = (),
        *,
        partial_rows: bool = False,
    ) -> Layout:
        """Returns the layout of rows of these columns.

        Args:
            columns: The columns of this class, which come first.
            key: The columns that identify a row; needed if there are children with many rows, and in a child.
            children: The related classes whose columns follow.
            annotations: Values that become attributes, and whose columns follow those of this class.
            partial_rows: The instances lack the other columns, and no rule of the whole model is applied.
        """
        fields = tuple(column.field for column in columns)
        names = tuple(name for name, _ in annotations)
        links = self.model.__oxyde__.links
        missing = self.model.__pydantic_fields__.keys() - set(fields) - links.keys()
        native = not self.by_dictionaries and (partial_rows or not missing)
        validators: tuple[Any, ...] | None = None
        if native:
            found = [self.validator(column) for column in columns]
            validators = None if any(one is BY_DICTIONARY for one in found) else (*found, *(None for _ in names))
        whole = partial(self._partial_rows, self._stored_rows(columns)) if partial_rows else self.validate_rows
        validate = partial(_validate_annotated, whole, names) if names else whole
        is_kept = partial_rows or len(columns) == len(self.model.__oxyde__.table().columns)
        return Layout(
            self.model,
            (*fields, *names),
            key=tuple(fields.index(column.field) for column in key),
            validators=validators,
            validate_rows=refusing(self.model.__oxyde__.table(), validate),
            mutable=tuple(column.mutable for column in columns) if is_kept else (),
            state_slot=SLOT,
            json=tuple(column.type.kind == "json" for column in (*columns, *(term for _, term in annotations))),
            constants=dict.fromkeys(links, UNLOADED),
            children=tuple(children),
        )

    def _partial_rows(self, validate: Validate, rows: list[dict[str, Any]]) -> list[Any]:
        """Makes instances that have only the given fields; rules of the whole model cannot be applied."""
        relations = dict.fromkeys(self.model.__oxyde__.links, UNLOADED)
        return [bare(self.model, {**relations, **row}, row) for row in self._seeing_others(validate, rows)]

    def _seeing_others(self, validate: Validate, rows: list[dict[str, Any]]) -> list[Any]:
        try:
            return validate(rows)
        except KeyError as error:
            name = self.model.__name__
            message = f"a validator of {name} looks at {error.args[0]!r}, which was not read; name it in only(), or leave it out of defer()"
            raise FieldError(message, column=str(error.args[0])) from error

    def partial_layout(self, columns: Sequence[Column]) -> Layout:
        """Returns the layout that writes rows of some columns into existing instances."""
        fields = tuple(column.field for column in columns)
        found = [self.validator(column) for column in columns]
        validate = self._stored_rows(columns)
        return Layout(
            self.model,
            fields,
            key=(),
            validators=None if any(one is BY_DICTIONARY for one in found) else tuple(found),
            validate_rows=refusing(self.model.__oxyde__.table(), validate),
            mutable=(),
            state_slot=SLOT,
            json=tuple(column.type.kind == "json" for column in columns),
            constants={},
            children=(),
        )

    def _stored_rows(self, columns: Sequence[Column]) -> Validate:
        """Returns a validator of lists of dictionaries with the stored values of some columns."""
        fields = [column.field for column in columns]
        some = core_schema.typed_dict_schema(
            {name: core_schema.typed_dict_field(_bare(self._of(name, self.schema.fields[name]["schema"]))) for name in fields}, total=True
        )
        rows = self._reader(core_schema.list_schema(some))
        return partial(rows.validate_python, strict=False, by_alias=False, by_name=True)

    def validated(self, name: str, value: Any, others: Mapping[str, Any]) -> Any:
        """Returns one value of a field, validated as assigning it to an instance would; its validators see the others in ``info.data``."""
        if name not in self._fields:
            schema: Any = self.schema.field(name)
            field = core_schema.model_field(schema)
            self._fields[name] = SchemaValidator(self.schema_of(core_schema.model_fields_schema({name: field})), self.schema.config)
        found: Any = self._fields[name].validate_assignment(dict(others), name, value, by_alias=True, by_name=True)
        return found[0][name]

    def sees_others(self, name: str) -> bool:
        """Whether a validator of a field takes ``info``, and so may look at other fields."""
        node: Any = self.schema.field(name)
        while node is not None:
            if node.get("function", {}).get("type") == "with-info":
                return True
            node = node.get("schema")
        return False

    def schema_of(self, schema: Any) -> Any:
        """Returns a schema together with the definitions it may need."""
        return with_definitions(schema, self.schema.classifier.definitions)

    def _reader(self, schema: Any) -> SchemaValidator:
        """Returns a validator of stored values; prebuilt validators of nested classes would validate as for writing."""
        return SchemaValidator(with_definitions(schema, self.definitions), self.schema.config, _use_prebuilt=False)

    def validator(self, column: Column) -> Any:
        """Returns the validator of a column's values, None if they need none, or the marker for dictionaries."""
        name = column.field
        if name not in self._validators:
            sub = _bare(self._of(name, self.schema.field(name)))
            if not all(map(_is_simple, nodes(sub, self.definitions))):
                self._validators[name] = BY_DICTIONARY
            elif column.db_type is None and self._is_identity(sub, json=column.type.kind == "json"):
                self._validators[name] = None
            else:
                self._validators[name] = self._reader(core_schema.list_schema(sub))
        return self._validators[name]

    def exact_node(self, column: Column) -> Mapping[str, Any] | None:
        """Returns the node that validates the values a column is given, if all it does is to check them one by one.

        None where code of the application takes part, or where texts may be changed.
        """
        schema = _bare(self.schema.field(column.field))
        inner: Mapping[str, Any] = schema["schema"] if schema["type"] == "nullable" else schema
        is_exact = inner["type"] in SAME | {"decimal"} and not TEXT_RULES & (self.schema.config or {}).keys()
        return inner if is_exact else None

    def takes_none(self, column: Column) -> bool:
        """Whether a value of a column may be None."""
        return bool(_bare(self.schema.field(column.field))["type"] == "nullable")

    def _is_identity(self, schema: Any, *, json: bool) -> bool:
        """Whether validation returns every value of the column's exact type unchanged, NULL included; JSON may hold anything."""
        if schema["type"] != "nullable" or TEXT_RULES & (self.schema.config or {}).keys():
            return False
        inner = schema["schema"]
        return inner["type"] in ({"any"} if json else SAME) and not inner.keys() - SILENT


def _validate_annotated(validate: Validate, names: Sequence[str], rows: list[dict[str, Any]]) -> list[Any]:
    """Validates rows through dictionaries; annotations are not fields, and bypass Pydantic."""
    values = [{name: row.pop(name) for name in names} for row in rows]
    made = validate(rows)
    for instance, own in zip(made, values, strict=True):
        vars(instance).update(own)
    return made


class _ByDictionary:
    """The marker for a column that only the model as a whole can validate."""


BY_DICTIONARY: Final[Any] = _ByDictionary()


def _bare(schema: Any) -> Any:
    """Returns a schema without the nodes that a table added for writing, at any depth."""
    while only_writes(schema) or schema["type"] == "default":
        schema = schema["schema"]
    if schema["type"] == "datetime" and "tz_constraint" in schema:
        return {key: value for key, value in schema.items() if key != "tz_constraint"}
    for part in ("schema", "items_schema"):
        if schema["type"] in {"nullable", "list"} and part in schema:
            inner = _bare(schema[part])
            return schema if inner is schema[part] else {**schema, part: inner}
    return schema


def _is_simple(node: Any) -> bool:
    """Whether a node depends neither on other fields nor on code of the application."""
    kind = kind_of(node)
    if node.get("strict") and kind not in SAME:
        return False
    if kind in PLAIN:
        return kind != "enum" or node.get("missing") is None
    return kind in NESTING and not _has_rules(node)


def _has_rules(schema: Any) -> bool:
    """Whether a nested model does more than validate its fields: aliases, its own constructor, private attributes, strictness."""
    if schema["type"] == "model":
        return bool(
            schema.get("custom_init")
            or schema.get("post_init")
            or schema.get("root_model")
            or schema["schema"]["type"] != "model-fields"
            or (schema.get("config") or {}).get("strict")
        )
    if schema["type"] == "typed-dict":
        return bool((schema.get("config") or {}).get("strict"))
    return "validation_alias" in schema


def tiers(model: ModelInfo) -> Tiers:
    """Returns how a class is hydrated; decided once."""
    found: Tiers | None = model.hydration
    if found is None:
        model.table()  # completes the class
        found = model.hydration = Tiers(model.model)
    return found
