"""The tiers of hydration agree: rows read by columns and by dictionaries are the same instances, or the same errors."""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Iterator
from typing import Annotated, Any, Literal, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError, model_validator

import oxyde
from oxyde import DecodeError, Field, Model
from oxyde.models.hydrate import BY_DICTIONARY, tiers
from tests.backends import Backend
from tests.property import everything
from tests.property.everything import FIELDS, Everything, Flavour, Inner
from tests.states import is_stored
from tests.tables import blocking_tables, table

EXAMPLES = 15 * (10 if os.environ.get("OXYDE_LONG") else 1)


class Loose(Model):
    """Takes whatever its columns hold."""

    id: int | None = Field(default=None, db_pk=True)
    small: int | None = None
    word: str | None = None
    pair: dict[str, Any] | list[Any] | None = Field(default=None, db_type="JSON")
    others: dict[str, Any] | list[Any] | None = Field(default=None, db_type="JSON")

    Meta = table("tier_strict")  # the table of its stricter views


class Strict(Model):
    """Sees the same rows, and does not like all of them."""

    id: int | None = Field(default=None, db_pk=True)
    small: Annotated[int, Field(ge=0, multiple_of=2)] = 0
    word: Literal["a", "b"] | None = None
    pair: Inner | None = Field(default=None, db_type="JSON")
    others: set[int] = Field(default_factory=set, min_length=1, db_type="JSON")

    Meta = table("tier_strict", managed=False)  # rows of another model


class Whole(BaseModel):
    """A rule that crosses fields, and changes none: rows go through dictionaries because of it."""

    @model_validator(mode="after")
    def is_seen_as_a_whole(self) -> Any:
        """Looks at the row."""
        return self


class EverythingWhole(Everything, Whole):
    """The same rows by dictionaries."""

    Meta = table("round_trip")


class StrictWhole(Strict, Whole):
    """The same rows by dictionaries."""

    Meta = table("tier_strict", managed=False)


class Holder(Model):
    """Refers to a row of every type."""

    id: int | None = Field(default=None, db_pk=True)
    item: Everything | None = None

    Meta = table("tier_holder")


class HolderWhole(Whole, Model):
    """The same rows by dictionaries, and what they refer to as well."""

    id: int | None = Field(default=None, db_pk=True)
    item: EverythingWhole | None = None

    Meta = table("tier_holder", managed=False)


@pytest.fixture(scope="module")
def table(backend_module: Backend) -> Iterator[Backend]:
    """The tables, on each server."""
    with oxyde.connect(backend_module.url), blocking_tables(Everything, Loose, Holder):
        yield backend_module


def by_columns(model: type[Model]) -> bool:
    """Whether a model's rows are hydrated column by column."""
    kind = tiers(model.__oxyde__)
    return not kind.by_dictionaries and all(kind.validator(column) is not BY_DICTIONARY for column in model.__table__.columns)


def test_the_tiers_are_what_they_are_meant_to_be() -> None:
    """Otherwise nothing would be compared."""
    assert by_columns(Everything)
    assert by_columns(Strict)
    assert not by_columns(EverythingWhole)
    assert not by_columns(StrictWhole)
    assert by_columns(Holder)
    assert not by_columns(HolderWhole)


def same_instances(one: Model, two: Model) -> None:
    """Checks everything that can be seen of two instances, but for their class."""
    assert list(one.__dict__) == list(two.__dict__)
    for name, value in one.__dict__.items():
        assert everything.same(value, two.__dict__[name]), name
    assert one.model_fields_set == two.model_fields_set
    assert is_stored(one)
    assert is_stored(two)
    assert one.__pydantic_extra__ == two.__pydantic_extra__
    assert one.__pydantic_private__ == two.__pydantic_private__
    assert one.model_dump() == two.model_dump()
    assert repr(one).removeprefix(type(one).__name__) == repr(two).removeprefix(type(two).__name__)
    for copied in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one), type(one).model_validate(one.model_dump())):
        assert copied == one
        assert copied.__dict__ == one.__dict__


