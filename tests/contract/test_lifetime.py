"""Model classes come and go: one that was read dies with its last holder, and one that is built its own way is built that way."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import oxyde
from oxyde import Field, Model
from tests.backends import Backend


def declare() -> tuple[type[Model], type[Model]]:
    """Makes two classes; doing it again replaces them in the registry."""

    class Crew(Model):
        """A target."""

        id: int | None = Field(default=None, db_pk=True)
        name: str = ""

        class Meta:
            """Its table."""

            is_table = True
            table_name = "lifetime_crew"

    class Sailor(Model):
        """Refers to it."""

        id: int | None = Field(default=None, db_pk=True)
        name: str = ""
        crew: Crew | None = None

        class Meta:
            """Its table."""

            is_table = True
            table_name = "lifetime_sailor"

    return Crew, Sailor


def use(crew: Any, sailor: Any) -> None:
    """Writes and reads rows, by key and by conditions."""
    oxyde.sync.drop_tables(models=[crew, sailor], if_exists=True)
    oxyde.sync.create_tables(models=[crew, sailor])
    one = sailor.objects.sync.create(name="a", crew=crew.objects.sync.create(name="c"))
    one.name = "b"
    oxyde.sync.save(one)
    oxyde.sync.refresh(one)
    assert sailor.objects.sync.get(id=one.id).name == "b"
    assert [row.name for row in sailor.objects.filter(crew__name="c").order_by("name").sync.all()] == ["b"]
    assert sailor.objects.values("crew__name").sync.all() == [{"crew__name": "c"}]
    oxyde.sync.drop_tables(models=[crew, sailor])


def test_a_replaced_class_dies(backend: Backend) -> None:
    """No cache and no layout keeps a class that was declared anew, as a notebook does."""
    with oxyde.connect(backend.url):
        made = declare()
        use(*made)
        references = [weakref.ref(model) for model in made]
        del made
        declare()
        gc.collect()
        assert [reference() for reference in references] == [None, None]


def test_a_class_with_its_own_new_is_built_by_it(backend: Backend) -> None:
    """A ``__new__`` that came after the class was read is called all the same."""
    built: list[type] = []

    def new(cls: type, *_: Any, **__: Any) -> Any:
        built.append(cls)
        return object.__new__(cls)

    with oxyde.connect(backend.url):
        crew, _ = declare()
        oxyde.sync.drop_tables(models=[crew], if_exists=True)
        oxyde.sync.create_tables(models=[crew])
        crew.objects.sync.bulk_create([{"name": "a"}, {"name": "b"}])
        plain = crew.objects.order_by("id").sync.all()
        crew.__new__ = new  # type: ignore[method-assign, assignment] # what is tested
        own = crew.objects.order_by("id").sync.all()
        oxyde.sync.drop_tables(models=[crew])
    assert built == [crew, crew]
    assert own == plain
