"""The rows that all contenders write and read; imports nothing outside of Python."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

AUTHORS = 1_000
POSTS = 5 * AUTHORS
"""Five of each author."""
COMMENTS = 2 * POSTS
"""Two of each post."""
TAGS = 100
TAGGED = 3
"""Tags of each post."""
MANY = 10_000
"""Rows of a bulk write."""


def user(number: int) -> dict[str, Any]:
    """Returns the fields of a row of the large table."""
    return {
        "name": f"user number {number}",
        "email": f"user{number}@example.org",
        "nick": None if number % 3 else f"nick{number}",
        "age": number % 90,
        "score": number / 7,
        "active": number % 2 == 0,
        "created": dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc) + dt.timedelta(seconds=number, microseconds=number % 1000),
        "balance": Decimal(number % 100_000) / 100,
        "uid": uuid.UUID(int=(number << 64) | 0x1234),
    }


def author(number: int) -> dict[str, Any]:
    """Returns the fields of an author; numbers and keys count from 1."""
    return {"name": f"author number {number}", "email": f"author{number}@example.org", "rating": number / 3, "active": number % 2 == 0}


def post(number: int) -> dict[str, Any]:
    """Returns the fields of a post."""
    return {"title": f"post number {number}", "views": number % 977, "score": number / 7, "author_id": (number - 1) // 5 + 1}


def comment(number: int) -> dict[str, Any]:
    """Returns the fields of a comment."""
    return {"text": f"comment number {number}", "post_id": (number - 1) // 2 + 1}


def tags_of(post_id: int) -> list[int]:
    """Returns the keys of a post's tags."""
    return [(post_id * 7 + step * 31) % TAGS + 1 for step in range(TAGGED)]


def stock(number: int, turn: int) -> dict[str, Any]:
    """Returns the fields of a row that bulk writes change; ``turn`` makes each write another one."""
    return {"sku": number, "name": f"ware number {number}", "count": number % 1_000 + turn, "price": number / 4 + turn}
