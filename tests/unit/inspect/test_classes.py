"""Unit tests of oxyde.inspect.classes."""

from __future__ import annotations

import sys

import pytest

from oxyde import Field, Model, db
from oxyde.db.database import AsyncDatabase
from oxyde.exceptions import FieldError
from oxyde.inspect.classes import classes
from oxyde.inspect.module import source
from oxyde.inspect.planning import plan
from oxyde.models.registry import registered_tables
from tests.tables import table
from tests.unit.migrations.shop import SHOP

TEXT = source(plan(SHOP, "sqlite"), "Models.")


def test_they_are_apart_from_those_of_the_application() -> None:
    """A model of the same table and name stays what it is; two sets do not know each other."""

    class Post(Model):
        id: int | None = Field(default=None, db_pk=True)

        Meta = table("posts")

    before = registered_tables()
    first, second = classes(TEXT), classes(TEXT)
    assert registered_tables() == before
    assert first["Post"] is not second["Post"]
    assert first["Post"].__table__.find((None, "users")) is first["User"].__table__
    assert second["Post"].__table__.find((None, "users")) is second["User"].__table__
    assert list(Post.__table__.by_field) == ["id"]
    assert not [name for name in sys.modules if name.startswith("inspected_")]


async def test_they_query_their_database() -> None:
    """Querysets and instances use the connection that they were made for, which is registered nowhere."""
    async with AsyncDatabase("sqlite::memory:", name="apart", auto_register=False) as there:
        models = classes(TEXT, there)
        user, post = models["User"], models["Post"]
        await db.create_tables(there, models=[user, post])
        ada = await user.objects.create(name="Ada")
        written = post(title="A", author=ada, status="live")
        await written.save()
        written.title = "B"  # type: ignore[attr-defined] # known at run time
        await written.save()
        await written.refresh()
        found = await post.objects.filter(author__name="Ada").join("author").all()
        assert [(one.title, one.author.name) for one in found] == [("B", "Ada")]  # type: ignore[attr-defined] # known at run time
        assert [len(one.posts) for one in await user.objects.prefetch("posts").all()] == [1]  # type: ignore[attr-defined] # known at run time
        assert "?" in post.objects.filter(title="B").sql()[0]
        assert await written.delete() == 1


async def test_a_connection_that_a_verb_names_comes_first() -> None:
    """``using=`` and ``client=`` mean what they say."""
    async with (
        AsyncDatabase("sqlite::memory:", name="here", auto_register=False) as here,
        AsyncDatabase("sqlite::memory:", name="there", auto_register=False) as there,
    ):
        user = classes(TEXT, here)["User"]
        for one in (here, there):
            await db.create_tables(one, models=[user])
        await user.objects.create(name="Ada", client=there)
        assert (await user.objects.count(), await user.objects.count(client=there)) == (0, 1)


def test_what_cannot_be_mapped_is_said() -> None:
    """And leaves no trace."""
    before = registered_tables()
    text = "from oxyde import Model\n\n\nclass Wrong(Model):\n    a: int | str\n\n    class Meta:\n        is_table = True\n"
    with pytest.raises(FieldError, match=r"Wrong\.a is a union of int and text"):
        classes(text)
    assert registered_tables() == before
