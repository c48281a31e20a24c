"""Which changes of a column's type can lose data."""

from __future__ import annotations

from oxyde.migrations.parts import Column


def loses(old: Column, new: Column) -> bool:
    """Returns whether converting a column's values can lose something, or fail.

    Nothing is lost from int to Decimal that holds every int, from anything to unbounded text, from text to longer text, and from naive
    to aware datetimes (as UTC). SQL types of the application are not read: a change of one can lose something.
    """
    if old.generated is not None or new.generated is not None:
        return old.generated is None  # its values make room for computed ones
    before, after = old.type, new.type
    if (old.db_type, before, old.length) == (new.db_type, after, new.length):
        return False
    if new.db_type is None and after.kind == "text" and new.length is None:
        return False
    if old.db_type is not None or new.db_type is not None:
        return True
    match before.kind, after.kind:
        case "text", "text":
            return new.length is not None and (old.length is None or old.length > new.length)
        case "int", "decimal":
            return after.precision is not None and after.precision - (after.scale or 0) < DIGITS_OF_INT
        case "decimal", "decimal":
            return _narrower(before.precision, before.scale or 0, after.precision, after.scale or 0)
        case "datetime", "datetime_tz":
            return False
        case "enum", "enum":
            return False  # the values are those of the types, whose own operations say what becomes of them
        case _:
            return True


DIGITS_OF_INT = 19
"""The most digits of a 64-bit integer."""


def _narrower(old: int | None, old_scale: int, new: int | None, new_scale: int) -> bool:
    """Whether a decimal with ``new`` digits holds fewer numbers than one with ``old``; None is unbounded."""
    if new is None:
        return False
    return old is None or new_scale < old_scale or new - new_scale < old - old_scale
