"""``save()`` writes what differs from what was read, however it came to differ, and nothing else."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator
from typing_extensions import Self

from oxyde import F, Field, Model, db
from oxyde.exceptions import FieldError, NotFoundError, StaleObjectError, UniqueViolationError
from tests.tables import statements, table, tables


class Place(BaseModel):
    """Is kept as JSON."""

    city: str
    tags: list[str] = []


class Page(Model):
    """Has values that change inside, and a version."""

    id: int | None = Field(default=None, db_pk=True)
    title: str = Field(default="", max_length=50)
    price: Decimal = Field(default=Decimal("1.10"), max_digits=10, decimal_places=2)
    hits: dict[str, int] = Field(default_factory=dict)
    place: Place | None = None
    revision: int = Field(default=1, db_version=True)

    Meta = table("saving_page")


class Order(Model):
    """Validates what is assigned, and changes one field when another is."""

    model_config = ConfigDict(validate_assignment=True, str_to_lower=True)

    id: int | None = Field(default=None, db_pk=True)
    quantity: int = 1
    total: int = 0
    code: str = Field(default="", max_length=20)

    @model_validator(mode="after")
    def add_up(self) -> Self:
        vars(self)["total"] = self.quantity * 10
        return self

    Meta = table("saving_order")


_runs: list[Any] = []


def noted(value: int) -> int:
    """Notes each run."""
    _runs.append(value)
    return abs(value)


class Ticket(Model):
    """Counts the runs of its validator."""

    id: int | None = Field(default=None, db_pk=True)
    cents: Annotated[int, AfterValidator(noted)] = 0
    code: str = Field(default="", max_length=20, db_unique=True)

    Meta = table("saving_ticket")


class Hooked(Model):
    """Is changed by its own hook."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(default="", max_length=20)
    slug: str = Field(default="", max_length=20)

    async def pre_save(self, *, is_create: bool, update_fields: set[str] | None = None) -> None:
        vars(self)["slug"] = self.name.lower()

    Meta = table("saving_hooked")


async def test_nothing_changed_is_no_statement(database: db.AsyncDatabase) -> None:
    """Nor a new version: after create, read, refresh, bulk and save, with equal values assigned, and JSON that others spaced."""
    async with tables(Page):
        page = await Page.objects.create(hits={"b": 1, "a": 2}, place=Place(city="x"))
        (bulk,) = await Page.objects.bulk_create([Page(hits={"a": 1})])
        read = await Page.objects.get(id=page.id)
        again = (await Page.objects.order_by("id").all())[0]
        with statements() as sent:
            for one in (page, bulk, read, again, copy.copy(read), copy.deepcopy(read), pickle.loads(pickle.dumps(read)), read.model_copy()):
                await one.save()
                one.title, one.price, one.hits, one.place = one.title, Decimal("1.10"), dict(one.hits), one.place
                await one.save()
                assert one.revision == 1
        assert sent == []
        await read.refresh()
        with statements() as sent:
            await read.save()
        assert sent == []


async def test_what_changed_inside_is_written(database: db.AsyncDatabase) -> None:
    """And only that: the other writer's values stay."""
    async with tables(Page):
        page = await Page.objects.create(hits={"a": 1}, place=Place(city="x"))
        one, two = await Page.objects.get(id=page.id), await Page.objects.get(id=page.id)
        two.revision = one.revision
        one.hits["a"] = 2
        assert one.place is not None
        one.place.tags.append("new")
        await one.save()
        two.revision = one.revision
        two.title = "two"
        await two.save()
        found = await Page.objects.get(id=page.id)
        assert (found.title, found.hits, found.place) == ("two", {"a": 2}, Place(city="x", tags=["new"]))
        assert found.revision == 3


async def test_changes_past_assignment(database: db.AsyncDatabase) -> None:
    """By ``__dict__``, by a model validator, by a hook, in a copy, behind pickle."""
    async with tables(Order, Hooked):
        order = await Order.objects.create(quantity=2)
        order.quantity = 5
        await order.save()
        assert await Order.objects.values_list("total", flat=True).all() == [50]
        vars(order).update(quantity=7, total=70)
        await order.save()
        assert await Order.objects.values_list("total", flat=True).all() == [70]
        object.__setattr__(order, "quantity", 8)
        await pickle.loads(pickle.dumps(order)).save()
        assert await Order.objects.values_list("quantity", flat=True).all() == [8]
        await order.model_copy(update={"code": "copied"}).save()
        assert await Order.objects.values_list("code", flat=True).all() == ["copied"]
        one = await Hooked.objects.create(name="One")
        one.name = "Two"
        await one.save()
        assert await Hooked.objects.values_list("slug", flat=True).all() == ["two"]


