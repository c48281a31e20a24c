"""Names in SQL: the root is called by its table's name, a joined table by its path, numbered only where that clashes."""

from __future__ import annotations

import pytest

from oxyde import Field, FieldError, Model, Q
from oxyde.queries.scope import LONGEST, Aliases
from tests.models import Author, Post
from tests.tables import table
from tests.unit.queries.shapes import select_of


class Worker(Model):
    """A worker, who may have a boss, and whose table is called as that relation is."""

    id: int | None = Field(default=None, db_pk=True)
    boss: Worker | None = Field(default=None)
    staff: list[Worker] = Field(default=[], db_reverse_fk="boss")

    Meta = table("Boss")


def names(sql: str) -> list[str]:
    """Returns the aliases of a statement, in the order in which they are introduced."""
    words = sql.replace("(", " ").replace(")", " ").split()
    found: list[str] = []
    for at, word in enumerate(words):
        if word in {"FROM", "JOIN"} and words[at + 1] != "SELECT":
            found.append(words[at + 3 if words[at + 2 : at + 3] == ["AS"] else at + 1].strip('"'))
    return found


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (Post.objects.filter(author__name="x").sql("sqlite"), ["blog_post", "author"]),
        (Post.objects.filter(tags__name="x").sql("sqlite"), ["blog_post", "tags", "tags__through"]),
        (Author.objects.filter(posts__tags__name="x").sql("sqlite"), ["blog_author", "posts", "posts__tags", "posts__tags__through"]),
        (Author.objects.filter(Q(posts__id=1) | Q(posts__id=2)).sql("sqlite"), ["blog_author", "posts", "posts_2"]),
        (Post.objects.filter(author__in=Author.objects.filter(name="x")).sql("sqlite"), ["blog_post", "blog_author"]),
        (Author.objects.filter(id__in=Author.objects.filter(name="x")).sql("sqlite"), ["blog_author", "blog_author_2"]),
        (Worker.objects.filter(boss__boss__boss=1).sql("sqlite"), ["Boss", "boss_2", "boss__boss"]),
        (Worker.objects.filter(boss__boss__id__gt=1).sql("sqlite"), ["Boss", "boss_2"]),
        (Worker.objects.values("staff__staff__id").sql("sqlite"), ["Boss", "staff", "staff__staff"]),
    ],
)
def test_names(sql: tuple[str, list[object]], expected: list[str]) -> None:
    """People read statements: in plans, logs and errors."""
    assert names(sql[0]) == expected


def test_a_slice_bears_the_name_of_its_table() -> None:
    """The select around a slice cannot see the tables inside, so that the name is free."""
    outer = select_of(Author.objects[:3].filter(name="x"))
    assert outer["from"]["query"]["alias"] == "blog_author"


def test_what_values_left_out_cannot_be_seen() -> None:
    """What acts on the rows of a union or on distinct rows sees the chosen columns only."""
    rows = Author.objects.values("name").union(Author.objects.values("name"))
    assert select_of(rows.filter(name="x"))["where"]["compare"]["left"]["column"]["name"] == "name"
    with pytest.raises(FieldError, match=r'^"email" is not among the values\(\) of the rows'):
        rows.filter(email="x").sql("sqlite")
    assert [name for name, _ in rows.values()._state.columns] == ["name"]


def test_names_are_cut_and_numbered() -> None:
    """PostgreSQL cuts names to 63 bytes; other servers take upper and lower case for the same."""
    aliases = Aliases()
    assert [aliases.take(name) for name in ("a", "A", "a_2", "b")] == ["a", "A_2", "a_2_2", "b"]
    found = [aliases.take("ü" * 40) for _ in range(12)]
    assert len(set(found)) == 12
    assert found[1] == "ü" * 30 + "_2"
    assert max(len(name.encode()) for name in found) <= LONGEST
