"""``join()`` of rows that refer here and of many-to-many relations: one statement, each row one instance, on every backend."""

from __future__ import annotations

import pickle

import pytest

from oxyde import F, Field, FieldError, Manager, Model, MultipleObjectsReturned, Prefetch, Q, QuerySet, UnsupportedError, With, atomic
from tests.backends import Backend
from tests.contract.test_prefetch import ALL, Card, Follow, Liked, Likes, Member, Purchase, fill
from tests.models import Author, Comment, Post
from tests.tables import statements, table, tables


class Hidden(Model):
    """Rows that a manager hides."""

    id: int | None = Field(default=None, db_pk=True)
    gone: bool = False
    hider: Hider

    objects = Manager.from_queryset(QuerySet["Hidden"])(scope=Q(gone=False))

    Meta = table("collect_hidden")


class Hider(Model):
    """Has rows that are hidden."""

    id: int | None = Field(default=None, db_pk=True)
    all_of_them: list[Hidden] = Field(db_reverse_fk="hider")

    Meta = table("collect_hider")


class Keyless(Model):
    """Is told apart by nothing."""

    code: int = Field(db_unique=True)
    others: list[Keyless] = Field(db_reverse_fk="other")
    other: Keyless | None = Field(default=None, db_fk="code")

    Meta = table("collect_keyless")


async def test_rows_that_refer_here(blog: Backend) -> None:
    """Parents once, with all their rows; none is an empty list."""
    await fill()
    with statements() as sent:
        authors = await Author.objects.join("posts").order_by("name").all()
    assert len(sent) == 1
    assert [sorted(post.title for post in author.posts) for author in authors] == [["a", "c", "e"], ["b"], []]
    assert "posts" in authors[2].model_fields_set
    assert pickle.loads(pickle.dumps(authors)) == authors


async def test_many_to_many_and_beyond(blog: Backend) -> None:
    """A tag on two posts is one instance; a path leads through several collections, and back."""
    await fill()
    posts = await Post.objects.join("tags", "author").order_by("title").all()
    assert [sorted(tag.name for tag in post.tags) for post in posts] == [["x", "y"], ["x"], [], ["y"], []]
    assert next(tag for tag in posts[0].tags if tag.name == "x") is posts[1].tags[0]
    assert posts[0].author is posts[2].author
    with statements() as sent:
        authors = await Author.objects.join("posts__comments").order_by("name").all()
    assert len(sent) == 1
    assert {post.title: len(post.comments) for author in authors for post in author.posts} == {"a": 2, "b": 0, "c": 1, "e": 0}
    comments = await Comment.objects.join("post__tags", "post__author").order_by("text").all()
    assert [(comment.text, len(comment.post.tags), comment.post.author.name) for comment in comments] == [
        ("a0", 2, "ann"),
        ("a1", 2, "ann"),
        ("c2", 0, "ann"),
    ]
    assert comments[0].post is comments[1].post


async def test_collections_are_whole(blog: Backend) -> None:
    """Filters choose parents; limit, offset, count, first and get act on parents."""
    authors = await fill()
    joined = Author.objects.join("posts").order_by("name")
    assert [len(author.posts) for author in await joined.filter(posts__title="a").all()] == [3]
    assert [len(author.posts) for author in await joined.exclude(posts__views__gt=4).all()] == [1, 0]
    assert [(author.name, len(author.posts)) for author in await joined[:2].all()] == [("ann", 3), ("bob", 1)]
    assert [(author.name, len(author.posts)) for author in await joined[1:].all()] == [("bob", 1), ("cid", 0)]
    assert [(author.name, len(author.posts)) for author in await joined[:2].filter(name="ann").all()] == [("ann", 3)]
    assert [author.name for author in await joined.filter(posts__views__gt=0)[:1].order_by("-name")[:1].all()] == ["ann"]
    assert await joined.count() == 3
    assert await joined.limit(2).count() == 2
    assert await joined.exists()
    assert len((await joined.first()).posts) == 3
    assert (await joined.last()).posts == []
    assert len((await joined.get(name="ann")).posts) == 3
    assert len((await joined.get(id=authors[0].id)).posts) == 3
    assert len((await Author.objects.join("posts").get(id=authors[0].id)).posts) == 3
    assert len((await joined.get(posts__title="c")).posts) == 3
    with pytest.raises(MultipleObjectsReturned):
        await joined.get(posts__views__gt=0)
    assert {key: len(author.posts) for key, author in (await joined.in_bulk([authors[0].id])).items()} == {authors[0].id: 3}
    assert [len(author.posts) for author in joined.distinct().sync.all()] == [3, 1, 0]
    assert [len(author.posts) for author in joined.sync[:2]] == [3, 1]
    titled = joined.annotate(shout=F("name")).filter(shout="ann")
    assert [(author.shout, len(author.posts)) for author in await titled.all()] == [("ann", 3)]
    assert [(author.shout, len(author.posts)) for author in await titled[:1].all()] == [("ann", 3)]
    both = joined.filter(name="ann").union(joined.filter(name="bob"))
    assert sorted(len(author.posts) for author in await both.all()) == [1, 3]
    some = joined[:2].union(joined.filter(name="cid"))
    assert [len(author.posts) for author in await some.order_by("name").all()] == [3, 1, 0]
    named = With("some_rows", joined[:1])
    assert [len(author.posts) for author in await named.query().with_(named).all()] == [3]
    assert await joined.filter(name="cid").update(bio="x") == 1
    assert len(await joined.order_by("?").all()) == 3
    assert len(await joined.order_by("?")[:2].all()) == 2
    assert await joined.values_list("name", flat=True).all() == ["ann", "bob", "cid"]
    if blog.dialect != "sqlite":
        async with atomic():
            assert len((await joined.for_update().first()).posts) == 3


