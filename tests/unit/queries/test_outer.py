"""A value of the row around a query: it compiles there, and nowhere else."""

from __future__ import annotations

import pytest

from oxyde.exceptions import FieldError
from oxyde.queries.outer import Outer
from oxyde.queries.scope import Scope, Values
from oxyde.queries.term import MAYBE, NEVER
from tests.cases.models import Novelist
from tests.unit.queries.test_term import of


def test_it_compiles_in_the_scope_around() -> None:
    """Its column is one of the enclosing query; without one it is refused."""
    around = Scope(Values(), Novelist.__table__)
    inner = Scope(around.values, Novelist.__table__, around.aliases)
    term = Outer(of("age"))
    with pytest.raises(FieldError, match="the row around is out of sight"):
        term.compile(inner)
    inner.outer = around
    assert term.compile(inner) == {"column": {"name": "age", "table": "case_author"}}
    assert of("age").compile(inner) == {"column": {"name": "age", "table": "case_author_2"}}


def test_when_it_is_null() -> None:
    """No column of the query inside tells, so that a nullable one may always be."""
    assert Outer(of("age")).unknown is NEVER
    assert Outer(of("score")).unknown is MAYBE
    assert Outer(of("age")).key != of("age").key
