"""``search`` over a full-text index, on every backend: what it finds, and that the index follows the table."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from oxyde import Count, Field, Index, Model, Q, UnsupportedError, atomic, db, execute_raw
from tests.backends import Backend
from tests.tables import table, tables


class FullAuthor(Model):
    """Has texts."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=40)
    texts: list[FullText] = Field(default=[], db_reverse_fk="author")

    Meta = table("full_author")


class FullText(Model):
    """Is searched by words; the column has a name of its own, and the table one that needs quotes."""

    id: int | None = Field(default=None, db_pk=True)
    body: str | None = Field(default=None, db_column="the body")
    title: str = Field(default="", max_length=80)
    plain: str = ""
    author: FullAuthor | None = None

    Meta = table("full 'text'", indexes=[Index(("body",), method="fulltext"), Index(("title",), method="FullText", name="full title")])


class FullByName(Model):
    """Has no int key."""

    name: str = Field(db_pk=True, max_length=40)
    body: str = ""

    Meta = table("full_by_name", indexes=[Index(("body",), method="fulltext")])


@pytest.fixture
async def texts(database: Backend) -> AsyncIterator[Backend]:
    """A few texts."""
    async with tables(FullAuthor, FullText):
        await FullAuthor.objects.bulk_create([{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}])
        bodies = ["The quick brown fox", "lazy DOGS sleep", "quick dogs, quick!", None, "naïve café", 'say "hello" AND wave']
        rows = [{"id": key, "body": body, "title": f"number{key}", "author_id": key % 2 + 1} for key, body in enumerate(bodies, 1)]
        await FullText.objects.bulk_create(rows)
        yield database


async def found(words: str, **more: Any) -> list[int]:
    """Returns the keys of the texts with words."""
    keys: list[int] = await FullText.objects.filter(body__search=words, **more).order_by("id").values_list("id", flat=True).all()
    return keys


async def test_words(texts: Backend) -> None:
    """Whole words are found, whatever their case; the index is used through paths and in conditions of every kind."""
    assert await found("quick") == [1, 3]
    assert await found("QUICK", title__search="number3") == [3]
    assert await found("qui") == []
    assert await found("café") == [5]
    assert await FullText.objects.filter(FullText.c.body.search("dogs") | Q(id=1)).order_by("id").values_list("id", flat=True).all() == [
        1,
        2,
        3,
    ]
    assert await FullText.objects.exclude(body__search="quick").order_by("id").values_list("id", flat=True).all() == [2, 4, 5, 6]
    assert await FullAuthor.objects.filter(texts__body__search="lazy").values_list("name", flat=True).all() == ["Ada"]
    counted = FullAuthor.objects.annotate(n=Count("texts", filter=Q(texts__body__search="quick"))).order_by("id")
    assert await counted.values_list("n", flat=True).all() == [0, 2]
    if texts.dialect in {"sqlite", "postgres"}:  # MySQL finds any of the words
        assert await found("quick fox") == [1]
        assert await found("fox dogs") == []


NOTHING = [
    "",
    " ",
    '"',
    '""',
    "'",
    "*",
    "qu*",
    "-",
    "a OR",
    "NOT",
    "(",
    "body:",
    '"the body" : fox',
    "NEAR(a b)",
    "a\0b",
    "+",
    "\\",
    "{x} :",
]
QUICK = ["^quick", "- quick *", '"quick', "(quick) +"]
WORDS = {**{words: [] for words in NOTHING}, **{words: [1, 3] for words in QUICK}, "AND AND": [6], 'wave "and hello': [6]}
"""What is found by words with signs that mean something to FTS5: its tokens, and no sign is one."""


@pytest.mark.parametrize("words", WORDS)
async def test_words_are_no_syntax(texts: Backend, words: str) -> None:
    """On SQLite nothing in the words is an operator, and nothing is an error."""
    if texts.dialect == "sqlite":
        assert await found(words) == WORDS[words]


async def test_the_index_follows_the_table(texts: Backend) -> None:
    """Rows that are inserted, changed, deleted, upserted and rolled back are found as they are, as compared with their words."""
    rng = random.Random(5)
    words = ["alpha", "beta", "gamma", "delta", "epsilon"]
    for _ in range(60):
        key, body = rng.randrange(10, 30), " ".join(rng.sample(words, 3))
        choice = rng.randrange(5)
        if choice == 0:
            await FullText.objects.filter(id=key).update(body=body)
        elif choice == 1:
            await FullText.objects.filter(id=key).delete()
        elif choice == 2:
            await FullText.objects.bulk_create(
                [FullText(id=key, body=body)], update_conflicts=True, unique_fields=["id"], update_fields=["body"]
            )
        elif choice == 3:
            await FullText.objects.bulk_create([FullText(id=key, body=body)], ignore_conflicts=True)
        else:
            with pytest.raises(ZeroDivisionError):
                async with atomic():
                    await FullText.objects.filter(id__gte=10).update(body="gone")
                    raise ZeroDivisionError
    stored = await FullText.objects.filter(id__gte=10).values_list("id", "body").all()
    assert len(stored) > 5
    for word in (*words, "gone"):
        assert await found(word) == sorted(key for key, body in stored if word in (body or "").split())
    made = await FullText.objects.create(body="omega")
    assert await found("omega") == [made.id]


async def test_an_index_of_rows_that_are_there(database: Backend) -> None:
    """On SQLite an index that is made for a table with rows has them; tables go with their indexes."""
    if database.dialect != "sqlite":
        return
    async with tables(FullAuthor, FullText):
        await FullText.objects.create(id=7, body="early bird")
        await execute_raw("DROP TABLE \"ix_full 'text'_the body\"")
        for event in ("insert", "delete", "update"):
            await execute_raw(f"DROP TRIGGER \"ix_full 'text'_the body_{event}\"")
        await db.create_tables(models=(FullAuthor, FullText), if_not_exists=True)
        assert await found("bird") == [7]
        await db.create_tables(models=(FullAuthor, FullText), if_not_exists=True)
        await FullText.objects.filter(id=7).update(body="late owl")
        assert (await found("bird"), await found("owl")) == ([], [7])
    assert await execute_raw("SELECT name FROM sqlite_master WHERE name LIKE '%full%text%'") == []


async def test_what_has_no_index(texts: Backend) -> None:
    """SQLite refuses to search a column without an index, and an index of a table without an int key, naming what is missing."""
    if texts.dialect != "sqlite":
        return
    with pytest.raises(UnsupportedError, match="full-text searches of columns without an index are not"):
        await FullText.objects.filter(plain__search="x").all()
    with pytest.raises(UnsupportedError, match="full-text indexes of anything but columns of a table with one int key"):
        await db.create_tables(models=[FullByName])
