"""Names are followed through relations to columns, and what is no name says what was meant."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from oxyde import Field, Model
from oxyde.exceptions import FieldError
from oxyde.queries.paths import all_columns, column_path, key_of, resolve, split
from tests.models import Author, Comment, Post, PostTag, Tag
from tests.tables import table


class Pair(Model):
    """Has a key of two columns."""

    left: int = Field(db_pk=True)
    right: int = Field(db_pk=True)

    Meta = table()


@pytest.mark.parametrize(
    ("model", "name", "key", "hops"),
    [
        (Post, "title", ("title",), 0),
        (Post, "pk", ("id",), 0),
        (Post, "author", ("author_id",), 0),
        (Post, "author_id", ("author_id",), 0),
        (Post, "author__id", ("author_id",), 0),
        (Post, "author__pk", ("author_id",), 0),
        (Post, "author__name", ("author", "name"), 1),
        (Comment, "post__author__name", ("post", "author", "name"), 2),
        (Comment, "post__author", ("post", "author_id"), 1),
        (Author, "posts", ("posts", "id"), 1),
        (Author, "posts__title", ("posts", "title"), 1),
        (Post, "tags__name", ("tags", "name"), 1),
        (Tag, "name", ("name",), 0),
    ],
)
def test_names(model: type[Model], name: str, key: tuple[str, ...], hops: int) -> None:
    """A foreign key's own column needs no join; everything behind it does."""
    path, rest = resolve(model.__table__, name)
    assert (path.key, len(path.hops), rest) == (key, hops, ())


def test_a_field_may_end_in_an_underscore() -> None:
    """As Python's own words must, and as the names that every model has."""

    class Lesson(Model):
        id: int = Field(db_pk=True)
        class_: str = ""
        pk_: int = Field(default=0, db_column="pk")
        after_: Lesson | None = None

        Meta = table()

    lesson = Lesson.__table__
    assert split("after___class___contains") == ["after_", "class_", "contains"]
    assert [(path.key, rest) for path, rest in (resolve(lesson, name) for name in ("class_", "class___contains", "pk___gt", "pk__gt"))] == [
        (("class_",), ()),
        (("class_",), ("contains",)),
        (("pk_",), ("gt",)),
        (("id",), ("gt",)),
    ]
    assert resolve(lesson, "after___class_")[0].key == ("after_", "class_")
    assert {resolve(lesson, name)[0].key for name in ("after_", "after__id", "after___id")} == {("after__id",)}
    assert resolve(lesson, "after__id__gt")[1] == resolve(lesson, "after___after__id__gt")[1] == ("gt",)
    assert resolve(lesson, "after___after__id__gt")[0].key == ("after_", "after__id")


def test_lookups_are_left_over() -> None:
    """What follows a column is handed back."""
    assert resolve(Post.__table__, "published__date__gte")[1] == ("date", "gte")
    assert resolve(Post.__table__, "author__isnull")[1] == ("isnull",)


def test_the_same_name_is_the_same_path() -> None:
    """Paths are compared by identity, because resolving is remembered."""
    assert resolve(Post.__table__, "author__name")[0] is resolve(Post.__table__, "author__name")[0]


def test_where_several_rows_begin() -> None:
    """A path knows its first relation to many."""
    assert resolve(Author.__table__, "posts__author__name")[0].many == 0
    assert resolve(Comment.__table__, "post__tags__name")[0].many == 1
    assert resolve(Comment.__table__, "post__author__name")[0].many is None


def test_what_may_be_missing() -> None:
    """A column behind an optional relation may be missing although it is NOT NULL."""
    assert resolve(Post.__table__, "author__name")[0].nullable
    assert not resolve(Comment.__table__, "post__title")[0].nullable
    assert not resolve(PostTag.__table__, "tag__name")[0].nullable


@pytest.mark.parametrize(
    ("model", "name", "message"),
    [
        (Post, "titel", 'Post has no field "titel"; did you mean "title"'),
        (Post, "author__nmae", 'Author has no field "nmae"; did you mean "name"'),
        (Post, "zzz", 'Post has no field "zzz"; it has id, title, views'),
        (Post, "title__length", 'Post.title is a column, and "length" behind it means nothing here'),
        (Post, "", 'Post has no field ""'),
        (Pair, "pk", r"Pair has a key of several fields \(left, right\); name the fields themselves"),
    ],
)
def test_wrong_names(model: type[Model], name: str, message: str) -> None:
    """The error names the model, the name and the near match."""
    with pytest.raises(FieldError, match=message):
        column_path(model.__table__, name)


def test_keys() -> None:
    """A key of one column is found by itself."""
    assert key_of(Post.__table__).field == "id"


def test_all_columns() -> None:
    """Every column of the table, in order, without relations."""
    assert [path.column.field for path in all_columns(Post.__table__)] == ["id", "title", "views", "published", "author_id"]


class Renamed(Model):
    """A field whose column is called otherwise."""

    id: int | None = Field(default=None, db_pk=True)
    kind: str = Field(default="", db_column="kind_text")

    Meta = table("paths_renamed")


def test_a_column_name_is_no_field() -> None:
    """The message names the field whose column it is."""
    with pytest.raises(FieldError, match=r'Renamed has no field "kind_text"; that is the name of a column .* its field is "kind"'):
        column_path(Renamed.__table__, "kind_text")


def test_what_an_index_serves() -> None:
    """Columns of the table itself with an index and no NULL, of a type that files spell in several ways."""

    class Logged(Model):
        """Moments and keys, with an index and without."""

        id: uuid.UUID = Field(db_pk=True)
        at: dt.datetime = Field(db_index=True)
        until: dt.datetime | None = Field(default=None, db_index=True)
        loose: dt.time
        number: int = Field(db_index=True)

        Meta = table()

    assert [path.column.field for path in all_columns(Logged.__table__) if path.searched] == ["id", "at"]
