"""Cases, first third: the Python query becomes the IR, and both languages pack it into the same bytes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from oxyde import _native
from oxyde.ir import wire
from tests.cases import case as corpus
from tests.cases.record import evaluate, record

VECTORS = Path(corpus.FOLDER / "vectors.txt")
UPDATE = os.environ.get("OXYDE_UPDATE_CASES") == "1"
CASES = corpus.all_cases()


def pretty(text: str) -> str:
    """Returns JSON as the case files hold it: sorted keys, one node a line where it is long."""
    return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_query_to_ir(case: corpus.Case) -> None:
    """The query compiles to the case's IR, or raises the case's error."""
    errors = [heading for heading in case.sections if heading.startswith("error ")]
    if errors:
        with pytest.raises(Exception) as caught:
            evaluate(case.query)
        assert type(caught.value).__name__ == errors[0].split()[1]
        assert str(caught.value) == case.sections[errors[0]]
        return
    shape, values = record(case.query)
    found = pretty(_native.describe(shape))
    if UPDATE:
        rest = {heading: text for heading, text in case.sections.items() if heading != "ir" and not heading.startswith("sql ")}
        texts: dict[str, str] = {}
        for dialect in corpus.DIALECTS:
            if case.unsupported(dialect) is None:
                steps = _native.render(shape, dialect, values)
                texts[f"sql {dialect}"] = ";\n".join(text for text, _ in steps)
        if texts.get("sql mariadb") == texts.get("sql mysql"):
            texts.pop("sql mariadb", None)
        case.sections = {"ir": found, **texts, **rest}
        case.write()
    assert found == case.sections["ir"]
    assert repr(list(values)) == case.sections.get("params", "[]")


@pytest.mark.parametrize("case", [case for case in CASES if "ir" in case.sections], ids=lambda case: case.name)
def test_bytes(case: corpus.Case) -> None:
    """Python and Rust pack the IR into the bytes of ``vectors.txt``."""
    message = json.loads(case.sections["ir"])
    vectors = dict(line.split(" ", 1) for line in VECTORS.read_text(encoding="utf-8").splitlines()) if VECTORS.exists() else {}
    packed = wire.pack(message["statement"])
    assert packed == _native.canonical(case.sections["ir"])
    if UPDATE:
        vectors[case.name] = packed.hex()
        VECTORS.write_text("".join(f"{name} {value}\n" for name, value in sorted(vectors.items())), encoding="utf-8")
    assert packed.hex() == vectors[case.name]
