"""Checksums of migrations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from oxyde.migrations import column
from oxyde.migrations.folder import checksums
from oxyde.migrations.folder.checksums import checksum, differs
from oxyde.migrations.folder.files import read
from oxyde.migrations.operations import AddColumn, CreateTable, DropConstraint, Execute, Operation, Run
from oxyde.migrations.parts import Check, Column, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema.types import INT, TEXT

PLACE = (None, "posts")
SLUG = AddColumn(PLACE, Column("slug", TEXT, length=80), fill="lower(title)")


def operations_of(tmp_path: Path, text: str) -> Sequence[Operation]:
    path = tmp_path / "0001_numbers.py"
    path.write_text(text)
    return read(path).forward(State(), "sqlite")


def test_of_operations_not_of_text(tmp_path: Path) -> None:
    one = operations_of(
        tmp_path, 'from oxyde.migrations import column\n\ndef upgrade(ctx):\n    ctx.create_table("a", column("x", "int"))\n'
    )
    two = operations_of(
        tmp_path,
        '"""Says more."""\nfrom oxyde import migrations as m\n\ndef upgrade(ctx):  # a\n'
        '    ctx.create_table(\n        "a", m.column("x", "int"))\n',
    )
    assert checksum(one) == checksum(two)
    assert column("x", "int").column == one[0].table.columns["x"]  # type: ignore[attr-defined] # it creates a table


@pytest.mark.parametrize(
    "other",
    [
        replace(SLUG, fill="'x'"),
        replace(SLUG, fill=None),
        replace(SLUG, column=Column("slug", TEXT, length=81)),
        replace(SLUG, column=Column("slug", INT)),
        replace(SLUG, address=("s", "posts")),
        DropConstraint(PLACE, Unique, "slug"),
    ],
)
def test_a_change_changes_it(other: Operation) -> None:
    assert checksum([SLUG]) != checksum([other])
    assert checksum([SLUG, other]) != checksum([other, SLUG])
    assert differs(checksum([SLUG]), checksum([other]))


def test_equal_operations_have_equal_ones() -> None:
    one = Table("t", columns={"a": Column("a", INT), "b": Column("b", TEXT)}, constraints={"c": Check("c", "a > 0")})
    other = Table("t", columns={"b": Column("b", TEXT), "a": Column("a", INT)}, constraints={"c": Check("c", "a > 0")})
    assert checksum([CreateTable(one)]) == checksum([CreateTable(other)])


def test_kinds_of_constraints_differ() -> None:
    assert checksum([DropConstraint(PLACE, Unique, "x")]) != checksum([DropConstraint(PLACE, Check, "x")])


def test_values_of_every_type() -> None:
    values = [None, True, 1, 1.5, "é\u2028", b"\x00", Decimal("1.10"), dt.date(2026, 1, 2), {"a": [1]}]
    sums = {checksum([Execute("select :a", {"a": value})]) for value in values}
    assert len(sums) == len(values)
    assert all(one.startswith(f"{checksums.VERSION}:") and len(one) == 34 for one in sums)


FUNCTION = "def fill(models):\n    {doc}return models.users.count() + {number}{comment}\n\ndef upgrade(ctx):\n    ctx.run(fill)\n"


def test_functions_by_source(tmp_path: Path) -> None:
    def of(doc: str = "", number: str = "1", comment: str = "") -> str:
        return checksum(operations_of(tmp_path, FUNCTION.format(doc=doc, number=number, comment=comment)))

    assert of() == of(doc='"""Fills."""\n    ') == of(comment="  # one more") == of(number="(\n 1\n)")
    assert len({of(), of(number="2"), of(number="1.0"), of(number="'1'")}) == 4


def test_functions_by_name(tmp_path: Path) -> None:
    text = FUNCTION.format(doc="", number="1", comment="")
    assert checksum(operations_of(tmp_path, text)) != checksum(operations_of(tmp_path, text.replace("fill", "other")))


def test_functions_with_decorators(tmp_path: Path) -> None:
    def of(text: str) -> str:
        return checksum(operations_of(tmp_path, f"def same(f): return f\n\n{text}\n\ndef upgrade(ctx):\n    ctx.run(fill)\n"))

    assert of("@same\n@same\nasync def fill(models): pass") != of("@same\nasync def fill(models): pass")
    assert of("@same\nasync def fill(models): pass") != of("@same\ndef fill(models): pass")


def test_lambdas(tmp_path: Path) -> None:
    def of(text: str) -> str:
        return checksum(operations_of(tmp_path, f"def upgrade(ctx):\n    ctx.run({text})\n"))

    assert of("lambda models: 1") == of("lambda models:  (1)") != of("lambda models: 2")


def test_functions_without_source() -> None:
    assert checksum([Run(print)]) == checksum([Run(print)]) != checksum([Run(len)])
    typed: dict[str, object] = {}
    exec("def fill(models): pass", typed)
    assert checksum([Run(typed["fill"])]) != checksum([Run(partial(len))])  # type: ignore[arg-type] # it is a function


def test_same_on_every_version() -> None:
    """The value is firm: ledgers hold it."""
    assert checksum([SLUG]) == "1:ad4ee090c772523e251b40325dc4037d"


@pytest.mark.parametrize(("one", "other"), [(None, "1:a"), ("1:a", None), ("1:a", "1:a"), ("1:a", "2:b"), (None, None)])
def test_what_is_not_known_was_not_edited(one: str | None, other: str | None) -> None:
    assert not differs(one, other)
