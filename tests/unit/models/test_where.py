"""Keywords that name a connection, and fields of the same names."""

from __future__ import annotations

from typing import Any

from oxyde import Model
from oxyde.models.where import taken


class Plain(Model):
    """No field of these names."""


class Using(Model):
    """A field called as the keyword is."""

    using: str = ""


def test_keywords_that_name_a_connection() -> None:
    """They are taken out, the rest stays."""
    values: dict[str, Any] = {"using": "main", "client": None, "name": "a"}
    assert taken(Plain, values) == ("main", None)
    assert values == {"name": "a"}


def test_keywords_that_name_fields() -> None:
    """A field of that name wins, and so does a value that is no connection."""
    values: dict[str, Any] = {"using": "main", "client": 3}
    assert taken(Using, values) == (None, None)
    assert values == {"using": "main", "client": 3}
