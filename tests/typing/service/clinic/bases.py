"""What the models of the clinic have in common."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Generic, TypeVar

from oxyde import Field, Model, QuerySet
from pydantic import BaseModel

T = TypeVar("T")


class Ward(str, enum.Enum):
    EAST = "east"
    WEST = "west"


class Urgency(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Listing(BaseModel, Generic[T]):
    items: list[T]

    def first(self) -> T:
        return self.items[0]


class Recent(QuerySet["Stamped"]):
    def recent(self, count: int = 3) -> Recent:
        return self.limit(count)


class Stamped(Model):
    created: datetime | None = Field(auto_now_add=True)

    class Meta:
        abstract = True

    def age_in_days(self, now: datetime) -> int:
        return 0 if self.created is None else (now - self.created).days
