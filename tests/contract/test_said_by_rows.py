"""What a write takes and what its errors say, on every backend: which row, whether it was written, and what the annotation allows."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field as Inner
from pydantic import ValidationError, model_validator
from typing_extensions import TypeAliasType

from oxyde import DecodeError, Field, FieldError, FieldValueError, Model, execute_raw
from oxyde.exceptions import FieldLookupValueError
from tests.backends import Backend
from tests.tables import table, tables


class Person(Model):
    """Is made from a full name, too."""

    id: int | None = Field(default=None, db_pk=True)
    first: str = Field(max_length=20)
    last: str = Field(max_length=20)
    nick: str = Field(default="x", max_length=20, db_nullable=True)

    @model_validator(mode="before")
    @classmethod
    def split(cls, data: Any) -> Any:
        """Takes the full name apart."""
        if isinstance(data, dict) and "full" in data:
            given = dict(data)
            first, last = given.pop("full").split()
            return {**given, "first": first, "last": last}
        return data

    Meta = table("said_person")


class Node(Model):
    """May point to itself."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(default="", max_length=20)
    parent: Node | None = None

    Meta = table("said_node")


class Words(Model):
    """Has fields called as keywords of ours are."""

    id: int | None = Field(default=None, db_pk=True)
    using: str = Field(default="a", max_length=20)
    client: str = Field(default="b", max_length=20)
    returning: bool = False

    Meta = table("said_words")


class Seat(Model):
    """Has a key of two fields."""

    row: int = Field(db_pk=True)
    place: int = Field(db_pk=True)
    label: str = Field(default="", max_length=20)

    Meta = table("said_seat")


class Job(Model):
    """Its default in the database is none that the model takes."""

    id: int | None = Field(default=None, db_pk=True)
    state: Literal["new", "done"] = Field(db_default="'queued'", max_length=20)

    Meta = table("said_job")


class Size(IntEnum):
    """Is an int."""

    S = 1
    L = 3


class Hue(str, Enum):
    """Is a str."""

    RED = "red"
    BLUE = "blue"


class Flat(Enum):
    """Is neither."""

    A = "a"
    B = "b"


Flatly = TypeAliasType("Flatly", Literal[Flat.A])
Moment = TypeAliasType("Moment", Annotated[dt.datetime, Inner(description="a moment")])


class Aliased(Model):
    """Uses each type alias twice, and members in a list."""

    id: int | None = Field(default=None, db_pk=True)
    one: Flatly
    two: Flatly | None = None
    flats: list[Literal[Flat.A, Flat.B]] = Field(default_factory=list)
    begin: Moment
    end: Moment | None = None

    Meta = table("said_aliased")


class Shirt(Model):
    """Takes some members of enumerations."""

    id: int | None = Field(default=None, db_pk=True)
    size: Literal[Size.S, Size.L]
    hue: Literal[Hue.RED, Hue.BLUE]
    flat: Literal[Flat.A] | None = None
    flag: Literal[True] = True
    text: Literal["a", None] = None  # noqa: PYI061 - as people write it

    Meta = table("said_shirt")


