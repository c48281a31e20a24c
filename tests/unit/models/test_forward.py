"""Models of several modules that refer to each other."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from oxyde.exceptions import FieldError
from oxyde.models.registry import clear_registry, register_table, registered_tables

Write = Callable[..., Any]

HEAD = """
from typing import TYPE_CHECKING
from oxyde import Field, Model
{imports}
class {name}(Model):
    id: int | None = Field(default=None, db_pk=True)
    {fields}
    class Meta:
        is_table = True
        table_name = "forward_{table}"
"""
BOOKS = 'books: "list[Book]" = Field(default=[], db_reverse_fk="author")'
AUTHOR = 'author: "Author | None" = Field(default=None)'


def source(name: str, *fields: str, sees: tuple[str, str] | None = None, future: bool = False) -> str:
    """Returns the text of a module with one model, which imports another for type checkers only."""
    imports = "" if sees is None else f"if TYPE_CHECKING:\n    from {sees[0]} import {sees[1]}\n"
    text = HEAD.format(imports=imports, name=name, table=name.lower(), fields="\n    ".join(fields))
    return "from __future__ import annotations\n" + text.replace('"list[Book]"', "list[Book]") if future else text


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes modules of a package, imports those that are named in that order, and gives their models."""
    before = registered_tables()
    clear_registry()
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "forward_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")

    def write(order: str, **modules: str) -> Any:
        for name, text in modules.items():
            (folder / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        loaded = [importlib.import_module(f"forward_package.{name}") for name in order]
        return {name: found for module in loaded for name, found in vars(module).items() if isinstance(found, type)}

    yield write
    clear_registry()
    for model in before.values():
        register_table(model)
    for name in [name for name in sys.modules if name.startswith("forward_package")]:
        del sys.modules[name]


def use_filter(model: Any) -> None:
    """Asks a query."""
    model.objects.filter(id=1)


def use_constructor(model: Any) -> None:
    """Makes an instance."""
    assert model(id=1).id == 1


def use_validate(model: Any) -> None:
    """Validates."""
    assert model.model_validate({"id": 1}).id == 1


def use_json_schema(model: Any) -> None:
    """Describes."""
    assert model.__name__ in str(model.model_json_schema())


def use_adapter(model: Any) -> None:
    """Validates as FastAPI does."""
    assert TypeAdapter(list[model]).validate_python([{"id": 1}])[0].id == 1


def use_inside(model: Any) -> None:
    """Stands in a model that is no table."""

    class Outer(BaseModel):
        inner: model

    assert Outer(inner={"id": 1}).inner.id == 1


def use_table(model: Any) -> None:
    """Asks for the table, as ``create_tables`` does."""
    assert model.__oxyde__.table().columns


USES = [use_filter, use_constructor, use_validate, use_json_schema, use_adapter, use_inside, use_table]


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("first", ["Author", "Book"])
@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("future", [False, True])
def test_two_modules(package: Write, order: str, first: str, use: Callable[[Any], None], *, future: bool) -> None:
    """Both directions work, whichever module comes first and whichever model is used first, and however."""
    models = package(
        order,
        a=source("Author", BOOKS, sees=("forward_package.b", "Book"), future=future),
        b=source("Book", AUTHOR, sees=("forward_package.a", "Author"), future=future),
    )
    use(models[first])
    use(models["Author" if first == "Book" else "Book"])
    (key,) = models["Book"].__table__.foreign_keys
    assert key.target == (None, "forward_author")
    assert models["Book"](author=models["Author"](id=4)).author_id == 4
    assert models["Author"].__table__.relations["books"].target == (None, "forward_book")


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("order", ["".join(some) for some in itertools.permutations("abc")])
def test_three_modules_in_a_cycle(package: Write, order: str, use: Callable[[Any], None]) -> None:
    """Foreign keys go round, and one model refers to itself through the two others."""
    models = package(
        order,
        a=source("Ring", 'next: "Pearl | None" = None', 'clasp: "Clasp | None" = None'),
        b=source("Pearl", 'next: "Clasp | None" = None', 'ring: "Ring | None" = None'),
        c=source("Clasp", 'next: "Ring | None" = None', 'own: "Clasp | None" = None'),
    )
    use(models["Ring"])
    targets = {
        name: [key.target[1].removeprefix("forward_") for key in models[name].__table__.foreign_keys] for name in ("Ring", "Pearl", "Clasp")
    }
    assert targets == {"Ring": ["pearl", "clasp"], "Pearl": ["clasp", "ring"], "Clasp": ["ring", "clasp"]}


def test_a_key_that_is_a_foreign_key_itself(package: Write) -> None:
    """The key of a model that waits is the column of its relation, not the relation."""
    counted = "id: int | None = Field(default=None, db_pk=True)"
    models = package(
        "abc",
        a=source("Note", 'profile: "Profile | None" = None'),
        b=source("Profile", 'owner: "Owner" = Field(db_pk=True)').replace(counted, 'text: str = ""'),
        c=source("Owner", 'notes: "list[Profile]" = Field(default=[], db_reverse_fk="owner")'),
    )
    (key,) = models["Note"].__table__.foreign_keys
    assert (key.columns, key.target_columns) == (("profile_owner_id",), ("owner_id",))


def test_a_long_chain(package: Write) -> None:
    """Many modules that wait for each other do not go deep."""
    names = [f"Link{number}" for number in range(30)]
    modules = {f"m{number}": source(name, f'next: "{names[number - 1]} | None" = None') for number, name in enumerate(names)}
    models = package(list(modules), **modules)
    assert models["Link7"](id=1).id == 1
    assert all(models[name].__table__.foreign_keys for name in names)


@pytest.mark.parametrize("use", [use_filter, use_table])
def test_a_missing_name_says_what_to_import(package: Write, use: Callable[[Any], None]) -> None:
    """Also where another model than the one that is used has it."""
    models = package("ab", a=source("Author", BOOKS), b=source("Book", AUTHOR, 'shop: "Shop | None" = None'))
    for name in ("Author", "Book"):
        with pytest.raises(FieldError, match=rf"^Book\.shop has .* 'Shop', which is not defined; import .* before {name} is used"):
            use(models[name])


def test_a_name_that_two_models_have_is_refused(package: Write) -> None:
    """Neither of them is guessed."""
    models = package("abc", a=source("Author"), b=source("Book", AUTHOR), c=source("Author").replace("forward_author", "forward_other"))
    with pytest.raises(
        FieldError, match=r"Book\.author .* several .*: forward_package\.a\.Author, forward_package\.c\.Author; import .* b"
    ):
        models["Book"].objects.filter(id=1)


def test_a_class_statement_looks_at_no_other_module(package: Write) -> None:
    """The neighbour that is meant may follow, although a model of another module has that name."""
    models = package(
        "ab",
        a=source("Author"),
        b=source("Book", AUTHOR)
        + "\nfrom pydantic import BaseModel\nclass Shelf(BaseModel):\n    book: Book | None = None\n"
        + source("Author").replace("forward_author", "forward_other"),
    )
    (key,) = models["Book"].__table__.foreign_keys
    assert key.target == (None, "forward_other")
    assert models["Shelf"](book={"id": 3}).book.id == 3