def test_instances(table: Backend) -> None:
    """Fields, their order, what is set, equality, copies and pickles."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(everything.rows(table.dialect), st.sampled_from([1, 5, 24]))
    def check(rows: list[dict[str, Any]], count: int) -> None:
        Everything.objects.sync.delete()
        Everything.objects.sync.bulk_create([Everything(**row) for row in rows[:count]])
        ones, twos = (model.objects.order_by("id").sync.all() for model in (Everything, EverythingWhole))
        assert len(ones) == len(twos) == count
        for one, two in zip(ones, twos, strict=True):
            same_instances(one, two)
            assert one != two
        assert ones == Everything.objects.order_by("id").sync.all()
        again = [oxyde.sync.refresh(one.model_copy()) for one in ones[:3]]
        assert again == ones[:3]

    check()


def test_trees(table: Backend) -> None:
    """Rows of two models are the same instances in the same places: shared where the row is the same, None where there is none."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(everything.rows(table.dialect), st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=1, max_size=8))
    def check(rows: list[dict[str, Any]], places: list[int | None]) -> None:
        Holder.objects.sync.delete()
        Everything.objects.sync.delete()
        items = [Everything.objects.sync.create(**row) for row in rows[:4]]
        wanted = [None if place is None else items[place % len(items)] for place in places]
        Holder.objects.sync.bulk_create([Holder(item=item) for item in wanted])
        ones, twos = (model.objects.join("item").order_by("id").sync.all() for model in (Holder, HolderWhole))
        plain = {item.id: item for item in Everything.objects.sync.all()}
        for item, one, two in zip(wanted, ones, twos, strict=True):
            assert (one.item and one.item.id) == (two.item and two.item.id) == (item and item.id)
            assert one.model_fields_set == two.model_fields_set == {"id", "item", "item_id"}
            if item is not None:
                same_instances(one.item, two.item)
                same_instances(one.item, plain[item.id])
        for some in (ones, twos):
            assert len({id(row.item) for row in some if row.item is not None}) == len({row.item_id for row in some} - {None})

    check()
    Holder.objects.sync.delete()


STRICT = st.fixed_dictionaries(
    {
        "small": st.one_of(st.integers(-2, 6), st.none()),
        "word": st.sampled_from(["a", "b", "c", None]),
        "pair": st.sampled_from([{"a": 1}, {"a": 2, "b": "x"}, {"a": "q"}, {}, [], None]),
        "others": st.sampled_from([[1, 2, 2], [], None]),
    }
)
GOOD = {"small": 2, "word": "a", "pair": {"a": 1}, "others": [3, 3]}


def outcome(model: type[Model]) -> Any:
    """Returns the rows, or the faults that Pydantic finds in them."""
    try:
        return [row.__dict__ for row in model.objects.order_by("id").sync.all()]
    except DecodeError as error:
        cause = cast("ValidationError", error.__cause__)
        return [(fault["loc"], fault["type"], fault["msg"]) for fault in cause.errors()]


def test_errors(table: Backend) -> None:
    """A row that a model does not take is refused with the same faults, whichever tier met it."""
    refused = 0

    @settings(max_examples=4 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.one_of(st.just(GOOD), STRICT), min_size=1, max_size=4))
    def check(rows: list[dict[str, Any]]) -> None:
        nonlocal refused
        Loose.objects.sync.delete()
        Loose.objects.sync.bulk_create(rows)
        one, two = outcome(Strict), outcome(StrictWhole)
        assert one == two
        refused += isinstance(one[0], tuple)

    check()
    assert refused


def test_values_take_no_part(table: Backend) -> None:
    """``values()`` gives what the columns hold, restored but not validated."""
    Everything.objects.sync.delete()
    Everything.objects.sync.create(flavour=Flavour.WIDE, inner=Inner(a=1))
    row = EverythingWhole.objects.values(*FIELDS).sync.get()
    assert (row["flavour"], row["inner"]) == (Flavour.WIDE, Inner(a=1))
