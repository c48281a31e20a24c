"""How a model refers to another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any, Literal, TypeAlias

from oxyde.schema.column import as_it_is

Address: TypeAlias = "tuple[str | None, str]"
"""The schema of a table, None for the server's default, and its name."""


@dataclass(frozen=True)
class Relation:
    """A path from a table to another.

    Attributes:
        field: Its field name on the model.
        kind: ``one`` for a foreign key, ``reverse`` for the rows that point here, ``reverse_one`` for the single row of a
            one-to-one, ``many`` for many-to-many.
        target: The address of the other table.
        column: The field name of our column that joins: the foreign key's own, else the one that the other side points to.
        target_column: The field name of their column that joins.
        nullable: The relation may be absent.
        through: The address of the junction table of a many-to-many relation.
        through_fields: The junction's column fields that point to us and to the target.
        key: Turns a related object into the key that ``column`` holds, and leaves other values alone. Raises FieldError for an
            object that is not saved or of another class.
    """

    field: str
    kind: Literal["one", "reverse", "reverse_one", "many"]
    target: Address
    column: str
    target_column: str
    nullable: bool = False
    through: Address | None = None
    through_fields: tuple[str, str] | None = None
    key: Callable[[Any], Any] = attribute(default=as_it_is, compare=False, repr=False)

    @property
    def to_many(self) -> bool:
        """Whether there may be several rows at the other end."""
        return self.kind in {"reverse", "many"}
