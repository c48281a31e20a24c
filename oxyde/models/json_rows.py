"""Rows as JSON: what dumping the instances would give, written by the core from the columns where no instance is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, SchemaSerializer, to_json

from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Steps
from oxyde.models.core_schemas import kind_of, nodes
from oxyde.models.hydrate import BY_DICTIONARY, SAME, SILENT, TEXT_RULES, Tiers, tiers
from oxyde.models.info import ModelInfo
from oxyde.models.rows import Instances
from oxyde.models.verbs import reading
from oxyde.schema import Column

if TYPE_CHECKING:
    from oxyde.models.chain import Chain

Check: TypeAlias = "Callable[[list[Any]], bool] | None"
Render: TypeAlias = "Callable[[list[Any]], list[bytes] | None] | None"
Field: TypeAlias = "tuple[bytes, bool, tuple[int, int] | None, Check, Render]"
"""How the core writes a column, as ``Batch.json`` takes it."""

NATIVE: Final[Mapping[str, frozenset[str]]] = {
    "int": frozenset({"int"}),
    "bool": frozenset({"bool"}),
    "float": frozenset({"float"}),
    "text": frozenset({"str"}),
    "decimal": frozenset({"decimal"}),
    "date": frozenset({"date"}),
    "time": frozenset({"time"}),
    "datetime": frozenset({"datetime"}),
    "datetime_tz": frozenset({"datetime"}),
    "uuid": frozenset({"uuid"}),
}
"""The kinds of columns whose values the core writes, and the schemas of which Pydantic writes the same."""
INT64_MIN: Final = -(2**63)
INT64_MAX: Final = 2**63 - 1
_WRAPPERS: Final = frozenset({"nullable", "default", "function-before", "function-after", "function-wrap"})
_SHOWN: Final = frozenset({"serialization", "serialization_exclude", "serialization_exclude_if", "serialization_alias"})


def json(chain: Chain[Any, Any]) -> Steps[bytes]:
    """Reads the rows and returns their JSON: an array."""
    query, state = chain._query, chain._state
    is_whole = isinstance(query.rows, Instances) and state.selection is None and state.fields is None
    is_plain = is_whole and not (state.annotations or state.joined or query.prefetched)
    fields = _fields(chain.model.__oxyde__) if is_plain else ()
    if not fields:
        return _dumped(chain, (yield from reading.everything(chain)))
    batches: list[Batch] = []
    made = chain._compiled()
    yield Call(made.shape, made.values, batches.append, locks=chain._state.is_locked)
    batches = [batch for batch in batches if batch.rows]
    texts = [batch.json(fields) for batch in batches]
    written = [text for text in texts if text is not None]
    if len(written) == len(batches):
        return b"[" + b",".join(written) + b"]"
    reader = query.rows.reader(state)
    return _dumped(chain, [row for batch in batches for row in reader(batch)])


def _dumped(chain: Chain[Any, Any], rows: list[Any]) -> bytes:
    if isinstance(chain._query.rows, Instances):
        return TypeAdapter(list[chain.model]).dump_json(rows)  # type: ignore[name-defined] # a class that is known when it runs
    return to_json(rows)


def _fields(model: ModelInfo) -> tuple[Field, ...]:
    """Returns how the columns of a class are written; empty where only an instance knows."""
    kind = tiers(model)
    if kind.json is None:
        kind.json = () if kind.by_dictionaries or _has_own_form(kind) else _described(model, kind)
    return kind.json


def _has_own_form(kind: Tiers) -> bool:
    """Whether what is shown of an instance is more than its fields, each by itself: functions of the class, options, computed fields."""
    schema = kind.schema
    options = any(
        name.startswith(("ser_json", "serialize_by")) or name in {"json_encoders", "use_enum_values"} for name in kind.model.model_config
    )
    around = (schema.model, schema.model["schema"], *schema.around)
    return options or any("serialization" in node or node.get("computed_fields") for node in around)


def _described(model: ModelInfo, kind: Tiers) -> tuple[Field, ...]:
    found: list[Field] = []
    for column in model.table().columns:
        validator = kind.validator(column)
        node = kind.schema.fields[column.field]
        if validator is BY_DICTIONARY or node.keys() & _SHOWN:
            return ()
        schema = kind.schema.field(column.field)
        inside = list(nodes(schema, kind.definitions))
        if any(one.get("serialization", {}).get("is_field_serializer") for one in inside):
            return ()
        key = (b"," if found else b"{") + to_json(column.field) + b":"
        inner, has_null = _inner(schema)
        if not any("serialization" in one for one in inside) and column.db_type is None and _is_native(column, inner):
            is_plain = inner is (schema["schema"] if has_null and kind_of(schema) == "nullable" else schema)
            limits = _limits(inner, kind) if is_plain else None
            is_checked = validator is not None and not (is_plain and _is_bare(inner, kind))
            found.append((key, not has_null, limits, partial(_stay, validator) if is_checked else None, None))
        else:
            found.append((key, False, None, None, partial(_rendered, validator, _serializer(schema, kind))))
    return tuple(found)


def _inner(schema: Any) -> tuple[Any, bool]:
    """Returns the schema of a value inside what only validates it, and whether it may be None."""
    has_null = False
    while kind_of(schema) in _WRAPPERS:
        has_null = has_null or kind_of(schema) == "nullable"
        schema = schema["schema"]
    return schema, has_null


def _is_native(column: Column, inner: Any) -> bool:
    return kind_of(inner) in NATIVE.get(column.type.kind, ())


def _is_bare(inner: Any, kind: Tiers) -> bool:
    """Whether the column's own type is all that is asked of a value."""
    return inner["type"] in SAME and not inner.keys() - SILENT and not TEXT_RULES & (kind.schema.config or {}).keys()


def _limits(inner: Any, kind: Tiers) -> tuple[int, int] | None:
    """Returns limits that say all that is asked of a value: of integers, of a text's characters, of a decimal's digits; None for others."""
    asked = inner.keys() - SILENT
    if TEXT_RULES & (kind.schema.config or {}).keys():
        return None
    if inner["type"] == "str" and asked <= {"min_length", "max_length"}:
        return inner.get("min_length", 0), inner.get("max_length", INT64_MAX)
    if inner["type"] == "int" and asked <= {"ge", "gt", "le", "lt"}:
        low = max(inner.get("ge", INT64_MIN), inner.get("gt", INT64_MIN - 1) + 1)
        high = min(inner.get("le", INT64_MAX), inner.get("lt", INT64_MAX + 1) - 1)
        return (low, high) if all(INT64_MIN <= one <= INT64_MAX for one in (low, high)) else None
    if inner["type"] == "decimal" and asked <= {"max_digits", "decimal_places"} and len(asked) != 1:
        return inner.get("max_digits", INT64_MAX), inner.get("decimal_places", INT64_MAX // 2)
    return None


def _stay(validator: Any, values: list[Any]) -> bool:
    """Whether stored values are valid, and read as they are."""
    try:
        read = validator.validate_python(values)
    except ValidationError:
        return False
    return bool(read == values) and all(type(one) is type(two) for one, two in zip(read, values, strict=True))


def _serializer(schema: Any, kind: Tiers) -> SchemaSerializer:
    return SchemaSerializer(kind.schema_of(schema), kind.schema.config)


def _rendered(validator: Any, serializer: SchemaSerializer, values: list[Any]) -> list[bytes] | None:
    """Returns the JSON of stored values, as their field writes it; None where one is not valid, or has none."""
    try:
        read = values if validator is None else validator.validate_python(values)
        return [serializer.to_json(value) for value in read]
    except (ValidationError, PydanticSerializationError):
        return None
