"""Queries as bytes: what is asked survives, and tables are those of the process that reads them."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from oxyde import Q
from oxyde.models.pickling import kind_of, pickled, unpickled
from tests.models import Author, Post


@pytest.mark.parametrize(
    "query",
    [
        Author.objects,
        Author.objects.filter(Q(name="Ada") | ~Q(id=3)),
        Author.objects.order_by("-name")[2:5].using("other"),
        Post.objects.filter(author__name="Ada").values("id", "author__name"),
    ],
)
def test_a_query_survives(query: Any) -> None:
    again = pickle.loads(pickle.dumps(query))
    assert type(again) is type(query)
    assert again.model is query.model
    assert again._query.alias == query._query.alias
    assert again._query.state.table is query.model.__table__
    assert again.sql("postgres") == query.sql("postgres")


def test_the_bytes_hold_no_table() -> None:
    assert len(pickled(Author.objects.filter(name="Ada")._query)) < 2_000


def test_a_manager_is_named_by_its_attribute() -> None:
    assert kind_of(Author.objects) == "objects"
    assert type(unpickled("objects", Author, pickled(Author.objects._query))) is type(Author.objects)


def test_a_queryset_is_named_by_its_class() -> None:
    query = Author.objects.filter(id=1)
    assert kind_of(query) is type(query)