@pytest.mark.usefixtures("blog")
class TestTaken:
    async def test_create_takes_what_the_constructor_takes(self) -> None:
        async with tables(Person):
            made = await Person.objects.create(full="Ada Byron")
            both = await Person.objects.bulk_create([{"full": "Alan Turing"}, {"first": "Emmy", "last": "Noether"}])
            assert [made.last, *(one.last for one in both)] == ["Byron", "Turing", "Noether"]
            assert await Person.objects.order_by("id").values_list("last", flat=True).all() == ["Byron", "Turing", "Noether"]

    async def test_a_name_that_no_field_has_is_still_refused_elsewhere(self) -> None:
        async with tables(Seat):
            with pytest.raises(FieldError, match='Seat has no field "rov"'):
                await Seat.objects.create(rov=1, place=2)

    async def test_fields_called_as_our_keywords(self) -> None:
        async with tables(Words):
            made = await Words.objects.create(using="x", client="y", returning=True)
            assert await Words.objects.filter(id=made.id).update(using="z", client="w", returning=False) == 1
            found = await Words.objects.get(using="z", client="w")
            assert (found.id, found.using, found.client, found.returning) == (made.id, "z", "w", False)
            assert await Words.objects.get_or_none(using="x") is None
            assert Words.objects.sync.get(using="z").id == made.id

    async def test_a_key_of_several_fields_is_found_as_a_whole(self) -> None:
        async with tables(Seat):
            seat, other = await Seat.objects.create(row=1, place=2), await Seat.objects.create(row=2, place=1)
            assert await Seat.objects.get(pk=seat.pk) == seat
            assert await Seat.objects.filter(pk__in=[seat.pk, other.pk, (9, 9)]).count() == 2
            assert await Seat.objects.filter(pk__in=[]).count() == 0
            assert await Seat.objects.exclude(pk=seat.pk).all() == [other]
            with pytest.raises(FieldLookupValueError, match=r"the key of Seat is a tuple \(row, place\), not int"):
                await Seat.objects.get(pk=1)

    async def test_members_of_enumerations_are_one_everywhere(self) -> None:
        async with tables(Shirt):
            await Shirt.objects.create(size=Size.L, hue=Hue.RED, flat=Flat.A, text="a")
            await Shirt.objects.create(size=Size.S, hue=Hue.BLUE)
            names = ("size", "hue", "flat", "flag", "text")
            first, second = await Shirt.objects.order_by("id").all()
            rows = await Shirt.objects.order_by("id").values_list(*names).all()
            assert rows == [tuple(getattr(one, name) for name in names) for one in (first, second)]
            assert rows == [(Size.L, Hue.RED, Flat.A, True, "a"), (Size.S, Hue.BLUE, None, True, None)]
            assert type(rows[0][0]) is type(first.size) is Size
            assert type(rows[0][1]) is type(first.hue) is Hue
            assert [await Shirt.objects.max("size"), await Shirt.objects.min("hue")] == [Size.L, Hue.BLUE]
            assert type(await Shirt.objects.max("size")) is Size
            assert await Shirt.objects.filter(flat=Flat.A, hue=Hue.RED).count() == 1

    async def test_type_aliases_are_what_they_stand_for(self) -> None:
        async with tables(Aliased):
            noon = dt.datetime(2024, 5, 1, 12)
            made = await Aliased.objects.create(one=Flat.A, two=Flat.A, flats=[Flat.A, Flat.B], begin=noon, end=noon)
            assert await Aliased.objects.all() == [made]
            names = ("one", "two", "flats", "begin", "end")
            assert await Aliased.objects.values_list(*names).all() == [tuple(getattr(made, name) for name in names)]
            for wrong in ({"one": Flat.B}, {"two": Flat.B}, {"begin": noon.replace(tzinfo=dt.timezone.utc)}):
                with pytest.raises(ValidationError):
                    await Aliased.objects.create(**{"one": Flat.A, "begin": noon, **wrong})

    async def test_a_member_that_the_literal_leaves_out_is_refused(self) -> None:
        async with tables(Shirt):
            with pytest.raises(ValidationError):
                await Shirt.objects.create(size=Size.L, hue=Hue.RED, flat=Flat.B)
            assert await Shirt.objects.count() == 0

    async def test_a_row_may_point_to_itself(self) -> None:
        async with tables(Node):
            node = await Node.objects.create(name="self")
            node.parent = node
            await node.save()
            assert (await Node.objects.get(id=node.id)).parent_id == node.id
            given = Node(id=77)
            given.parent = given
            await given.save(force_insert=True)
            assert (await Node.objects.get(id=77)).parent_id == 77
            await Node.objects.update(parent=None)

    async def test_a_relation_assigned_before_it_was_saved_has_the_key_then(self) -> None:
        async with tables(Node):
            parent, child, read = Node(name="p"), Node(name="c"), await Node.objects.create(name="r")
            child.parent = read.parent = parent
            await parent.save()
            await child.save()
            await read.save()
            assert {child.parent_id, read.parent_id} == {parent.id}
            assert await Node.objects.filter(parent_id=parent.id).count() == 2
            await Node.objects.update(parent=None)


