"""How migrations are applied."""

from __future__ import annotations

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.running.options import Options


def test_two_answers_to_one_question() -> None:
    """Are refused; one alone is none."""
    with pytest.raises(MigrationError, match="fake enters all migrations, fake_initial those that the database has already"):
        Options(fake=True, fake_initial=True)
    assert not Options(fake=True).fake_initial