async def test_beside_prefetch(blog: Backend) -> None:
    """Behind a joined collection further relations are loaded; one collection is joined, the other is not."""
    await fill()
    with statements() as sent:
        authors = await Author.objects.join("posts").prefetch("posts__tags", "posts__comments").order_by("name").all()
    assert len(sent) == 3
    assert [sum(len(post.tags) for post in author.posts) for author in authors] == [2, 1, 0]
    first = Prefetch("posts", Post.objects.join("comments").order_by("-views")[:1])
    authors = await Author.objects.prefetch(first).order_by("name").all()
    assert [[(post.title, len(post.comments)) for post in author.posts] for author in authors] == [[("c", 1)], [("b", 0)], []]


async def test_other_kinds(database: object) -> None:
    """One-to-one, keys that are not primary, self many-to-many, junctions of composite keys."""
    async with tables(*ALL):
        ann, bob, cid = [await Member.objects.create(name=name, code=code) for name, code in (("ann", "A"), ("bob", "B"), ("cid", None))]
        await Card.objects.create(number="1", member=ann)
        await Purchase.objects.bulk_create([Purchase(buyer=ann), Purchase(buyer=ann), Purchase(buyer=bob), Purchase()])
        await Follow.objects.bulk_create([Follow(source=ann, target=bob), Follow(source=ann, target=cid), Follow(source=bob, target=ann)])
        members = await Member.objects.join("card", "orders").order_by("name").all()
        assert [(member.card and member.card.number, len(member.orders)) for member in members] == [("1", 2), (None, 1), (None, 0)]
        members = await Member.objects.join("follows__card").order_by("name").all()
        assert [sorted(one.name for one in member.follows) for member in members] == [["bob", "cid"], ["ann"], []]
        assert members[1].follows[0].card.number == "1"
        members = await Member.objects.join("followers").order_by("name").all()
        assert [sorted(one.name for one in member.followers) for member in members] == [["bob"], ["ann"], ["ann"]]
        assert [member.friends for member in await Member.objects.join("friends").all()] == [[], [], []]
        liked = await Liked.objects.create()
        await liked.related("labels").create(area="a", number=1, code=7)
        await liked.related("labels").create(area="a", number=2, code=8)
        await Likes.objects.create(liked=liked, label_code=8)  # a second time
        (found,) = await Liked.objects.join("labels").all()
        assert sorted(label.code for label in found.labels) == [7, 8]


async def test_many_batches(blog: Backend) -> None:
    """A collection that ends in a later batch belongs to the same parent."""
    authors = [await Author.objects.create(name=name, email=name) for name in ("ann", "bob")]
    await Post.objects.bulk_create([{"title": str(number), "author": authors[number % 2]} for number in range(10_000)])
    found = await Author.objects.join("posts").order_by("name").all()
    assert [len(author.posts) for author in found] == [5_000, 5_000]
    assert len({id(post) for author in found for post in author.posts}) == 10_000


def test_refusals() -> None:
    """What cannot be told apart, or would multiply, or is narrowed elsewhere, names ``prefetch()``."""
    with pytest.raises(UnsupportedError, match=r'leave "tags" or "comments" to prefetch|leave "comments" or "tags" to prefetch'):
        Post.objects.join("tags").join("comments")
    with pytest.raises(UnsupportedError, match="Keyless has no primary key"):
        Keyless.objects.join("others")
    with pytest.raises(UnsupportedError, match=r"the manager of Hidden has a scope.*prefetch"):
        Hider.objects.join("all_of_them")
    with pytest.raises(FieldError, match=r"union_all\(\) may repeat rows"):
        Author.objects.union_all(Author.objects).join("posts").sql()
    with pytest.raises(FieldError, match=r"Member\.follows is many-to-many.*joins a collection"):
        Member.objects.prefetch(Prefetch("follows", Member.objects.join("orders")))
    with pytest.raises(UnsupportedError, match="values"):
        Author.objects.join("posts").__arrow_c_schema__()
