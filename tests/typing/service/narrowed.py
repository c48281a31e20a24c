"""A stub narrows the verbs that name fields, and its querysets are still querysets of the model."""

from __future__ import annotations

from oxyde import QuerySet
from shop import Post
from typing_extensions import reveal_type


async def titled(posts: QuerySet[Post]) -> list[Post]:
    reveal_type(await posts.get(title="x"))  # T: Post
    return await posts.filter(title="x").all()


async def main() -> None:
    reveal_type(Post.objects)  # T: PostManager
    reveal_type(Post.objects.filter(title="x").order_by("-id").limit(3))  # T: PostManager
    reveal_type(await Post.objects.filter(id__gt=1).get(title="x"))  # T: Post
    reveal_type(await Post.objects.all())  # T: list[Post]
    reveal_type(await Post.objects.first())  # T: Post | None
    reveal_type(await Post.objects.values("id").filter(id=1).all())  # T: list[Mapping[str, Any]]
    reveal_type(await Post.objects.create(title="x"))  # T: Post
    reveal_type(await titled(Post.objects.filter(id=1)))  # T: list[Post]
    Post.objects.filter(titel="x")  # E
    Post.objects.exclude(id="x")  # E
    Post.objects.order_by("titel")  # E
    Post.objects.values("titel")  # E
    await Post.objects.get(titel="x")  # E
    await Post.objects.create()  # E
    await Post.objects.update(id=3)  # E
