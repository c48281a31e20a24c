"""``prefetch()``: every kind of relation loaded by statements of its own, on every backend."""

from __future__ import annotations

import pickle
import uuid

import pytest

from oxyde import (
    AsyncDatabase,
    F,
    Field,
    FieldError,
    ForeignKeyViolationError,
    Model,
    MultipleObjectsReturned,
    NotLoaded,
    Prefetch,
    UnsupportedError,
    atomic,
)
from tests.backends import Backend
from tests.models import Author, Comment, Post, PostTag, Tag
from tests.states import is_stored
from tests.tables import statements, table, tables


class Member(Model):
    """Has one card, follows others, has friends; and is known by a code."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, db_pk=True)
    name: str
    code: str | None = Field(default=None, db_unique=True, max_length=8)
    card: Card | None = Field(db_reverse_fk="member")
    orders: list[Purchase] = Field(db_reverse_fk="buyer")
    follows: list[Member] = Field(db_m2m=True, db_through="Follow", db_through_fields=("source", "target"))
    followers: list[Member] = Field(db_m2m=True, db_through="Follow", db_through_fields=("target", "source"))
    friends: list[Member] = Field(db_m2m=True)

    Meta = table("prefetch_member")


class Card(Model):
    """Belongs to one member."""

    id: int | None = Field(default=None, db_pk=True)
    number: str
    member: Member = Field(db_unique=True)

    Meta = table("prefetch_card")


class Purchase(Model):
    """Names its buyer by code, not by key."""

    id: int | None = Field(default=None, db_pk=True)
    buyer: Member | None = Field(default=None, db_fk="code")

    Meta = table("prefetch_purchase")


class Follow(Model):
    """Who follows whom."""

    source: Member = Field(db_pk=True)
    target: Member = Field(db_pk=True)

    Meta = table("prefetch_follow")


class Label(Model):
    """Is on many members; its key has two fields."""

    area: str = Field(db_pk=True, max_length=10)
    number: int = Field(db_pk=True)
    code: int = Field(db_unique=True)

    Meta = table("prefetch_label")


class Liked(Model):
    """Has a junction of its own to labels, by a field that is not their key."""

    id: int | None = Field(default=None, db_pk=True)
    labels: list[Label] = Field(db_m2m=True, db_through="Likes")

    Meta = table("prefetch_liked")


class Likes(Model):
    """A junction with a column of its own."""

    id: int | None = Field(default=None, db_pk=True)
    liked: Liked
    label: Label = Field(db_fk="code")
    much: int = 0

    Meta = table("prefetch_likes")


ALL = (Label, Member, Card, Purchase, Follow, Liked, Likes)


async def fill() -> list[Author]:
    """Makes three authors, four posts of two of them and one of nobody, comments and tags."""
    authors = [await Author.objects.create(name=name, email=f"{name}@x.org") for name in ("ann", "bob", "cid")]
    posts = [
        await Post.objects.create(title=title, views=views, author=author)
        for title, views, author in (("a", 5, authors[0]), ("b", 1, authors[1]), ("c", 7, authors[0]), ("d", 0, None), ("e", 3, authors[0]))
    ]
    for number, post in enumerate((posts[0], posts[0], posts[2])):
        await Comment.objects.create(text=f"{post.title}{number}", post=post)
    tags = [await Tag.objects.create(name=name) for name in ("x", "y", "z")]
    for post, tag in ((0, 0), (0, 1), (1, 0), (3, 1)):
        await PostTag.objects.create(post=posts[post], tag=tags[tag])
    return authors


async def test_rows_that_refer_here(blog: Backend) -> None:
    """Each author has the posts; an author without one has an empty list, which is loaded."""
    await fill()
    with statements() as sent:
        authors = await Author.objects.prefetch("posts").order_by("name").all()
    assert len(sent) == 2
    assert [sorted(post.title for post in author.posts) for author in authors] == [["a", "c", "e"], ["b"], []]
    assert authors[2].posts == []
    assert is_stored(authors[0].posts[0])
    assert "posts" in authors[0].model_fields_set
    assert authors[2].model_dump()["posts"] == []
    with pytest.raises(NotLoaded):
        _ = authors[0].posts[0].author  # the other side is not set
    assert "author" not in authors[0].posts[0].model_dump()
    assert pickle.loads(pickle.dumps(authors)) == authors


async def test_foreign_keys(blog: Backend) -> None:
    """Rows that refer to one row share the instance; without one it is None."""
    await fill()
    with statements() as sent:
        posts = await Post.objects.prefetch("author").order_by("title").all()
    assert len(sent) == 2
    assert [post.author and post.author.name for post in posts] == ["ann", "bob", "ann", None, "ann"]
    assert posts[0].author is posts[2].author
    joined = await Post.objects.join("author").order_by("title").all()
    assert joined == posts


async def test_many_to_many(blog: Backend) -> None:
    """A junction is crossed in one statement; a tag on several posts is one instance."""
    await fill()
    with statements() as sent:
        posts = await Post.objects.prefetch("tags").order_by("title").all()
    assert len(sent) == 2
    assert [sorted(tag.name for tag in post.tags) for post in posts] == [["x", "y"], ["x"], [], ["y"], []]
    assert next(tag for tag in posts[0].tags if tag.name == "x") is posts[1].tags[0]
    assert posts[1].tags == [await Tag.objects.get(name="x")]
    assert set(vars(posts[1].tags[0])) == {"id", "name"}


async def test_nested_paths_and_joins(blog: Backend) -> None:
    """One statement for each relation, behind joined rows too."""
    await fill()
    with statements() as sent:
        authors = await Author.objects.prefetch("posts__comments", "posts__tags").order_by("name").all()
    assert len(sent) == 4
    found = {post.title: (len(post.comments), len(post.tags)) for author in authors for post in author.posts}
    assert found == {"a": (2, 2), "b": (0, 1), "c": (1, 0), "e": (0, 0)}
    with statements() as sent:
        comments = await Comment.objects.join("post__author").prefetch("post__author__posts", "post__tags").order_by("text").all()
    assert len(sent) == 3
    assert [sorted(post.title for post in comment.post.author.posts) for comment in comments] == [["a", "c", "e"]] * 3
    assert comments[0].post.author is comments[2].post.author
    assert [len(comment.post.tags) for comment in comments] == [2, 2, 0]
    with statements() as sent:
        assert await Author.objects.filter(name="nobody").prefetch("posts__comments").all() == []
    assert len(sent) == 1


async def test_every_reading_verb(blog: Backend) -> None:
    """first, last, get, in_bulk, slices and the blocking twins load it; count and its kin do without."""
    authors = await fill()
    loading = Author.objects.order_by("name").prefetch("posts")
    assert len((await loading.first()).posts) == 3
    assert (await loading.last()).posts == []
    assert len((await loading.get(name="bob")).posts) == 1
    assert len((await loading.get(id=authors[0].id)).posts) == 3
    assert len((await loading.get_or_none(pk=authors[1].id)).posts) == 1
    assert len((await loading.earliest("name")).posts) == 3
    assert {key: len(author.posts) for key, author in (await loading.in_bulk([authors[0].id, authors[1].id])).items()} == {
        authors[0].id: 3,
        authors[1].id: 1,
    }
    assert [len(author.posts) for author in await loading[:2].all()] == [3, 1]
    assert [len(author.posts) for author in loading.sync.all()] == [3, 1, 0]
    assert len(loading.sync.get(name="bob").posts) == 1
    assert [len(author.posts) for author in loading.sync] == [3, 1, 0]
    both = loading.filter(name="ann").union(Author.objects.filter(name="bob"))
    assert sorted(len(author.posts) for author in await both.all()) == [1, 3]
    with statements() as sent:
        assert await loading.count() == 3
        assert await loading.exists()
        assert await loading.filter(name="cid").update(bio="new") == 1
        assert await loading.filter(name="cid").delete() == 1
    assert len(sent) == 4
    again = pickle.loads(pickle.dumps(Author.objects.prefetch(Prefetch("posts", Post.objects.filter(views__gt=3)))))
    assert sorted(len(author.posts) for author in await again.all()) == [0, 2]


async def test_querysets(blog: Backend) -> None:
    """A ``Prefetch`` filters, orders, annotates, and loads further."""
    await fill()
    popular = Post.objects.filter(views__gt=1).order_by("-views").annotate(double=F("views") * 2).prefetch("tags").join("author")
    with statements() as sent:
        authors = await Author.objects.order_by("name").prefetch(Prefetch("posts", popular), "posts__comments").all()
    assert len(sent) == 4
    assert [[(post.title, post.double, len(post.comments)) for post in author.posts] for author in authors] == [
        [("c", 14, 1), ("a", 10, 2), ("e", 6, 0)],
        [],
        [],
    ]
    assert authors[0].posts[0].author.name == "ann"
    assert len(authors[0].posts[1].tags) == 2
    posts = await Post.objects.order_by("title").prefetch(Prefetch("tags", Tag.objects.exclude(name="x").order_by("-name"))).all()
    assert [[tag.name for tag in post.tags] for post in posts] == [["y"], [], [], ["y"], []]
    posts = await Post.objects.order_by("title").prefetch(Prefetch("author", Author.objects.filter(name="bob"))).all()
    assert [post.author and post.author.name for post in posts] == [None, "bob", None, None, None]


async def test_attributes(blog: Backend) -> None:
    """``to_attr`` leaves the relation alone, and paths lead on from there."""
    await fill()
    many = Prefetch("posts", Post.objects.filter(views__gt=4).order_by("title"), to_attr="popular")
    authors = await Author.objects.order_by("name").prefetch(many, "posts", "popular__comments").all()
    assert [[post.title for post in author.popular] for author in authors] == [["a", "c"], [], []]
    assert [len(post.comments) for post in authors[0].popular] == [2, 1]
    assert len(authors[0].posts) == 3
    assert "popular" not in authors[0].model_dump()
    one = await Post.objects.prefetch(Prefetch("author", to_attr="writer")).get(title="a")
    assert one.writer.name == "ann"
    with pytest.raises(NotLoaded):
        _ = one.author
    for wrong in ("posts", "name", "save", "objects"):
        with pytest.raises(FieldError, match=f'Author has an attribute "{wrong}" already'):
            Author.objects.prefetch(Prefetch("posts", to_attr=wrong))
    with pytest.raises(FieldError, match="already"):
        Author.objects.prefetch(many, Prefetch("posts", to_attr="popular"))
    with pytest.raises(FieldError, match="already"):
        Author.objects.annotate(popular=F("id")).prefetch(many)


@pytest.mark.parametrize("window", [slice(2), slice(1, 3), slice(1, None), slice(0)])
async def test_the_first_of_each(blog: Backend, window: slice) -> None:
    """A slice is taken of each row's own related rows, in one statement; across a junction too."""
    await fill()
    with statements() as sent:
        first = Prefetch("posts", Post.objects.order_by("-views").annotate(double=F("views") * 2).prefetch("tags")[window])
        authors = await Author.objects.order_by("name").prefetch(first).all()
    assert len(sent) == 3 - (window == slice(0))
    expected = [[("c", 14), ("a", 10), ("e", 6)][window], [("b", 2)][window], []]
    assert [[(post.title, post.double) for post in author.posts] for author in authors] == expected
    assert set(vars(authors[0].posts[0])) <= {*Post.model_fields, "double"} if authors[0].posts else True
    posts = await Post.objects.order_by("title").prefetch(Prefetch("tags", Tag.objects.order_by("-name")[window])).all()
    assert [[tag.name for tag in post.tags] for post in posts] == [["y", "x"][window], ["x"][window], [], ["y"][window], []]
    posts = await Post.objects.order_by("title").prefetch(Prefetch("comments", Comment.objects.distinct().join("post")[window])).all()
    assert [[comment.text for comment in post.comments] for post in posts] == [["a0", "a1"][window], [], ["c2"][window], [], []]


