"""The public names of ``oxyde.migrations``, of which most commands need none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from oxyde import migrations


def test_names_are_found_when_they_are_used() -> None:
    assert dir(migrations) == sorted(migrations.__all__)
    assert {getattr(migrations, name).__name__ for name in migrations.__all__} == set(migrations.__all__)
    with pytest.raises(AttributeError, match="squish"):
        _ = migrations.squish  # type: ignore[attr-defined] # it is not there


def test_a_migration_file_imports_no_command() -> None:
    code = "import sys; from oxyde.migrations import column; assert not {m for m in sys.modules if m.startswith('oxyde.migrations.r')}"
    subprocess.run([sys.executable, "-c", code], check=True)
