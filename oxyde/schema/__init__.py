"""What exists: tables, columns, types, relations, constraints. Knows nothing of queries, I/O or Pydantic."""

from oxyde.schema.column import Column, Generated
from oxyde.schema.constraint import Check, Exclude, ForeignKey, Index, Unique
from oxyde.schema.registry import Registry, tables
from oxyde.schema.relation import Relation
from oxyde.schema.table import Table
from oxyde.schema.types import ColumnType

__all__ = [
    "Check",
    "Column",
    "ColumnType",
    "Exclude",
    "ForeignKey",
    "Generated",
    "Index",
    "Registry",
    "Relation",
    "Table",
    "Unique",
    "tables",
]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
