"""Makes ``User.Create`` and ``User.Update`` from a table: their fields and configuration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

from pydantic import ConfigDict, create_model
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from oxyde.exceptions import FieldError
from oxyde.models.info import AnyModel, ModelInfo
from oxyde.models.pydantic_seams import convert_field, copy_field, set_fields
from oxyde.models.request import Request, Verb, nothing
from oxyde.schema import Column
from oxyde.schema.naming import meant

OWN_CONFIG: Final = frozenset({"title", "json_schema_extra", "ignored_types", "defer_build", "extra", "validate_assignment"})
"""Configuration of the table's model that requests do not inherit."""


def request_model(model: type[AnyModel], verb: Verb) -> type[Request]:
    """Returns a request model of a table, made on first use.

    Args:
        model: The table's model.
        verb: ``Create`` or ``Update``.

    Raises:
        AttributeError: The model has no table, or is a view.
        FieldError: ``Meta`` excludes a field that does not exist, or an annotation names a class that is not defined.
    """
    info = model.__oxyde__
    if not info.is_table or info.meta.view is not None:
        why = "is a view, which can only be read" if info.is_table else "has no table; say is_table = True in its Meta"
        message = f"{model.__name__} {why}: there is no {model.__name__}.{verb}"
        raise AttributeError(message, name=verb, obj=model)
    found: type[Request] | None = info.requests.get(verb)
    if found is None:
        found = info.requests[verb] = _made(info, verb)
    return found


def _made(info: ModelInfo, verb: Verb) -> type[Request]:
    table, model = info.table(), info.model
    left_out = set(_left_out(info, verb))
    columns = [column for column in table.columns if column.field not in left_out and not _is_filled(info, column, verb)]
    fields = {column.field: _field(info, column.field, verb) for column in columns}
    config = ConfigDict(**{key: value for key, value in model.model_config.items() if key not in OWN_CONFIG})  # type: ignore[typeddict-item] # a part of one
    extra = "forbid" if model.model_config.get("extra") == "forbid" else "ignore"
    name = f"{model.__name__}{verb}"
    made = create_model(
        name,
        __base__=Request,
        __module__=model.__module__,
        __cls_kwargs__={**config, "extra": extra, "validate_assignment": True, "defer_build": True},
        __doc__=f"What a request may send to {'create' if verb == 'Create' else 'change'} a row of {model.__name__}.",
        **cast("Any", {field: (found.annotation, found) for field, found in fields.items()}),
    )
    made.__qualname__ = f"{model.__qualname__}{verb}"
    made.__oxyde_model__, made.__oxyde_verb__, made.__oxyde_fields__ = model, verb, fields
    made.model_config = {**made.model_config, "defer_build": False}  # classes derived from it are built as any other
    set_fields(made, fields)
    made.model_rebuild(force=True)
    return made


def _left_out(info: ModelInfo, verb: Verb) -> Iterator[str]:
    """Yields the fields that ``Meta`` excludes; a relation may be given for its key."""
    option = f"{verb.lower()}_exclude"
    names: Sequence[str] = getattr(info.meta, option)
    for name in names:
        if name not in info.fields:
            message = f"{info.name}.Meta.{option} names {name!r}, which is no field of it{meant(name, info.fields)}"
            raise FieldError(message, column=name)
        link = info.links.get(name)
        yield link.key if link is not None and link.kind == "one" else name


def _is_filled(info: ModelInfo, column: Column, verb: Verb) -> bool:
    """Whether a column is never part of a request: the database or the application fills it in, or it identifies the row."""
    if column.auto or column.auto_now or column.auto_now_add or column.version or column.generated is not None:
        return True
    field = info.fields[column.field]
    made = column.default is not None or field.default_factory is not None or field.default is None
    return (verb == "Update" and (column.key or bool(field.frozen))) or (column.key and made)


def _field(info: ModelInfo, name: str, verb: Verb) -> FieldInfo:
    """Returns the description of a request's field."""
    made = convert_field(copy_field(info.fields[name]), FieldInfo)
    made.frozen = None
    if verb == "Update":
        made.default, made.default_factory, made.validate_default = PydanticUndefined, nothing, None
    return made
