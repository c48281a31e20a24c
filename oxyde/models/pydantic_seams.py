"""All uses of Pydantic internals, each with what breaks when it changes.

Private means: ``pydantic._internal``; attributes of Pydantic's objects that begin with one underscore; dunder attributes
that the docstring of ``BaseModel`` does not list; and assigning to any ``__pydantic_*__`` attribute. Reading a listed one
(``__pydantic_fields__``, ``__pydantic_complete__``, ``__pydantic_validator__``...) is public and allowed elsewhere in ``models``.
Core schemas are public data (``pydantic_core.core_schema`` types every node), but how a model's nodes are nested is not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, TypeVar, cast

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic._internal._generate_schema import _Definitions
from pydantic._internal._mock_val_ser import set_model_mocks
from pydantic._internal._model_construction import ModelMetaclass, init_private_attributes
from pydantic._internal._schema_gather import gather_schemas_for_cleaning
from pydantic.dataclasses import is_pydantic_dataclass
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, SchemaValidator, core_schema

from oxyde.models.classify import Classifier
from oxyde.models.quoted import evaluated, has_names

try:
    from pydantic._internal._type_refs import model_type_ref
except ImportError:  # before 2.14
    from pydantic._internal._core_utils import get_type_ref as model_type_ref  # type: ignore[attr-defined,no-redef] # it is not there since

__all__ = [
    "Definitions",
    "ModelMetaclass",  # the class of every Pydantic model class, from which ours derives; if it moves, `import oxyde.models` fails
    "ModelSchema",
    "are_resolved",
    "bare",
    "convert_field",
    "copy_field",
    "evaluate_names",
    "fields_validator",
    "forget_schema",
    "has_own_post_init",
    "inner_fields",
    "inside",
    "is_class_statement",
    "is_outermost",
    "is_resolved",
    "keep_references",
    "ours",
    "reference_of",
    "set_annotation",
    "set_fields",
]

F = TypeVar("F", bound=FieldInfo)


def set_fields(model: type[BaseModel], fields: Mapping[str, FieldInfo]) -> None:
    """Replaces the fields of a model before its schema is made from them.

    If Pydantic stopped reading ``__pydantic_fields__`` at that point, the key fields of foreign keys would be missing from every model.
    """
    model.__pydantic_fields__ = dict(fields)


def are_resolved(model: type[BaseModel]) -> bool:
    """Returns whether every annotation of a model has been evaluated.

    Without ``__pydantic_fields_complete__`` a name that is defined later would be taken for a type of its own. Python 3.10 leaves
    the string in ``list["Post"]`` as it is, and Pydantic takes it for evaluated.
    """
    return bool(model.__pydantic_fields_complete__) and not any(has_names(info.annotation) for info in model.__pydantic_fields__.values())


def evaluate_names(model: type[BaseModel], handler: GetCoreSchemaHandler) -> None:
    """Evaluates the strings that Python 3.10 leaves inside the annotations of a model's fields.

    It asks ``_generate_schema._ns_resolver`` for the namespaces of the class. If that has another name, making a class fails on
    Python 3.10 where an annotation is ``list["Post"]``.

    Raises:
        NameError: One names a class that is not defined.
    """
    quoted = [info for info in model.__pydantic_fields__.values() if is_resolved(info) and has_names(info.annotation)]
    if not quoted:
        return
    resolver = cast("Any", handler)._generate_schema._ns_resolver
    with resolver.push(model):
        names = resolver.types_namespace
    for info in quoted:
        set_annotation(info, evaluated(info.annotation, names.globals, {**names.locals}))


def is_resolved(info: FieldInfo) -> bool:
    """Returns whether the annotation of one field has been evaluated.

    Without ``FieldInfo._complete`` the error for a name that is never defined could not say which field has it.
    """
    return bool(info._complete)


def set_annotation(info: FieldInfo, annotation: Any) -> None:
    """Replaces the annotation of a field by one that is evaluated already.

    If Pydantic evaluated ``_original_annotation`` again although the field is complete, a class that was replaced would return; and it
    would be kept alive by ``_attributes_set``.
    """
    info.annotation = annotation
    info._original_annotation = annotation
    if "annotation" in info._attributes_set:
        info._attributes_set["annotation"] = annotation


def set_default(info: FieldInfo, default: Any) -> None:
    """Replaces the default of a field.

    If Pydantic kept the old one elsewhere than in ``_original_assignment`` and ``_attributes_set``, its class would be kept alive.
    """
    info.default = default
    if "default" in info._attributes_set:
        info._attributes_set["default"] = default
    if info._original_assignment is not PydanticUndefined:
        info._original_assignment = default


def copy_field(info: F) -> F:
    """Returns a copy of a field whose metadata can be changed.

    ``FieldInfo`` has no public copy; a shallow one would share ``metadata`` and ``_attributes_set``, and changes would leak.
    """
    copied = copy(info)
    for name in ("metadata", "_attributes_set", "_qualifiers"):
        setattr(copied, name, copy(getattr(info, name)))
    return copied


def convert_field(info: FieldInfo, kind: type[F]) -> F:
    """Returns a field as an instance of a class derived from ``FieldInfo``.

    It copies ``FieldInfo.__slots__``: an attribute that Pydantic kept elsewhere would be lost, and the field would forget, say, its alias.
    """
    made = kind.__new__(kind)
    for name in FieldInfo.__slots__:
        if hasattr(info, name):
            setattr(made, name, getattr(info, name))
    return made


def is_class_statement(model: type, handler: GetCoreSchemaHandler) -> bool:
    """Returns whether a schema is requested by the class statement that defines a class, and not by code that uses the class.

    The class that Pydantic is making a schema for is at the bottom of the generator's stack of types, and while its statement
    runs it has neither a validator of its own yet, not even a mock, nor a signature. (Before 2.14 a rebuild takes away the
    validator of a complete class, and the schema of any.) Without the stack a model inside a class that is being defined would
    look for classes of other modules too early, and could find one of the same name that is not meant.
    """
    stack: list[type] = cast("Any", handler)._generate_schema.model_type_stack._stack
    outermost = stack[0] if stack else model
    if isinstance(outermost, ModelMetaclass):
        return not {"__pydantic_validator__", "__signature__"} & outermost.__dict__.keys()
    return is_pydantic_dataclass(outermost) and "__pydantic_validator__" not in outermost.__dict__


def reference_of(model: type[BaseModel]) -> str:
    """Returns the reference by which schemas refer to a model.

    If Pydantic made another one, completing models that refer to each other would fail, because no definition has the reference.
    """
    return model_type_ref(model)


def is_outermost(handler: GetCoreSchemaHandler) -> bool:
    """Returns whether a schema is requested for a class itself, and not for a field of another one.

    It looks at the generator's stack of types; without it the models of a cycle would each be built through all the others.
    """
    return not cast("Any", handler)._generate_schema.model_type_stack._stack


@contextlib.contextmanager
def inside(model: type[BaseModel], handler: GetCoreSchemaHandler) -> Iterator[None]:
    """Lets schemas that are requested in the block count as requested by a field of a model.

    It pushes the model on the generator's stacks of types and of namespaces. If they had other names, completing models that refer
    to each other would fail with an AttributeError.
    """
    generator = cast("Any", handler)._generate_schema
    with generator.model_type_stack.push(model), generator._ns_resolver.push(model):
        yield


class Definitions(_Definitions):
    """The definitions of a schema generator, in the place of those that it had, and cleaned by a function.

    A generator keeps the schemas that others refer to in ``defs``, by reference in ``_definitions``, and those that it is making
    in ``_recursively_seen``; cleaning a schema is its ``finalize_schema()``. If one of them had another name, completing models that
    refer to each other would fail with an AttributeError, or would need a recursion as deep as there are models.
    """

    def __init__(self, handler: GetCoreSchemaHandler, owner: Any, clean: Callable[[Any], Any]) -> None:
        """Takes the place of a generator's definitions.

        Args:
            handler: Of the generator.
            owner: What ``owner()`` returns.
            clean: Returns the schema in the end, from the one that the generator made.
        """
        generator = cast("Any", handler)._generate_schema
        self._recursively_seen, self._definitions = generator.defs._recursively_seen, generator.defs._definitions
        self._owner, self._clean = owner, clean
        generator.defs = self

    @staticmethod
    def owner(handler: GetCoreSchemaHandler) -> Any:
        """Returns the owner of a generator's definitions; None where they are Pydantic's."""
        return getattr(cast("Any", handler)._generate_schema.defs, "_owner", None)

    def finalize_schema(self, schema: Any) -> Any:
        """Returns the cleaned schema."""
        return self._clean(schema)

    def cleaned(self, schema: Any) -> Any:
        """Returns a schema cleaned by Pydantic."""
        return super().finalize_schema(schema)

    def cleaned_together(self, references: Sequence[str]) -> dict[str, Any]:
        """Cleans the definitions of several classes at once, without a recursion from each to those that it refers to.

        Returns:
            Their definitions and those of all that they refer to, by reference; other definitions that are referred to once are inlined.
        """
        own = {reference: self._definitions[reference] for reference in references}
        self._definitions.update({reference: core_schema.any_schema(ref=reference) for reference in references})
        twice = [core_schema.definition_reference_schema(reference) for reference in references for _ in range(2)]  # so it is kept
        whole = super().finalize_schema(core_schema.tuple_schema([*own.values(), *twice]))
        return {**{one["ref"]: one for one in cast("Any", whole)["definitions"]}, **own}


def keep_references(schema: Any, known: Mapping[str, Any]) -> list[str]:
    """Returns the references in a schema, and marks them, so that Pydantic leaves them as they are whatever the schema becomes part of.

    Cleaning changes a reference in place that is the only one; with metadata it does not. If it did, models that refer to each other
    would get a definition twice.

    Args:
        schema: The schema; references in it are not followed.
        known: Any schema for each reference.
    """
    found = gather_schemas_for_cleaning(schema, definitions=dict(known))["collected_references"]
    for node in found.values():
        if node is not None:
            node["metadata"] = {**(node.get("metadata") or {}), "oxyde_kept": True}
    return [*found]


def forget_schema(model: type[BaseModel]) -> None:
    """Marks a model as incomplete, so that its schema and all schemas that contain it are rebuilt.

    If the mocks or ``__pydantic_complete__`` changed, schemas made later would still contain the one that is to be forgotten.
    """
    set_model_mocks(model)
    model.__pydantic_complete__ = False


class ModelSchema:
    """The core schema of a model whose schema is complete.

    Pydantic nests a ``model`` node, wrapped by the functions of model validators and perhaps behind ``definitions``, around a
    ``model-fields`` node. If that changes, making a table fails with a KeyError.

    Attributes:
        model: The ``model`` node.
        definitions: Schemas that others refer to.
        around: The nodes around the fields, which run model validators; outermost first.
        config: The model's core configuration.
        classifier: Reads column types.
        sees_input: Whether code of the application sees the raw input before the fields do.
    """

    def __init__(self, model: type[BaseModel]) -> None:
        self.whole: Any = model.__pydantic_core_schema__
        self.definitions: list[Any] = []
        node: Any = self.whole
        if node["type"] == "definitions":
            self.definitions = list(node["definitions"])
            node = node["schema"]
        by_reference = {definition["ref"]: definition for definition in self.definitions}
        self.around: list[Any] = []
        while node["type"] != "model":
            if node["type"] == "definition-ref":
                node = by_reference[node["schema_ref"]]
            else:
                self.around.append(node)
                node = node["schema"]
        self.model = node
        fields: Any = node["schema"]
        while fields["type"] != "model-fields":
            self.around.append(fields)
            fields = fields["schema"]
        before = any(one["type"] in {"function-before", "function-wrap"} for one in self.around)
        self.sees_input = before or bool(node.get("custom_init"))
        self.fields: Mapping[str, Any] = fields["fields"]
        self.extras = fields.get("extras_schema") is not None
        self.config = node.get("config")
        self.classifier = Classifier(by_reference)

    def field(self, name: str) -> Mapping[str, Any]:
        """Returns the schema of a field's values, without its default and without the look at a key's relation."""
        schema: Mapping[str, Any] = self.fields[name]["schema"]
        while schema["type"] == "default" or (ours(schema) and schema["metadata"]["oxyde"] == "key"):
            schema = schema["schema"]
        return schema

    def is_nullable(self, name: str) -> bool:
        """Whether a field takes None."""
        return self.classifier.kind(self.field(name), name).nullable


def ours(schema: Mapping[str, Any]) -> bool:
    """Returns whether a node was added by a table."""
    return "oxyde" in (schema.get("metadata") or {})


def only_writes(schema: Mapping[str, Any]) -> bool:
    """Returns whether a node was added by a table, and does not affect values from the database."""
    return ours(schema) and schema["metadata"]["oxyde"] != "member"


def inner_fields(schema: Any, resolve: Callable[[Any], Any]) -> Any:
    """Returns the ``model-fields`` node inside the schema that a model's handler returned, or None while the model is being built.

    The nesting is that of ``ModelSchema``; if it changes, relations are validated like any other field.
    """
    while schema["type"] != "model-fields":
        if schema["type"] == "definition-ref":
            try:
                schema = resolve(schema)
            except LookupError:
                return None
        else:
            schema = schema.get("schema")
            if schema is None:
                return None
    return schema


def has_own_post_init(model: type[BaseModel]) -> bool:
    """Returns whether a class has a ``model_post_init`` of the application, and not only Pydantic's, which makes private attributes.

    If Pydantic's has another name, a model with private attributes is checked on writing as one with a method of its own.
    """
    return model.model_post_init is not BaseModel.model_post_init and model.model_post_init.__name__ != "init_private_attributes"


def fields_validator(model: type[BaseModel]) -> SchemaValidator:
    """Returns the validator of a dictionary of a model's fields, without its model validators.

    It is made of the ``model-fields`` node, whose ``validate_assignment`` takes and returns the values as a dictionary. If that
    changes, applying a request that sent several fields fails with a TypeError.
    """
    schema = ModelSchema(model)
    fields: Any = schema.model["schema"]
    while fields["type"] != "model-fields":
        fields = fields["schema"]
    return SchemaValidator(core_schema.definitions_schema(fields, schema.definitions), schema.config)


def bare(model: type[BaseModel], values: dict[str, Any], given: Iterable[str]) -> Any:
    """Returns an instance with these values and no others, not even defaults; without validation, and without ``model_post_init``."""
    made = model.__new__(model)
    for name, value in (
        ("__dict__", {name: values[name] for name in model.__pydantic_fields__ if name in values}),
        ("__pydantic_fields_set__", set(given)),
        ("__pydantic_extra__", {} if model.model_config.get("extra") == "allow" else None),
        ("__pydantic_private__", None),
    ):
        object.__setattr__(made, name, value)
    if model.__private_attributes__:
        init_private_attributes(made, None)
    return made
