"""Tables find each other by schema and name, in the registry that they are in; versions of one schema exist side by side."""

from __future__ import annotations

import gc
import weakref

import pytest

from oxyde.exceptions import OxydeError
from oxyde.queries import ddl
from oxyde.queries.paths import resolve
from oxyde.schema import Column, ForeignKey, Registry, Relation, Table
from oxyde.schema.types import INT, TEXT
from tests.unit.queries.shapes import unpacked

KEY = Column("id", "id", INT, key=True, auto=True)
AUTHOR_ID = Column("author_id", "author_id", INT, relation="author")
REFERS = ForeignKey("fk_book_author_id", ("author_id",), ("shop", "author"), ("id",))
AUTHOR = Relation("author", "one", ("shop", "author"), "author_id", "id")


def version(*columns: Column) -> Registry:
    """Returns a state of the schema, in which authors have these columns."""
    return Registry(
        [
            Table("Author", "author", schema="shop", columns=(KEY, *columns)),
            Table("Book", "book", schema="shop", columns=(KEY, AUTHOR_ID), relations={"author": AUTHOR}, foreign_keys=(REFERS,)),
        ]
    )


def test_two_versions_side_by_side() -> None:
    """Each compiles to its own DDL, and a path leads to the columns of its own version."""
    before, after = version(Column("name", "name", TEXT)), version(Column("full_name", "full_name", TEXT), Column("born", "born", INT))
    for registry, columns in ((before, ["id", "name"]), (after, ["id", "full_name", "born"])):
        created = unpacked(ddl.create(registry))["create_tables"]["tables"]
        assert [[column["name"] for column in table["columns"]] for table in created] == [columns, ["id", "author_id"]]
        assert created[1]["foreign_keys"][0]["target"] == {"schema": "shop", "name": "author"}
        author, book = registry
        assert book.find(("shop", "author")) is author
        assert resolve(book, f"author__{columns[1]}")[0].column.name == columns[1]
    assert ("shop", "author") in before
    assert (None, "author") not in before


def test_a_table_is_made_when_it_is_asked_for() -> None:
    registry, asked = Registry(), []

    def make() -> Table:
        asked.append(1)
        return Table("Late", "late", columns=(KEY,))

    registry.declare((None, "late"), make)
    assert not asked
    (late,) = registry
    assert list(registry) == [late]
    assert len(asked) == 1


def test_what_is_missing_is_named() -> None:
    book = Table("Book", "book", relations={"author": AUTHOR}, columns=(KEY, AUTHOR_ID))
    with pytest.raises(OxydeError, match=r"no table 'shop\.author' is registered; import the module"):
        book.find(("shop", "author"))
    assert book.find((None, "book")) is book


def test_forgotten_tables_find_each_other_and_die_together() -> None:
    registry = version()
    author, book = registry
    registry.clear()
    assert list(registry) == []
    assert book.find(("shop", "author")) is author
    gone = weakref.ref(author)
    del author, book
    gc.collect()
    assert gone() is None
