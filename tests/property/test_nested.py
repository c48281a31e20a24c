"""Values with classes inside, and free JSON: written in every way, read in every way, equal; or refused before anything is written."""

from __future__ import annotations

import copy
import datetime as dt
import os
import uuid
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, Base64Str, BaseModel, ConfigDict, PlainSerializer, StringConstraints, field_serializer
from pydantic import Field as Inner

import oxyde
from oxyde import F, Field, Model
from oxyde.exceptions import FieldValueError
from tests.backends import Backend
from tests.property import kinds
from tests.property.kinds import Dog, Kinds, Pup
from tests.tables import table

REWRITTEN = {"size", "positive", "stripped", "secret"}
"""Columns that are written when they are assigned, equal or not: reading may have made another value of what is stored."""
EXAMPLES = 30 * (10 if os.environ.get("OXYDE_LONG") else 1)


class Hue(Enum):
    """Is shown by name."""

    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    """Shows nearly nothing as it is."""

    model_config = ConfigDict(ser_json_temporal="milliseconds")

    price: Annotated[Decimal, PlainSerializer(float, return_type=float)] = Decimal(0)
    hidden: int = Inner(default=0, exclude=True)
    named: str = Inner(default="", alias="Name")
    at: dt.datetime | None = None
    span: dt.timedelta = dt.timedelta()
    key: uuid.UUID | None = None
    hue: Hue = Hue.RED
    lower: Annotated[str, StringConstraints(to_lower=True)] = ""
    parts: list[Part] = Inner(default_factory=list)

    @field_serializer("hue")
    def shown(self, value: Hue) -> str:
        return value.name


class Holder(Model):
    """Holds them."""

    id: int | None = Field(default=None, db_pk=True)
    part: Part | None = None
    parts: list[Part] = Field(default_factory=list)
    by_name: dict[str, Part] = Field(default_factory=dict)
    free: Any = Field(default=None, db_nullable=True)
    size: Annotated[int, AfterValidator(abs)] = 0
    secret: Base64Str | None = None

    Meta = table("nested_holder")


# Control characters and lone surrogates are no text on every server.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
moments = st.datetimes(timezones=st.none() | st.just(dt.timezone.utc))
leaves = st.builds(
    Part,
    price=decimals,
    hidden=st.integers(-(2**40), 2**40),
    Name=texts,
    at=st.none() | moments,
    span=st.timedeltas(dt.timedelta(days=-9_999), dt.timedelta(days=9_999)),
    key=st.none() | st.uuids(),
    hue=st.sampled_from(Hue),
    lower=texts,
)
nested = st.builds(lambda part, inner: part.model_copy(update={"parts": inner}), leaves, st.lists(leaves, max_size=2))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
rows = st.fixed_dictionaries(
    {
        "part": st.none() | nested,
        "parts": st.lists(leaves, max_size=2),
        "by_name": st.dictionaries(texts, leaves, max_size=2),
        "free": plain.map(lambda value: {"value": value}),
        "size": st.integers(-(2**40), 2**40),
    }
)
not_json = st.sampled_from([dt.date(2024, 1, 1), Decimal(1), (1, 2), {1}, b"x", uuid.UUID(int=1)])

once = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=[Phase.generate])


@pytest.fixture(scope="module")
def table(backend_module: Backend) -> Iterator[Backend]:
    """The table, on each server."""
    connection = oxyde.connect(backend_module.url)
    oxyde.sync.drop_tables(models=[Holder, Kinds], if_exists=True)
    oxyde.sync.create_tables(models=[Holder, Kinds])
    yield backend_module
    oxyde.sync.drop_tables(models=[Holder, Kinds])
    connection.close()


def written(model: Any, values: dict[str, Any]) -> list[Any]:
    """Returns instances that were saved in every way: created, in bulk, saved, saved again with what changed, updated, applied."""
    created = model.objects.sync.create(**values)
    (bulk,) = model.objects.sync.bulk_create([model(**values)])
    (row,) = model.objects.sync.bulk_create([dict(values)])
    saved = model(**values)
    oxyde.sync.save(saved)
    again, named, updated = (model.objects.sync.create() for _ in range(3))
    for one, names in ((again, None), (named, list(values))):
        for name, value in values.items():
            setattr(one, name, value)
        oxyde.sync.save(one, update_fields=names)
    sent = {name: getattr(created, name) for name in values}
    assert model.objects.filter(id=updated.id).sync.update(**sent) == 1
    (returned,) = model.objects.filter(id=model.objects.sync.create().id).sync.update(returning=True, **sent)
    oxyde.sync.refresh(updated)
    return [created, bulk, row, saved, again, named, updated, returned]


