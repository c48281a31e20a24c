"""Values that look right and are not: rows of another table, columns of another type, things that are no model; and what must pass."""

from __future__ import annotations

import enum
from decimal import Decimal

import pytest
from pydantic import ValidationError

import oxyde
from oxyde import Field, Model, db
from oxyde.exceptions import FieldError, FieldLookupValueError
from tests.backends import Backend
from tests.tables import table, tables


class Access(enum.IntFlag):
    """May be combined."""

    READ = 1
    WRITE = 2


class Parent(Model):
    """A table."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = ""
    amount: Decimal = Field(default=Decimal(0), max_digits=5)
    access: Access = Access.READ

    Meta = table("refusals_parent")


class Child(Parent):
    """The same fields in a table of its own."""

    Meta = table("refusals_child")


class Named(Parent):
    """No table of its own: its instances are rows of the parent's."""


class Pointer(Model):
    """Points to the parent."""

    id: int | None = Field(default=None, db_pk=True)
    parent: Parent | None = Field(default=None, db_on_delete="CASCADE")

    Meta = table("refusals_pointer")


async def test_a_row_of_another_table_is_no_row_of_ours(blog: Backend) -> None:
    """A subclass that is a table of its own has other rows, whatever their keys are."""
    async with tables(Parent, Child, Pointer):
        parent, child = await Parent.objects.create(name="of parent"), await Child.objects.create(name="of child")
        assert parent.id == child.id
        with pytest.raises(ValidationError, match=r"Pointer\.parent takes a Parent; Child is a table of its own"):
            await Pointer.objects.create(parent=child)
        pointer = await Pointer.objects.create(parent=parent)
        pointer.parent = child
        with pytest.raises(ValidationError, match="Child is a table of its own"):
            await pointer.save()
        with pytest.raises(FieldError, match="takes a Parent or its id, not Child"):
            await Pointer.objects.filter(parent=child).count()
        with pytest.raises(TypeError, match="takes its instances and dictionaries, not Child"):
            await Parent.objects.bulk_create([Child(name="new")])
        assert await Parent.objects.count() == 1
        assert await Pointer.objects.filter(parent=Named(id=parent.id)).count() == 1
        assert parent in Parent.objects.sync
        assert Named(id=parent.id) in Parent.objects.sync
        assert child not in Parent.objects.sync


def test_a_relation_to_the_parent_is_not_inherited() -> None:
    """The rows that point to the parent's table would be taken for those that point to the child's."""

    class Member(Model):
        id: int | None = Field(default=None, db_pk=True)
        badges: list[Badge] = Field(default=[], db_reverse_fk="member")
        friends: list[Member] = Field(default=[], db_m2m=True, db_through="Friend", db_through_fields=("one", "other"))

        Meta = table()

    class Badge(Model):
        id: int | None = Field(default=None, db_pk=True)
        member: Member

        Meta = table()

    class Friend(Model):
        id: int | None = Field(default=None, db_pk=True)
        one: Member
        other: Member

        Meta = table()

    class Officer(Member):
        Meta = table("officers")

    class General(Member):
        badges: list[Badge] = Field(default=[], db_reverse_fk="member", db_comment="declared anew")

        Meta = table("generals")

    assert set(Member.__table__.relations) == {"badges", "friends"}
    assert set(Officer.__table__.relations) == set()
    with pytest.raises(FieldError, match=r"General\.badges: Badge\.member points to Member, not to General, which is a table of its own"):
        General.objects.sql()


async def test_rows_of_another_type_are_refused(blog: Backend) -> None:
    """One server would find nothing, one would fail, and one would take "1abc" for 1."""
    with pytest.raises(FieldLookupValueError, match="cannot be compared with rows that are text"):
        Parent.objects.filter(id__in=Parent.objects.values("name"))
    async with tables(Parent):
        await Parent.objects.create(name="a")
        assert await Parent.objects.filter(id__in=Parent.objects.filter(name="a")).count() == 1


async def test_combined_flags_and_fractions_come_back(blog: Backend) -> None:
    """A combination is a value of its class; ``max_digits`` counts all digits."""
    async with tables(Parent):
        for amount in ("1.5", "0.001", "12345", "-9.9999"):
            one = await Parent.objects.create(amount=Decimal(amount), access=Access.READ | Access.WRITE)
            back = await Parent.objects.get(id=one.id)
            assert (back.amount, back.access) == (Decimal(amount), Access.READ | Access.WRITE)
        assert await Parent.objects.filter(access=Access.READ | Access.WRITE).count() == 4


def test_an_unknown_keyword_is_named() -> None:
    """Pydantic alone would keep it as an extra."""
    with pytest.raises(TypeError, match='"db_nullable"'):
        Field(default=1, db_nulable=True)


async def test_what_is_no_name_or_model_is_said_so(blog: Backend) -> None:
    """Each says what it takes; nothing is sent."""
    with pytest.raises(TypeError, match="takes the name of a field, not int"):
        await Parent.objects.sum(5)  # type: ignore[arg-type] # that is what is refused
    with pytest.raises(ValueError, match='"text" or "json"'):
        await Parent.objects.explain(format="xx")  # type: ignore[arg-type] # that is what is refused
    with pytest.raises(TypeError, match="holds <class 'int'>"):
        await db.create_tables(models=[int])
    with pytest.raises(TypeError, match="takes SQL text, not int"):
        await oxyde.execute_raw(5)  # type: ignore[arg-type] # that is what is refused
    with pytest.raises(TypeError, match="instance of a model"):
        oxyde.sync.save(5)  # type: ignore[type-var] # that is what is refused
