"""Relations between models: finds them in annotations, and adds the key fields of foreign keys."""

from __future__ import annotations

import functools
import operator
import types
import typing
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import AliasGenerator, PydanticUndefinedAnnotation
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from oxyde.exceptions import FieldError
from oxyde.models.field import NOTHING, ModelField, Options, model_field, options, unaliased
from oxyde.models.info import AnyModel, Link, ModelInfo, is_table
from oxyde.models.pydantic_seams import are_resolved, copy_field, set_fields
from oxyde.schema.naming import meant

SERIAL = {"SERIAL": "INTEGER", "BIGSERIAL": "BIGINT", "SMALLSERIAL": "SMALLINT"}
"""What a column is that refers to a column of these types."""


class IncompleteModel(PydanticUndefinedAnnotation):
    """A model must be completed first: its annotations are not resolved yet.

    Attributes:
        model: The class.
        name: The undefined name in its annotations; the model's own name if that is not known.
    """

    def __init__(self, model: type[AnyModel], name: str | None = None) -> None:
        reason = "is not complete yet" if name is None else f"has an annotation that names {name!r}, which is not defined"
        super().__init__(name or model.__name__, f"{model.__name__} {reason}")
        self.model = model


def optional(annotation: Any) -> tuple[Any, bool]:
    """Returns an annotation without ``None``, ``Annotated`` and type aliases, and whether it allowed ``None``."""
    annotation = unaliased(annotation)
    if get_origin(annotation) is Annotated:
        return optional(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) < len(get_args(annotation)):
            return optional(members[0])[0] if len(members) == 1 else _union(members), True
    return annotation, False


def _union(members: Sequence[Any]) -> Any:
    """Returns the union of types; ``Union[...]`` would keep classes alive in a cache."""
    try:
        return functools.reduce(operator.or_, members)
    except TypeError:  # some annotations, such as names in quotes, have no operator
        return Union[tuple(members)]  # noqa: UP007 - built from a list


def mentions(annotation: Any, classes: Container[Any]) -> bool:
    """Returns whether an annotation contains one of some classes, at any depth."""
    if isinstance(annotation, type) and annotation in classes:
        return True
    return any(mentions(part, classes) for part in get_args(annotation))


def replaced(annotation: Any, classes: Mapping[type, type]) -> Any:
    """Returns an annotation with some classes replaced by others, at any depth."""
    if isinstance(annotation, type) and annotation in classes:
        return classes[annotation]
    if not mentions(annotation, classes):
        return annotation
    origin, parts = get_origin(annotation), tuple(replaced(part, classes) for part in get_args(annotation))
    if origin in {Union, types.UnionType}:
        return _union(parts)
    return Annotated[parts] if origin is Annotated else cast("Any", origin)[parts]


def has_relations(model: type) -> bool:
    """Returns whether a class has a table, or is derived from one that has."""
    return any(is_table(base) for base in model.__mro__)


def link_of(model: ModelInfo, name: str, field: FieldInfo) -> Link | None:
    """Returns the relation that a field is, or None for a column.

    Raises:
        FieldError: The annotation and the options contradict each other.
    """
    said = options(field)
    inner, nullable = optional(field.annotation)
    many = get_origin(inner) in {list, typing.List}  # noqa: UP006 - as older code writes it
    target = optional(get_args(inner)[0])[0] if many and get_args(inner) else inner
    where = f"{model.name}.{name}"
    if not is_table(target):
        if said.db_m2m or said.db_reverse_fk is not None:
            shown = getattr(target, "__name__", target)
            message = f"{where} is a relation, but {shown} is no model with a table; annotate it as list[...] of one"
            raise FieldError(message, column=name)
        for word in ("db_fk", "db_on_delete", "db_on_update", "db_through", "db_through_fields"):
            if getattr(said, word) != getattr(NOTHING, word):
                message = (
                    f"{where} says {word}, which is for a field that is annotated with a model; a foreign key is "
                    f"{name.removesuffix('_id')}: Other (the column {name.removesuffix('_id')}_id comes by itself)"
                )
                raise FieldError(message, column=name)
        return None
    if many and said.db_m2m:
        return Link(name, "many", target, nullable=False, options=said)
    if said.db_reverse_fk is not None:
        return Link(name, "reverse" if many else "reverse_one", target, nullable=not many, options=said)
    if many:
        message = (
            f"{where} is a list of {target.__name__}; say how the rows belong here: "
            f'Field(db_reverse_fk="their field") for rows that point here, or Field(db_m2m=True)'
        )
        raise FieldError(message, column=name)
    target_key = key_field(target, said.db_fk, where)
    nullable = nullable if said.db_nullable is None else said.db_nullable
    return Link(name, "one", target, nullable, f"{name}_{target_key}", target_key, said)


