"""What is the same for every driver by hand: the Pydantic classes, and how dictionaries of rows become instances with related ones."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from data import stock
from pydantic import BaseModel, Field, TypeAdapter

USERS = "SELECT id, name, email, nick, age, score, active, created, balance, uid FROM bench_user"
AUTHORS = "SELECT id, name, email, rating, active FROM bench_author"
POSTS = "SELECT id, title, views, score, author_id FROM bench_post"
COMMENTS = "SELECT id, text, post_id FROM bench_comment"
JOINED = (
    "SELECT p.id, p.title, p.views, p.score, p.author_id, a.id, a.name, a.email, a.rating, a.active "
    "FROM bench_post p JOIN bench_author a ON a.id = p.author_id"
)
COLLECTED = (
    "SELECT a.id, a.name, a.email, a.rating, a.active, p.id, p.title, p.views, p.score, p.author_id "
    "FROM bench_author a LEFT JOIN bench_post p ON p.author_id = a.id ORDER BY a.id, p.id"
)
TAGGED = "SELECT j.post_id, t.id, t.name FROM bench_tag t JOIN bench_post_tag j ON j.tag_id = t.id"
GROUPS = "SELECT author_id, count(*), sum(views), avg(score) FROM bench_post GROUP BY author_id"


class User(BaseModel):
    """A row of the large table."""

    id: int
    name: str
    email: str
    nick: str | None
    age: int
    score: float
    active: bool
    created: dt.datetime
    balance: Decimal = Field(max_digits=12, decimal_places=2)
    uid: uuid.UUID


class Tag(BaseModel):
    """A word on posts."""

    id: int
    name: str


class Comment(BaseModel):
    """Belongs to a post."""

    id: int
    text: str
    post_id: int


class Author(BaseModel):
    """Wrote posts."""

    id: int
    name: str
    email: str
    rating: float
    active: bool
    posts: list[Post] = []


class Post(BaseModel):
    """Has an author, comments and tags."""

    id: int
    title: str
    views: int
    score: float
    author_id: int
    author: Author | None = None
    comments: list[Comment] = []
    tags: list[Tag] = []


Author.model_rebuild()
ONE, ALL = TypeAdapter(User), TypeAdapter(list[User])
ALL_AUTHORS, ALL_POSTS = TypeAdapter(list[Author]), TypeAdapter(list[Post])
USER, AUTHOR, POST, COMMENT, TAG = (tuple(model.model_fields) for model in (User, Author, Post, Comment, Tag))
AUTHOR, POST = AUTHOR[:5], POST[:5]

Rows = Iterable[Sequence[Any]]


def users(rows: Rows) -> list[User]:
    """Returns instances."""
    return ALL.validate_python([dict(zip(USER, row, strict=True)) for row in rows])


def user(row: Sequence[Any]) -> User:
    """Returns an instance."""
    return ONE.validate_python(dict(zip(USER, row, strict=True)))


def joined(rows: Rows) -> list[Post]:
    """Returns posts with their authors."""
    return ALL_POSTS.validate_python(
        [{**dict(zip(POST, row[:5], strict=True)), "author": dict(zip(AUTHOR, row[5:], strict=True))} for row in rows]
    )


def collected(rows: Rows) -> list[Author]:
    """Returns authors with their posts, from one statement."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        one = found.get(row[0])
        if one is None:
            one = found[row[0]] = {**dict(zip(AUTHOR, row[:5], strict=True)), "posts": []}
        if row[5] is not None:
            one["posts"].append(dict(zip(POST, row[5:], strict=True)))
    return ALL_AUTHORS.validate_python([*found.values()])


def nested(authors: Rows, posts: Rows, comments: Rows = ()) -> list[Author]:
    """Returns authors with their posts and their comments."""
    by_post: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in comments:
        by_post[row[2]].append(dict(zip(COMMENT, row, strict=True)))
    by_author: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in posts:
        by_author[row[4]].append({**dict(zip(POST, row, strict=True)), "comments": by_post[row[0]]})
    return ALL_AUTHORS.validate_python([{**dict(zip(AUTHOR, row, strict=True)), "posts": by_author[row[0]]} for row in authors])


def tagged(posts: Rows, tags: Rows) -> list[Post]:
    """Returns posts with their tags."""
    by_post: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in tags:
        by_post[row[0]].append(dict(zip(TAG, row[1:], strict=True)))
    return ALL_POSTS.validate_python([{**dict(zip(POST, row, strict=True)), "tags": by_post[row[0]]} for row in posts])


def stocks(turn: int, count: int) -> list[tuple[Any, ...]]:
    """Returns what a bulk write writes, as tuples."""
    return [tuple(stock(number, turn).values()) for number in range(count)]
