"""Tables that say the same thing in two places say the same thing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import oxyde
from oxyde import exceptions
from oxyde.queries import catalog
from oxyde.queries.casts import CASTS
from oxyde.queries.functions import FUNCTIONS
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


def lines(folder: Path, start: str) -> list[str]:
    """Returns the lines of all cases in a folder that start so."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("**/*.case"))]
    return [line for text in texts for line in text.splitlines() if line.startswith(start)]


TEXTS = ROOT / "native/sql/tests/texts"
MESSAGES = [json.loads(line) for folder in (corpus.FOLDER, TEXTS) for line in lines(folder, '{"')]


def used(node: object) -> Iterator[str]:
    """Yields what a message uses: words, and what is the only entry of a map."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for member in node:
            yield from used(member)
    elif isinstance(node, dict):
        if len(node) == 1:
            yield from node
        for member in node.values():
            yield from used(member)


USED = {word for message in MESSAGES for word in used(message["statement"])} | {
    kind for message in MESSAGES for kind in message["statement"]
}


def test_every_lookup_has_a_case() -> None:
    """Each lookup ends a name in a query; ``exact`` is what a name without one means."""
    queries = "\n".join(case.query for case in corpus.all_cases())
    names = {name for kind in types.PYTHON for name in catalog.names(kind)} | {"len"}
    assert {name for name in names if not re.search(rf"__{name}(\b|__)", queries)} - {"exact"} == set()
    assert re.search(r"\(\w+=", queries)


def test_every_column_type_has_a_case() -> None:
    """Each column type is in the IR of a case."""
    assert set(types.PYTHON) - USED == set()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("statement", "Statement"),
        ("statement", "ConflictAction"),
        ("query", "Body"),
        ("query", "SetOperator"),
        ("query", "Source"),
        ("query", "JoinKind"),
        ("query", "Nulls"),
        ("query", "LockKind"),
        ("query", "LockWait"),
        ("expr", "Expr"),
        ("expr", "Comparison"),
        ("expr", "MatchKind"),
        ("expr", "Operator"),
        ("expr", "Function"),
        ("expr", "DatePart"),
        ("expr", "TruncUnit"),
        ("expr", "AggregateFunction"),
        ("expr", "WindowFunction"),
        ("expr", "FrameUnit"),
        ("expr", "FrameBound"),
        ("schema", "Action"),
        ("schema", "Identity"),
        ("alter", "Change"),
        ("alter", "Constraint"),
        ("alter", "ConstraintKind"),
        ("alter", "EnumChange"),
    ],
)
def test_every_node_has_a_case(file: str, name: str) -> None:
    """Each variant of the wire vocabulary is in the IR of a case."""
    assert variants(f"native/ir/src/{file}.rs", name) - USED == set()


def test_every_function_has_a_case_in_three_ways() -> None:
    """Each is selected, filtered and ordered by in the case of its name."""
    of_lookups = {name for name in variants("native/ir/src/expr.rs", "Function") if name.startswith(("list_", "json_", "text_"))}
    assert set(FUNCTIONS) == variants("native/ir/src/expr.rs", "Function") - {"random"} - of_lookups
    queries = {case.name: case.query for case in corpus.all_cases()}
    for name in FUNCTIONS:
        assert re.search(r"\.annotate\(x=.*\)\.filter\(.*\bx.*\)\.order_by\(.*\)\.values_list\(", queries[f"functions/{name}"]), name


def test_every_cast_has_a_case() -> None:
    """Each pair of types that may be cast, in the case of its name."""
    names = {name.removeprefix("casts/") for name in (case.name for case in corpus.all_cases()) if name.startswith("casts/")}
    kinds = {"datetime_tz": "datetime"}
    pairs = {f"{to}_of_{kinds.get(of, of)}" for to, known in CASTS.items() for of in known if of != to}
    assert pairs - names == set()


def test_every_refusal_has_a_case() -> None:
    """What rendering refuses for a dialect is the heading of a case, or where only an older version refuses it, in a test of programs."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "native/sql/src").glob("**/*.rs")]
    features = {found for text in texts for found in re.findall(r'unsupported(?:_but)?\(\s*"([^"]+)"', text)}
    headings = [line for folder in (corpus.FOLDER, TEXTS) for line in lines(folder, "-- unsupported ")]
    missing = {feature for feature in features if not any(f": {feature} are not supported" in line for line in headings)}
    programs = (ROOT / "native/sql/tests/render.rs").read_text(encoding="utf-8")
    assert {feature for feature in missing if f'"{feature} are not supported by' not in programs} == set()


def test_every_error_has_a_case() -> None:
    """Each error that a query can raise by itself is that of a case; each that needs a server is in a contract test or one of faults."""
    cases = {line.split()[2] for line in lines(corpus.FOLDER, "-- error ")}
    paths = [path for folder in ("contract", "faults") for path in (ROOT / "tests" / folder).glob("*.py")]
    words = {word for path in paths for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    assert cases <= set(exceptions.__all__)
    assert set(exceptions.__all__) - cases - words == set()
    assert {"FieldError", "FieldValueError", "FieldLookupError", "FieldLookupValueError", "UnsupportedError", "NotLoaded"} <= cases


def test_exceptions_are_exported_and_drawn() -> None:
    """Each error stands in the tree of the docstring, and in the public names."""
    classes = set(exceptions.__all__)
    assert classes == {
        name for name, value in vars(exceptions).items() if isinstance(value, type) and value.__module__ == "oxyde.exceptions"
    }
    drawn = set(re.findall(r"[├└│─\s]*(\w+)(?: \(\w+\))?$", exceptions.__doc__ or "", re.MULTILINE))
    assert classes <= drawn
    assert classes <= set(oxyde.__all__)