async def test_named_fields_are_always_written(database: db.AsyncDatabase) -> None:
    """Equal or not: another writer may have changed the row meanwhile."""
    async with tables(Order):
        order = await Order.objects.create(quantity=2)
        await Order.objects.filter(id=order.id).update(total=99)
        await order.save(update_fields=["total"])
        assert await Order.objects.values_list("total", flat=True).all() == [order.total]


async def test_what_reading_altered_is_written_when_assigned(database: db.AsyncDatabase) -> None:
    """The instance has ``abc`` since it was read, the row ``ABC``."""
    async with tables(Order):
        await db.execute_raw("INSERT INTO saving_order (quantity, total, code) VALUES (1, 10, 'ABC')")
        order = await Order.objects.get(quantity=1)
        order.code = "abc"
        await order.save()
        assert await Order.objects.values_list("code", flat=True).all() == ["abc"]


async def test_a_validator_runs_once_for_a_value(database: db.AsyncDatabase) -> None:
    """Also when the save failed and is tried again."""
    async with tables(Ticket):
        await Ticket.objects.create(code="taken")
        ticket = await Ticket.objects.create(code="mine")
        ticket.cents, ticket.code = -5, "taken"
        _runs.clear()
        with pytest.raises(UniqueViolationError):
            await ticket.save()
        ticket.code = "free"
        await ticket.save()
        assert _runs.count(-5) == 1
        assert await Ticket.objects.filter(id=ticket.id).values_list("cents", flat=True).all() == [5]


async def test_a_key_that_was_taken_away(database: db.AsyncDatabase) -> None:
    """Saving inserts a copy."""
    async with tables(Order):
        order = await Order.objects.create(quantity=3)
        first = order.id
        order.id = None
        await order.save()
        assert order.id not in {None, first}
        assert await Order.objects.order_by("id").values_list("quantity", flat=True).all() == [3, 3]


async def test_a_given_key_answers_with_the_row(database: db.AsyncDatabase) -> None:
    """What was not given is as it is stored, not as the class's default has it; nobody there is an error."""
    async with tables(Page):
        page = await Page.objects.create(title="old", hits={"a": 1})
        given = Page(id=page.id, price=Decimal("2.50"))
        await given.save()
        assert (given.title, given.hits, given.price) == ("old", {"a": 1}, Decimal("2.50"))
        with statements() as sent:
            await given.save()
        assert sent == []
        with pytest.raises(NotFoundError):
            await Page(id=(page.id or 0) + 1, title="x").save()


async def test_a_refused_assignment_leaves_the_old_value(database: db.AsyncDatabase) -> None:
    """In the instance and in the database."""

    class Span(Model):
        model_config = ConfigDict(validate_assignment=True)
        id: int | None = Field(default=None, db_pk=True)
        low: int = 0
        high: int = 10

        @model_validator(mode="after")
        def ordered(self) -> Self:
            if self.low > self.high:
                message = "low is above high"
                raise ValueError(message)
            return self

        Meta = table("saving_span")

    async with tables(Span):
        span = await Span.objects.create(low=1)
        with pytest.raises(ValidationError):
            span.low = 50
        assert span.low == 1
        span.high, span.low = 100, 50
        await span.save()
        assert await Span.objects.values_list("low", "high").all() == [(50, 100)]


async def test_computed_columns_cannot_be_assigned(database: db.AsyncDatabase) -> None:
    """``save()`` refuses them, of a new row and of one that was read."""

    class Square(Model):
        id: int | None = Field(default=None, db_pk=True)
        side: int = 1
        area: int | None = Field(default=None, db_generated="side * side", db_stored=True)

        Meta = table("saving_square")

    async with tables(Square):
        new = Square(side=2)
        new.area = 5
        with pytest.raises(FieldError, match=r"Square\.area is computed by the database"):
            await new.save()
        square = await Square.objects.create(side=3)
        assert square.area == 9
        square.area = 5
        with pytest.raises(FieldError, match=r"Square\.area is computed by the database"):
            await square.save()
        await square.refresh()
        assert square.area == 9


async def test_a_change_of_many_rows_counts_the_version_up(database: db.AsyncDatabase) -> None:
    """So that save() of a row that was read before is refused, and writes over nothing; a version that is given is written."""
    async with tables(Page):
        before = await Page.objects.create(title="a")
        assert await Page.objects.filter(id=before.id).update(title="b") == 1
        before.title = "c"
        with pytest.raises(StaleObjectError):
            await before.save()
        (changed,) = await Page.objects.filter(title="b").update(price=F("price") * 2, returning=True)
        assert (changed.title, changed.price, changed.revision) == ("b", Decimal("2.20"), 3)
        assert await Page.objects.increment("price", by=1) == 1
        assert (await Page.objects.get()).revision == 4
        await Page.objects.update(revision=9)
        assert (await Page.objects.get()).revision == 9
        assert await changed.refresh() is changed
        changed.title = "d"
        await changed.save()
        assert (await Page.objects.get()).revision == 10
