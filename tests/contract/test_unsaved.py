"""Related rows that saving an instance does not write: refused on every backend where they would be lost."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from oxyde import Field, FieldError, Model
from tests.backends import Backend
from tests.models import Author, Post, Tag
from tests.tables import statements, table, tables


class Owner(Model):
    """Has at most one badge."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    badge: Pin | None = Field(default=None, db_reverse_fk="owner")

    Meta = table("unsaved_owner")


class Pin(Model):
    """Belongs to one owner."""

    id: int | None = Field(default=None, db_pk=True)
    owner: Owner = Field(db_unique=True)

    Meta = table("unsaved_pin")


REVERSE = (
    r"Author\.posts was given an unsaved Post, and saving Author writes no related rows; "
    r"save the Author first, then create the Post with author=\.\.\."
)
MANY = r"Post\.tags was given an unsaved Tag, .*; save both first, then await it\.related\(\"tags\"\)\.add\(\.\.\.\)"
LOST = (
    r"Post\.tags was given rows of Tag, and saving Post writes no related rows; "
    r"save it without first, then await it\.related\(\"tags\"\)\.add\(\.\.\.\)"
)


def author(**given: Any) -> Author:
    """Returns an author who is not saved."""
    return Author(name="x", email="x", **given)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda: author(posts=[Post(title="q")]).save(), REVERSE),
        (lambda: Author.objects.create(name="x", email="x", posts=[Post(title="q")]), REVERSE),
        (lambda: Author.objects.create(name="x", email="x", posts=[{"title": "q"}]), REVERSE),
        (lambda: Author.objects.bulk_create([author(), author(posts=[Post(title="q")])]), REVERSE),
        (lambda: Post(title="q", tags=[Tag(id=1, name="t"), Tag(name="t")]).save(), MANY),
        (lambda: Post.objects.bulk_create([Post(title="q", tags=[Tag(name="t")])]), MANY),
    ],
)
async def test_unsaved_related_rows_are_refused(blog: Backend, write: Callable[[], Any], message: str) -> None:
    """The error names the relation and says what to do instead; nothing is sent."""
    with statements() as sent, pytest.raises(FieldError, match=message):
        await write()
    assert sent == []


async def test_unsaved_rows_of_a_saved_instance_are_refused(blog: Backend) -> None:
    """Whether they were assigned or put into its list."""
    one = author()
    await one.save()
    one.posts = [Post(title="q")]
    with pytest.raises(FieldError, match=REVERSE):
        await one.save()
    one.posts = []
    await one.save()
    one.posts.append(Post(title="q"))
    with pytest.raises(FieldError, match=REVERSE):
        await one.save()


@pytest.mark.parametrize(
    "write",
    [
        lambda tag: Post.objects.create(title="q", tags=[tag]),
        lambda tag: Post.objects.create(id=7, title="q", tags=[tag]),
        lambda tag: Post(title="q", tags=[tag]).save(),
        lambda tag: Post.objects.bulk_create([{"title": "p"}, {"title": "q", "tags": [tag]}]),
        lambda tag: Post.objects.upsert([Post(id=7, title="q", tags=[tag])], on="id"),
        lambda tag: Author(id=1, name="x", email="x").related("posts").create(title="q", tags=[tag]),
    ],
)
async def test_related_rows_of_a_new_instance_are_refused(blog: Backend, write: Callable[[Tag], Any]) -> None:
    """No row of a junction would be written for them; nothing is sent, and the remedy works."""
    tag = await Tag.objects.create(name="t")
    with pytest.raises(FieldError, match=LOST):
        await write(tag)
    assert not await Post.objects.exists()
    post = await Post.objects.create(title="q", tags=[])
    await post.related("tags").add(tag)
    assert await Post.objects.filter(tags__name="t").count() == 1


async def test_rows_that_would_not_refer_to_a_new_instance_are_refused(blog: Backend) -> None:
    """Those of a foreign key to it; the error names the key to set."""
    post = await Post.objects.create(title="p")
    message = r"Author\.posts was given rows of Post, .*; save it without first, then set author of the Post and save that"
    with pytest.raises(FieldError, match=message):
        await author(posts=[post]).save()
    with pytest.raises(FieldError, match=rf"{message} \(row 1 of bulk_create"):
        await Author.objects.bulk_create([author(posts=[]), Author(name="y", email="y", posts=[post])])


