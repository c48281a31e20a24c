"""Casts: the table of what becomes what, and the refusals."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest

from oxyde import Cast, F, Value
from oxyde.exceptions import FieldError
from oxyde.queries.casts import Word
from oxyde.queries.date_parts import Part
from oxyde.queries.names import names_of
from oxyde.queries.term import Cast as CastTerm
from oxyde.queries.term import Reference
from tests.cases.models import Novelist

NAMES = names_of(Novelist.__table__)


@pytest.mark.parametrize(
    ("expression", "cls", "kind"),
    [
        (Cast("age", int), Reference, "int"),
        (Cast("age", str), CastTerm, "text"),
        (Cast("score", int), CastTerm, "int"),
        (Cast(F("age") + 1, float), CastTerm, "float"),
        (Cast("name", bool), CastTerm, "bool"),
        (Cast("active", str), Word, "text"),
        (Cast("mood", str), CastTerm, "text"),
        (Cast("seen", dt.date), Part, "date"),
        (Cast("joined", dt.time), Part, "time"),
        (Cast("born", dt.datetime), CastTerm, "datetime"),
        (Cast("worth", Decimal, max_digits=4, decimal_places=1), CastTerm, "decimal"),
    ],
    ids=repr,
)
def test_casts(expression: Cast, cls: type, kind: str) -> None:
    """What is of the type already stays."""
    term = expression.resolve(NAMES)
    assert (type(term), term.type.kind) == (cls, kind)


def test_digits() -> None:
    """They belong to the type; a float is made a Decimal before."""
    term = Cast("score", Decimal, max_digits=4).resolve(NAMES)
    assert (term.type.precision, term.type.scale) == (4, 0)
    assert term.parts[0].type.kind == "decimal"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("score", str), r"Cast\(\) does not make str of Novelist\.score, which is float: databases write floats in different ways"),
        (("seen", str), "databases write moments in different ways"),
        (("data", str), r"Novelist\.data, which is json: it makes that of bool, date, decimal, enum, int"),
        (("name", dt.date), r"does not make date of Novelist\.name, which is text: it makes that of datetime"),
        (("active", float), "it makes that of decimal, int, text"),
        (("joined", dt.datetime), "which is datetime_tz"),
        ((Value(b"x"), str), "a value given for it, which is bytes"),
    ],
)
def test_what_is_refused(args: Any, message: str) -> None:
    """Names field, type and what may be cast."""
    with pytest.raises(FieldError, match=message):
        Cast(*args).resolve(NAMES)


def test_types_that_are_none() -> None:
    """Refused at once."""
    for wrong in (uuid.UUID, bytes, list, "int"):
        with pytest.raises(FieldError, match=r"Cast\(\) makes bool, int, float, Decimal, str, date, time, datetime, not "):
            Cast("age", wrong)  # type: ignore[arg-type] # that is what is refused
    with pytest.raises(FieldError, match="for Decimal only"):
        Cast("age", int, max_digits=3)
    with pytest.raises(FieldError, match="for Decimal only"):
        Cast("age", Decimal, decimal_places=3)
