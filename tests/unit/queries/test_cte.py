"""``With``: which names and rows a common table expression takes."""

from __future__ import annotations

from typing import Any

import pytest

from oxyde import With
from oxyde.exceptions import FieldError, UnsupportedError
from oxyde.queries.scope import LONGEST
from oxyde.queries.source import Cte
from tests.cases.models import Novelist


@pytest.mark.parametrize("name", ["", "two words", "a-b", "1st", "x" * (LONGEST + 1), "ü" * LONGEST, 3])
def test_names_that_not_every_server_takes(name: Any) -> None:
    """The longest name is counted in bytes."""
    with pytest.raises(FieldError, match=r"With\(\) takes a name of letters, digits and underscores"):
        With(name, Novelist.objects)


@pytest.mark.parametrize("name", ["c", "x" * LONGEST, "ü" * (LONGEST // 2)])
def test_names_that_every_server_takes(name: str) -> None:
    """Up to the last byte."""
    assert With(name, Novelist.objects).name == name


@pytest.mark.parametrize("name", ["case_author", "CASE_Author"])
def test_names_of_tables(name: str) -> None:
    """Servers do not mind the case, so neither does this."""
    with pytest.raises(FieldError, match=f'"{name}" is the name of a table, which would be hidden'):
        With(name, Novelist.objects)


def test_what_is_no_queryset() -> None:
    """The error names it; a recursive one says what to do instead."""
    with pytest.raises(TypeError, match=r"With\(\) takes a queryset, not list"):
        With("c", [1])
    with pytest.raises(UnsupportedError, match="WITH RECURSIVE"):
        With("c", Novelist.objects, recursive=lambda rows: rows)


def test_its_rows_are_a_queryset() -> None:
    """It reads the name, and has the queryset's columns."""
    made = With("c", Novelist.objects.filter(age=1))
    state = made.query()._state
    assert isinstance(state.source, Cte)
    assert state.source is made.cte
    assert [name for name, _ in made.values("age")._state.columns] == ["age"]
    assert repr(made) == 'With("c")'
