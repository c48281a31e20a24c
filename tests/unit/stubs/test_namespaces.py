"""The columns that a stub declares are those that ``Model.c`` has."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest

from oxyde import Field, Model
from oxyde.exceptions import FieldError
from oxyde.queries.columns import ColumnExpression
from oxyde.queries.operators import Nameable
from oxyde.stubs import columns
from oxyde.stubs.names import Names
from oxyde.stubs.namespaces import Namespaces
from oxyde.stubs.tables import Models


class NamespacesCity(Model):
    id: int | None = Field(default=None, db_pk=True)
    search: str
    founded: date | None = None

    class Meta:
        is_table = True


class NamespacesHouse(Model):
    id: int | None = Field(default=None, db_pk=True)
    number: int
    city: NamespacesCity
    twin: NamespacesHouse | None = None

    class Meta:
        is_table = True


def declared(*models: type[Model]) -> dict[str, dict[str, str]]:
    """Returns the types of the attributes of each class, by the classes' names."""
    known = Models(model.__oxyde__ for model in (NamespacesCity, NamespacesHouse))
    made = ast.parse("\n".join(Namespaces(Names({}, ()), known).lines(models)))
    return {
        node.name: {
            one.target.id: ast.unparse(one.annotation)
            for one in node.body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        }
        for node in made.body
        if isinstance(node, ast.ClassDef)
    }


@pytest.mark.parametrize("model", [NamespacesCity, NamespacesHouse])
def test_names_are_those_of_the_model(model: type[Model]) -> None:
    """Each name that the model's columns have is declared, and each that is declared leads to a column."""
    names = declared(model)[f"_{model.__name__}Columns"]
    assert names.keys() == {*dir(model.c), "pk"}
    assert all(isinstance(getattr(model.c, name), ColumnExpression) for name in names)


def test_foreign_keys_have_the_columns_that_they_lead_to() -> None:
    """A column whose name is a method's is none of them: it is an item."""
    found = declared(NamespacesHouse)
    assert found["_NamespacesHouseColumns"] == {
        "id": "IntCol",
        "number": "IntCol",
        "city_id": "IntCol",
        "twin_id": "IntCol",
        "pk": "IntCol",
        "city": "_NamespacesCityLink",
        "twin": "_NamespacesHouseLink",
    }
    assert found["_NamespacesHouseLink"] == {}  # it inherits them
    assert found["_NamespacesCityLink"] == {"id": "IntCol", "founded": "DateCol", "pk": "IntCol"}
    assert repr(NamespacesHouse.c.city["search"]) == "NamespacesHouse.c.city.search"
    with pytest.raises(FieldError, match="nope"):
        NamespacesHouse.c.city["nope"]


def test_every_method_is_declared_for_some_column() -> None:
    """The classes that stubs are made of have the methods of a column, and no others."""
    tree = ast.parse(Path(str(columns.__file__)).read_text())
    made = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and not node.name.startswith("__")}
    own = {name for name, value in vars(ColumnExpression).items() if callable(value) and not name.startswith("_")}
    assert made == own - {name for name in dir(Nameable) if name in own}
