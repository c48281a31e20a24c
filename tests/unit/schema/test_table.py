"""A table: how its columns are found, and how it finds the tables that it refers to."""

from __future__ import annotations

import pytest

from oxyde.exceptions import OxydeError
from oxyde.schema import Column, Generated, Table
from oxyde.schema import types as kinds
from oxyde.schema.table import Tables, find

ID = Column("id", "id", kinds.INT, key=True)
NAME = Column("label", "name", kinds.TEXT)
TEAM = Column("team_id", "team_id", kinds.INT, relation="team")
SIZE = Column("size", "size", kinds.INT, generated=Generated("1"))
SEEN = Column("seen", "seen", kinds.DATETIME, auto_now=True)
VERSION = Column("version", "version", kinds.INT, version=True)
TABLE = Table("T", "t", columns=(ID, NAME, TEAM, SIZE, SEEN, VERSION))


def test_columns_by_what_they_are() -> None:
    """Each question about the columns has its answer once."""
    assert TABLE.by_field["name"] is TABLE.by_name["label"] is NAME
    assert TABLE.key == (ID,)
    assert TABLE.computed == (SIZE,)
    assert SIZE not in TABLE.stored
    assert TABLE.stamped == (SEEN,)
    assert TABLE.version is VERSION
    assert TABLE.by_relation == {"team": TEAM}
    assert Table("E", "e").version is None
    assert repr(TABLE) == "<Table t of T, 6 columns>"


@pytest.mark.parametrize("columns", [(ID,), (ID, NAME)])
def test_a_row_is_the_values_of_all_columns(columns: tuple[Column, ...]) -> None:
    """A row is a tuple, of one column too; a value that is absent is an error."""
    row = Table("R", "r", columns=columns).row
    values = {"name": "Ada", "id": 1, "other": 2}
    assert row(values) == tuple(values[column.field] for column in columns)
    with pytest.raises(KeyError):
        row({"name": "Ada"})


def test_tables_are_compared_by_identity() -> None:
    """Two classes may describe one table, and are two."""
    assert Table("T", "t") != Table("T", "t")


def test_finding_tables() -> None:
    """A table finds itself, its junctions, then those that it was declared beside."""
    other, junction = Table("O", "o"), Table("J", "j")
    made = Table("M", "m", schema="s", junctions={(None, "j"): junction})
    assert made.find(("s", "m")) is made
    with pytest.raises(OxydeError, match=r"no table 'o' is registered; import the module"):
        made.find((None, "o"))
    made.join({(None, "o"): other})
    assert made.find((None, "o")) is other
    assert made.find((None, "j")) is junction
    with pytest.raises(OxydeError, match=r"no table 's\.x' is registered"):
        made.find(("s", "x"))


def test_a_table_is_made_when_it_is_asked_for() -> None:
    """It is made once, and finds those that it was declared beside."""
    made: list[Table] = []

    def make() -> Table:
        made.append(Table("L", "late"))
        return made[-1]

    tables: Tables = {(None, "late"): make, (None, "o"): Table("O", "o")}
    late = find(tables, (None, "late"))
    assert find(tables, (None, "late")) is late
    assert made == [late]
    assert late.find((None, "o")) is tables[None, "o"]


def test_a_table_keeps_those_that_it_was_declared_beside() -> None:
    """Being found through others does not change where it looks."""
    own: Tables = {(None, "o"): Table("O", "own")}
    table = Table("L", "late")
    table.join(own)
    assert find({(None, "late"): lambda: table}, (None, "late")).find((None, "o")) is own[None, "o"]