async def test_other_kinds(database: object) -> None:
    """One-to-one, a key that is not the primary one, NULL keys, self many-to-many both ways, junctions of their own."""
    async with tables(*ALL):
        ann, bob, cid = [await Member.objects.create(name=name, code=code) for name, code in (("ann", "A"), ("bob", "B"), ("cid", None))]
        await Card.objects.create(number="1", member=ann)
        await Purchase.objects.bulk_create([Purchase(buyer=ann), Purchase(buyer=ann), Purchase(buyer=bob), Purchase()])
        await Follow.objects.bulk_create([Follow(source=ann, target=bob), Follow(source=ann, target=cid), Follow(source=bob, target=ann)])
        paths = ("card", "orders", "follows", "followers", "friends")
        with statements() as sent:
            members = await Member.objects.prefetch(*paths).order_by("name").all()
        assert len(sent) == 1 + len(paths)
        assert [member.card and member.card.number for member in members] == ["1", None, None]
        assert [len(member.orders) for member in members] == [2, 1, 0]
        assert [sorted(one.name for one in member.follows) for member in members] == [["bob", "cid"], ["ann"], []]
        assert [sorted(one.name for one in member.followers) for member in members] == [["bob"], ["ann"], ["ann"]]
        assert [member.friends for member in members] == [[], [], []]
        purchases = await Purchase.objects.prefetch("buyer__card").order_by("id").all()
        assert [purchase.buyer and purchase.buyer.name for purchase in purchases] == ["ann", "ann", "bob", None]
        assert purchases[0].buyer.card.number == "1"
        await Label.objects.bulk_create([Label(area="a", number=1, code=7), Label(area="a", number=2, code=8)])
        liked = await Liked.objects.create()
        other = await Liked.objects.create()
        await Likes.objects.bulk_create([Likes(liked=one, label_code=code) for one, code in ((liked, 7), (liked, 8), (other, 8))])
        first, second = await Liked.objects.prefetch(Prefetch("labels", Label.objects.order_by("code"))).order_by("id").all()
        assert [(label.area, label.number) for label in first.labels] == [("a", 1), ("a", 2)]
        assert first.labels[1] is second.labels[0]


