"""``instance.related()``: reading, making and changing what an instance is related to, on every backend."""

from __future__ import annotations

import asyncio
import copy
import pickle

import pytest

import oxyde
from oxyde import (
    Field,
    FieldError,
    ForeignKeyViolationError,
    Manager,
    Model,
    NotFoundError,
    NotLoaded,
    Q,
    QuerySet,
    UniqueViolationError,
    atomic,
)
from tests.backends import Backend
from tests.models import Author, Comment, Post, PostTag, Tag
from tests.tables import statements, table, tables


class Skills(QuerySet["Skill"]):
    """A queryset of an application."""

    def rare(self) -> Skills:
        """Returns the rare ones."""
        return self.filter(name__startswith="rare")


class Skill(Model):
    """What people can do; some of it is forgotten, and seen by no manager."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=40)
    forgotten: bool = False

    objects = Manager.from_queryset(Skills)(scope=Q(forgotten=False))

    Meta = table("related_skill")


class Person(Model):
    """Has skills and friends by junctions that no model describes, rooms by one that allows doubles, teachers by one with columns."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    skills: list[Skill] = Field(db_m2m=True)
    friends: list[Person] = Field(db_m2m=True)
    rooms: list[Room] = Field(db_m2m=True, db_through="Stay")
    teachers: list[Person] = Field(db_m2m=True, db_through="Lesson", db_through_fields=("pupil", "teacher"))

    Meta = table("related_person")


class Room(Model):
    """Where people stay."""

    id: int | None = Field(default=None, db_pk=True)
    name: str

    Meta = table("related_room")


class Stay(Model):
    """A person in a room, maybe twice."""

    id: int | None = Field(default=None, db_pk=True)
    person: Person
    room: Room
    nights: int = 1

    Meta = table("related_stay")


class Lesson(Model):
    """Who teaches whom what."""

    pupil: Person = Field(db_pk=True)
    teacher: Person = Field(db_pk=True)
    subject: str = Field(max_length=20)

    Meta = table("related_lesson")


ALL = (Skill, Person, Room, Stay, Lesson)


async def test_rows_that_refer_here(blog: Backend) -> None:
    """Every verb of a queryset, on the instance's own rows; new rows belong to it."""
    ann = await Author.objects.create(name="ann", email="a")
    bob = await Author.objects.create(name="bob", email="b")
    await Post.objects.create(title="other", author=bob)
    posts = ann.related("posts")
    post = await posts.create(title="one", views=3)
    assert post.author_id == ann.id
    assert [one.title for one in await posts.bulk_create([Post(title="two"), {"title": "three", "views": 9}])] == ["two", "three"]
    with pytest.raises(FieldError, match=r"Author\.posts was given a Post that belongs to another Author; set its author_id to None"):
        await posts.bulk_create([Post(title="four"), Post(title="five", author=bob)])
    assert await posts.bulk_create([Post(title="mine", author=ann)])
    assert await posts.filter(title="mine").delete() == 1
    assert await posts.count() == 3
    assert await posts.filter(views__gt=1).order_by("-views").values_list("title", flat=True).all() == ["three", "one"]
    assert (await posts.get(title="two")).author_id == ann.id
    assert await posts.get_or_none(title="other") is None
    with pytest.warns(RuntimeWarning, match="unique"):
        assert (await posts.get_or_create(title="one"))[1] is False
    with pytest.warns(RuntimeWarning, match="unique"):
        made, new = await posts.get_or_create({"views": 2}, title="other")
    assert (new, made.author_id, made.views) == (True, ann.id, 2)
    with pytest.warns(RuntimeWarning, match="unique"):
        assert (await posts.update_or_create({"views": 5}, title="other"))[0].id == made.id
    assert await posts.filter(title="other").update(views=1) == 1
    assert await posts.delete() == 4
    assert await Post.objects.count() == 1
    body = Post.Create(title="sent", author_id=bob.id)
    assert (await posts.create(body)).author_id == ann.id
    assert (await posts.bulk_create([body]))[0].author_id == ann.id


