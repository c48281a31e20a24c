"""Reverse and many-to-many relations: the fields that they join by."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, cast

from oxyde.exceptions import FieldError
from oxyde.models import registry
from oxyde.models.info import AnyModel, Link, ModelInfo, holds, info_of, is_table
from oxyde.models.relations import SERIAL, key_field
from oxyde.schema import Column, ForeignKey, Relation, Table
from oxyde.schema.naming import foreign_key_name, meant, short
from oxyde.schema.relation import Address
from oxyde.schema.table import Tables


def reverse(model: ModelInfo, link: Link) -> tuple[str, str]:
    """Returns the column field of the other model that points here, and our column field that it points to.

    Raises:
        FieldError: ``db_reverse_fk`` names no field of the other model, or one that points elsewhere.
    """
    where, target = f"{model.name}.{link.field}", link.target.__oxyde__
    registry.complete(target)
    named = cast("str", link.options.db_reverse_fk)
    theirs = target.links.get(named) or target.reference_by_key.get(named)
    if theirs is not None and theirs.kind == "one":
        _require(model.model, theirs, where, target)
        return theirs.key, theirs.target_key
    if named not in target.fields or named in target.links:
        near = meant(named, target.fields)
        message = f"{where}: db_reverse_fk names {target.name}.{named}, which is not a foreign key or column{near}"
        raise FieldError(message, column=named)
    return named, key_field(model.model, None, where)


def _require(model: type[AnyModel], side: Link, where: str, owner: ModelInfo) -> None:
    """Raises FieldError unless a foreign key of another model points to the rows of this one."""
    if holds(side.target, model):
        return
    message = f"{where}: {owner.name}.{side.field} points to {side.target.__name__}, not to {model.__name__}"
    if issubclass(model, side.target):
        message += ", which is a table of its own"
    raise FieldError(message, column=side.field)


def many(model: ModelInfo, link: Link, junctions: Tables) -> Relation:
    """Returns a many-to-many relation.

    Args:
        model: The model that has it.
        link: The field.
        junctions: Receives the junctions of relations that name no model for it.

    Raises:
        FieldError: The junction is not there, or its sides are missing or ambiguous.
    """
    where = f"{model.name}.{link.field}"
    if link.options.db_through is None:
        return _made(model, link, junctions)
    between = junction(model, link)
    registry.complete(between)
    sides = between.references
    pair = link.options.db_through_fields
    if pair is not None:
        named = {name: side for side in sides for name in (side.field, side.key)}
        for name in pair:
            if name not in named:
                message = f"{where}: db_through_fields names {between.name}.{name}, which is no foreign key{meant(name, named)}"
                raise FieldError(message, column=name)
        ours, theirs = named[pair[0]], named[pair[1]]
        _require(model.model, ours, where, between)
        _require(link.target, theirs, where, between)
    else:
        to_us = [side for side in sides if holds(side.target, model.model)]
        to_them = [side for side in sides if holds(side.target, link.target) and (side not in to_us or len(to_us) == 1)]
        if len(to_us) != 1 or len(to_them) != 1 or to_us == to_them:
            found = ", ".join(side.field for side in sides) or "none"
            message = (
                f"{where}: {between.name} does not have exactly one foreign key to {model.name} and one to {link.target.__name__} "
                f'(it has: {found}); name the two: Field(db_through_fields=("to us", "to them"))'
            )
            raise FieldError(message, column=link.field)
        ours, theirs = to_us[0], to_them[0]
    return Relation(
        link.field,
        "many",
        link.target.__oxyde__.address,
        ours.target_key,
        theirs.target_key,
        through=between.address,
        through_fields=(ours.key, theirs.key),
    )


def junction(model: ModelInfo, link: Link) -> ModelInfo:
    """Returns the junction model of a relation, given by class or name."""
    where, given = f"{model.name}.{link.field}", link.options.db_through
    found: Any = registry.named(given, model) if isinstance(given, str) else given
    if found is None:
        message = f"{where}: no model named {given!r} is registered; import the module of the junction"
        raise FieldError(message, column=link.field)
    if not is_table(found):
        message = f"{where}: the junction {found.__name__} has no table; say is_table = True in its Meta"
        raise FieldError(message, column=link.field)
    junction: ModelInfo = found.__oxyde__
    return junction


def _made(model: ModelInfo, link: Link, junctions: Tables) -> Relation:
    """Declares the junction of a relation that names none: ``{table}_{field}``, a column for each side, both the key."""
    where = f"{model.name}.{link.field}"
    owner = _declares(model, link)
    itself = link.target is owner
    sides = []
    for prefix, side in (("from_" if itself else "", owner), ("to_" if itself else "", link.target)):
        registry.complete(side.__oxyde__)
        if len(side.__oxyde__.keys) != 1:
            reason = "has a key of several fields" if side.__oxyde__.keys else "has no primary key"
            message = f"{where} has no junction of its own, and {side.__name__} {reason}; name a model that is one: Field(db_through=...)"
            raise FieldError(message, column=link.field)
        key = key_field(side, None, where)
        sides.append((f"{prefix}{side.__name__.lower()}_{key}", side, key))
    address = (model.meta.schema, short(f"{model.table_name}_{link.field}"))
    junctions[address] = partial(_junction_table, f"{model.name}.{link.field}", address, sides)
    (ours, _, our_key), (theirs, _, their_key) = sides
    return Relation(link.field, "many", link.target.__oxyde__.address, our_key, their_key, through=address, through_fields=(ours, theirs))


def _declares(model: ModelInfo, link: Link) -> type[AnyModel]:
    """Returns the class whose junction it is: the first with the relation, among those that have the same table."""
    infos = [info for base in reversed(model.model.__mro__) if (info := info_of(base)) is not None and info.is_table]
    return next((info.model for info in infos if link.field in info.fields and holds(info.model, model.model)), model.model)


def _junction_table(shown: str, address: Address, sides: list[tuple[str, type[AnyModel], str]]) -> Table:
    """Returns the table of a junction that no model describes."""
    schema, name = address
    columns = []
    foreign_keys = []
    for field, model, target in sides:
        other = model.__oxyde__.table().by_field[target]
        db_type = None if other.db_type is None else SERIAL.get(other.db_type.upper(), other.db_type)
        column = Column(field, field, other.type, length=other.length, db_type=db_type, key=True, indexed=True)
        columns.append(replace(column, adapt=other.adapt, restore=other.restore))
        target_address = model.__oxyde__.address
        foreign_keys.append(ForeignKey(foreign_key_name(name, [field]), (field,), target_address, (other.name,), "CASCADE", "CASCADE"))
    return Table(shown, name, schema=schema, columns=tuple(columns), foreign_keys=tuple(foreign_keys), implicit=True)