class Land(Model):
    """Is referred to by a text."""

    code: str = Field(db_pk=True, max_length=10)
    towns: list[Town] = Field(db_reverse_fk="land")
    allies: list[Land] = Field(db_m2m=True, db_through="Pact", db_through_fields=("one", "other"))

    Meta = table("prefetch_land")


class Town(Model):
    """Refers to a land by its code."""

    id: int | None = Field(default=None, db_pk=True)
    land: Land | None = None

    Meta = table("prefetch_town")


class Pact(Model):
    """Relates lands."""

    id: int | None = Field(default=None, db_pk=True)
    one: Land
    other: Land

    Meta = table("prefetch_pact")


async def test_keys_that_a_collation_compares_as_equal(database: AsyncDatabase) -> None:
    """Where the server takes another case for the same key, so does ``prefetch()``, as ``join()`` does; elsewhere it stores none."""
    async with tables(Land, Town, Pact):
        await Land.objects.bulk_create([{"code": "nz"}, {"code": "fj"}, {"code": "to"}])
        if database.dialect not in {"mysql", "mariadb"}:
            with pytest.raises(ForeignKeyViolationError):
                await Town.objects.create(land_code="NZ")
            return
        await Town.objects.bulk_create([{"land_code": code} for code in ("NZ", "nz", "Fj", "FJ", None)])
        await Pact.objects.bulk_create([{"one_code": "NZ", "other_code": "FJ"}, {"one_code": "nz", "other_code": "to"}])
        for query in (Town.objects.prefetch("land"), Town.objects.join("land")):
            towns = await query.order_by("id").all()
            assert [town.land and town.land.code for town in towns] == ["nz", "nz", "fj", "fj", None]
            assert towns[2].land is towns[3].land
        for query in (Land.objects.prefetch("towns", "allies"), Land.objects.join("towns").prefetch("allies")):
            lands = await query.order_by("code").all()
            assert [len(land.towns) for land in lands] == [2, 2, 0]
            assert [sorted(ally.code for ally in land.allies) for land in lands] == [[], ["fj", "to"], []]
        with statements() as sent:
            some = await Town.objects.filter(land_code="NZ").prefetch(Prefetch("land", Land.objects.filter(code="fj"))).all()
        assert ([town.land for town in some], len(sent)) == ([None, None], 2)


