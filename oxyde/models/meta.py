"""What the ``Meta`` class inside a model says about its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from oxyde.schema import Check, Exclude, Index, Unique
from oxyde.schema.naming import meant

OWN = ("is_table", "table_name", "was", "abstract", "view", "managed")
"""Options that a ``Meta`` does not inherit from a base ``Meta``."""


@dataclass(frozen=True)
class Meta:
    """The options of a table.

    Attributes:
        is_table: Whether the model has a table. Not inherited.
        table_name: The table's name; the class name in lower case when None.
        was: The table's older name, which migrations rename it from.
        schema: The database schema.
        comment: A comment for the database.
        indexes: Indexes.
        unique_together: Tuples of fields that are unique together.
        constraints: Check, Unique and Exclude constraints.
        abstract: Whether the model is only a base for others.
        managed: Whether ``create_tables`` creates the table.
        view: The SELECT of a view.
        db_read: ``"types"`` validates rows on reading by types and constraints only, without the application's validators.
        create_exclude: Fields that ``Create`` requests do not have.
        update_exclude: Fields that ``Update`` requests do not have.
    """

    is_table: bool = False
    table_name: str | None = None
    was: str | None = None
    schema: str | None = None
    comment: str | None = None
    indexes: Sequence[Index] = ()
    unique_together: Sequence[Sequence[str]] = ()
    constraints: Sequence[Check | Unique | Exclude] = ()
    abstract: bool = False
    managed: bool = True
    view: str | None = None
    db_read: Literal["validators", "types"] = "validators"
    create_exclude: Sequence[str] = ()
    update_exclude: Sequence[str] = ()


NAMES = tuple(option.name for option in fields(Meta))
NONE = Meta()
FOREIGN_OPTIONS: Final = {
    "db_table": "table_name",
    "table": "table_name",
    "tablename": "table_name",
    "ordering": "order_by() of the query, or objects = Manager.from_queryset(...)() with verbs of your own",
    "index_together": "indexes = [Index((...))]",
    "unique": "unique_together, or constraints = [Unique((...))]",
    "primary_key": "Field(db_pk=True) of each field of the key",
    "verbose_name": "comment",
    "table_description": "comment",
    "default_manager": "objects = Manager.from_queryset(...)() in the model",
}
"""Options of other libraries, and their equivalents here."""


def read_meta(model: str, body: type | None) -> Meta:
    """Reads the ``Meta`` of a class body.

    Args:
        model: The model's name, for messages.
        body: The inner class; None when there is none.

    Raises:
        TypeError: An option is unknown or of the wrong kind.
    """
    if body is None:
        return NONE
    options: dict[str, Any] = {}
    for name in dir(body):
        if name.startswith("__"):
            continue
        if name not in NAMES:
            other = FOREIGN_OPTIONS.get(name)
            message = f"{model}.Meta has no option {name!r}{f'; use {other}' if other else meant(name, NAMES)}"
            raise TypeError(message)
        if name not in OWN or name in vars(body):
            options[name] = getattr(body, name)
    if options.get("db_read", "validators") not in {"validators", "types"}:
        message = f'{model}.Meta.db_read is "validators" or "types", not {options["db_read"]!r}'
        raise TypeError(message)
    if options.get("abstract") and options.get("is_table"):
        message = f"{model}.Meta says both abstract and is_table; an abstract model has no table"
        raise TypeError(message)
    if options.get("view") is not None and options.get("managed", True):
        message = f"{model}.Meta has a view; say managed = False beside it, because a view is not made by create_tables()"
        raise TypeError(message)
    options["indexes"] = tuple(_checked(model, "indexes", options.get("indexes", ()), (Index,)))
    options["constraints"] = tuple(_checked(model, "constraints", options.get("constraints", ()), (Check, Unique, Exclude)))
    options["unique_together"] = _groups(options.get("unique_together", ()))
    for option in ("create_exclude", "update_exclude"):
        options[option] = _names(model, option, options.get(option, ()))
    return Meta(**options)


def _checked(model: str, name: str, items: Any, kinds: tuple[type, ...]) -> Sequence[Any]:
    for item in items:
        if not isinstance(item, kinds):
            wanted = ", ".join(kind.__name__ for kind in kinds)
            message = f"{model}.Meta.{name} takes {wanted}, not {type(item).__name__}"
            raise TypeError(message)
    return list(items)


def _names(model: str, option: str, names: Any) -> tuple[str, ...]:
    """Returns names of fields; a single one is refused, because its letters would be read as names."""
    if isinstance(names, str):
        message = f'{model}.Meta.{option} takes a list of fields: {option} = ["{names}"]'
        raise TypeError(message)
    return tuple(names)


def _groups(groups: Any) -> tuple[tuple[str, ...], ...]:
    """Returns groups of fields; one group may be given without the outer brackets."""
    if groups and all(isinstance(name, str) for name in groups):
        return (tuple(groups),)
    return tuple(tuple(group) for group in groups)
