"""The models of contract tests: a blog as tutorials write it, and one model with a column of every type."""

from __future__ import annotations

import datetime as dt

from oxyde import Field, Index, Model
from tests.property.everything import Everything


class Author(Model):
    """Writes posts."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=100)
    email: str = Field(db_unique=True, max_length=200)
    bio: str | None = None
    posts: list[Post] = Field(default=[], db_reverse_fk="author")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "blog_author"


class Post(Model):
    """Is written by an author, has comments and tags."""

    id: int | None = Field(default=None, db_pk=True)
    title: str = Field(max_length=200)
    views: int = Field(default=0, ge=0)
    published: dt.datetime | None = None
    author: Author | None = Field(default=None, db_on_delete="CASCADE")
    comments: list[Comment] = Field(default=[], db_reverse_fk="post")
    tags: list[Tag] = Field(default=[], db_m2m=True, db_through="PostTag")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "blog_post"
        indexes = [Index(("title", "author"))]  # noqa: RUF012 - as tutorials write it


class Comment(Model):
    """Belongs to a post, which cannot go while it has comments."""

    id: int | None = Field(default=None, db_pk=True)
    text: str
    post: Post = Field(db_on_delete="RESTRICT")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "blog_comment"


class Tag(Model):
    """Stands on many posts."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(db_unique=True, max_length=50)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "blog_tag"


class PostTag(Model):
    """Puts a tag on a post."""

    id: int | None = Field(default=None, db_pk=True)
    post: Post = Field(db_on_delete="CASCADE")
    tag: Tag = Field(db_on_delete="CASCADE")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "blog_post_tag"
        unique_together = [("post", "tag")]  # noqa: RUF012 - as tutorials write it


BLOG = (Author, Post, Comment, Tag, PostTag)

__all__ = ["BLOG", "Author", "Comment", "Everything", "Post", "PostTag", "Tag"]
