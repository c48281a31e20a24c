"""The validation rules that a table adds to its fields: relations, their keys, time zones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import Enum
from typing import Any, Final, TypeAlias

from pydantic_core import PydanticCustomError, PydanticKnownError, core_schema

from oxyde.models.field import options
from oxyde.models.info import Link, ModelInfo, holds
from oxyde.models.pydantic_seams import ours
from oxyde.models.unloaded import is_unloaded, unloaded
from oxyde.queries.foreign_values import flaw

Resolve: TypeAlias = "Callable[[Any], Any]"


class Absent(dict[str, Any]):
    """The marker for a key that was not given; an empty dictionary, so that an error that shows it is readable."""


def absent() -> Absent:
    """Returns the marker for a key that was not given."""
    return Absent()


def add_rules(model: ModelInfo, fields: dict[str, Any], resolve: Resolve) -> None:
    """Changes the field schemas of a table.

    A relation that is not given is unloaded and left out of output; a key is taken from its relation where only that is given;
    datetimes are with or without a zone as their column is.

    Args:
        model: The class.
        fields: The fields of the ``model-fields`` node; changed in place.
        resolve: Returns the definition that a node refers to.
    """
    for name, field in fields.items():
        if ours(field):
            continue
        field.setdefault("metadata", {})
        field["metadata"] = {**(field["metadata"] or {}), "oxyde": True}
        if name in model.links:
            inner = field["schema"]["schema"] if field["schema"]["type"] == "default" else field["schema"]
            link = model.links[name]
            if link.kind == "one":
                inner = core_schema.no_info_after_validator_function(of_its_table(model, link), inner, metadata={"oxyde": "relation"})
            field["schema"] = core_schema.with_default_schema(inner, default_factory=unloaded)
            field["serialization_exclude_if"] = is_unloaded
        elif name in model.reference_by_key:
            field["schema"] = key_schema(model, model.reference_by_key[name], field["schema"])
        else:
            db_type = (options(model.fields[name]).db_type or "").upper()
            with_zone = db_type.startswith("TIMESTAMPTZ") or "WITH TIME ZONE" in db_type
            made = with_rule(field["schema"], zoned(f"{model.name}.{name}", with_zone=with_zone), resolve)
            field["schema"] = with_rule(made, taking_values, resolve)


def key_schema(model: ModelInfo, link: Link, schema: Any) -> Any:
    """Returns the schema of a key field: what was given, else the key of the relation, else its default."""
    default: Any = schema if schema["type"] == "default" else None
    inner = schema["schema"] if default is not None else schema

    def key(value: Any, handler: Callable[[Any], Any], info: core_schema.ValidationInfo) -> Any:
        related = info.data.get(link.field)
        known = link.field in info.data and not is_unloaded(related)
        if isinstance(value, Absent):
            if known:
                return None if related is None else getattr(related, link.target_key)
            if default is None:
                raise PydanticKnownError("missing")
            factory = default.get("default_factory")
            return default.get("default") if factory is None else factory()
        valid = handler(value)
        if known and valid != (None if related is None else getattr(related, link.target_key)):
            raise PydanticCustomError(
                "relation_conflict",
                "{key} and {relation} of {model} name different rows; give one of them",
                {"key": link.key, "relation": link.field, "model": model.name},
            )
        return valid

    wrapped = core_schema.with_info_wrap_validator_function(key, inner, metadata={"oxyde": "key"})
    return core_schema.with_default_schema(wrapped, default_factory=absent, validate_default=True)


def of_its_table(model: ModelInfo, link: Link) -> Callable[[Any], Any]:
    """Returns a validator that refuses an object whose class has a table other than the relation's."""

    def check(value: Any) -> Any:
        if value is None or holds(link.target, type(value)):
            return value
        raise PydanticCustomError(
            "relation_table",
            "{where} takes a {target}; {given} is a table of its own, whose rows are others",
            {"where": f"{model.name}.{link.field}", "target": link.target.__name__, "given": type(value).__name__},
        )

    return check


_AROUND: Final = {
    **dict.fromkeys(("default", "nullable", "function-after", "function-before", "function-wrap"), "schema"),
    "list": "items_schema",
}
"""The nodes that wrap the values of a column, and the key of the wrapped schema."""


