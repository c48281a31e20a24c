"""What a type of a database holds, as a state has it."""

from __future__ import annotations

from dataclasses import dataclass

from oxyde.schema import ColumnType


@dataclass(frozen=True)
class Held:
    """What a type amounts to.

    Attributes:
        type: The kind; of an enumeration of MySQL its values, without a name.
        length: Characters at most, as it is declared; SQLite does not check it.
        db_type: The SQL type, where the kind alone would be another one.
    """

    type: ColumnType
    length: int | None = None
    db_type: str | None = None
