"""A model with a stub beside it."""

from __future__ import annotations

from oxyde import Field, Model


class Post(Model):
    id: int | None = Field(default=None, db_pk=True)
    title: str

    class Meta:
        is_table = True