def key_field(target: type[AnyModel], wanted: str | None, where: str) -> str:
    """Returns the field of a model that foreign keys point to.

    Raises:
        FieldError: There is no single key field.
        IncompleteModel: The annotations of that model are not resolved yet.
    """
    info = target.__oxyde__
    if not info.has_links and has_relations(target):
        if not are_resolved(target):
            raise IncompleteModel(target)
        if _needs_links(info, wanted):
            add_keys(info)
    fields = info.fields
    if wanted is not None:
        if wanted not in fields:
            message = f"{where}: db_fk names {target.__name__}.{wanted}, which is no field{meant(wanted, fields)}"
            raise FieldError(message, column=wanted)
        link = info.links.get(wanted)
        return link.key if link is not None and link.kind == "one" else wanted
    keys = [name for name, field in fields.items() if options(field).db_pk and name not in info.links]
    if len(keys) == 1:
        return keys[0]
    reason = "has a composite key" if keys else "has no primary key (a field with db_pk=True)"
    message = f"{where} refers to {target.__name__}, which {reason}; name the field to point to: Field(db_fk=...)"
    raise FieldError(message)


def _needs_links(model: ModelInfo, wanted: str | None) -> bool:
    """Returns whether the field that foreign keys point to depends on relations of that model, which are not known yet.

    Finding those only where they are needed saves trying each model of a cycle in vain for every other one.
    """
    if wanted is not None and wanted not in model.fields:
        return True
    sought = [name for name, field in model.fields.items() if (options(field).db_pk if wanted is None else name == wanted)]
    return any(is_table(optional(model.fields[name].annotation)[0]) for name in sought)


def add_keys(model: ModelInfo) -> None:
    """Finds the relations of a model, and adds the field that holds the key after each foreign key.

    Args:
        model: A model whose annotations are resolved. Doing it again changes nothing.
    """
    if model.has_links or not has_relations(model.model) or not are_resolved(model.model):
        return
    own = {name: model_field(field) for name, field in model.fields.items()}
    set_fields(model.model, own)
    links: dict[str, Link] = {}
    model.set_links(links)
    try:
        # The model's own key is found first, because a relation to itself needs it.
        for name, field in own.items():
            link = link_of(model, name, field)
            if link is not None:
                links[name] = link
    except BaseException:
        model.forget_links()
        raise
    made: dict[str, FieldInfo] = {}
    for name, field in own.items():
        made.setdefault(name, field)
        link = links.get(name)
        if link is not None and link.kind == "one":
            made[link.key] = _key(model, link, field, own.get(link.key))
    model.added = frozenset(made.keys() - own.keys())
    set_fields(model.model, made)


def _key(model: ModelInfo, link: Link, info: ModelField, written: ModelField | None) -> ModelField:
    """Returns the field that holds the key of a foreign key: the application's own if it declared one."""
    said = link.options
    other = link.target.__oxyde__.fields[link.target_key]
    target = options(other)
    db_type = said.db_type or target.db_type
    column = Options(
        db_pk=said.db_pk,
        db_index=said.db_index,
        db_index_name=said.db_index_name,
        db_index_method=said.db_index_method,
        db_unique=said.db_unique,
        db_column=said.db_column,
        db_type=None if db_type is None else SERIAL.get(db_type.upper(), db_type),
        db_default=said.db_default,
        db_comment=said.db_comment,
        db_collation=said.db_collation or target.db_collation,
        db_nullable=link.nullable,
        db_was=said.db_was,
        db_enum_name=target.db_enum_name,
    )
    if written is not None:
        mine = written.options
        changed = {name: getattr(mine, name) for name in Options.__dataclass_fields__ if getattr(mine, name) != getattr(NOTHING, name)}
        column = replace(column, **changed)
        made = model_field(copy_field(written))
    else:
        inner = optional(other.annotation)[0]
        made = ModelField(annotation=inner | None if link.nullable else inner)
        made.metadata = [item for item in other.metadata if not isinstance(item, Options)]
        made.frozen = info.frozen
        made.default = PydanticUndefined if info.is_required() else info.default
        made.default_factory = info.default_factory
        _alias(model.model, link.key, made)
    made.metadata = [*(item for item in made.metadata if not isinstance(item, Options)), column]
    made.options = column
    made.key_of = link.field
    return made


def _alias(model: type[AnyModel], name: str, info: ModelField) -> None:
    """Adds to a field the alias that the model's ``alias_generator`` makes."""
    generator = model.model_config.get("alias_generator")
    if generator is None:
        return
    if isinstance(generator, AliasGenerator):
        info.alias, validation, serialization = generator.generate_aliases(name)
        info.validation_alias = info.alias if validation is None else validation
        info.serialization_alias = info.alias if serialization is None else serialization
    else:
        info.alias = info.validation_alias = info.serialization_alias = generator(name)
    info.alias_priority = 1