async def test_related_rows_that_an_instance_merely_holds_are_left_alone(blog: Backend) -> None:
    """Loaded with it, validated again with its key, or kept by a copy: it is saved, and they are not written."""
    tag = await Tag.objects.create(name="t")
    made = await Post.objects.create(title="p")
    await made.related("tags").add(tag)
    loaded = await Post.objects.prefetch("tags").get(id=made.id)
    loaded.title = "loaded"
    await loaded.save()
    again = Post.model_validate({**loaded.model_dump(), "title": "again"})
    assert [one.name for one in again.tags] == ["t"]
    await again.save()
    assert await Post.objects.filter(tags=tag).values_list("title", flat=True).all() == ["again"]
    loaded.id = None
    await loaded.save()
    assert await Post.objects.order_by("id").values_list("title", flat=True).all() == ["again", "loaded"]
    assert await Tag.objects.count() == await Post.objects.filter(tags=tag).count() == 1
    held = author()
    await held.save()
    held.posts = [again, await Post.objects.get(id=made.id), Post(id=made.id, title="other")]
    await held.save()
    assert not await Post.objects.filter(author__isnull=False).exists()


async def test_the_one_row_that_points_here(blog: Backend) -> None:
    """The other end of a one-to-one is no list, and the same holds."""
    async with tables(Owner, Pin):
        owner = await Owner.objects.create(name="o")
        pin = await Pin.objects.create(owner=owner)
        with pytest.raises(FieldError, match=r"Owner\.badge was given rows of Pin, .* then set owner of the Pin and save that"):
            await Owner.objects.create(name="p", badge=pin)
        await Owner.objects.create(name="q", badge=None)
        with pytest.raises(FieldError, match=r"Owner\.badge was given an unsaved Pin"):
            await Owner(name="r", badge=Pin(owner=owner)).save()


class Node(Model):
    """May point to itself, and to one that is saved later."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = ""
    up: Node | None = Field(default=None)

    Meta = table("unsaved_node")


class Leaf(Node):
    """Has no table."""


async def test_an_object_that_is_saved_after_it_was_assigned(blog: Backend) -> None:
    """To a new row, and to one that is stored: the key is the one that the object has when its holder is saved."""
    async with tables(Node):
        for holder in (Node(name="new"), await Node.objects.create(name="stored")):
            later = Node(name="later")
            holder.up = later
            with pytest.raises(FieldError, match=r"^Node\.up was given an unsaved Node; save it first"):
                await holder.save()
            await later.save()
            await holder.save()
            assert later.id is not None
            assert holder.up_id == later.id == (await Node.objects.get(id=holder.id)).up_id
        await Node.objects.update(up=None)  # SQLite drops no table in which one row restricts another


async def test_a_row_that_points_to_itself(blog: Backend) -> None:
    """Once it has a key; it is saved, copied and shown as any other."""
    async with tables(Node):
        node = Node(name="a")
        node.up = node
        with pytest.raises(FieldError, match=r"^Node\.up was given an unsaved Node; save it first"):
            await node.save()
        node = await Node.objects.create(name="a")
        node.up = node
        await node.save()
        node.name = "b"
        await node.save()
        assert await Node.objects.values_list("id", "up_id", "name").all() == [(node.id, node.id, "b")]
        assert repr(node) == f"Node(id={node.id}, name='b', up=..., up_id={node.id})"
        for again in (pickle.loads(pickle.dumps(node)), copy.deepcopy(node)):
            assert again.up is again
            again.name = "c"
            await again.save()
        assert await Node.objects.values_list("name", flat=True).all() == ["c"]
        await Node.objects.update(up=None)


async def test_instances_made_in_every_way_are_saved(blog: Backend) -> None:
    """Constructed without validation, copied with changes, or read from a pickle, before they had a row."""
    async with tables(Node):
        for new in (
            Node.model_construct(name="one"),
            Node(name="two").model_copy(update={"name": "one"}),
            copy.copy(Node(name="one")),
            copy.deepcopy(Node(name="one")),
            pickle.loads(pickle.dumps(Node(name="one"))),
        ):
            await new.save()
            assert (await Node.objects.get(id=new.id)).name == "one"
        assert await Node.objects.count() == 5


async def test_classes_without_a_table(blog: Backend) -> None:
    """Have no rows, whatever they are derived from."""
    message = r"^Leaf has no table, so that its instances are no rows; say is_table = True in its Meta, or use Node, which"
    for verb in (Leaf(name="a").save, Leaf(id=1).delete, Leaf(id=1).refresh):
        with statements() as sent, pytest.raises(FieldError, match=message):
            await verb()
        assert sent == []
