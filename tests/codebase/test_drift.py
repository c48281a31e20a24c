"""Tables that say the same thing in two places say the same thing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import oxyde
from oxyde import exceptions
from oxyde.queries.lookups import LOOKUPS
from oxyde.schema import types
from tests.cases import case as corpus

ROOT = Path(__file__).parents[2]


def variants(path: str, name: str) -> set[str]:
    """Returns the variants of a Rust enumeration in snake case."""
    text = (ROOT / path).read_text(encoding="utf-8")
    found = re.search(rf"pub enum {name} \{{\n(.*?)\n\}}", text, re.DOTALL)
    assert found
    names = re.findall(r"^    ([A-Z]\w*)", found.group(1), re.MULTILINE)
    return {re.sub(r"(?<!^)([A-Z])", r"_\1", variant).lower() for variant in names}


def test_column_types() -> None:
    """Python and Rust know the same column types."""
    assert set(types.PYTHON) == variants("native/ir/src/column_type.rs", "ColumnType")


def test_every_lookup_has_a_case() -> None:
    """Each lookup is used by a case of its name."""
    names = {case.path.stem for case in corpus.all_cases() if case.path.parent.name == "lookups"}
    assert set(LOOKUPS) - names == set()


def test_every_column_type_has_a_case() -> None:
    """Each column type has a case of its name."""
    names = {case.path.stem for case in corpus.all_cases() if case.path.parent.name == "types"}
    assert set(types.PYTHON) - {"any"} - names == set()


def test_every_statement_has_a_case() -> None:
    """Each kind of statement is the outermost node of a case."""
    kinds = {next(iter(json.loads(case.sections["ir"])["statement"])) for case in corpus.all_cases() if "ir" in case.sections}
    made_by_verbs = variants("native/ir/src/statement.rs", "Statement") - {"create_tables", "drop_tables", "explain", "raw"}
    assert made_by_verbs - kinds == set()


def test_exceptions_are_exported_and_drawn() -> None:
    """Each error stands in the tree of the docstring, and in the public names."""
    classes = set(exceptions.__all__)
    assert classes == {
        name for name, value in vars(exceptions).items() if isinstance(value, type) and value.__module__ == "oxyde.exceptions"
    }
    drawn = set(re.findall(r"[├└│─\s]*(\w+)(?: \(\w+\))?$", exceptions.__doc__ or "", re.MULTILINE))
    assert classes <= drawn
    assert classes <= set(oxyde.__all__)
