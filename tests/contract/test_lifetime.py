"""Model classes come and go: one that was read dies with its last holder, and one that is built its own way is built that way."""

from __future__ import annotations

import enum
import gc
import sys
import types
import weakref
from typing import Any

import pytest
from pydantic import BaseModel

import oxyde
from oxyde import Field, Model
from tests.backends import Backend
from tests.tables import blocking_tables, table


def declare() -> tuple[type[Model], type[Model]]:
    """Makes two classes; doing it again replaces them in the registry."""

    class Crew(Model):
        """A target."""

        id: int | None = Field(default=None, db_pk=True)
        name: str = ""

        Meta = table("lifetime_crew")

    class Sailor(Model):
        """Refers to it."""

        id: int | None = Field(default=None, db_pk=True)
        name: str = ""
        crew: Crew | None = None

        Meta = table("lifetime_sailor")

    return Crew, Sailor


def use(crew: Any, sailor: Any) -> None:
    """Writes and reads rows, by key and by conditions."""
    with blocking_tables(crew, sailor):
        one = sailor.objects.sync.create(name="a", crew=crew.objects.sync.create(name="c"))
        one.name = "b"
        oxyde.sync.save(one)
        oxyde.sync.refresh(one)
        assert sailor.objects.sync.get(id=one.id).name == "b"
        assert [row.name for row in sailor.objects.filter(crew__name="c").order_by("name").sync.all()] == ["b"]
        assert sailor.objects.values("crew__name").sync.all() == [{"crew__name": "c"}]


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


CELLS = {
    "Kind": """
class Kind(str, enum.Enum):
    A = "a"
    B = "b"
""",
    "Team": """
class Item(BaseModel):
    kinds: list[Kind] = []

class Team(Model):
    id: int | None = Field(default=None, db_pk=True)
    kind: Kind = Kind.A
    item: Item = Item()
    people: list["Person"] = Field(default=[], db_reverse_fk="team")

    class Meta:
        is_table = True
        table_name = "lifetime_team"
""",
    "Person": """
class Person(Model):
    id: int | None = Field(default=None, db_pk=True)
    kind: Kind | None = Kind.A
    team: "Team | None" = None
    friends: list["Person"] = Field(default=[], db_m2m=True)

    class Meta:
        is_table = True
        table_name = "lifetime_person"
""",
}
"""A notebook, whose cells are run in any order, again and again."""


def work(notebook: Any) -> None:
    """Reads and writes, as a notebook does."""
    team, person = notebook.Team, notebook.Person
    with blocking_tables(team, person):
        made = team.objects.sync.create(item=notebook.Item(kinds=[notebook.Kind.B]))
        person.objects.sync.bulk_create([person(team=made, kind=notebook.Kind.B), person()])
        assert person().kind is notebook.Kind.A
        assert person.objects.filter(team__kind=notebook.Kind.A).join("team").sync.get().team.item.kinds == [notebook.Kind.B]
        assert team.objects.filter(people__kind="b").exclude(kind="b").union(team.objects).sync.count() == 1
        assert set(team.objects.values("kind").union(person.objects.values("kind")).sync.all()[0].values()) <= {*notebook.Kind, None}
        assert team.objects.filter(id__in=person.objects.values("team_id")).sync.update(kind=notebook.Kind.B) == 1


@pytest.mark.parametrize("cells", [("Kind", "Team", "Person"), ("Person",), ("Team",), ("Kind", "Team"), ("Person", "Team")], ids="-".join)
def test_a_cell_that_is_run_again(backend: Backend, cells: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """The classes that it made before die, enumerations and nested models too, and the others go on with the new ones."""
    notebook: Any = types.ModuleType("lifetime_notebook")
    monkeypatch.setitem(sys.modules, "lifetime_notebook", notebook)
    vars(notebook).update(enum=enum, BaseModel=BaseModel, Model=Model, Field=Field)
    for cell in CELLS.values():
        exec(cell, vars(notebook))
    with oxyde.connect(backend.url):
        work(notebook)
        for _ in range(2):
            references = {cell: weakref.ref(getattr(notebook, cell)) for cell in cells}
            for cell in cells:
                exec(CELLS[cell], vars(notebook))
            work(notebook)
            gc.collect()
            assert {cell: reference() for cell, reference in references.items()} == dict.fromkeys(cells)


def test_a_class_with_its_own_new_is_built_by_it(backend: Backend) -> None:
    """A ``__new__`` that came after the class was read is called all the same."""
    built: list[type] = []

    def new(cls: type, *_: Any, **__: Any) -> Any:
        built.append(cls)
        return object.__new__(cls)

    crew, _ = declare()
    with oxyde.connect(backend.url), blocking_tables(crew):
        crew.objects.sync.bulk_create([{"name": "a"}, {"name": "b"}])
        plain = crew.objects.order_by("id").sync.all()
        crew.__new__ = new  # type: ignore[method-assign, assignment] # what is tested
        own = crew.objects.order_by("id").sync.all()
    assert built == [crew, crew]
    assert own == plain