def read(model: Any, names: list[str]) -> Iterator[tuple[str, list[Any]]]:
    """Yields the rows, in the order of their keys, as each way to read them returns them; with the name of the way."""
    ordered = model.objects.order_by("id")
    every = ordered.sync.all()
    yield "all", every
    yield "get", [model.objects.sync.get(id=one.id) for one in every]
    yield "iteration", list(ordered.sync)
    yield "slice", [*ordered[:3].sync.all(), *ordered[3:].sync.all()]
    yield "annotate", ordered.annotate(other=F("id")).sync.all()
    yield "values", [SimpleNamespace(**row) for row in ordered.values(*names).sync.all()]
    yield "values_list", [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in ordered.values_list(*names).sync.all()]
    copies = [one.model_copy() for one in every]
    yield "refresh", [oxyde.sync.refresh(one) for one in copies]


@pytest.mark.parametrize(("model", "values"), [(Holder, rows), (Kinds, kinds.rows)])
def test_what_is_written_reads_back(table: Backend, model: Any, values: Any) -> None:
    """In every way, as every way reads it; and saving what was read, or what is assigned equal, sends nothing."""

    @once
    @given(values)
    def check(values: dict[str, Any]) -> None:
        model.objects.sync.delete()
        made = written(model, values)
        wanted = {**values, **({"size": abs(values["size"])} if model is Holder else {})}
        for way, found in read(model, list(wanted)):
            assert len(found) == len(made), way
            for one in found:
                for name, value in wanted.items():
                    assert getattr(one, name) == value, (way, name)
        for one, instance in zip(model.objects.order_by("id").sync.all(), made, strict=True):
            assert one == instance
            sent: list[str] = []
            stop = oxyde.db.events.on_statement(lambda event, sent=sent: sent.append(event.sql))
            oxyde.sync.save(one)
            for name in wanted.keys() - REWRITTEN:
                setattr(one, name, copy.deepcopy(getattr(one, name)))
            oxyde.sync.save(one)
            stop()
            assert sent == []

    check()


def test_a_subclass_without_more_fields_is_the_declared_class(table: Backend) -> None:
    """When it is read."""
    made = Kinds.objects.sync.create(pet=Pup(loud=True), pets={"a": Pup()}, boxes=[])
    found = Kinds.objects.sync.get(id=made.id)
    assert (found.pet, found.pets) == (Dog(loud=True), {"a": Dog()})


def test_encoded_texts_are_decoded_once(table: Backend) -> None:
    """However they were written."""
    Kinds.objects.sync.delete()
    made = Kinds.objects.sync.create(encoded=["YWJj"])
    Kinds.objects.sync.bulk_create([Kinds(encoded=["YWJj"])])
    updated = Kinds.objects.sync.create()
    assert Kinds.objects.filter(id=updated.id).sync.update(encoded=["YWJj"]) == 1
    made.encoded = ["YWJj", "YWJj"]
    oxyde.sync.save(made)
    assert Kinds.objects.order_by("id").values_list("encoded", flat=True).sync.all() == [["abc", "abc"], ["abc"], ["abc"]]
    assert [one.encoded for one in Kinds.objects.order_by("id").sync.all()] == [["abc", "abc"], ["abc"], ["abc"]]


def test_what_would_not_read_back_is_refused(table: Backend) -> None:
    """By its path, wherever it is; nothing is written."""
    Holder.objects.sync.delete()

    @once
    @given(plain, not_json)
    def check(around: Any, inside: Any) -> None:
        for free in ({"a": around, "b": [inside]}, [around, {"c": inside}]):
            with pytest.raises(FieldValueError, match=r"^Holder\.free(\.b\[0\]|\[1\]\.c) is an? "):
                Holder.objects.sync.create(free=free)
        assert Holder.objects.sync.count() == 0

    check()


def test_subclasses_are_read_as_declared(table: Backend) -> None:
    """One with more fields is refused, in every place."""

    class Longer(Part):
        more: int = 0

    Holder.objects.sync.delete()
    for values in ({"part": Longer()}, {"parts": [Part(), Longer()]}, {"by_name": {"a": Longer()}}, {"part": Part(parts=[Longer()])}):
        with pytest.raises(FieldValueError, match=r"^Holder\.\w+.* would be read back as another value"):
            Holder.objects.sync.create(**values)
    assert Holder.objects.sync.count() == 0
