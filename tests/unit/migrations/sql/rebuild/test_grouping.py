"""Operations that make a table anew are done together, where their order does not matter."""

from __future__ import annotations

from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    CreateIndex,
    DropIndex,
    DropTable,
    Execute,
    Operation,
    RenameColumn,
)
from oxyde.migrations.parts import Check, Column, Index
from oxyde.migrations.sql.rebuild import Rebuild, arranged
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address
from oxyde.schema.types import INT, TEXT, enum_of

ONE, TWO = (None, "ones"), (None, "twos")
COLUMNS = {"id": Column("id", INT), "a": Column("a", TEXT, nullable=True), "m": Column("m", enum_of("grouped", ("x",)))}
INDEXES = {"ft": Index("ft", ("a",), method="fulltext")}
BEFORE = State().with_table(Table("ones", None, COLUMNS, ("id",))).with_table(Table("twos", None, COLUMNS, ("id",), {}, INDEXES))


def anew(table: Address, name: str = "a") -> AlterColumn:
    """Returns an operation that makes a table anew."""
    return AlterColumn(table, name, {"nullable": False}, fill="'-'")


def check(table: Address, name: str) -> AddConstraint:
    """Returns another one."""
    return AddConstraint(table, Check(name, "id > 0"))


def shown(*operations: Operation) -> list[str | list[str]]:
    """Returns the operations as they are done; those of a rebuild in a list."""
    parts = arranged(operations, BEFORE)
    return [[str(one) for one, _ in part.members] if isinstance(part, Rebuild) else str(part[0]) for part in parts]


def test_together() -> None:
    """Those of one table, and what it could do by itself between them; one table after the other."""
    plain, index = AddColumn(ONE, Column("b", INT, nullable=True)), CreateIndex(ONE, Index("ix", ("a",)))
    other = AddColumn(TWO, Column("b", INT, nullable=True))
    operations = (plain, anew(ONE), anew(TWO), index, other, check(TWO, "ck_2"), check(ONE, "ck_1"))
    assert shown(*operations) == [
        str(plain),
        [str(anew(ONE)), str(index), str(check(ONE, "ck_1"))],
        [str(anew(TWO)), str(other), str(check(TWO, "ck_2"))],
    ]


def test_others_go_first() -> None:
    """An operation on another table is done before a group that is not complete yet."""
    other = AddColumn(TWO, Column("b", INT, nullable=True))
    assert shown(anew(ONE), other, check(ONE, "ck")) == [str(other), [str(anew(ONE)), str(check(ONE, "ck"))]]


def test_order_is_kept() -> None:
    """Of what may read or change anything, and of names."""
    for between in (Execute("SELECT 1"), RenameColumn(ONE, "id", "nr"), RenameColumn(TWO, "id", "nr"), DropTable(TWO)):
        name = "nr" if between == RenameColumn(ONE, "id", "nr") else "id"
        last = AddConstraint(ONE, Check("ck", f"{name} > 0"))
        assert shown(anew(ONE), between, last) == [[str(anew(ONE))], str(between), [str(last)]]
    reads = AddColumn(TWO, Column("b", TEXT), fill="(SELECT max(a) FROM ones)")
    assert shown(anew(ONE), reads, check(ONE, "ck")) == [[str(anew(ONE))], [str(reads)], [str(check(ONE, "ck"))]]


def test_full_text_indexes_are_apart() -> None:
    """They are tables of their own."""
    drop = DropIndex(TWO, "ft")
    assert shown(anew(TWO), drop) == [[str(anew(TWO))], str(drop)]


def test_enumerations() -> None:
    """Make each table of theirs anew."""
    value = AddEnumValue((None, "grouped"), "y")
    assert shown(anew(ONE), value) == [[str(anew(ONE)), str(value)], [str(value)]]
    members = [part for part in arranged((anew(ONE), value), BEFORE) if isinstance(part, Rebuild)]
    assert [part.address for part in members] == [ONE, TWO]
