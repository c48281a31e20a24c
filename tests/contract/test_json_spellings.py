"""JSON with URLs and aliases inside, in every way to give it; JSON and lists of other tools are found as what they read as."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, AliasPath, AnyUrl, BaseModel, HttpUrl, PlainSerializer, PostgresDsn
from pydantic import Field as Inner

from oxyde import Field, Model, db
from tests.tables import tables


class Place(BaseModel):
    """Is given by aliases."""

    street: str = Inner(default="-", alias="Street")
    lat: float = Inner(default=0.0, validation_alias=AliasPath("geo", 0))


class Site(BaseModel):
    """Has URLs of every class, and one that is shown as another text."""

    url: HttpUrl
    more: list[AnyUrl | None] = []
    dsn: PostgresDsn | None = None
    by_name: dict[str, HttpUrl] = {}
    shown: Annotated[HttpUrl, PlainSerializer(lambda _: "shown")] | None = None
    either: HttpUrl | int = 0


class Spelt(Model):
    """JSON of every kind."""

    id: int | None = Field(default=None, db_pk=True)
    place: Place | None = None
    checked: Annotated[Place, AfterValidator(lambda place: place)] | None = None
    places: list[Place] = Field(default_factory=list)
    site: Site | None = None
    urls: list[HttpUrl] = Field(default_factory=list)
    data: Any = Field(default=None, db_nullable=True)
    numbers: list[int] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "spelt_json"


@pytest.mark.parametrize("field", ["place", "checked"])
async def test_aliases_inside(database: db.AsyncDatabase, field: str) -> None:
    """Are known in every way to give a value; names are, too."""
    for given in ({"Street": "s", "geo": [1.5]}, {"street": "s", "lat": 1.5}):
        async with tables(Spelt):
            await Spelt.objects.create(**{field: given})
            assigned, read = Spelt(), await Spelt.objects.create()
            setattr(assigned, field, given)
            setattr(read, field, given)
            await assigned.save()
            await read.save()
            await Spelt.objects.bulk_create([{field: given}])
            await (await Spelt.objects.create()).apply({field: given}).save()
            await Spelt.objects.filter(id=(await Spelt.objects.create()).id).update(**{field: given})
            assert await Spelt.objects.values_list(field, flat=True).all() == [Place(Street="s", geo=[1.5])] * 6


async def test_aliases_inside_lists(database: db.AsyncDatabase) -> None:
    """What is appended as a dictionary is what validation makes of it."""
    async with tables(Spelt):
        kept = await Spelt.objects.create()
        kept.places.append({"Street": "s", "geo": [2.5]})  # type: ignore[arg-type] # as data
        await kept.save()
        assert (await Spelt.objects.get(id=kept.id)).places == [Place(Street="s", geo=[2.5])]


async def test_urls_inside(database: db.AsyncDatabase) -> None:
    """Are kept as their text, whatever is shown of them, and read as their classes."""
    site = Site(
        url=HttpUrl("http://x.org/é?b"),
        more=[AnyUrl("ftp://a/b"), None],
        dsn=PostgresDsn("postgres://u@h/db"),
        by_name={"a": HttpUrl("https://x")},
        shown=HttpUrl("https://y"),
    )
    async with tables(Spelt):
        kept = await Spelt.objects.create(site=site, urls=["http://a", "http://b"])
        other = await Spelt.objects.create(site=site.model_copy(update={"either": HttpUrl("http://q")}))
        found = await Spelt.objects.get(id=kept.id)
        assert (found.site, found.urls) == (site, [HttpUrl("http://a"), HttpUrl("http://b")])
        assert type(found.urls[0]) is HttpUrl
        assert (await Spelt.objects.get(id=other.id)).site == other.site
        assert await Spelt.objects.filter(site=site).count() == 1


SPELLINGS: list[tuple[Any, str]] = [
    ({"a": "é", "ü": "😀/"}, r'{"\u00fc":"\ud83d\ude00\/", "a": "\u00E9"}'),
    ({"a": 'q"\\u00e9\n\x1f'}, r'{ "a" : "q\"\\u00e9\n\u001f" }'),
    ({"a": [1.0, 100, 0.1]}, '{"a":[1,1e2,0.10]}'),
]


@pytest.mark.parametrize(("value", "spelt"), SPELLINGS)
async def test_spellings_of_other_tools(database: db.AsyncDatabase, value: Any, spelt: str) -> None:
    """Are found by the value that is read: ``json.dumps`` escapes what is no ASCII, and sets spaces otherwise."""
    async with tables(Spelt):
        await Spelt.objects.create(data=value, numbers=[1, 2], words=["é", 'q"\\'])
        for text in (json.dumps(value), spelt):
            if database.backend == "postgres":
                await db.execute_raw("UPDATE spelt_json SET data = CAST(CAST(:text AS text) AS jsonb)", {"text": text})
            else:
                words = r'[ "\u00e9","q\"\\" ]'
                await db.execute_raw(
                    "UPDATE spelt_json SET data = :text, numbers = :numbers, words = :words",
                    {"text": text, "numbers": " [1,2]", "words": words},
                )
            found = await Spelt.objects.get(data=value)
            assert (found.data, found.numbers, found.words) == (value, [1, 2], ["é", 'q"\\'])
            for field in ("data", "numbers", "words"):
                assert await Spelt.objects.filter(**{field: getattr(found, field)}).count() == 1
                assert await Spelt.objects.exclude(**{field: getattr(found, field)}).count() == 0
            assert await Spelt.objects.filter(numbers=[2, 1]).count() == 0


@pytest.mark.parametrize(
    ("kept", "next_to_it"),
    [
        (1e23, 1.0000000000000001e23),
        (2**70, 2**70 + 1),
        (0.1, 0.10000000000000002),
        (2.5e-246, 2.5000000000000004e-246),
        (9007199254740993, 2**53),
    ],
)
async def test_numbers_are_told_apart(database: db.AsyncDatabase, kept: Any, next_to_it: Any) -> None:
    """However near to each other they are."""
    async with tables(Spelt):
        await Spelt.objects.create(data={"a": kept})
        assert await Spelt.objects.filter(data={"a": kept}).count() == 1
        assert await Spelt.objects.filter(data={"a": next_to_it}).count() == 0


async def test_the_largest_and_the_least_float(database: db.AsyncDatabase) -> None:
    """Are numbers like any others."""
    async with tables(Spelt):
        await Spelt.objects.create(data=[1.7976931348623157e308, 5e-324])
        assert await Spelt.objects.filter(data=[1.7976931348623157e308, 5e-324]).count() == 1


class Plain(Model):
    """A column of the type ``json``, which PostgreSQL cannot compare."""

    id: int | None = Field(default=None, db_pk=True)
    data: dict[str, Any] | None = None

    class Meta:
        """Its table."""

        is_table = True
        table_name = "spelt_plain"
        managed = False


class Declared(Plain):
    """The same, declared."""

    data: dict[str, Any] | None = Field(default=None, db_type="JSON")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "spelt_plain"
        managed = False


@pytest.mark.parametrize("model", [Plain, Declared])
async def test_columns_of_the_type_json(database: db.AsyncDatabase, model: type[Plain]) -> None:
    """Are compared as what is inside."""
    await db.execute_raw("CREATE TABLE spelt_plain (id integer PRIMARY KEY, data json)")
    try:
        await db.execute_raw("""INSERT INTO spelt_plain VALUES (1, '{"b": 1.0, "a": [2]}'), (2, NULL)""")
        (found,) = await model.objects.filter(data={"a": [2], "b": 1}).all()
        assert found.id == 1
        assert await model.objects.exclude(data={"a": [2], "b": 1}).count() == 1
        assert await model.objects.filter(data=found.data).update(data={"a": []}) == 1
        assert await model.objects.values_list("data", flat=True).order_by("id").all() == [{"a": []}, None]
    finally:
        await db.execute_raw("DROP TABLE spelt_plain")
