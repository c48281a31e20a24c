"""The models of a service, without a stub."""

from __future__ import annotations

from typing import Any

from oxyde import Field, Manager, Model, Q, QuerySet


class Team(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str

    class Meta:
        is_table = True


class User(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str
    age: int = 0
    team_id: int | None = None
    team: Team | None = Field(default=None, db_on_delete="CASCADE")

    class Meta:
        is_table = True

    async def pre_save(self, *, is_create: bool) -> None:
        self.name = self.name.strip()

    def post_delete(self) -> None:
        print(self.name)


class Seat(Model):
    id: int | None = Field(default=None, db_pk=True)
    team: Team
    team_id: int = Field(init=False)

    class Meta:
        is_table = True


class Books(QuerySet["Book"]):
    def cheap(self, most: int = 10) -> Books:
        return self.filter(price__lte=most)

    async def total(self) -> Any:
        return await self.sum("price")


class Book(Model):
    id: int | None = Field(default=None, db_pk=True)
    title: str
    price: int = 0
    objects = Manager.from_queryset(Books)()
    present = Manager.from_queryset(Books)(scope=Q(price__gt=0))

    class Meta:
        is_table = True


class Wrong(Model):
    pre_save: int = 3  # E
