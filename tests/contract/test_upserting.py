"""``get_or_create()`` and ``update_or_create()``: one row, whoever else makes it at the same time."""

from __future__ import annotations

import asyncio
import contextvars
import warnings
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest
from pydantic import ValidationError

from oxyde import (
    AsyncDatabase,
    F,
    Field,
    FieldError,
    Model,
    MultipleObjectsReturned,
    UniqueViolationError,
    atomic,
    db,
)


class Firm(Model):
    """What a person works for."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=50, db_unique=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "upserting_firm"


class Person(Model):
    """A row that is unique by two fields, and by a third one."""

    id: int | None = Field(default=None, db_pk=True)
    firm: Firm = Field(db_on_delete="CASCADE")
    mail: str = Field(max_length=50)
    badge: int | None = Field(default=None, db_unique=True)
    visits: int = Field(default=0, ge=0)
    version: int = Field(default=0, db_version=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "upserting_person"
        unique_together = (("firm", "mail"),)


class Preset(Model):
    """A row with a field that is called as a parameter is."""

    id: int | None = Field(default=None, db_pk=True)
    defaults: str = Field(max_length=50, db_unique=True)
    size: int = Field(default=0, alias="howMany")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "upserting_preset"


@pytest.fixture
async def firm(database: AsyncDatabase) -> AsyncIterator[Firm]:
    """A firm without people."""
    await db.drop_tables(models=[Person, Firm], if_exists=True)
    await db.create_tables(models=[Firm, Person])
    yield await Firm.objects.create(name="Acme")
    await db.drop_tables(models=[Person, Firm])


def elsewhere(verb: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Starts a verb in a task that inherits no block."""
    return contextvars.Context().run(asyncio.ensure_future, verb)


async def test_get_or_create(firm: Firm) -> None:
    """The lookups and the defaults make the row; what is there is left as it is."""
    made, new = await Person.objects.get_or_create({"visits": lambda: 3}, firm=firm, mail="a@x")
    assert (new, made.visits, made.firm_id, made.mail) == (True, 3, firm.id, "a@x")
    found, new = await Person.objects.get_or_create(defaults={"visits": 9}, firm_id=firm.id, mail="a@x")
    assert (new, found.id, found.visits) == (False, made.id, 3)
    assert await Person.objects.count() == 1
    again, new = await Firm.objects.get_or_create({"name": "Beta"}, name__iexact="beta", pk=77)
    assert (new, again.name, again.id) == (True, "Beta", 77)
    assert (await Firm.objects.get_or_create({"name": "Gamma"}, pk=77))[0].name == "Beta"


async def test_update_or_create(firm: Firm) -> None:
    """What is there is changed, validated and versioned; a row that is inserted may have other values."""
    made, new = await Person.objects.update_or_create({"visits": 1}, {"visits": 5}, firm=firm, mail="a@x")
    assert (new, made.visits) == (True, 5)
    found, new = await Person.objects.update_or_create({"visits": lambda: 2}, {"visits": 5}, firm=firm, mail="a@x")
    assert (new, found.id, found.visits, found.version) == (False, made.id, 2, made.version + 1)
    assert (await Person.objects.get(id=made.id)).visits == 2
    other, new = await Person.objects.update_or_create({"visits": 4}, firm=firm, mail="b@x")
    assert (new, other.visits) == (True, 4)
    with pytest.raises(ValidationError):
        await Person.objects.create(firm=firm, mail="c@x", visits=-1)
    with pytest.raises(TypeError, match=r"visits is an expression; give that to filter\(\.\.\.\)\.update\(visits=\.\.\.\)"):
        await Person.objects.update_or_create({"visits": F("visits") + 1}, firm=firm, mail="a@x")


async def test_many_at_once(firm: Firm) -> None:
    """Exactly one inserts, all have the row, and no error is seen; each change is a version."""
    results = await asyncio.gather(*(Person.objects.get_or_create({"visits": n}, firm=firm, mail="a@x") for n in range(8)))
    assert sum(new for _, new in results) == 1
    assert len({person.id for person, _ in results}) == 1
    changed = await asyncio.gather(*(Person.objects.update_or_create({"visits": 10 + n}, firm=firm, mail="b@x") for n in range(8)))
    assert sum(new for _, new in changed) == 1
    stored = await Person.objects.get(mail="b@x")
    assert stored.version == max(person.version for person, _ in changed)
    assert len({person.version for person, _ in changed}) == 8


async def test_in_a_block_that_began_before(firm: Firm, database: AsyncDatabase) -> None:
    """The row that another transaction inserted meanwhile is found, though the block's snapshot does not show it; the block goes on."""
    if database.dialect == "sqlite":
        pytest.skip("a writer of SQLite has no other one beside it")
    async with atomic():
        assert await Person.objects.count() == 0
        theirs, _ = await elsewhere(Person.objects.get_or_create({"visits": 1}, firm=firm, mail="a@x"))
        ours, new = await Person.objects.get_or_create({"visits": 2}, firm=firm, mail="a@x")
        assert (new, ours.id, ours.visits) == (False, theirs.id, 1)
        changed, new = await Person.objects.update_or_create({"visits": 7}, firm=firm, mail="a@x")
        assert (new, changed.visits) == (False, 7)
    assert await Person.objects.values_list("visits", flat=True).all() == [7]


async def test_another_unique_value_is_in_the_way(firm: Firm) -> None:
    """Then the error is the server's, and the block goes on."""
    await Person.objects.create(firm=firm, mail="a@x", badge=1)
    async with atomic():
        with pytest.raises(UniqueViolationError):
            await Person.objects.get_or_create({"badge": 1}, firm=firm, mail="b@x")
        await Person.objects.create(firm=firm, mail="c@x")
    assert await Person.objects.count() == 2


