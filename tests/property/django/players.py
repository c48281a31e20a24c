"""The tables of the pairs and their rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from oxyde import Field, Model
from tests.tables import table


class PairTeam(Model):
    """Has players."""

    id: int = Field(db_pk=True)
    name: str = Field(max_length=20)
    city: str | None = Field(default=None, max_length=20)
    players: list[PairPlayer] = Field(default=[], db_reverse_fk="team")

    Meta = table("pair_team")


class PairTag(Model):
    """Belongs to players."""

    id: int = Field(db_pk=True)
    name: str = Field(max_length=20)
    players: list[PairPlayer] = Field(default=[], db_m2m=True, db_through="PairPlayerTag")

    Meta = table("pair_tag")


class PairPlayer(Model):
    """Plays for a team, or for none."""

    id: int = Field(db_pk=True)
    name: str = Field(max_length=20)
    nick: str | None = Field(default=None, max_length=20)
    age: int | None = None
    goals: int = 0
    height: float | None = None
    wage: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)
    active: bool | None = None
    born: dt.date | None = None
    seen: dt.datetime | None = None
    team: PairTeam | None = Field(default=None, db_on_delete="CASCADE")
    mentor: PairPlayer | None = Field(default=None, db_on_delete="CASCADE")
    pupils: list[PairPlayer] = Field(default=[], db_reverse_fk="mentor")
    tags: list[PairTag] = Field(default=[], db_m2m=True, db_through="PairPlayerTag")

    Meta = table("pair_player")


class PairPlayerTag(Model):
    """A tag of a player."""

    id: int = Field(db_pk=True)
    player: PairPlayer = Field(db_on_delete="CASCADE")
    tag: PairTag = Field(db_on_delete="CASCADE")

    Meta = table("pair_playertag")


MODELS: Final = (PairTeam, PairTag, PairPlayer, PairPlayerTag)
_DAY, _TIME = dt.date, dt.datetime
_PLAYERS: Final[list[tuple[Any, ...]]] = [
    (1, "Ada", "a%", 30, 5, 1.75, "10.50", True, _DAY(1994, 2, 28), _TIME(2024, 2, 29, 23, 59, 59, 999999), 1, None),
    (2, "Bob", None, None, 0, 1.5, None, False, None, _TIME(2024, 1, 1), 1, 1),
    (3, "Cy", "", 17, 5, None, "0.00", None, _DAY(2007, 12, 31), None, 2, 1),
    (4, "dora", "A_b", 30, 2, 2.0, "99.99", True, _DAY(1994, 12, 29), _TIME(2023, 12, 31, 12, 30, 15), None, 2),
    (5, "Eve", "eve", 0, 7, 1.75, "-3.25", False, _DAY(1970, 1, 1), _TIME(1999, 6, 15, 6, 0), 2, 2),
    (6, "Flo", None, -1, 0, None, None, None, None, None, None, None),
    (7, "Gus", "G", 45, 11, 1.9, "10.50", True, _DAY(1979, 3, 1), _TIME(2024, 3, 1, 0, 0, 1), 3, 6),
    (8, "Hal", "a%", 17, 2, 1.5, "7.00", True, _DAY(2007, 1, 1), _TIME(2024, 2, 29, 1, 2, 3), 1, None),
]
_FIELDS: Final = ("id", "name", "nick", "age", "goals", "height", "wage", "active", "born", "seen", "team_id", "mentor_id")


def stock() -> None:
    """Stores the rows: four teams, one without players, and three tags, one of nobody."""
    teams = ((1, "Reds", "Bonn"), (2, "Blues", None), (3, "Greens", "Bonn"), (4, "Void", None))
    PairTeam.objects.sync.bulk_create([{"id": key, "name": name, "city": city} for key, name, city in teams])
    PairTag.objects.sync.bulk_create([{"id": key, "name": name} for key, name in ((1, "fast"), (2, "tall"), (3, "none"))])
    PairPlayer.objects.sync.bulk_create([dict(zip(_FIELDS, row, strict=True)) for row in _PLAYERS])
    pairs = ((1, 1), (1, 2), (2, 1), (5, 2), (7, 1), (7, 2))
    PairPlayerTag.objects.sync.bulk_create([{"id": at, "player_id": one, "tag_id": two} for at, (one, two) in enumerate(pairs, 1)])
