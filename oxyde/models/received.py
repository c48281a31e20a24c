"""Request bodies: makes a new instance from a ``Create``, changes one by an ``Update``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from oxyde.exceptions import FieldError
from oxyde.models.construct import make
from oxyde.models.info import AnyModel, ModelInfo, holds
from oxyde.models.pydantic_seams import fields_validator
from oxyde.models.request import Request, Verb, table_fields
from oxyde.models.requests import request_model
from oxyde.models.row_state import Changed, New, follow, set_state, state_of
from oxyde.models.unloaded import UNLOADED
from oxyde.schema.naming import meant


def created(model: ModelInfo, body: BaseModel, values: Mapping[str, Any]) -> Any:
    """Returns a new instance from a request body; no validator runs a second time.

    Args:
        model: The class.
        body: A ``Create`` of it.
        values: Values that the application adds or overrides, by field.

    Raises:
        TypeError: The body is another model.
        FieldError: A name is not a field, or a required field is missing.
    """
    if not _is_derived(model, body, "Create"):
        return make(model, {**_sent(model, body), **values})
    ours = set(table_fields(type(body)))  # type: ignore[arg-type] # it is one
    aliased = {info.alias or name: name for name, info in model.fields.items() if name in ours}
    instance = model.model.model_construct(body.model_fields_set & ours, **{key: getattr(body, name) for key, name in aliased.items()})
    others = {name: getattr(body, name) for name in type(body).__pydantic_fields__ if name in model.fields and name not in ours}
    assigned = {**others, **values}
    for name, value in assigned.items():
        if name not in model.fields:
            message = f'{model.name} has no field "{name}"{meant(name, model.fields)}'
            raise FieldError(message, column=name)
        vars(instance)[name] = value
        instance.__pydantic_fields_set__.add(name)
    for name in assigned:
        follow(instance, name, UNLOADED)
    set_state(instance, New(assigned) if assigned else None)  # save() validates them, whatever the configuration of assignment is
    missing = next((name for name in model.fields if name not in vars(instance)), None)
    if missing is not None:
        message = f"{type(body).__name__} leaves out {missing}, which {model.name} requires; add it: create(body, {missing}=...)"
        raise FieldError(message, column=missing)
    return instance


def apply(instance: AnyModel, body: BaseModel | Mapping[str, Any]) -> None:
    """Assigns what a request sent, all of it or nothing.

    Args:
        instance: The instance to change.
        body: An ``Update`` of its class, or a dictionary of its fields.

    Raises:
        TypeError: The body is another model.
        FieldError: A dictionary has a name that requests do not have.
        ValidationError: A value is not valid; nothing was assigned.
    """
    model = type(instance).__oxyde__
    update = _validated(model, body) if isinstance(body, Mapping) else body
    _is_derived(model, update, "Update")
    given = _sent(model, update)
    candidate = instance.model_copy()
    names = [name for name in model.fields if name in given]
    fields: Any = None
    if len(names) > 1:
        fields = model.requests.get("fields")
        if fields is None:
            fields = model.requests["fields"] = fields_validator(model.model)
    for name in names:
        for link in model.references:
            if link.key == name:
                vars(candidate)[link.field] = UNLOADED
        if fields is None or name == names[-1]:  # the model validators run last, when all fields are set
            model.model.__pydantic_validator__.validate_assignment(candidate, name, given[name], by_alias=True, by_name=True)
        else:
            values, *_ = fields.validate_assignment(dict(vars(candidate)), name, given[name], by_alias=True, by_name=True)
            vars(candidate).update(values)
    before, after = dict(vars(instance)), vars(candidate)
    changed = [name for name in model.fields if name not in model.links and (name in given or after.get(name) is not before.get(name))]
    vars(instance).update({name: after[name] for name in changed})
    instance.__pydantic_fields_set__.update(changed)
    for name in changed:
        follow(instance, name, before.get(name, UNLOADED))
    state = state_of(instance)
    if isinstance(state, (New, Changed)):
        state.difference_update(changed)  # already validated, so save() does not validate again


def _validated(model: ModelInfo, values: Mapping[str, Any]) -> Request:
    """Returns the ``Update`` of a dictionary.

    Raises:
        FieldError: A name is not one that requests have.
    """
    update = request_model(model.model, "Update")
    known = {*update.__pydantic_fields__, *(str(info.alias) for info in update.__pydantic_fields__.values() if info.alias)}
    for name in values:
        if name not in known:
            message = f'{model.name}.Update has no field "{name}"{meant(name, known)}'
            raise FieldError(message, column=name)
    return update.model_validate(dict(values), by_alias=True, by_name=True)


def _is_derived(model: ModelInfo, body: object, verb: Verb) -> bool:
    """Returns whether a body was made from the table; False for one of a class that the model declares by itself.

    Raises:
        TypeError: It is neither.
    """
    kind = type(body)
    if isinstance(body, Request) and body.__oxyde_verb__ is not None:
        if body.__oxyde_verb__ == verb and holds(body.__oxyde_model__, model.model):
            return True
        what = f"a {body.__oxyde_model__.__name__}.{body.__oxyde_verb__}"
    else:
        what = f"a {kind.__name__}"
        declared = getattr(model.model, verb, None)
        if isinstance(body, BaseModel) and isinstance(declared, type) and isinstance(body, declared):
            return False
    call, remedy = ("create()", "create(**values)") if verb == "Create" else ("apply()", "assign its fields")
    message = f"{call} of {model.name} takes a {model.name}.{verb}, not {what}; for other values {remedy}"
    raise TypeError(message)


def _sent(model: ModelInfo, body: BaseModel) -> dict[str, Any]:
    """Returns the fields that a body was given."""
    return {name: getattr(body, name) for name in type(body).__pydantic_fields__ if name in body.model_fields_set and name in model.fields}