async def test_what_would_change_rows_of_others_is_refused(blog: Backend) -> None:
    """Rows that are there may belong to another instance, and those of a frame say themselves where they belong."""
    ann = await Author.objects.create(name="ann", email="a")
    post = await ann.related("posts").create(title="one")
    for related in (ann.related("posts"), post.related("tags")):
        with pytest.raises(FieldError, match=r"upsert\(\) of \w+\.\w+ would change rows that belong to another"):
            await related.upsert([{"id": 78}], on="id")
        with pytest.raises(FieldError, match=r"update_conflicts=True\) of \w+\.\w+ would change rows"):
            await related.bulk_create([{"id": 78}], update_conflicts=True)
    with pytest.raises(FieldError, match=r'Post\.objects\.load\(\) the rows with a column "author_id"'):
        await ann.related("posts").load([])
    with pytest.raises(FieldError, match=r"Tag\.objects\.load\(\) the rows$"):
        post.related("tags").sync.load([])
    with pytest.raises(FieldError, match="ignore_conflicts=True"):
        await post.related("tags").bulk_create([{"name": "x"}], ignore_conflicts=True)


async def test_what_was_loaded_is_stale(blog: Backend) -> None:
    """A loaded relation is not loaded any more once the manager has changed what is stored."""
    await Author.objects.create(name="ann", email="a")
    ann = await Author.objects.prefetch("posts").get()
    assert ann.posts == []
    await ann.related("posts").create(title="new")
    with pytest.raises(NotLoaded):
        _ = ann.posts
    assert len((await Author.objects.prefetch("posts").get()).posts) == 1


async def test_many_to_many(blog: Backend) -> None:
    """add, remove, set and clear, with objects and keys, doubles ignored."""
    post = await Post.objects.create(title="p")
    other = await Post.objects.create(title="q")
    x, y, z = [await Tag.objects.create(name=name) for name in "xyz"]
    tags = post.related("tags")

    async def names() -> list[str]:
        return await tags.order_by("name").values_list("name", flat=True).all()

    await tags.add(x, y)
    await tags.add(y, y.id, z)
    assert await names() == ["x", "y", "z"]
    await other.related("tags").add(x)
    assert await tags.filter(name="x").exists()
    assert await tags.remove(x, z) == 2
    assert await tags.remove(x) == 0
    assert await tags.remove() == 0
    assert await names() == ["y"]
    kept = await PostTag.objects.get(post=post, tag=y)
    await tags.set([z, y, z])
    assert await names() == ["y", "z"]
    assert await PostTag.objects.get(post=post, tag=y) == kept
    made = await tags.create(name="w")
    assert await names() == ["w", "y", "z"]
    assert [tag.name for tag in await tags.bulk_create([{"name": "u"}, Tag(name="v")])] == ["u", "v"]
    assert await tags.count() == 5
    assert await tags.exclude(name="w").order_by("-name").first() == z
    assert await tags.filter(id=made.id).update(name="W") == 1
    assert await tags.clear() == 5
    assert await names() == []
    assert await other.related("tags").count() == 1
    await tags.set([])
    await tags.add()
    assert await Tag.objects.count() == 6
    with statements() as sent:
        await tags.add(x, y, z)
    assert len(sent) == 1
    assert (await Post.objects.prefetch("tags").get(id=post.id)).tags != []
    assert await tags.filter(name="x").delete() == 1
    assert await Tag.objects.count() == 5
    assert await other.related("tags").count() == 0


async def test_all_or_nothing(blog: Backend) -> None:
    """A row that is gone, or a constraint, leaves everything as it was."""
    post = await Post.objects.create(title="p")
    x, y = [await Tag.objects.create(name=name) for name in "xy"]
    tags = post.related("tags")
    await tags.add(x)
    for change in (lambda: tags.add(y, 999_999), lambda: tags.set([y, 999_999])):
        with pytest.raises(ForeignKeyViolationError):
            await change()
        assert await tags.values_list("name", flat=True).all() == ["x"]
    with pytest.raises(UniqueViolationError):
        await tags.create(name="x")
    with pytest.raises(UniqueViolationError):
        await tags.bulk_create([{"name": "new"}, {"name": "x"}])
    assert await Tag.objects.count() == 2
    with pytest.raises(RuntimeError):
        async with atomic():
            await tags.set([y])
            raise RuntimeError
    assert await tags.values_list("name", flat=True).all() == ["x"]
    await post.delete()
    with pytest.raises(NotFoundError, match="the row of this Post is gone"):
        await tags.set([x])


