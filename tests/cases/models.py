"""The data set that cases read: a few teams, authors and books, every column type among them."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime

from oxyde import Field, Index, Model, Q, register_lookup
from oxyde.queries.own_lookups import ColumnOperand
from tests.tables import table


class Mood(str, enum.Enum):
    """How an author feels."""

    GLAD = "glad"
    SAD = "sad"


@register_lookup("about", on=(int, float))
def about(column: ColumnOperand, value: float) -> Q:
    """At most one away."""
    return column.between((value - 1, value + 1))


class Team(Model):
    """Authors belong to one."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=50)
    authors: list[Novelist] = Field(default=[], db_reverse_fk="team")

    Meta = table("case_team")


class Novelist(Model):
    """A row of every type."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=50)
    email: str | None = Field(default=None, max_length=80, db_column="mail")
    age: int = 0
    score: float | None = None
    balance: Decimal = Field(default=Decimal("0.00"), max_digits=12, decimal_places=2)
    worth: Decimal | None = None
    active: bool = True
    born: dt.date | None = None
    seen: dt.datetime | None = None
    joined: AwareDatetime | None = None
    wakes: dt.time | None = None
    span: dt.timedelta | None = None
    uid: uuid.UUID | None = None
    photo: bytes | None = None
    mood: Mood | None = None
    tags: list[str] | None = None
    data: dict[str, Any] | None = None
    team: Team | None = Field(default=None, db_on_delete="CASCADE")

    Meta = table("case_author", indexes=[Index(("name",), method="fulltext")])


class Prize(Model):
    """Has winners, who may have several prizes."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=50)
    winners: list[Novelist] = Field(db_m2m=True, db_through="Win")

    Meta = table("case_prize")


class Win(Model):
    """Who won what."""

    prize: Prize = Field(db_pk=True)
    novelist: Novelist = Field(db_pk=True)

    Meta = table("case_win")


class Item(Model):
    """What writing cases change; filled anew for each."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=50)
    count: int = 0
    price: Decimal = Field(default=Decimal("0.00"), max_digits=10, decimal_places=2)
    note: str | None = None

    Meta = table("case_item")


READ_ONLY = (Team, Novelist, Prize, Win)
WRITTEN = (Item,)


def teams() -> list[Team]:
    """Returns the teams."""
    return [Team(id=1, name="Red"), Team(id=2, name="Blue"), Team(id=3, name="Empty")]


def authors() -> list[Novelist]:
    """Returns the authors: one full, one sparse, one negative, one awkward."""
    return [
        Novelist(
            id=1,
            name="Anna",
            email="anna@example.org",
            age=30,
            score=1.5,
            balance=Decimal("100.50"),
            worth=Decimal("12345678901234567890.123456789"),
            active=True,
            born=dt.date(1994, 2, 28),
            seen=dt.datetime(2024, 1, 31, 23, 59, 59, 999999),
            joined=dt.datetime(2024, 3, 10, 12, 0, tzinfo=dt.timezone.utc),
            wakes=dt.time(6, 30),
            span=dt.timedelta(days=1, microseconds=1),
            uid=uuid.UUID("00000000-0000-0000-0000-000000000001"),
            photo=b"\x00\xff",
            mood=Mood.GLAD,
            tags=["a", "b"],
            data={"k": 1},
            team_id=1,
        ),
        Novelist(id=2, name="bob", age=-5, active=False, team_id=1),
        Novelist(
            id=3,
            name="50%_off!",
            email="x_y%z@example.org",
            age=41,
            score=-0.25,
            balance=Decimal("-0.01"),
            worth=Decimal(10),
            born=dt.date(2000, 12, 31),
            seen=dt.datetime(2023, 12, 31, 0, 0),
            joined=dt.datetime(2023, 1, 1, 0, 0, tzinfo=dt.timezone.utc),
            wakes=dt.time(23, 59, 59, 500000),
            span=dt.timedelta(seconds=-1, microseconds=-5),
            uid=uuid.UUID("ffffffff-ffff-ffff-ffff-ffffffffffff"),
            photo=b"",
            mood=Mood.SAD,
            tags=[],
            data={"k": None, "list": [1, 2.5, "x"]},
            team_id=2,
        ),
        Novelist(
            id=4,
            name="ANNABEL",
            age=30,
            score=1e300,
            balance=Decimal("9.00"),
            worth=Decimal(9),
            born=dt.date(2024, 2, 29),
            seen=dt.datetime(2024, 2, 29, 6, 7, 8),
            joined=dt.datetime(2024, 12, 30, 23, 30, tzinfo=dt.timezone.utc),
        ),
    ]


def prizes() -> list[Prize]:
    """Returns the prizes."""
    return [Prize(id=1, name="Gold"), Prize(id=2, name="Silver"), Prize(id=3, name="Tin")]


def wins() -> list[Win]:
    """Returns who won what: Anna two prizes, of which one is another author's too; the tin is nobody's."""
    return [Win(prize_id=1, novelist_id=1), Win(prize_id=1, novelist_id=3), Win(prize_id=2, novelist_id=1)]


def items() -> list[Item]:
    """Returns the items that a writing case finds."""
    return [
        Item(id=1, name="nail", count=5, price=Decimal("0.10")),
        Item(id=2, name="bolt", count=7, price=Decimal("1.25"), note="steel"),
        Item(id=3, name="nut", count=0, price=Decimal("0.00")),
    ]