@pytest.mark.usefixtures("blog")
class TestSaid:
    async def test_bulk_create_says_which_row(self) -> None:
        async with tables(Person, Node):
            good = Person(first="a", last="b")
            with pytest.raises(FieldValueError, match=r"Person\.first takes str, not int \(row 1 of bulk_create\(\), counted from 0\)"):
                await Person.objects.bulk_create([good, Person.model_construct(first=5, last="b")])
            with pytest.raises(ValidationError) as caught:
                await Person.objects.bulk_create([good, good, {"first": "x"}])
            assert [line["loc"] for line in caught.value.errors()] == [(2, "last")]
            assert caught.value.__notes__ == ["row 2 of bulk_create(), counted from 0"]  # type: ignore[attr-defined, unused-ignore] # 3.10
            with pytest.raises(TypeError, match=r"row 1, counted from 0"):
                await Person.objects.bulk_create([good, 5])  # type: ignore[list-item] # refused
            with pytest.raises(FieldError, match=r"unsaved.*row 1 of bulk_create"):
                await Node.objects.bulk_create([Node(), Node(parent=Node())])
            assert await Person.objects.count() == await Node.objects.count() == 0

    async def test_an_error_after_the_write_says_that_the_row_is_there(self) -> None:
        async with tables(Job):
            with pytest.raises(DecodeError, match=r"is not valid for Job: state: .*; the row itself was written"):
                await Job.objects.create()
            with pytest.raises(DecodeError, match="the row itself was written"):
                await Job.objects.bulk_create([{}, {}])
            assert await Job.objects.count() in {1, 3}  # the rows of a bulk insert may have been one statement each, in a block

    async def test_update_obeys_the_annotation(self) -> None:
        async with tables(Person):
            await Person.objects.create(first="a", last="b")
            with pytest.raises(FieldValueError, match=r"Person\.nick cannot be None: its annotation does not allow None"):
                await Person.objects.update(nick=None)
            assert (await Person.objects.get()).nick == "x"


def _pickled(query: Any) -> Any:
    return pickle.loads(pickle.dumps(query))


@pytest.mark.usefixtures("blog")
@pytest.mark.parametrize("copied", [_pickled, copy.copy, copy.deepcopy])
async def test_queries_pickle_and_copy(copied: Any) -> None:
    async with tables(Node):
        parent = await Node.objects.create(name="p")
        await Node.objects.create(name="c", parent=parent)
        inner = Node.objects.filter(name="p").values_list("id", flat=True)
        queries: list[Any] = [
            Node.objects,
            Node.objects.sync.filter(name="c"),
            Node.objects.filter(parent__name="p").order_by("-id")[:3],
            Node.objects.join("parent").order_by("id"),
            Node.objects.filter(parent_id__in=inner).values("id", "name"),
        ]
        for query in queries:
            again = copied(query)
            assert type(again) is type(query)
            given, expected = again.all(), query.all()
            assert (given if isinstance(given, list) else await given) == (expected if isinstance(expected, list) else await expected)
        await Node.objects.update(parent=None)


class Page(Model):
    """Holds free JSON."""

    id: int | None = Field(default=None, db_pk=True)
    data: dict[str, Any]

    Meta = table("said_page")


@pytest.mark.parametrize("text", ['{"a": 1e400}', '{"a": 0.1234567890123456789}', '{"a": NaN}'])
async def test_a_number_that_no_float_holds_is_refused_when_read(blog: Backend, text: str) -> None:
    async with tables(Page):
        page = await Page.objects.create(data={"a": 0.1, "b": 12345678901234567890123})
        assert (await Page.objects.get(id=page.id)).data == {"a": 0.1, "b": 12345678901234567890123}
        if "NaN" in text and blog.dialect != "sqlite":
            return  # the servers refuse it themselves
        if blog.dialect == "postgres":  # jsonb would keep the number, written in another way
            await execute_raw("ALTER TABLE said_page ALTER COLUMN data TYPE json")
        await execute_raw(f"UPDATE said_page SET data = '{text}'")
        for query in (Page.objects.all(), Page.objects.values("data").all()):
            with pytest.raises(DecodeError, match=r"not JSON: (it holds the number|expected value)"):
                await query
