"""Which class a name in an annotation means."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator

import pytest

from oxyde.models.registry import clear_registry, register_table, registered_tables

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
