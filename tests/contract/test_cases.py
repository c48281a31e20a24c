"""Cases, last third: the statements run on the servers and give the case's rows."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

import oxyde
from tests.backends import Backend
from tests.cases import case as corpus
from tests.cases import models
from tests.cases.record import evaluate
from tests.tables import blocking_tables

NAMES = {"datetime": dt, "Decimal": Decimal, "UUID": UUID}
SEARCHED = {
    "postgres": ("CREATE EXTENSION IF NOT EXISTS pg_trgm",),
    "mariadb": ("ALTER TABLE case_author ADD FULLTEXT (name)",),
    "mysql": ("ALTER TABLE case_author ADD FULLTEXT (name)",),
}
"""What the searches of a server need."""
CASES = [case for case in corpus.all_cases() if "ir" in case.sections]


@pytest.fixture(scope="module")
def data(backend_module: Backend) -> Iterator[Backend]:
    """The read-only data set, loaded once per server."""
    with oxyde.connect(backend_module.url), blocking_tables(*models.READ_ONLY, *models.WRITTEN):
        models.Team.objects.sync.bulk_create(models.teams())
        models.Novelist.objects.sync.bulk_create(models.authors())
        models.Prize.objects.sync.bulk_create(models.prizes())
        models.Win.objects.sync.bulk_create(models.wins())
        for statement in SEARCHED.get(backend_module.dialect, ()):
            oxyde.sync.execute_raw(statement)
        yield backend_module


def literal(text: str) -> Any:
    """Returns the value of a Python literal, dates and decimals included."""
    return eval(text, dict(NAMES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rows(case: corpus.Case, data: Backend) -> None:
    """The rows, and what is left after writing, are the case's; a dialect that cannot do it says so."""
    reason = case.unsupported(data.dialect)
    if reason is not None:
        with pytest.raises(oxyde.UnsupportedError, match=re.escape(reason)), oxyde.sync.atomic():
            evaluate(case.query)
        return
    if case.writes:
        models.Item.objects.sync.delete()
        models.Item.objects.sync.bulk_create(models.items())
    with oxyde.sync.atomic() if "for_" in case.query else contextlib.nullcontext():
        found = evaluate(case.query)
    expected = case.rows(data.dialect)
    assert expected is not None, "the case has no rows"
    wanted, ordered = literal(expected[0]), expected[1]
    if ordered:
        assert found == wanted
    else:
        assert sorted(map(repr, found)) == sorted(map(repr, wanted))
    if isinstance(wanted, list):
        assert [type(row) for row in found] == [type(row) for row in wanted]
    else:
        assert type(found) is type(wanted)
    if case.writes:
        assert evaluate(case.sections["then"]) == literal(case.sections["left"])
