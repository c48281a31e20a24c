"""``join()``: foreign keys followed in the same statement, and the rows there as instances in their places."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from pydantic import model_validator

import oxyde
from oxyde import F, Field, Model, Q, db
from oxyde.exceptions import FieldError, NotLoaded, UnsupportedError
from tests.backends import Backend
from tests.models import Author, Comment, Post
from tests.states import is_stored
from tests.tables import statements, table, tables


class Team(Model):
    """A related model of a related model."""

    id: int | None = Field(default=None, db_pk=True)
    name: str

    Meta = table("join_team")


class Person(Model):
    """Refers to a team, to another person, and by code to a country."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    team: Team | None = None
    boss: Person | None = Field(default=None, db_on_delete="SET NULL")
    country: Country | None = Field(default=None, db_fk="code")

    Meta = table("join_person")


class Country(Model):
    """Is referred to by a code that is not its key, and has a rule that crosses its fields."""

    id: int | None = Field(default=None, db_pk=True)
    code: str = Field(db_unique=True, max_length=2)
    facts: dict[str, Any] | None = None

    @model_validator(mode="after")
    def seen(self) -> Country:
        """Looks at the row as a whole."""
        return self

    Meta = table("join_country")


async def fill() -> list[Author]:
    """Makes two authors, three posts of theirs and one of nobody."""
    authors = [await Author.objects.create(name=name, email=f"{name}@x.org") for name in ("ann", "bob")]
    for title, author in (("a", authors[0]), ("b", authors[1]), ("c", authors[0]), ("d", None)):
        await Post.objects.create(title=title, author=author)
    return authors


async def test_one_statement_loads_the_related_rows(blog: Backend) -> None:
    """Two posts of one author share the author; a post of nobody has None."""
    authors = await fill()
    with statements() as sent:
        posts = await Post.objects.join("author").order_by("title").all()
    assert len(sent) == 1
    assert [post.title for post in posts] == ["a", "b", "c", "d"]
    assert [post.author and post.author.name for post in posts] == ["ann", "bob", "ann", None]
    assert posts[0].author is posts[2].author
    assert posts[0].author == authors[0]
    assert is_stored(posts[0].author)
    assert "author" in posts[0].model_fields_set
    with pytest.raises(NotLoaded):
        _ = posts[0].author.posts
    assert posts[0].model_dump()["author"]["email"] == "ann@x.org"
    assert pickle.loads(pickle.dumps(posts)) == posts


async def test_a_join_changes_no_row(blog: Backend) -> None:
    """The root's own values are those of the query without it."""
    await fill()
    plain = await Post.objects.order_by("title").all()
    joined = await Post.objects.join("author").order_by("title").all()
    for one, two in zip(plain, joined, strict=True):
        assert {**one.__dict__, "author": None} == {**two.__dict__, "author": None}
        assert list(one.__dict__) == list(two.__dict__)


async def test_every_reading_verb(blog: Backend) -> None:
    """Filters, slices, order by the related row, get, first, count, exists, and the blocking twin."""
    await fill()
    posts = Post.objects.join("author")
    assert (await posts.get(title="b")).author.name == "bob"
    assert (await posts.get(id=(await posts.first()).id)).author.name == "ann"
    assert (await posts.filter(author__name="bob").all())[0].author.name == "bob"
    assert (await posts.order_by("-title").last()).author.name == "ann"
    assert [post.author.name for post in await posts.filter(~Q(author=None)).order_by("author__name", "-title").all()] == [
        "ann",
        "ann",
        "bob",
    ]
    assert [post.author.name for post in await posts.order_by("title")[1:3].all()] == ["bob", "ann"]
    assert [post.author.name for post in await posts.order_by("title")[:3].filter(author__name="ann").order_by("title").all()] == [
        "ann"
    ] * 2
    assert [post.title for post in await posts.distinct().order_by("title").all()] == ["a", "b", "c", "d"]
    assert posts.order_by("title").sync.all()[0].author.name == "ann"
    assert await posts.count() == 4
    assert await posts.filter(author__name="zed").exists() is False
    assert await posts.order_by("title").values("title", "author__name")[:1].all() == [{"title": "a", "author__name": "ann"}]
    assert await posts.values_list("title", flat=True).get(title="a") == "a"
    assert await Author.objects.filter(id__in=posts.filter(title="a").values_list("author", flat=True)).count() == 1
    assert await posts.filter(title="a").update(views=3) == 1
    assert await posts.filter(title="d").delete() == 1


