"""SQL of the application, as a migration says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.files import load, replayed
from tests.migrating import write


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("None", r"0001_x\.py:9: execute\(\) takes a statement as a str, not NoneType"),
        ("b'SELECT 1'", r"0001_x\.py:9: execute\(\) takes a statement as a str, not bytes"),
        ("'SELECT 1', reverse=5", r"0001_x\.py:9: execute\(\) takes reverse= as a str, not int"),
        ("' '", r"0001_x\.py:9: execute\(\) takes a statement, and this one is empty"),
    ],
)
def test_what_is_no_statement(tmp_path: Path, call: str, message: str) -> None:
    """Is refused by file and line, before any migration is applied."""
    folder = write(tmp_path, m0001_x=f"def upgrade(ctx):\n    ctx.execute({call})\n")
    with pytest.raises(MigrationError, match=message):
        replayed(load(folder), "sqlite")