def with_rule(schema: Any, rule: Callable[[Any], Any], resolve: Resolve, inside: frozenset[str] = frozenset()) -> Any:
    """Returns the schema of a field with a rule applied to the nodes of its values, or of its list's members.

    Args:
        schema: The field's schema.
        rule: Returns the replacement of a node, or the node itself.
        resolve: Returns the definition that a node refers to: a type alias that is used twice is one.
        inside: The enclosing definitions.
    """
    kind = schema["type"]
    if kind == "definition-ref":
        reference = schema["schema_ref"]
        try:
            found = schema if reference in inside else resolve(schema)
        except LookupError:  # a class that is being made
            return schema
        inner = found if found is schema else with_rule(found, rule, resolve, inside | {reference})
        return schema if inner is found else {key: value for key, value in inner.items() if key != "ref"}
    key = _AROUND.get(kind)
    if key is None or key not in schema:
        return rule(schema)
    inner = with_rule(schema[key], rule, resolve, inside)
    return schema if inner is schema[key] else {**schema, key: inner}


def zoned(where: str, *, with_zone: bool) -> Callable[[Any], Any]:
    """Returns the rule that datetimes have a zone exactly if their column does, and that dates are exact."""

    def rule(schema: Any) -> Any:
        if schema["type"] == "date":
            return core_schema.no_info_before_validator_function(a_day(where), schema, metadata={"oxyde": "day"})
        if schema["type"] != "datetime":
            return schema
        if with_zone or schema.get("tz_constraint") == "aware":
            bare: Any = {key: value for key, value in schema.items() if key != "tz_constraint"}
            return core_schema.no_info_after_validator_function(with_a_zone(where), bare, metadata={"oxyde": "aware"})
        if "tz_constraint" in schema:
            return schema
        return core_schema.no_info_after_validator_function(without_zone(where), schema, metadata={"oxyde": "naive"})

    return rule


def taking_values(schema: Any) -> Any:
    """Makes a Literal of an enumeration's members accept their values too, as the database returns them; other nodes are unchanged."""
    members = [value for value in schema.get("expected", ()) if isinstance(value, Enum)] if schema["type"] == "literal" else []
    if not members or any(type(one) is not type(members[0]) or isinstance(one, (str, int)) for one in members):
        return schema
    kept = {key: value for key, value in schema.items() if key in {"ref", "metadata", "serialization"}}
    made: Any = {**core_schema.enum_schema(type(members[0]), members), **kept}
    made = core_schema.no_info_after_validator_function(one_of(members), made, metadata={"oxyde": "member"})
    return core_schema.nullable_schema(made) if None in schema["expected"] else made


def one_of(members: list[Any]) -> Callable[[Any], Any]:
    """Returns a validator that refuses other members of the enumeration, which Pydantic accepts."""
    shown = " or ".join(map(repr, members))

    def member(value: Any) -> Any:
        if value not in members:
            raise PydanticKnownError("literal_error", {"expected": shown})
        return value

    return member


def a_day(where: str) -> Callable[[Any], Any]:
    """Returns a validator that refuses NaT and nanoseconds of pandas, on which Pydantic fails or which it truncates."""

    def day(value: Any) -> Any:
        if type(value) is not dt.date and isinstance(value, dt.datetime) and (found := flaw(value)) is not None:
            raise PydanticCustomError("date_exact", "{where} takes a date, not {found}", {"where": where, "found": found})
        return value

    return day


def with_a_zone(where: str) -> Callable[[Any], Any]:
    """Returns a validator of an aware column."""

    def aware(value: Any) -> Any:
        if value.tzinfo is None:
            raise PydanticCustomError(
                "timezone_aware", "{where} takes a datetime with a zone; add it, as in datetime.now(timezone.utc)", {"where": where}
            )
        return value

    return aware


def without_zone(where: str) -> Callable[[Any], Any]:
    """Returns a validator of a naive column."""

    def naive(value: Any) -> Any:
        if value.tzinfo is not None:
            raise PydanticCustomError(
                "timezone_naive",
                "{where} takes a datetime without a zone; annotate it AwareDatetime to keep zones, or drop it: value.replace(tzinfo=None)",
                {"where": where},
            )
        return value

    return naive
