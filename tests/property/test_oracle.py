"""Random queries answer as plain Python does, on every backend, whenever they run and with whatever values."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

import oxyde
from tests.backends import Backend
from tests.property import oracle
from tests.property.oracle import Owner, Question, Thing

EXAMPLES = int(os.environ.get("OXYDE_ORACLE", "1500" if os.environ.get("OXYDE_LONG") == "1" else "40"))


@pytest.fixture(scope="module")
def stocked(backend_module: Backend) -> Iterator[Backend]:
    """A single connection to the two tables."""
    with oxyde.connect(backend_module.url, settings=oxyde.PoolSettings(max_connections=1)):
        oxyde.sync.drop_tables(models=[Owner, Thing], if_exists=True)
        oxyde.sync.create_tables(models=[Owner, Thing])
        Owner.objects.sync.bulk_create([Owner(**row) for row in oracle.OWNERS])
        Thing.objects.sync.bulk_create([Thing(**row) for row in oracle.THINGS])
        yield backend_module
        oxyde.sync.drop_tables(models=[Owner, Thing])


@pytest.mark.timeout(3600)
def test_queries_answer_as_python_does(stocked: Backend) -> None:
    """Each runs three times on one connection, with two sets of values; counts, flags and annotations agree too."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(oracle.questions())
    def check(question: Question) -> None:
        names = ("id", *question.names, *question.flags)
        for side in (0, 1, 0):
            expected = sorted((tuple(row[name] for name in names) for row in question.rows(side)), key=lambda row: row[0])
            query = question.query(side)
            found = query.order_by("id").values_list(*names).sync.all()
            assert found == expected, (side, question.text)
            assert query.sync.count() == len(expected), (side, question.text)
            assert query.sync.exists() is bool(expected), (side, question.text)

    check()
