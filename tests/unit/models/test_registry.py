"""Which class a name in an annotation means."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Iterator

import pytest

from oxyde.models.registry import apart, clear_registry, register_table, registered_tables
from oxyde.schema import tables

FIRST = """
from __future__ import annotations
from oxyde import Field, Model

class Shelf(Model):
    id: int | None = Field(default=None, db_pk=True)
    class Meta:
        is_table = True
        table_name = "shelf_of_{module}"
"""
SECOND = """
from __future__ import annotations
from oxyde import Field, Model

class Room(Model):
    id: int | None = Field(default=None, db_pk=True)
    shelf: Shelf | None = None
    class Meta:
        is_table = True
"""


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    """A registry and modules of this test's own."""
    before = registered_tables()
    yield
    clear_registry()
    for model in before.values():
        register_table(model)
    for name in [name for name in sys.modules if name.startswith("registry_test_")]:
        del sys.modules[name]


def module(name: str, *sources: str) -> types.ModuleType:
    """Runs sources as a module."""
    made = types.ModuleType(f"registry_test_{name}")
    sys.modules[made.__name__] = made
    for source in sources:
        exec(source.replace("{module}", name), made.__dict__)
    return made


def test_a_class_that_follows_in_the_module_comes_before_others() -> None:
    """A forward reference waits for its own module, although another one has a class of that name already."""
    one = module("one", FIRST)
    two = module("two", SECOND, FIRST)
    (key,) = two.Room.__table__.foreign_keys
    assert key.target == (None, "shelf_of_two")
    assert two.Room(shelf=two.Shelf(id=3)).shelf_id == 3
    assert one.Shelf is not two.Shelf


def test_a_class_of_another_module() -> None:
    """A name that its own module does not have means the one model of that name."""
    module("one", FIRST)
    (key,) = module("two", SECOND).Room.__table__.foreign_keys
    assert key.target == (None, "shelf_of_one")


def test_a_table_that_is_renamed_leaves_no_other() -> None:
    """As when the cell of a notebook is changed and run again."""
    one = module("one", FIRST)
    assert (None, "shelf_of_one") in tables.tables
    exec(FIRST.replace("{module}", "three"), one.__dict__)
    assert (None, "shelf_of_one") not in tables.tables
    assert (None, "shelf_of_three") in tables.tables


def test_a_class_that_is_run_again_takes_the_place_of_the_first() -> None:
    """Others that referred to the first refer to it; a namesake of another module is none of it."""
    one = module("one", FIRST, SECOND)
    other = module("two", FIRST)
    first, before = one.Shelf, other.Shelf
    exec(FIRST.replace("{module}", "one"), one.__dict__)
    assert one.Room.__oxyde__.links["shelf"].target is one.Shelf is not first
    assert registered_tables()["registry_test_two.Shelf"] is before


def test_a_name_is_taken() -> None:
    """Registering another class of the name needs ``overwrite``; registering the same one again does not."""
    one = module("one", FIRST)
    first = one.Shelf
    register_table(first)
    exec(FIRST.replace("{module}", "one"), one.__dict__)
    with pytest.raises(ValueError, match=r"registered as registry_test_one\.Shelf already; pass overwrite=True"):
        register_table(first)


def test_models_that_are_made_apart() -> None:
    """They know each other, and nobody outside the block knows them; other threads are outside."""
    before, addresses = registered_tables(), set(tables.tables)
    seen: list[dict[str, type]] = []
    with apart():
        namespace = {"__name__": "apart_shelves"}
        exec(FIRST.format(module="apart"), namespace)
        assert list(registered_tables()) == ["apart_shelves.Shelf"]
        thread = threading.Thread(target=lambda: seen.append(registered_tables()))  # type: ignore[arg-type] # models are types
        thread.start()
        thread.join()
    assert seen == [before]
    assert registered_tables() == before
    assert set(tables.tables) == addresses
