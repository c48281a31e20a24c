"""Errors: their message is their text, and they survive pickling with all that they know."""

from __future__ import annotations

import copy
import pickle

import pytest

from oxyde import exceptions
from oxyde.exceptions import OxydeError

CLASSES = [getattr(exceptions, name) for name in exceptions.__all__]
KNOWN = {"sqlstate": "23505", "constraint": "uq", "table": "t", "column": "c", "sql": "SELECT ?", "hint": "try again"}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error(cls: type[OxydeError]) -> None:
    """It is an OxydeError with a text, also those that are a KeyError too."""
    error = cls("it failed", **KNOWN)  # type: ignore[arg-type] # its keywords
    assert isinstance(error, OxydeError)
    assert str(error) == "it failed"
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is cls
        assert str(again) == "it failed"
        assert {name: getattr(again, name) for name in KNOWN} == KNOWN
    assert str(cls()) == ""
