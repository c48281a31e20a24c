"""What migration files write columns, constraints and indexes with."""

from __future__ import annotations

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations import check, column, exclude, foreign_key, index, unique
from oxyde.migrations.folder.factories import NewColumn
from oxyde.migrations.parts import Check, Column, Exclude, Index, Unique
from oxyde.schema import ForeignKey
from oxyde.schema.types import INT, TEXT, array_of, decimal_of, enum_of


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (column("id", "int", key=True, auto=True), NewColumn(Column("id", INT, auto=True), key=True)),
        (column("a", "text", length=20, nullable=True), NewColumn(Column("a", TEXT, nullable=True, length=20))),
        (column("a", "decimal", precision=4, scale=2, default="0"), NewColumn(Column("a", decimal_of(4, 2), default="0"))),
        (column("a", "enum", name="mood", values=["b", "c"]), NewColumn(Column("a", enum_of("mood", ("b", "c"))))),
        (column("a", "array", item="decimal", precision=9), NewColumn(Column("a", array_of(decimal_of(9, None))))),
        (
            column("a", "text", db_type="CITEXT", generated="b", stored=True, comment="c", collation="C", identity="always"),
            NewColumn(Column("a", TEXT, db_type="CITEXT", generated="b", stored=True, comment="c", collation="C", identity="always")),
        ),
        (index("i", "a", "lower(b)", desc=["lower(b)", "a"]), Index("i", ("a", "lower(b)"), desc=("a", "lower(b)"))),
        (
            index("i", "a", unique=True, method="gin", where="a > 0", include=["b"]),
            Index("i", ("a",), unique=True, method="gin", where="a > 0", include=("b",)),
        ),
        (unique("u", "a", "b", deferrable=True), Unique("u", ("a", "b"), deferrable=True)),
        (check("c", "a > 0"), Check("c", "a > 0")),
        (exclude("e", [("a", "="), ("b", "&&")], where="c"), Exclude("e", (("a", "="), ("b", "&&")), "gist", "c")),
        (foreign_key("f", "a", "users.id", on_delete="SET NULL"), ForeignKey("f", ("a",), (None, "users"), ("id",), "SET NULL", "CASCADE")),
        (
            foreign_key("f", ["a", "b"], ['shop."odd.name".x', 'shop."odd.name".y'], on_update="NO ACTION"),
            ForeignKey("f", ("a", "b"), ("shop", "odd.name"), ("x", "y"), "RESTRICT", "NO ACTION"),
        ),
    ],
)
def test_factories(made, wanted) -> None:
    """Each returns a value."""
    assert made == wanted


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: column("a", "txt"), """column 'a': there is no kind 'txt'; did you mean "text"?; the kinds are bool, int, """),
        (lambda: column("a", "int", length=3), "column 'a': length is for text, not for int"),
        (lambda: column("a", "int", precision=3), "column 'a': precision is for decimal, not for int"),
        (lambda: column("a", "text", item="int"), "column 'a': item is for array, not for text"),
        (lambda: column("a", "int", values=["b"]), "column 'a': values is for enum, not for int"),
        (lambda: column("a", "enum"), "column 'a': an enum says the name of its type: name='status_enum'"),
        (lambda: column("a", "array"), "column 'a': an array says what its members are: item='text'"),
        (lambda: column("a", "int", identity="x"), "column 'a': identity is 'always' or 'by default', not 'x'"),
        (lambda: index("i"), "index 'i' names no columns"),
        (lambda: unique("u"), "unique constraint 'u' names no columns"),
        (
            lambda: foreign_key("f", "a", "users"),
            "foreign key 'f': each column points to one of the same table, such as 'users.id'; not 'users'",
        ),
        (lambda: foreign_key("f", ["a", "b"], ["t.a", "u.b"]), "foreign key 'f': each column points to one of the same table"),
        (lambda: foreign_key("f", ["a", "b"], "t.a"), "foreign key 'f': each column points to one of the same table"),
        (lambda: foreign_key("f", "a", "t.a", on_delete="DROP"), "foreign key 'f': there is no action 'DROP'; the actions are CASCADE, "),
        (lambda: foreign_key("f", "a", "a.b.c.d"), "'a.b.c.d' has 3 names; a table is name or schema.name"),
    ],
)
def test_refusals(make, message: str) -> None:
    """Each names the part and what is wrong."""
    with pytest.raises(MigrationError) as raised:
        make()
    assert str(raised.value).startswith(message)