async def test_without_a_constraint(firm: Firm) -> None:
    """Two could insert: a warning names what is missing. Several rows that match are an error."""
    with pytest.warns(RuntimeWarning, match=r"get_or_create\(\) of Person by mail: no unique constraint covers.*unique_together"):
        await Person.objects.get_or_create({"firm": firm}, mail="a@x")
    with pytest.warns(RuntimeWarning, match=r"of Person by visits__gte"):
        await Person.objects.get_or_create({"firm": firm}, visits__gte=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await Person.objects.get_or_create({"firm": firm, "mail": "x@x"}, badge=5)
    with pytest.warns(RuntimeWarning), pytest.raises(MultipleObjectsReturned):
        await Person.objects.update_or_create({"visits": 1}, firm=firm)


async def test_what_is_refused(firm: Firm) -> None:
    """Before anything is sent."""
    for verb in (Person.objects.get_or_create, Person.objects.update_or_create):
        with pytest.raises(TypeError, match="needs what to look for"):
            await verb({"visits": 1})
        with pytest.raises(FieldError, match="nope"):
            await verb(nope=1)
    with pytest.raises(TypeError, match="returns an instance of Person"):
        await Person.objects.values("id").get_or_create(id=1)


def test_blocking(firm: Firm) -> None:
    """The twins do the same."""
    made, new = Person.objects.sync.get_or_create(firm=firm, mail="a@x")
    assert new
    changed, new = Person.objects.sync.update_or_create({"visits": 3}, firm=firm, mail="a@x")
    assert (new, changed.id, changed.visits) == (False, made.id, 3)


async def test_rows_that_nobody_has_locked(firm: Firm) -> None:
    """Eight tasks that find nothing lock nothing, so that none of them is in a deadlock with another (MariaDB's locks of gaps)."""
    for turn in range(6):
        results = await asyncio.gather(*(Person.objects.update_or_create({"visits": n}, firm=firm, mail=f"{turn}@x") for n in range(8)))
        assert sum(new for _, new in results) == 1
        assert sorted(person.version for person, _ in results) == list(range(8))


async def test_defaults_are_checked_whether_a_row_is_there_or_not(firm: Firm) -> None:
    """A name that is no field is an error each time, not only when the row is made."""
    await Firm.objects.create(name="Beta")
    for name in ("Beta", "Gamma"):
        with pytest.raises(FieldError, match='Firm has no field "nmae"; did you mean'):
            await Firm.objects.get_or_create({"nmae": "x"}, name=name)
        with pytest.raises(FieldError, match='Firm has no field "nmae"; did you mean'):
            await Firm.objects.update_or_create({"nmae": "x"}, name=name)
        with pytest.raises(FieldError, match='Firm has no field "nmae"'):
            await Firm.objects.update_or_create({}, {"nmae": "x"}, name=name)
        with pytest.raises(TypeError, match="id is an expression"):
            await Firm.objects.get_or_create({"id": F("id")}, name=name)
        with pytest.raises(TypeError, match=r"get_or_create\(\) has no default=, .* did you mean defaults=\{\.\.\.\}\?"):
            await Person.objects.get_or_create(name="x", default={"name": "y"})
        with pytest.raises(TypeError, match=r"get_or_create\(defaults=...\) takes a dict of fields and their values, not list"):
            await Firm.objects.get_or_create([1], name=name)  # type: ignore[arg-type] # planted
        with pytest.raises(TypeError, match=r"not FirmCreate: its model_dump\(exclude_unset=True\)"):
            await Firm.objects.update_or_create(Firm.Create(name="x"), name=name)  # type: ignore[arg-type] # planted


async def test_a_field_called_defaults(database: AsyncDatabase) -> None:
    """It is looked for by its lookup, and the message says so; values are taken by alias as create() takes them."""
    await db.create_tables(models=[Preset])
    try:
        with pytest.raises(TypeError, match="the field of that name is looked for by defaults__exact"):
            await Preset.objects.get_or_create(defaults="a")  # type: ignore[arg-type] # planted
        made, new = await Preset.objects.update_or_create({"howMany": 1}, defaults__exact="a")
        assert (new, made.defaults, made.size) == (True, "a", 1)
        changed, new = await Preset.objects.update_or_create({"howMany": 2}, defaults__exact="a")
        assert (new, changed.id, changed.size) == (False, made.id, 2)
        assert await Preset.objects.values_list("size", flat=True).all() == [2]
    finally:
        await db.drop_tables(models=[Preset])


async def test_the_warning_points_to_the_caller(firm: Firm) -> None:
    """Not to a file of the library."""
    with pytest.warns(RuntimeWarning, match="no unique constraint") as caught:
        await Person.objects.get_or_create({"firm": firm}, mail="z@x")
    assert caught[0].filename == __file__


async def test_blocks_that_want_the_same_row_do_not_meet_in_a_deadlock(firm: Firm) -> None:
    """Each of many blocks finds the row that one of them made, and keeps what it wrote before."""

    async def work(name: str, number: int) -> bool:
        async with atomic():
            await Firm.objects.create(name=f"{name}, {number}")
            _, new = await Firm.objects.get_or_create(name=name)
        return new

    for name in "abcde":
        assert sum(await asyncio.gather(*(elsewhere(work(name, number)) for number in range(4)))) == 1
        assert await Firm.objects.filter(name__startswith=name).count() == 5
