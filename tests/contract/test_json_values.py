"""Fields that are kept as JSON, on every backend: what is stored is validated, and what JSON cannot hold is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from oxyde import Field, FieldValueError, Model, db
from oxyde.exceptions import DecodeError, FieldLookupValueError
from tests.backends import Backend
from tests.tables import table, tables


class Spot(BaseModel):
    """A model that is no table."""

    x: int
    rest: Any = None


class Size(TypedDict):
    """A dictionary of known keys."""

    width: int


class Kept(Model):
    """One field of each kind."""

    id: int | None = Field(default=None, db_pk=True)
    bare: dict | None = None  # type: ignore[type-arg] # as people write it
    texts: dict[str, Any] | None = None
    numbers: dict[str, int] | None = None
    items: list | None = None  # type: ignore[type-arg] # as people write it
    anys: list[Any] | None = None
    members: set | None = None  # type: ignore[type-arg] # as people write it
    pair: tuple | None = None  # type: ignore[type-arg] # as people write it
    size: Size | None = None
    spot: Spot | None = None
    either: dict[str, int] | list[int] | None = None
    anything: Any = None

    Meta = table("json_kept")


@pytest.fixture
async def kept(backend: Backend) -> AsyncIterator[Backend]:
    """A connection to a backend with the table."""
    await db.init(default=backend.url)
    try:
        async with tables(Kept):
            yield backend
    finally:
        await db.close()


WRONG = {
    "bare": ["[1]", '"x"', "5"],
    "texts": ["[1]", '"x"', "5"],
    "numbers": ["[1]", '{"a": "x"}'],
    "items": ["5", '{"a": 1}'],
    "anys": ["5", '{"a": 1}'],
    "members": ["5"],
    "pair": ["5"],
    "size": ["[1]", "{}", '{"width": "x"}'],
    "spot": ["[1]", "{}", '{"x": "x"}'],
    "either": ["5", '"x"', '["y"]'],
}


@pytest.mark.parametrize("field", WRONG)
async def test_what_is_stored_is_validated(kept: Backend, field: str) -> None:
    """Whatever reads it: models refuse what ``values()`` refuses."""
    made = await Kept.objects.create()
    for text in WRONG[field]:
        await db.execute_raw(f"UPDATE json_kept SET {field} = '{text}'")
        for read in (
            Kept.objects.all,
            Kept.objects.first,
            Kept.objects.values(field).all,
            Kept.objects.values_list(field).all,
            made.refresh,
        ):
            with pytest.raises(DecodeError):
                await read()
        with pytest.raises(DecodeError):
            await Kept.objects.get(id=made.id)
        with pytest.raises(DecodeError):
            Kept.objects.sync.first()


@pytest.mark.parametrize("text", ["[1]", '"x"', "5", '{"a": [1]}', "true"])
async def test_any_value_is_any_value(kept: Backend, text: str) -> None:
    """A field without a type takes what JSON holds."""
    await Kept.objects.create()
    await db.execute_raw(f"UPDATE json_kept SET anything = '{text}'")
    found = (await Kept.objects.get()).anything
    assert [found] == await Kept.objects.values_list("anything", flat=True).all()
    assert type(found) in {list, str, int, dict, bool}


def cycle() -> dict[str, Any]:
    """Returns a dictionary that holds itself."""
    made: dict[str, Any] = {}
    made["itself"] = made
    return made


def deep() -> Any:
    """Returns dictionaries in dictionaries, very deep."""
    made: Any = 1
    for _ in range(500):
        made = {"a": made}
    return made


NOT_JSON = {
    "bytes": (lambda: {"a": b"secret\xff"}, "bytes that are no UTF-8 text"),
    "surrogate": (lambda: {"a": "secret\ud800"}, "text with a lone surrogate"),
    "surrogate key": (lambda: {"secret\ud800": 1}, "text with a lone surrogate"),
    "cycle": (cycle, "it holds itself"),
    "deep": (deep, "nested too deeply"),
}


@pytest.mark.parametrize("field", ["bare", "spot", "anything"])
@pytest.mark.parametrize("kind", NOT_JSON)
async def test_what_json_cannot_hold_is_refused(kept: Backend, field: str, kind: str) -> None:
    """By every verb that takes values, before anything is sent, naming the field and not the value."""
    make, reason = NOT_JSON[kind]
    value = Spot(x=1, rest=make()) if field == "spot" else make()
    made = await Kept.objects.create()
    setattr(made, field, value)
    verbs = (
        lambda: Kept.objects.create(**{field: value}),
        lambda: Kept.objects.bulk_create([{field: value}]),
        lambda: Kept.objects.update(**{field: value}),
        made.save,
    )
    for verb in verbs:
        with pytest.raises(FieldValueError, match=rf"^Kept\.{field} .*{reason}") as caught:
            await verb()
        assert "secret" not in str(caught.value)
        assert caught.value.column == field
    with pytest.raises(FieldLookupValueError, match=rf"^Kept\.{field} .*{reason}"):
        Kept.objects.filter(**{field: value})
    assert await Kept.objects.count() == 1
