"""Django answers the same queries alike on PostgreSQL and SQLite; where it does not, both answers are declared."""

from __future__ import annotations

import ast
import datetime as dt
import json
import pickle
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

import oxyde
from tests.backends import Backend, Servers
from tests.property.django import environment, players
from tests.property.oracle.asked import agree
from tests.tables import blocking_tables

FOLDER: Final = Path(__file__).parent / "django"


@dataclass(frozen=True)
class Pair:
    """A query in two spellings.

    Attributes:
        ours: For Oxyde.
        theirs: For Django.
        answers: What they answer, where that differs: first Oxyde.
    """

    ours: str
    theirs: str
    answers: tuple[Any, Any] | None = None


def pairs() -> list[Pair]:
    """Reads the table of pairs."""
    found: list[Pair] = []
    ours = declared = ""
    for line in (FOLDER / "pairs.txt").read_text().splitlines():
        sign, _, text = line.partition(" ")
        if sign == "=":
            found.append(Pair(text, text))
        elif sign == "o":
            ours = text
        elif sign == "d":
            found.append(Pair(ours, text))
        elif sign == "O":
            declared = text
        elif sign == "D":
            found[-1] = replace(found[-1], answers=(ast.literal_eval(declared), ast.literal_eval(text)))
    return found


PAIRS: Final = pairs()
ORDERED: Final = re.compile(r"\.(order_by\((?:[^()]|\([^()]*\))*\)|reverse\(\))(\[[^\]]*\])*$")
"""A text that ends in an order, perhaps with a slice behind it."""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stocked(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Backend]:
    """The tables and their rows."""
    backend = servers.get(request.param)
    with oxyde.connect(backend.url), blocking_tables(*players.MODELS):
        players.stock()
        yield backend


def answers_of_django(backend: Backend) -> list[Any]:
    """Returns Django's answers, of a single process."""
    path = "" if backend.has_server else backend.url.removeprefix("sqlite:///")
    asked = {"url": backend.url, "path": path, "texts": [pair.theirs for pair in PAIRS]}
    command = [environment.python(), "-I", FOLDER / "serve.py"]
    done = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return pickle.loads(done.stdout)


def answer_of_oxyde(text: str) -> Any:
    """Returns the rows of a queryset, instances as their keys; other answers as they are."""
    faces = {model.__name__.removeprefix("Pair"): SimpleNamespace(objects=model.objects.sync) for model in players.MODELS}
    names = {name: getattr(oxyde, name) for name in oxyde.__all__}
    answer = eval(text, {**names, "datetime": dt, "Decimal": Decimal, **faces})
    if hasattr(answer, "order_by"):
        return [one.id if isinstance(one, oxyde.Model) else one for one in answer]
    return answer.id if isinstance(answer, oxyde.Model) else answer


def flat(answer: Any) -> list[tuple[Any, ...]]:
    """Returns an answer as rows: of dictionaries their values, of anything else a row of it."""
    rows = answer if isinstance(answer, list) else [answer]
    return [tuple(row.values()) if isinstance(row, dict) else row if isinstance(row, tuple) else (row,) for row in rows]


def test_django_answers_alike(stocked: Backend) -> None:
    """Two hundred queries and more; in order where they are ordered."""
    assert len(PAIRS) >= 200
    wrong = []
    for pair, theirs in zip(PAIRS, answers_of_django(stocked), strict=True):
        ours = answer_of_oxyde(pair.ours)
        if pair.answers is not None:
            is_good = all(agree(flat(one), flat(two), in_order=False) for one, two in zip((ours, theirs), pair.answers, strict=True))
        else:
            is_good = agree(flat(ours), flat(theirs), in_order=bool(ORDERED.search(pair.ours)))
        if not is_good:
            wrong.append(f"{pair.ours}\n  Oxyde:  {ours}\n  Django: {theirs}")
    assert not wrong, "\n".join(wrong)
