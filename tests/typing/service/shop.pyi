from collections.abc import Mapping
from typing import Any, Literal

from oxyde import Field, Manager, Model, Q, QuerySet
from oxyde.models.narrow import Exact
from typing_extensions import Self, TypedDict, TypeVar, Unpack

R_co = TypeVar("R_co", covariant=True, default="Post")

class PostLookups(TypedDict, total=False, closed=True):
    id: int
    id__gt: int
    title: str
    title__icontains: str

class PostValues(TypedDict, total=False, closed=True):
    title: str

class PostTitle(TypedDict):
    title: str

class PostQuery(QuerySet["Post", R_co], Exact):
    def filter(self, *conditions: Q, **lookups: Unpack[PostLookups]) -> Self: ...
    def exclude(self, *conditions: Q, **lookups: Unpack[PostLookups]) -> Self: ...
    def order_by(self, *fields: Literal["id", "-id", "title", "-title"]) -> Self: ...
    def values(self, *fields: Literal["id", "title"]) -> PostQuery[Mapping[str, Any]]: ...
    def values_list(self, *fields: Literal["id", "title"], flat: bool = False) -> PostQuery[Any]: ...
    async def get(self, *conditions: Q, **lookups: Unpack[PostLookups]) -> R_co: ...
    async def get_or_none(self, *conditions: Q, **lookups: Unpack[PostLookups]) -> R_co | None: ...
    async def create(self, *, id: int | None = None, title: str) -> Post: ...
    async def update(self, **values: Unpack[PostValues]) -> int: ...

class PostManager(PostQuery["Post"], Manager["Post"]): ...

class Post(Model):
    id: int | None = Field(default=None, db_pk=True)
    title: str
    def __oxyde_manager__(self) -> PostManager: ...
