"""Unit tests of oxyde.inspect.module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from oxyde.inspect.module import source
from oxyde.inspect.plan import Class, Field, Members, Plan
from oxyde.inspect.planning import plan
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State
from oxyde.schema.types import DATE, DATETIME_TZ, JSON, UUID
from tests.unit.inspect.states import ident, made, state, word
from tests.unit.inspect.test_planning import ODD
from tests.unit.migrations.shop import SHOP

EVERY = state(
    made(
        "things",
        ident(),
        Column("d", DATE),
        Column("u", UUID),
        Column("j", JSON),
        Column("z", DATETIME_TZ),
        word("a_name_that_is_long_" * 3 + "end", nullable=True),
    )
)


def ruff(folder: Path, *arguments: str, text: str) -> subprocess.CompletedProcess[str]:
    """Runs ruff on a text, as in a project that configures nothing."""
    command = [sys.executable, "-m", "ruff", *arguments, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, cwd=folder, check=False)


@pytest.mark.parametrize("of", [SHOP, ODD, EVERY, State()], ids=["shop", "odd", "every", "empty"])
def test_formatters_and_linters_leave_it_as_it_is(tmp_path: Path, of: State) -> None:
    """Its layout is ruff's, its imports are sorted, and none is missing or too much."""
    text = source(plan(of, "postgres"), "Models of a database.")
    formatted = ruff(tmp_path, "format", "--isolated", text=text)
    assert formatted.stdout == text, formatted.stderr
    checked = ruff(tmp_path, "check", "--isolated", "--select", "I,F,E7,UP,W,PIE", "--target-version", "py310", text=text)
    assert "All checks passed" in checked.stdout, checked.stdout


def test_checkers_take_it(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Mypy, strict, finds nothing."""
    for name, of in (("odd", ODD), ("shop", SHOP), ("every", EVERY)):
        (tmp_path / f"{name}.py").write_text(source(plan(of, "postgres"), "Models."), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        f"--cache-dir={tmp_path_factory.getbasetemp().parent / 'mypy'}",
        str(tmp_path),
    ]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert result.returncode == 0, result.stdout


def test_what_a_name_cites_cannot_end_a_comment() -> None:
    """Line breaks and what does not print become spaces; long lines are wrapped."""
    one = Class("Thing", (None, "things"), (Field("a", "int", notes=("its \n import os",)),), {"is_table": True}, ("long " * 40,))
    text = source(Plan((), (one,)), 'About "this"\n""" import os')
    assert "#" in text
    assert all(len(line) <= 88 for line in text.splitlines())
    assert not any(line.strip().startswith("import os") for line in text.splitlines())
    compile(text, "<text>", "exec")


def test_enumerations_and_plain_fields() -> None:
    """A member on each line; a field that says nothing has no call, one that may be None equals None."""
    one = Class("Thing", (None, "thing"), (Field("a", "int"), Field("b", "Mood | None", {"default": None})), {"is_table": True})
    text = source(Plan((Members("Mood", {"GOOD": "good", "QUOTED": 'a "b"'}),), (one,)), "About.")
    assert 'class Mood(str, Enum):\n    GOOD = "good"\n    QUOTED = \'a "b"\'\n' in text
    assert "    a: int\n    b: Mood | None = None\n\n    class Meta:\n        is_table = True\n" in text
