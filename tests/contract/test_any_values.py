"""A column of SQLite that holds values of several kinds: a field that is annotated ``Any`` and names the column's type."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from oxyde import Field, FieldValueError, Model, db
from tests.tables import table, tables

VALUES = [1, 2.5, "one", b"\xff", None, -(2**63), "", 1e300]


class Mixed(Model):
    """A value of any kind."""

    id: int | None = Field(default=None, db_pk=True)
    value: Any = Field(default=None, db_type="BLOB")

    Meta = table("mixed_values")


@pytest.fixture
async def mixed() -> AsyncIterator[None]:
    """The table, in a file of its own."""
    async with db.connect("sqlite::memory:"), tables(Mixed):
        yield


@pytest.mark.parametrize("value", VALUES, ids=repr)
async def test_what_is_written_is_read_and_found(mixed: None, value: Any) -> None:
    """As the same value, of the same class."""
    made = await Mixed.objects.create(value=value)
    await Mixed.objects.create(value="another")
    await made.refresh()
    assert (made.value, type(made.value)) == (value, type(value))
    assert await Mixed.objects.filter(value=value).values_list("id", flat=True).all() == [made.id]
    made.value = "another"
    await made.save()
    assert await Mixed.objects.filter(value="another").count() == 2


async def test_many_at_once(mixed: None) -> None:
    """A list may hold all kinds."""
    await Mixed.objects.bulk_create([Mixed(value=value) for value in VALUES])
    rows = await Mixed.objects.order_by("id").all()
    assert [row.value for row in rows] == VALUES


@pytest.mark.parametrize("value", [{"a": 1}, [1], {1}, object(), 2**63])
async def test_what_sqlite_does_not_keep_is_refused(mixed: None, value: Any) -> None:
    """Before anything is sent."""
    with pytest.raises(FieldValueError, match=r"Mixed\.value takes"):
        await Mixed.objects.create(value=value)
    assert not await Mixed.objects.exists()


async def test_numbers_of_a_numeric_column(mixed: None) -> None:
    """A Decimal is one."""
    made = await Mixed.objects.create(value=Decimal("1.5"))
    await made.refresh()
    assert made.value == Decimal("1.5")
