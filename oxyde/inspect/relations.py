"""The fields of relations: the row that a foreign key points to, the rows that point here, and those across a junction."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from oxyde.inspect.names import collection, free, is_taken
from oxyde.inspect.plan import Field
from oxyde.inspect.references import Reference
from oxyde.inspect.words import parts


def relation(reference: Reference, field: str, target: str, target_field: str, *, key: bool, only: bool) -> Field:
    """Returns the field of a foreign key, without what is said about its column.

    Args:
        reference: The foreign key.
        field: The name of the field.
        target: The model that it points to.
        target_field: The field of the column that it points to.
        key: Whether its column is in the primary key.
        only: Whether it points to the primary key of the other model.
    """
    said: dict[str, Any] = {"default": None} if reference.nullable else {}
    if key:
        said["db_pk"] = True
    if not only:
        said["db_fk"] = target_field
    if reference.key.on_delete != "RESTRICT":
        said["db_on_delete"] = reference.key.on_delete
    if reference.key.on_update != "CASCADE":
        said["db_on_update"] = reference.key.on_update
    return Field(field, f"{target} | None" if reference.nullable else target, said)


def reverse(name: str, child: str, field: str, *, one: bool) -> Field:
    """Returns the field of the rows that point to a model.

    Args:
        name: The name of the field.
        child: The model that points here.
        field: Its relation.
        one: Whether there is at most one such row.
    """
    if one:
        return Field(name, f"{child} | None", {"default": None, "db_reverse_fk": field})
    return Field(name, f"list[{child}]", {"default": [], "db_reverse_fk": field})


def many_to_many(taken: Collection[str], target: str, junction: str, ours: str, theirs: str, *, itself: bool) -> Field:
    """Returns the field of the rows that a junction leads to.

    Args:
        taken: The names of fields that the model has.
        target: The model at the other side.
        junction: The model of the junction.
        ours: The relation of the junction that points here.
        theirs: The one that points to the other side.
        itself: Whether both sides are one model.
    """
    many, between = collection("_".join(parts(theirs if itself else target))), "_".join(parts(junction))
    names = [name for name in (many, f"{many}_by_{between}") if not is_taken(name)]
    said: dict[str, Any] = {"default": [], "db_m2m": True, "db_through": junction}
    if itself:
        said["db_through_fields"] = (ours, theirs)
    return Field(free(names, taken), f"list[{target}]", said)