async def test_at_the_same_time(database: oxyde.AsyncDatabase) -> None:
    """Twenty tasks that add, and twenty that set, leave no doubles and fail at nothing."""
    async with tables(*ALL):
        ann = await Person.objects.create(name="ann")
        skills = await Skill.objects.bulk_create([{"name": f"s{number}"} for number in range(5)])
        rooms = await Room.objects.bulk_create([{"name": f"r{number}"} for number in range(5)])
        await asyncio.gather(*(ann.related("skills").add(*skills) for _ in range(20)))
        await asyncio.gather(*(ann.related("rooms").add(*rooms) for _ in range(20)))
        assert await ann.related("skills").count() == 5
        assert await Stay.objects.count() == 5
        await asyncio.gather(*(ann.related("rooms").set(rooms[: number % 3 + 1]) for number in range(20)))
        assert await Stay.objects.count() in {1, 2, 3}
        await asyncio.gather(*(ann.related("skills").set(skills[number % 2 :: 2]) for number in range(20)))
        assert await ann.related("skills").count() in {2, 3}


async def test_junctions(database: oxyde.AsyncDatabase) -> None:
    """One that create_tables makes, to the same table too; one with columns of its own; one that allows doubles."""
    async with tables(*ALL):
        ann, bob, cid = [await Person.objects.create(name=name) for name in ("ann", "bob", "cid")]
        await ann.related("friends").add(bob, cid)
        assert await ann.related("friends").count() == 2
        assert await bob.related("friends").count() == 0  # it is directed
        await ann.related("teachers").add(bob, through_defaults={"subject": "chess"})
        await ann.related("teachers").add(bob, cid, through_defaults={"subject": "go"})
        assert await Lesson.objects.order_by("subject").values_list("teacher__name", "subject").all() == [("bob", "chess"), ("cid", "go")]
        await ann.related("teachers").set([bob], through_defaults={"subject": "tennis"})
        assert await Lesson.objects.values_list("subject", flat=True).all() == ["chess"]
        dan = await ann.related("teachers").create(name="dan", through_defaults={"subject": "sums"})
        assert (await Lesson.objects.get(teacher=dan)).subject == "sums"
        red = await ann.related("rooms").create(name="red", through_defaults={"nights": 3})
        await Stay.objects.create(person=ann, room=red)
        await ann.related("rooms").add(red)
        assert await Stay.objects.count() == 2
        assert await ann.related("rooms").count() == 1
        assert len((await Person.objects.prefetch("rooms").get(name="ann")).rooms) == 1
        blue = await ann.related("rooms").create(name="blue")
        first = oxyde.Prefetch("rooms", Room.objects.order_by("-name")[:2])
        assert (await Person.objects.prefetch(first).get(name="ann")).rooms == [red, blue]
        assert await ann.related("rooms").remove(blue) == 1
        assert await ann.related("rooms").clear() == 2
        with pytest.raises(FieldError, match="junction of two columns"):
            await ann.related("friends").add(dan, through_defaults={"since": 3})
        people = await Person.objects.prefetch("friends", "teachers").order_by("name").all()
        assert [sorted(one.name for one in person.friends) for person in people] == [["bob", "cid"], [], [], []]
        assert people[0].friends[0] is not people[1]


class Pupil(Person):
    """Another class for the rows of people."""

    Meta = table("related_person")


class Ghost(Person):
    """Has a table of its own, which the junctions of people do not know."""

    Meta = table("related_ghost")


async def test_classes_derived_from_another(database: oxyde.AsyncDatabase) -> None:
    """Of the same table: the same relations; of another table: only those whose junction is made for it."""
    async with tables(*ALL, Ghost):
        ann = await Person.objects.create(name="ann")
        await ann.related("skills").create(name="sums")
        await ann.related("friends").create(name="bob")
        for query in (Pupil.objects.prefetch("skills", "friends"), Pupil.objects.join("friends").prefetch("skills")):
            pupil = await query.get(name="ann")
            assert ([one.name for one in pupil.skills], [type(one) for one in pupil.friends]) == (["sums"], [Person])
        assert await pupil.related("skills").count() == 1
        ghost = await Ghost.objects.create(name="boo")
        await ghost.related("skills").create(name="howling")
        assert [one.name for one in (await Ghost.objects.prefetch("skills").get()).skills] == ["howling"]
        assert await Skill.objects.count() == 2
        for wrong in (Ghost.objects.prefetch, Ghost.objects.join, ghost.related):
            with pytest.raises(FieldError, match="rooms"):
                wrong("rooms")


