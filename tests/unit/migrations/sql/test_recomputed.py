"""What PostgreSQL needs to compute a column otherwise: the column is made anew, with what was over it."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde.exceptions import UnsupportedError
from oxyde.migrations.operations import AlterColumn
from oxyde.migrations.parts import Check, Column, Index, Unique
from oxyde.migrations.sql.script import script
from oxyde.migrations.state import State, Table
from oxyde.schema.types import INT

COLUMNS = {"id": Column("id", INT), "size": Column("size", INT), "twice": Column("twice", INT, generated="size * 2", stored=True)}
BARE = Table("recomputed", columns=COLUMNS, key=("id",))
PLACE = BARE.address
ADDED = 'ALTER TABLE "recomputed" ADD COLUMN "twice" BIGINT GENERATED ALWAYS AS (size * 3) STORED NOT NULL'


def texts(change: dict[str, Any], table: Table = BARE, name: str = "twice") -> list[str]:
    """Returns what is sent for a change of a column."""
    return [text for step in script([AlterColumn(PLACE, name, change)], State().with_table(table), "postgres") for text in step.texts]


def test_made_anew() -> None:
    """Another expression drops the column and adds it again; constraints and indexes over it are made again, too."""
    assert texts({"generated": "size * 3"}) == ['ALTER TABLE "recomputed" DROP COLUMN "twice"', ADDED]
    used = Table("recomputed", None, COLUMNS, ("id",), {"uq": Unique("uq", ("twice", "id"))}, {"ix": Index("ix", ("twice",))})
    assert texts({"generated": "size * 3"}, used)[2:] == [
        'ALTER TABLE "recomputed" ADD CONSTRAINT "uq" UNIQUE ("twice", "id")',
        'CREATE INDEX "ix" ON "recomputed" ("twice")',
    ]


def test_began_and_ended() -> None:
    """A column of values that is computed from now on loses them; one that is computed no more keeps what it has."""
    change = {"generated": "id + 1", "stored": True}
    assert [text.split('" ', 1)[1][:16] for text in texts(change, name="size")] == ['DROP COLUMN "siz', 'ADD COLUMN "size']
    assert AlterColumn(PLACE, "size", change).loses(State().with_table(BARE)) is not None
    assert texts({"generated": None, "stored": False}) == ['ALTER TABLE "recomputed" ALTER COLUMN "twice" DROP EXPRESSION']
    assert texts({"default": "1"}, name="size") == ['ALTER TABLE "recomputed" ALTER COLUMN "size" SET DEFAULT 1']


@pytest.mark.parametrize(
    "parts", [{"constraints": {"p": Check("p", "twice > 0")}}, {"indexes": {"p": Index("p", ("id",), where="twice > 0")}}]
)
def test_named_in_sql(parts: Any) -> None:
    """The server would drop a check or an index whose SQL names the column along with it."""
    table = Table("recomputed", None, COLUMNS, ("id",), **parts)
    with pytest.raises(
        UnsupportedError, match=r"recomputed\.twice otherwise only when it is dropped and added again, and p names it; drop that"
    ):
        texts({"generated": "size * 3"}, table)
