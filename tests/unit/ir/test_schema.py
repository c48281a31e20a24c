"""Tables on the wire: database names everywhere, and a name for every constraint that has none."""

from __future__ import annotations

from oxyde.ir import schema
from oxyde.schema import Check, Column, Exclude, ForeignKey, Generated, Index, Table, Unique
from oxyde.schema import types as kinds

ID = Column("id", "id", kinds.INT, key=True, auto=True)
NAME = Column("label", "name", kinds.TEXT, unique=True, length=20)
SIZE = Column("size", "size", kinds.INT, generated=Generated("length(label)", stored=True))
MOOD = Column("mood", "mood", kinds.enum_of("mood", ("glad", "sad")), nullable=True)


def table(**parts: object) -> Table:
    """Returns a table of these columns with some parts."""
    return Table("T", "t", columns=(ID, NAME, SIZE, MOOD), **parts)  # type: ignore[arg-type] # its parts


def test_columns() -> None:
    """What a column does not have is left out."""
    key, name, size, mood = schema.table(table())["columns"]
    assert key == {"name": "id", "type": kinds.INT.wire(), "auto": True}
    assert name == {"name": "label", "type": kinds.TEXT.wire(), "length": 20}
    assert size["generated"] == {"sql": "length(label)", "stored": True}
    assert mood["nullable"] is True


def test_constraints_get_names() -> None:
    """Names are made of the table and the columns in the database; a given name is kept."""
    made = schema.table(table(checks=(Check("size > 0"), Check("size < 9", name="small")), uniques=(Unique(("name", "size")),)))
    assert [check["name"] for check in made["checks"]] == ["ck_t_1b6cd383", "small"]
    assert {tuple(unique["columns"]) for unique in made["uniques"]} == {("label",), ("label", "size")}
    assert len({unique["name"] for unique in made["uniques"]}) == 2


def test_constraints_of_text_keep_their_names() -> None:
    """They are made of the text, not of the place; what is said twice is made once."""
    first, second = Exclude((("size", "="),)), Exclude((("size", "="),), where="size > 0")
    one = schema.table(table(checks=(Check("size > 0"), Check("size < 9")), excludes=(first, second)))
    other = schema.table(table(checks=(Check("size < 9"), Check("size < 9")), excludes=(second,)))
    assert other["checks"] == one["checks"][1:]
    assert other["excludes"] == one["excludes"][1:]


def test_deferrable_uniques() -> None:
    """Only the one that says so is."""
    first, second = schema.table(table(uniques=(Unique(("name", "size"), name="later", deferrable=True),)))["uniques"]
    assert "deferrable" not in first
    assert second == {"name": "later", "columns": ["label", "size"], "deferrable": True}


def test_foreign_keys() -> None:
    """Actions are words of the wire, the target an address."""
    key = ForeignKey("fk", ("size",), ("s", "other"), ("id",), "SET NULL", "NO ACTION")
    (made,) = schema.table(table(foreign_keys=(key,)))["foreign_keys"]
    assert made["target"] == {"schema": "s", "name": "other"}
    assert (made["on_delete"], made["on_update"]) == ("set_null", "no_action")


def test_indexes() -> None:
    """Fields become columns, a minus descending; what is no field is SQL."""
    made = schema.table(table(indexes=(Index(("name", "-size"), unique=True), Index(("lower(label)",), name="low"))))["indexes"]
    assert made[0]["parts"] == [{"column": "label"}, {"column": "size", "desc": True}]
    assert made[0]["unique"] is True
    assert made[1] == {"name": "low", "parts": [{"sql": "lower(label)"}]}
    (descending,) = schema.table(table(indexes=(Index(("lower(label)",), desc=("lower(label)",)),)))["indexes"]
    assert descending["parts"] == [{"sql": "lower(label)", "desc": True}]


def test_unique_names() -> None:
    """Errors of servers are looked up by constraint and index names; indexes over expressions have no columns."""
    made = table(uniques=(Unique(("name", "size"), name="both"),), indexes=(Index(("size",), name="one", unique=True), Index(("mood",))))
    assert {"both": ("label", "size")}.items() <= schema.unique_names(made).items()
    assert ("label",) in schema.unique_names(made).values()
    assert schema.unique_indexes(made) == {"one": ("size",)}
    assert schema.unique_indexes(table(indexes=(Index(("lower(label)",), unique=True),))) == {}


def test_enumerations() -> None:
    """A column whose SQL type was written needs none."""
    assert schema.enum_types(table()) == [{"name": "mood", "labels": ["glad", "sad"]}]
    written = Column("mood", "mood", MOOD.type, db_type="TEXT")
    assert schema.enum_types(Table("T", "t", columns=(written,))) == []
