"""Errors of the core, completed with the names that only we know."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError, field_validator
from pydantic import Field as Inner
from pydantic_core import PydanticCustomError

from oxyde import Field, Model
from oxyde.exceptions import (
    CheckViolationError,
    DataError,
    DecodeError,
    FieldValueError,
    ForeignKeyViolationError,
    NotFoundError,
    UniqueViolationError,
)
from oxyde.ir.schema import unique_names
from oxyde.models.errors import blame, completed, in_row, refusing
from tests.models import Author, PostTag
from tests.tables import table


class Boxed(Model):
    """Two fields of JSON."""

    id: int = Field(db_pk=True)
    data: dict[str, int] = {}  # noqa: RUF012 - as applications write it
    more: list[Any] = []  # noqa: RUF012 - as applications write it

    Meta = table("unit_boxed")


TABLE = Author.__table__
((EMAIL, _),) = unique_names(TABLE).items()


def test_parameters_become_fields() -> None:
    """The number says which; the rest of the error stays."""
    error = FieldValueError("parameter 2 of type int: 1.5 is no int", hint="round it", sql="SELECT ?")
    found = completed(error, TABLE, ["name", "bio"])
    assert str(found) == "Author.bio: 1.5 is no int"
    assert (found.column, found.table, found.hint, found.sql) == ("bio", "blog_author", "round it", "SELECT ?")


def test_columns_of_a_bulk_insert_become_fields() -> None:
    """A value that is too large is told by its row, which the core does not know."""
    error = FieldValueError('column "bio": 20 bytes are too many: send less')
    assert str(completed(error, TABLE)) == "Author.bio: 20 bytes are too many: send less"
    found = completed(error, TABLE, (), {"bio": 3}.get)
    assert (str(found), found.column) == ("Author.bio: 20 bytes are too many: send less (row 3 of bulk_create(), counted from 0)", "bio")
    other = FieldValueError('column "elsewhere": no')
    assert completed(other, TABLE, (), {"bio": 3}.get) is other


def test_nul_in_json() -> None:
    """PostgreSQL names no column: those that hold JSON are."""
    error = DataError("unsupported Unicode escape sequence: \\u0000 cannot be converted to text.", sqlstate="22P05")
    found = completed(error, Boxed.__table__)
    assert (
        str(found)
        == "Boxed.data or Boxed.more holds text with a NUL character (\\u0000) in its JSON, which PostgreSQL cannot keep; remove it"
    )
    assert (found.sqlstate, found.table, found.column) == ("22P05", "unit_boxed", None)
    one = completed(error, Boxed.__table__, ("id", "more"))
    assert str(one).startswith("Boxed.more holds")
    assert one.column == "more"


@pytest.mark.parametrize("message", ["parameter 3: no", "something else"])
def test_errors_that_name_no_field(message: str) -> None:
    """They stay as they are."""
    error = FieldValueError(message)
    assert completed(error, TABLE, ["name", "bio"]) is error


@pytest.mark.parametrize("told", [{"constraint": EMAIL}, {"column": "email"}, {"constraint": "email"}])
def test_unique_constraints(told: dict[str, str]) -> None:
    """Servers tell the name or the columns; the error has the name."""
    error = UniqueViolationError("twice", **told)  # type: ignore[arg-type] # its keywords
    assert completed(error, TABLE) is error
    assert (error.table, error.constraint) == ("blog_author", EMAIL)


@pytest.mark.parametrize("told", [{"constraint": "bio"}, {"constraint": "name, email"}, {"column": "name"}])
def test_constraints_that_the_table_does_not_have(told: dict[str, str]) -> None:
    """They keep what the server says."""
    error = UniqueViolationError("twice", **told)  # type: ignore[arg-type] # its keywords
    assert completed(error, TABLE) is error
    assert (error.constraint, error.column) == (told.get("constraint"), told.get("column"))


def test_unique_constraints_of_several_columns() -> None:
    """No single column is to blame."""
    (name,) = unique_names(PostTag.__table__)
    error = UniqueViolationError("twice", constraint="post_id, tag_id")
    completed(error, PostTag.__table__)
    assert (error.constraint, error.column) == (name, None)


def test_foreign_keys_of_the_table() -> None:
    """The name of the constraint tells the column; that of another table is left alone."""
    name = "fk_blog_post_tag_post_id"
    for constraint, where, column in ((name, None, "post_id"), (name, "else", None), ("else", None, None)):
        error = ForeignKeyViolationError("missing", constraint=constraint, table=where)
        assert completed(error, PostTag.__table__) is error
        assert error.column == column


def test_blame() -> None:
    """The completed error is raised, without the one of the core; others pass."""
    with pytest.raises(FieldValueError, match=r"^Author\.name: no") as caught, blame(TABLE, ["name"]):
        raise FieldValueError("parameter 1: no")
    assert caught.value.__suppress_context__
    with pytest.raises(CheckViolationError) as other, blame(TABLE):
        raise CheckViolationError("no", table="another")
    assert other.value.table == "another"
    with pytest.raises(NotFoundError), blame(TABLE):
        raise NotFoundError("none")


class Row(BaseModel):
    """A row of a bulk insert."""

    a: int = Inner(default=0, ge=0)
    b: AwareDatetime | None = None
    c: list[dict[str, int]] = []

    @field_validator("a")
    @classmethod
    def not_three(cls, value: int) -> int:
        assert value != 3, "it is {three}"
        if value == 4:
            raise PydanticCustomError("timezone_aware", "{where} is four", {"where": "a"})
        return value


class Hidden(Row):
    """Shows no input in its errors."""

    model_config = ConfigDict(hide_input_in_errors=True)


@pytest.mark.parametrize("model", [Row, Hidden])
@pytest.mark.parametrize(
    "values", [{"a": -1}, {"a": "x"}, {"a": 3}, {"a": 4}, {"b": "2024-01-01T00:00:00"}, {"c": [{}, {"k": "secret"}], "a": None}]
)
def test_rows_of_a_bulk_insert(model: type[Row], values: dict[str, Any]) -> None:
    """The index comes first in every ``loc``; all else is as Pydantic says it of a list."""
    with pytest.raises(ValidationError) as expected:
        TypeAdapter(list[model]).validate_python([{}, values])  # type: ignore[valid-type] # a class
    with pytest.raises(ValidationError) as caught, in_row(1):
        model.model_validate(values)
    for line, other in zip(caught.value.errors(), expected.value.errors(), strict=True):
        assert {**line, "ctx": repr(line.get("ctx"))} == {**other, "ctx": repr(other.get("ctx"))}
    assert ("input_value" in str(caught.value)) == (model is Row)
    assert caught.value.title == model.__name__


def test_rows_that_are_not_valid() -> None:
    """The error shows the key of the first one, and no other value."""
    validate = refusing(TABLE, lambda rows: [Author.model_validate(row) for row in rows])
    with pytest.raises(DecodeError) as caught:
        validate([{"id": 3, "name": None, "email": "s3cr3t"}])
    assert "blog_author" in str(caught.value)
    assert "is not valid for Author: " in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
