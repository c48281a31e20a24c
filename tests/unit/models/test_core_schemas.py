"""The kinds of nodes in core schemas, and the walk over them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args

import pytest
from pydantic import BaseModel, TypeAdapter
from pydantic_core import core_schema
from typing_extensions import TypedDict

from oxyde.models.core_schemas import FUNCTIONS, PARTS, changed, kind_of, nodes, parts, with_definitions

INT: Any = core_schema.int_schema(ge=3)
SAYS_NOTHING_OF_VALUES = {"serialization", "computed_fields", "json_schema_input_schema"}
FIELDS = [core_schema.ModelField, core_schema.DataclassField, core_schema.TypedDictField, core_schema.ComputedField]
PARAMETERS = [core_schema.ArgumentsParameter, core_schema.ArgumentsV3Parameter]
OLDER_AND_NEWER = {"counter", "deque", "ellipsis", "fraction", "frozendict", "named-tuple", "named-tuple-field", "ordered-dict"}
"""Kinds that not every supported release of Pydantic has."""


def kinds() -> Iterator[tuple[str, Any]]:
    """Yields the kinds that pydantic-core has, and the type of their nodes."""
    fields = [*FIELDS, *([core_schema.NamedTupleField] if hasattr(core_schema, "NamedTupleField") else [])]
    for node in (*get_args(core_schema.CoreSchema), *fields):
        (kind,) = get_args(next(iter(get_args(node.__annotations__["type"])), None) or _evaluated(node, "type"))
        yield kind, node
    for node in PARAMETERS:
        yield "parameter", node


def _evaluated(node: Any, key: str) -> Any:
    annotation = eval(node.__annotations__[key].__forward_arg__, vars(core_schema))
    return annotation if annotation.__origin__ is Literal else annotation.__args__[0]


def test_every_kind_is_known() -> None:
    """Those of pydantic-core, and no others but those of other releases."""
    named = {*get_args(core_schema.CoreSchemaType), *get_args(core_schema.CoreSchemaFieldType), "parameter"}
    assert named - PARTS.keys() == set()
    assert PARTS.keys() - named <= OLDER_AND_NEWER
    assert {kind for kind, _ in kinds()} == named


@pytest.mark.parametrize(("kind", "node"), [pytest.param(kind, node, id=node.__name__) for kind, node in kinds()])
def test_every_part_is_known(kind: str, node: Any) -> None:
    """The keys of a node that hold nodes, as its type declares them."""
    words = ("CoreSchema", "Field", "ArgumentsParameter", "ArgumentsV3Parameter")
    held = {key for key, annotation in node.__annotations__.items() if any(word in str(annotation.__forward_arg__) for word in words)}
    held -= SAYS_NOTHING_OF_VALUES
    assert held - set(PARTS[kind]) <= ({"schema"} if kind == "missing-sentinel" else set())
    assert set(PARTS[kind]) - held <= ({"return_schema"} if kind == "call" else set())


def sample(kind: str, inner: Any) -> Any:
    """Returns a node of a kind in which each part is there, and holds one node."""
    if kind in {"dataclass-args", "named-tuple"}:
        return {"type": kind, "fields": [inner]}
    made: dict[str, Any] = {"type": kind}
    for key in PARTS[kind]:
        made[key] = inner
    if kind in {"typed-dict", "model-fields"}:
        made["fields"] = {"type": inner}
    if kind == "tagged-union":
        made["choices"] = {"type": inner}
    if kind == "union":
        made["choices"] = [inner, (inner, "label")]
    if kind == "chain":
        made["steps"] = [inner]
    if kind == "tuple":
        made["items_schema"] = [inner, inner]
    if kind in {"arguments", "arguments-v3"}:
        made["arguments_schema"] = [{"name": "type", "schema": inner}]
    if kind == "definitions":
        made["definitions"] = [{**inner, "ref": "one"}]
    if kind in FUNCTIONS:
        made["function"] = {"type": "no-info", "function": int}
    if kind == "definition-ref":
        made["schema_ref"] = "nowhere"
    return made


@pytest.mark.parametrize("kind", sorted(PARTS.keys() - {"parameter", "definitions"}))
def test_the_walk_comes_to_every_part(kind: str) -> None:
    """And a change does; a node in which nothing changes is returned itself."""
    node = sample(kind, INT)
    found = [one for one in nodes(node) if one == INT]
    assert len(found) == len(PARTS[kind]) + (kind in {"union", "tuple"})
    new = changed(node, lambda one: {**one, "ge": 4} if one == INT else one)
    assert [one["ge"] for one in nodes(new) if "ge" in one] == [4] * len(found)
    assert changed(node, lambda one: one) is node
    assert all(isinstance(one, dict) for one in parts(node))


def test_a_kind_of_a_later_release_is_searched_everywhere() -> None:
    """No node in it is missed."""
    assert [kind_of(one) for one in parts({"type": "of-later", "items_schema": INT, "schema": {"type": "str"}})] == ["int", "str"]


class Tree(BaseModel):
    """Contains itself."""

    type: Literal["tree"] = "tree"
    children: list[Tree] = []


class Leaf(TypedDict):
    """Has a field of a name that nodes have, too."""

    type: int


def test_definitions_are_walked_once() -> None:
    """Given beside the schema, or in it."""
    whole = TypeAdapter(Tree).core_schema
    assert sum(kind_of(node) == "model" for node in nodes(whole)) == 1
    definitions = {"one": {"type": "list", "items_schema": {"type": "definition-ref", "schema_ref": "one"}, "ref": "one"}}
    refer = {"type": "tuple", "items_schema": [{"type": "definition-ref", "schema_ref": "one"}] * 2}
    assert [kind_of(node) for node in nodes(refer, definitions)] == ["tuple", "definition-ref", "list", "definition-ref", "definition-ref"]
    assert [kind_of(node) for node in nodes(refer)] == ["tuple", "definition-ref", "definition-ref"]


def test_a_field_may_be_called_type() -> None:
    """It is a field, and no kind."""
    assert [kind_of(node) for node in nodes(TypeAdapter(Leaf).core_schema)] == ["typed-dict", "typed-dict-field", "int"]


def test_what_is_not_entered() -> None:
    """Is yielded itself."""
    schema = TypeAdapter(list[Tree]).core_schema
    found = [kind_of(node) for node in nodes(schema, enter=lambda node: kind_of(node) != "model")]
    assert found[-1] == "model"


def test_definitions_that_are_needed() -> None:
    """By a value, by what shows it, or by another one of them; a schema that needs none is returned as it is."""
    definitions: dict[str, Any] = {
        "used": core_schema.list_schema(core_schema.definition_reference_schema("inside"), ref="used"),
        "inside": core_schema.int_schema(ref="inside"),
        "shown": core_schema.str_schema(ref="shown"),
        "other": core_schema.bool_schema(ref="other"),
    }
    plain = core_schema.str_schema()
    assert with_definitions(plain, definitions) is plain
    shown = core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.definition_reference_schema("shown"))
    cycle: list[Any] = []
    cycle.append(cycle)
    schema = core_schema.nullable_schema(core_schema.definition_reference_schema("used"), serialization=shown, metadata={"of": cycle})
    made = with_definitions(schema, definitions)
    assert made["schema"] is schema
    assert {one["ref"] for one in made["definitions"]} == {"used", "inside", "shown"}
