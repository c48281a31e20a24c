"""SQL types on common terms, and defaults that are the same for all rows."""

from __future__ import annotations

import pytest

from oxyde.migrations.lint.declared import Declared, declared, is_literal, is_steady
from oxyde.migrations.parts import Column
from oxyde.schema.types import BOOL, INT, TEXT, decimal_of


def test_declared() -> None:
    """What the application wrote and what we write are the same types by one name."""
    assert (
        declared(Column("a", TEXT, length=40)) == declared(Column("a", TEXT, db_type=" Character Varying ( 40 )")) == ("varchar", 40, None)
    )
    assert declared(Column("a", decimal_of(10, 2))) == declared(Column("a", INT, db_type="DECIMAL(10,2)")) == Declared("numeric", 10, 2)
    assert declared(Column("a", INT)) == declared(Column("a", INT, db_type="int8")) == Declared("bigint")
    assert declared(Column("a", INT, db_type="geometry(Point, 4326)")) == Declared("geometry(point, 4326)")
    assert declared(Column("a", BOOL)).word == "bool"


@pytest.mark.parametrize(
    ("default", "steady", "literal"),
    [
        ("7", True, True),
        ("'it''s random()'", True, True),
        ("CURRENT_TIMESTAMP(6)", True, True),
        ("now()", True, True),
        ("upper('a')", True, False),
        ("'a'::varchar(3)", True, False),
        ("random()", False, False),
        ("gen_random_uuid()::text", False, False),
        ("app.next_number ()", False, False),
        ("(uuid())", False, False),
        ("-1.5e3", True, True),
    ],
)
def test_defaults(default: str, *, steady: bool, literal: bool) -> None:
    """Functions that are not known may give each row another value; what is quoted is no function."""
    assert (is_steady(default), is_literal(default)) == (steady, literal)
