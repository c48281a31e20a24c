"""The tokens of SQL text."""

from __future__ import annotations

import pytest

from oxyde import FieldError
from oxyde.db.tokens import sql_tokens


def test_every_character_is_in_a_token() -> None:
    """None is lost, and text that no server can be sent is refused."""
    assert "".join(text for _, text in sql_tokens("SELECT 'é' -- one", "sqlite")) == "SELECT 'é' -- one"
    with pytest.raises(FieldError, match="a lone surrogate at character 8"):
        sql_tokens("SELECT '\ud800'")