async def test_annotations_beside(blog: Backend) -> None:
    """A computed value is an attribute of the row, whatever is joined."""
    await fill()
    posts = await Post.objects.join("author").annotate(length=F("views") + 1).filter(length=1).order_by("title").all()
    assert [(post.length, post.author and post.author.name) for post in posts] == [(1, "ann"), (1, "bob"), (1, "ann"), (1, None)]


async def test_rows_of_other_queries(blog: Backend) -> None:
    """A union and a common table expression are joined from outside, whether it is said inside or behind."""
    await fill()
    posts = Post.objects.join("author")
    both = posts.filter(title="a").union(posts.filter(title__in=["b", "d"]))
    assert [(post.title, post.author and post.author.name) for post in await both.order_by("title").all()] == [
        ("a", "ann"),
        ("b", "bob"),
        ("d", None),
    ]
    behind = Post.objects.filter(title="a").union(Post.objects.filter(title="c")).join("author")
    first, second = await behind.order_by("title").all()
    assert first.author is second.author
    with pytest.raises(TypeError, match="same values"):
        posts.union(Post.objects.filter(title="a"))


async def test_paths_of_several_relations(blog: Backend) -> None:
    """A path joins what is on its way."""
    authors = await fill()
    for post in await Post.objects.order_by("title").all():
        await Comment.objects.create(text=post.title, post=post)
    comments = await Comment.objects.join("post__author").order_by("text").all()
    assert [comment.post.author and comment.post.author.name for comment in comments] == ["ann", "bob", "ann", None]
    assert comments[0].post.author is comments[2].post.author
    assert comments[0].post.author == authors[0]


async def test_saving_keeps_what_is_loaded(blog: Backend) -> None:
    """``save()`` writes what changed of the row alone; a key that is changed drops the related row."""
    authors = await fill()
    post = await Post.objects.join("author").get(title="a")
    author = post.author
    post.views = 7
    with statements() as sent:
        await post.save()
    assert len(sent) == 1
    assert post.author is author
    await post.refresh()
    assert post.author is author
    author.name = "anna"
    await author.save()
    assert (await Author.objects.get(id=author.id)).name == "anna"
    post.author_id = authors[1].id
    with pytest.raises(NotLoaded):
        _ = post.author
    await post.save()
    assert (await Post.objects.join("author").get(title="a")).author.name == "bob"


async def test_siblings_selves_and_keys_by_code(backend: Backend) -> None:
    """Two relations of one model, one to the model itself, one by a field that is no key, one below another."""
    await db.init(default=backend.url)
    try:
        async with tables(Team, Country, Person):
            team = await Team.objects.create(name="red")
            await Country.objects.create(id=5, code="NZ", facts={"sheep": True})
            boss = await Person.objects.create(name="boss", team=team)
            await Person.objects.create(name="one", team=team, boss=boss, country_code="NZ")
            await Person.objects.create(name="two", boss=boss, country_code="NZ")
            people = await Person.objects.join("boss__team", "team", "country").order_by("name").all()
            top, one, two = people
            assert (top.boss, top.country, top.team.name) == (None, None, "red")
            assert one.boss is two.boss
            assert one.boss.team.name == "red"
            assert (one.team, two.team) == (team, None)
            assert one.country is two.country
            assert (one.country.id, one.country.facts) == (5, {"sheep": True})
            with pytest.raises(NotLoaded):
                _ = one.boss.boss
            assert oxyde.sync.refresh(one.boss.model_copy()) == boss
    finally:
        await db.close()


@pytest.mark.parametrize(
    ("paths", "error", "text"),
    [
        ((), ValueError, "at least one path"),
        (("autor",), FieldError, 'no field "autor"; did you mean "author"'),
        (("author_id",), FieldError, 'Post.author_id is a column; did you mean "author"'),
        (("title",), FieldError, "Post.title is a column; its relations are author, comments, tags"),
        (("author__name",), FieldError, "Author.name is a column"),
        (("comments", "tags"), UnsupportedError, r'two multiply each other: leave "comments" or "tags" to prefetch'),
        (("author__posts", "comments"), UnsupportedError, "multiply each other"),
        ((3,), TypeError, "as text, not int"),
    ],
)
def test_wrong_paths(paths: tuple[Any, ...], error: type[Exception], text: str) -> None:
    """Each is refused when it is written, naming the remedy."""
    with pytest.raises(error, match=text):
        Post.objects.join(*paths)


def test_neither_values_nor_frames_take_related_instances() -> None:
    """Both name the columns instead."""
    with pytest.raises(FieldError, match=r"values\(\) has none"):
        Post.objects.values("title").join("author")
    with pytest.raises(UnsupportedError, match="values"):
        Post.objects.join("author").__arrow_c_schema__()
