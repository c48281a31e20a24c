"""Changes of what is there, of a table or of an enumeration; mirrors ``native/ir/src/alter.rs``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oxyde.ir.query import without_defaults

Part = dict[str, Any]
Change = dict[str, Any]


def alter_table(table: Part, change: Change) -> Part:
    """A statement that changes a table."""
    return {"alter_table": {"table": table, "change": change}}


def add_column(column: Part, *, key: bool = False, fill: str | None = None) -> Change:
    """Adds a column; ``fill`` is SQL for the rows that are there."""
    return {"add_column": {"column": column, **without_defaults({"key": key, "fill": fill})}}


def drop_column(name: str) -> Change:
    """Drops a column."""
    return {"drop_column": {"name": name}}


def rename_column(name: str, new: str) -> Change:
    """Renames a column."""
    return {"rename_column": {"name": name, "new": new}}


def alter_column(before: Part, after: Part, *, using: str | None = None, fill: str | None = None) -> Change:
    """Changes what a column is; ``using`` converts its values, ``fill`` replaces NULL."""
    return {"alter_column": {"before": before, "after": after, **without_defaults({"using": using, "fill": fill})}}


def rename(new: str) -> Change:
    """Renames the table."""
    return {"rename": {"new": new}}


def key(before: Sequence[str], after: Sequence[str]) -> Change:
    """Gives the table another primary key; empty for none."""
    return {"key": {"before": list(before), "after": list(after)}}


def comment(comment: str | None) -> Change:
    """Sets or removes the table's comment."""
    return {"comment": without_defaults({"comment": comment})}


def add_constraint(constraint: Part, *, not_valid: bool = False) -> Change:
    """Adds a constraint, which is a map of its kind; ``not_valid`` leaves the rows that are there unchecked."""
    return {"add_constraint": {"constraint": constraint, **without_defaults({"not_valid": not_valid})}}


def validate_constraint(name: str) -> Change:
    """Checks the rows that were there before a constraint."""
    return {"validate_constraint": {"name": name}}


def drop_constraint(name: str, kind: str) -> Change:
    """Drops a constraint: unique, check, exclude or foreign_key."""
    return {"drop_constraint": {"name": name, "kind": kind}}


def rename_constraint(name: str, constraint: Part) -> Change:
    """Renames a constraint, which is given under its new name."""
    return {"rename_constraint": {"name": name, "constraint": constraint}}


def create_index(index: Part, *, concurrently: bool = False, key: str | None = None) -> Change:
    """Creates an index; ``key`` is the int key of the table of a full-text one."""
    return {"create_index": {"index": index, **without_defaults({"concurrently": concurrently, "key": key})}}


def drop_index(name: str, *, concurrently: bool = False, fulltext: bool = False) -> Change:
    """Drops an index."""
    return {"drop_index": {"name": name, **without_defaults({"concurrently": concurrently, "fulltext": fulltext})}}


def rename_index(name: str, index: Part, *, key: str | None = None) -> Change:
    """Renames an index, which is given under its new name; ``key`` is the int key of the table of a full-text one."""
    return {"rename_index": {"name": name, "index": index, **without_defaults({"key": key})}}


def alter_enum(before: Part, change: Change, columns: Sequence[Part]) -> Part:
    """A statement that changes an enumeration, and its columns, which are given as they are afterwards."""
    return {"alter_enum": {"before": before, "change": change, **without_defaults({"columns": list(columns)})}}


def rename_type(new: str) -> Change:
    """Renames the type."""
    return {"rename_type": {"new": new}}


def add_label(label: str) -> Change:
    """Adds a label, as the last."""
    return {"add_label": {"label": label}}


def relabel(labels: Sequence[str], map: Mapping[str, str | None]) -> Change:
    """Gives it other labels; the map says what becomes of those that go."""
    return {"relabel": {"labels": list(labels), **without_defaults({"map": [list(pair) for pair in map.items()]})}}


def create_schema(name: str) -> Part:
    """A statement that creates a schema where it is not there yet."""
    return {"create_schema": {"name": name}}
