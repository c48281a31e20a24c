"""Keywords that name a connection, and fields of the same names."""

from __future__ import annotations

from typing import Any

import pytest

import oxyde
from oxyde import Field, Model
from oxyde.models.where import lookups_and_connection, pop_connection, route_of
from tests.tables import table


class Plain(Model):
    """No field of these names."""


class Using(Model):
    """A field called as the keyword is."""

    id: int | None = Field(default=None, db_pk=True)
    using: str = ""

    Meta = table("unit_using")


def test_keywords_that_name_a_connection() -> None:
    """They are taken out, the rest stays."""
    values: dict[str, Any] = {"using": "main", "client": None, "name": "a"}
    assert pop_connection(Plain, values) == ("main", None)
    assert values == {"name": "a"}


def test_keywords_that_name_fields() -> None:
    """A field of that name wins, and so does a value that is no connection."""
    values: dict[str, Any] = {"using": "main", "client": 3}
    assert pop_connection(Using, values) == (None, None)
    assert values == {"using": "main", "client": 3}


@pytest.mark.parametrize(
    ("model", "using", "client", "found"),
    [
        (Plain, "main", None, ({"name": "a"}, "main", None)),
        (Plain, None, 3, ({"name": "a"}, None, 3)),
        (Using, "main", None, ({"name": "a", "using": "main"}, None, None)),
        (Using, None, 3, ({"name": "a"}, None, 3)),
    ],
)
def test_lookups_of_get(model: type[Model], using: str | None, client: Any, found: tuple[Any, ...]) -> None:
    """What names a field is a lookup, what does not names the connection."""
    assert lookups_and_connection(model, {"name": "a"}, using, client) == found


def test_what_a_queryset_is_pinned_to() -> None:
    """Counts where the verb itself says nothing."""
    with oxyde.connect("sqlite::memory:", "one") as one, oxyde.connect("sqlite::memory:", "two") as two:
        pinned = Using.objects.using("one")
        assert route_of(pinned, None, None).database is one.database
        assert route_of(pinned, "two", None).database is two.database
        assert route_of(pinned, None, two).database is two.database
