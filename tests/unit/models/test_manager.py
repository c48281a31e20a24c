"""Managers: every verb of a queryset on a class, scopes, and querysets of your own."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest

from oxyde import Field, Manager, Model, Q, QuerySet
from oxyde.models.blocking import BlockingQuerySet
from tests.tables import table
from tests.unit.queries.shapes import values_of, where_of


class Discounts:
    """A mixin."""

    def free(self) -> Books:
        """Returns the books that cost nothing."""
        return self.filter(price=0)  # type: ignore[attr-defined] # a mixin


class Books(Discounts, QuerySet["Book"]):
    """Knows what is cheap."""

    most = 10

    def filter(self, *conditions: Q, **lookups: object) -> Books:
        """Is what it was, without what costs more than anything."""
        return super().filter(*conditions, **lookups).exclude(price=-1)

    async def total(self) -> int:
        """Is async."""
        return await self.sum("price")

    async def each(self) -> AsyncIterator[Book]:
        """Is an async generator."""
        for book in await self.all():
            yield book

    def cheap(self, most: int = 10) -> Books:
        """Returns the books of at most that price."""
        return self.filter(price__lte=most)


class Shelf(Manager["Book"]):
    """A manager with a verb of its own."""

    def dear(self) -> QuerySet[Book]:
        """Returns the books above a price."""
        return self.filter(price__gt=5)


class Book(Model):
    """A table with several managers."""

    id: int | None = Field(default=None, db_pk=True)
    price: int = 0
    gone: bool = False
    shelf = Manager.from_queryset(Books)()
    present = Manager.from_queryset(QuerySet)(scope=Q(gone=False))
    sold = Manager(scope=Q(price__gt=0) & ~Q(gone=True))
    plain = Manager()
    own = Shelf(scope=Q(price=1))

    Meta = table()


class Novel(Book):
    """A table of its own."""

    Meta = table()


def test_every_verb_stands_on_the_manager() -> None:
    """What a queryset can do, ``objects`` can."""
    verbs = {name for name, _ in inspect.getmembers(QuerySet, inspect.isfunction) if not name.startswith("_")}
    assert {name for name in verbs if not hasattr(Book.objects, name)} == set()
    assert {"all", "update", "delete", "bulk_create", "to_arrow"} <= verbs


def test_both_faces_have_the_same_verbs() -> None:
    """Every awaited verb has a blocking twin with the same parameters."""
    for name, verb in inspect.getmembers(QuerySet, inspect.iscoroutinefunction):
        if not name.startswith("_"):
            twin = getattr(BlockingQuerySet, name)
            assert not inspect.iscoroutinefunction(twin)
            assert inspect.signature(twin).parameters == inspect.signature(verb).parameters, name


def test_a_manager_belongs_to_its_class() -> None:
    """A derived table has its own rows, and an instance no manager."""
    assert Novel.objects.model is Novel
    assert Book.objects.model is Book
    with pytest.raises(AttributeError, match=r"write Book\.objects"):
        _ = Book().objects


def test_what_is_no_table_has_no_rows() -> None:
    """A mixin cannot be queried."""

    class Mixin(Model):
        name: str = ""

    with pytest.raises(AttributeError, match="Mixin has no table; say is_table = True"):
        Mixin.objects.filter(name="x")


@pytest.mark.parametrize(
    ("given", "written"),
    [(Books, "Books"), (Manager.from_queryset(Books), "MyQuerySet"), (Manager, "MyQuerySet"), (type("Own", (Manager,), {}), "MyQuerySet")],
)
@pytest.mark.parametrize("attribute", ["objects", "shelf"])
def test_a_class_in_place_of_a_manager(given: type, written: str, attribute: str) -> None:
    """Is refused with what to write; one that is defined inside the model, annotated or private is none of ours."""
    body = {"__module__": __name__, "__qualname__": "Wrong"}
    with pytest.raises(
        TypeError, match=rf"^Wrong\.{attribute} is a class, .* write {attribute} = Manager\.from_queryset\({written}\)\(\)$"
    ):
        type(Model)("Wrong", (Model,), {**body, attribute: given})

    class Right(Model):
        class Inner(QuerySet["Right"]):
            """Written here."""

        kept: ClassVar[type] = given
        _private = given

    assert Right.kept is given


@pytest.mark.parametrize("kind", [QuerySet, Books, BlockingQuerySet])
def test_querysets_are_made_for_a_model(kind: type) -> None:
    """One that is made without a model says how it is declared."""
    with pytest.raises(TypeError, match=r"objects = Manager\.from_queryset\(MyQuerySet\)\(\)"):
        kind()


def test_querysets_of_your_own() -> None:
    """Their verbs stand on the manager and chain."""
    chain = Book.shelf.cheap(3).filter(gone=True).cheap(2)
    assert type(chain) is Books
    assert values_of(chain) == [3, -1, True, -1, 2, -1]


def test_querysets_of_your_own_are_blocking_too() -> None:
    """Their methods stand under ``.sync``, inherited and overriding ones too, and give blocking querysets."""
    awaited = Book.shelf.cheap(3).filter(gone=True).free()
    faces = [Book.shelf.sync, Book.shelf.query().sync, Book.shelf.query().sync.sync]
    for chain in [face.cheap(3).filter(gone=True).free() for face in faces] + [awaited.sync]:
        assert isinstance(chain, BlockingQuerySet)
        assert isinstance(chain, Books)
        assert (values_of(chain), chain.most) == (values_of(awaited), 10)
        assert chain._run.__func__ is BlockingQuerySet._run
    assert type(Book.shelf.sync) is type(Book.shelf.cheap().sync)
    assert type(Book.objects.sync) is BlockingQuerySet
    for name, verb in inspect.getmembers(BlockingQuerySet, inspect.isfunction):
        if name != "filter" and name in vars(BlockingQuerySet):
            assert getattr(type(Book.shelf.sync), name) is verb


@pytest.mark.parametrize("name", ["total", "each"])
def test_async_methods_of_your_own_stay_out(name: str) -> None:
    """Nobody could await them."""
    with pytest.raises(AttributeError, match=rf"^Books\.{name} is async, and \.sync cannot await it; write .* plain method"):
        getattr(Book.shelf.sync, name)
    assert hasattr(Book.shelf, name)


def test_scopes() -> None:
    """A scope narrows every verb; ``unscoped()`` sees all rows."""
    assert where_of(Book.present.filter(price=1)) == where_of(Book.objects.filter(gone=False).filter(price=1))
    assert where_of(Book.present.unscoped()) is None
    assert where_of(Book.sold) == where_of(Book.objects.filter(Q(price__gt=0) & ~Q(gone=True)))
    assert where_of(Book.sold.unscoped()) is where_of(Book.plain) is None
    assert type(Book.sold) is type(Book.plain) is Manager
    assert Novel.sold.model is Novel
    assert where_of(Book.own.dear()) == where_of(Book.objects.filter(price=1).filter(price__gt=5))
    assert repr(Book.sold) == "<Manager of Book>"
    assert where_of(pickle.loads(pickle.dumps(Book.sold))) == where_of(Book.sold)
    assert where_of(Book.sold.sync.filter(id=1)) == where_of(Book.sold.filter(id=1))


def test_scopes_are_conditions() -> None:
    """Anything else is refused where it is written."""
    for declare in (Manager, Manager.from_queryset(Books)):
        with pytest.raises(TypeError, match=r"^scope= takes a condition: Manager\(scope=Q\(gone=False\)\), not dict"):
            declare(scope={"gone": False})


def test_a_manager_is_made_once_for_each_table() -> None:
    """A class has one manager until its table is made anew; a subclass has another."""

    class Shelf(Model):
        id: int | None = Field(default=None, db_pk=True)

        Meta = table("managed_shelves")

    class Cabinet(Shelf):
        Meta = table("managed_cabinets")

    first = Shelf.objects
    assert Shelf.objects is first
    assert Cabinet.objects.model is Cabinet
    Shelf.__oxyde__.forget_links()
    again = Shelf.objects
    assert again is not first
    assert again._state.table is Shelf.__table__


def test_query_is_a_fresh_queryset() -> None:
    """``objects.query()`` gives one to build on."""
    assert type(Book.objects.query()) is QuerySet
    assert type(Book.shelf.query()) is Books


def test_reprs() -> None:
    """One line, no I/O."""
    assert repr(Book.objects) == "<Manager of Book>"