async def test_one_that_is_several(database: object) -> None:
    """A relation of one row that finds several is an error, not one of them."""

    class Loose(Model):
        """Has one part, so it says."""

        id: int | None = Field(default=None, db_pk=True)
        part: Part | None = Field(db_reverse_fk="whole_id")

        Meta = table("prefetch_loose")

    class Part(Model):
        """Says by a plain number what it belongs to."""

        id: int | None = Field(default=None, db_pk=True)
        whole_id: int

        Meta = table("prefetch_part")

    async with tables(Loose, Part):
        whole = await Loose.objects.create()
        await Part.objects.create(whole_id=whole.id)
        assert (await Loose.objects.prefetch("part").get()).part.whole_id == whole.id
        await Part.objects.create(whole_id=whole.id)
        with pytest.raises(MultipleObjectsReturned, match=r"Loose\.part holds one Part"):
            await Loose.objects.prefetch("part").all()


async def test_100_000_parents(blog: Backend) -> None:
    """Any number of keys; one statement where a list is one parameter."""
    author = await Author.objects.create(name="ann", email="a")
    await Post.objects.bulk_create([{"title": "t", "author": author} for _ in range(100_000)])
    post = await Post.objects.last()
    await Comment.objects.create(text="last", post=post)
    with statements() as sent:
        posts = await Post.objects.prefetch("comments", "author").order_by("id").all()
    assert len(sent) == (3 if blog.dialect in {"postgres", "sqlite"} else 4)
    assert len(posts) == 100_000
    assert [comment.text for comment in posts[-1].comments] == ["last"]
    assert sum(len(post.comments) for post in posts) == 1
    assert posts[0].author is posts[-1].author


async def test_saving_what_was_loaded(blog: Backend) -> None:
    """Loaded relations are no changes: save writes none, keeps them, and refresh keeps them."""
    await fill()
    author = await Author.objects.prefetch("posts").get(name="ann")
    with statements() as sent:
        await author.save()
    assert sent == []
    author.bio = "new"
    await author.save()
    assert len(author.posts) == 3
    post = author.posts[0]
    post.views += 1
    await post.save()
    assert (await Post.objects.get(id=post.id)).views == post.views
    if blog.dialect != "sqlite":
        async with atomic():
            assert len((await Author.objects.for_update().prefetch("posts").get(name="ann")).posts) == 3


async def test_frames_hold_no_instances(blog: Backend) -> None:
    """A frame of a queryset with prefetch is refused, naming ``values()``."""
    with pytest.raises(UnsupportedError, match="values"):
        await Author.objects.prefetch("posts").to_arrow()
