"""Errors of the core, completed with the names that only we know."""

from __future__ import annotations

import pytest

from oxyde.exceptions import CheckViolationError, DecodeError, FieldValueError, NotFoundError, UniqueViolationError
from oxyde.ir.schema import unique_names
from oxyde.models.errors import blame, completed, refusing
from tests.models import Author, PostTag

TABLE = Author.__table__
((EMAIL, _),) = unique_names(TABLE).items()


def test_parameters_become_fields() -> None:
    """The number says which; the rest of the error stays."""
    error = FieldValueError("parameter 2 of type int: 1.5 is no int", hint="round it", sql="SELECT ?")
    found = completed(error, TABLE, ["name", "bio"])
    assert str(found) == "Author.bio: 1.5 is no int"
    assert (found.column, found.table, found.hint, found.sql) == ("bio", "blog_author", "round it", "SELECT ?")


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


def test_rows_that_are_not_valid() -> None:
    """The error shows the key of the first one, and no other value."""
    validate = refusing(TABLE, lambda rows: [Author.model_validate(row) for row in rows])
    with pytest.raises(DecodeError) as caught:
        validate([{"id": 3, "name": None, "email": "s3cr3t"}])
    assert "blog_author" in str(caught.value)
    assert "is not valid for Author: " in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