async def test_managers_of_applications(database: oxyde.AsyncDatabase) -> None:
    """Own verbs and scopes come along, in ``prefetch()`` too."""
    async with tables(*ALL):
        ann = await Person.objects.create(name="ann")
        skills = ann.related("skills")
        await skills.bulk_create([{"name": "rare one"}, {"name": "common"}, {"name": "rare two", "forgotten": True}])
        assert await skills.count() == 2
        assert await skills.query().count() == 2
        assert await skills.unscoped().count() == 3
        assert skills.sync.unscoped().count() == 3
        assert await skills.order_by("name").rare().values_list("name", flat=True).all() == ["rare one"]
        assert [skill.name for skill in skills.sync.order_by("name").rare()] == ["rare one"]
        assert len((await Person.objects.prefetch("skills").get()).skills) == 2
        every = oxyde.Prefetch("skills", Skill.objects.unscoped())
        assert len((await Person.objects.prefetch(every).get()).skills) == 3


def test_blocking(blog_server: Backend) -> None:
    """The twin, by ``.sync`` and by ``oxyde.sync.related``."""
    with oxyde.connect(blog_server.url):
        for model in (PostTag, Comment, Post, Tag):
            model.objects.sync.delete()
        post = Post.objects.sync.create(title="p")
        x, y = Tag.objects.sync.create(name="x"), Tag.objects.sync.create(name="y")
        tags = oxyde.sync.related(post, "tags")
        tags.add(x, y)
        assert [tag.name for tag in tags.order_by("name")] == ["x", "y"]
        assert len(tags) == 2
        assert tags.remove(x) == 1
        assert post.related("tags").sync.all() == [y]
        tags.set([x])
        assert tags.create(name="z").id is not None
        assert tags.clear() == 2
        assert post.related("comments").sync.create(text="hm").post_id == post.id


async def test_copies(blog: Backend) -> None:
    """A manager pickles and copies by its instance."""
    post = await Post.objects.create(title="p")
    await post.related("tags").create(name="x")
    for tags in (pickle.loads(pickle.dumps(post.related("tags"))), copy.copy(post.related("tags"))):
        assert await tags.count() == 1
    assert repr(post.related("tags")) == "<RelatedManager of Post.tags>"
    assert await pickle.loads(pickle.dumps(post.related("tags").filter(name="x"))).count() == 1


async def test_refusals(blog: Backend) -> None:
    """Unsaved objects, wrong classes and wrong relations are refused before anything is sent."""
    post = await Post.objects.create(title="p")
    author = await Author.objects.create(name="a", email="a")
    with pytest.raises(FieldError, match=r"Post\.tags was given an unsaved Post"):
        Post(title="new").related("tags")
    for name, message in (("tagz", 'did you mean "tags"'), ("title", "is a column"), ("author", 'prefetch\\("author"\\)')):
        with pytest.raises(FieldError, match=message):
            post.related(name)
    with pytest.raises(TypeError, match="name of a relation"):
        post.related(3)  # type: ignore[arg-type] # wrong on purpose
    tags = post.related("tags")
    with statements() as sent:
        for wrong, message in ((Tag(name="new"), "unsaved Tag"), (author, "not Author"), (None, "not None")):
            for verb in (tags.add, tags.remove, lambda one: tags.set([one])):
                with pytest.raises(FieldError, match=message):
                    await verb(wrong)
        with pytest.raises(TypeError, match="takes a list of Tag"):
            await tags.set("abc")
        posts = author.related("posts")
        for verb in (posts.add, posts.remove, lambda one: posts.set([one]), lambda _: posts.clear()):
            with pytest.raises(FieldError, match=r"is for many-to-many relations.*set Post\.author"):
                await verb(post)
        with pytest.raises(FieldError, match=r"sets Post\.author itself"):
            await posts.create(title="x", author=author)
        with pytest.raises(FieldError, match="no junction"):
            await posts.create(title="x", through_defaults={})
        for verb in (tags.get_or_create, tags.update_or_create):
            with pytest.raises(FieldError, match=r"add\(\) it"):
                await verb(name="x")
        with pytest.raises(FieldError, match="ignore_conflicts"):
            await tags.bulk_create([{"name": "x"}], ignore_conflicts=True)
    assert sent == []
