"""Choices: the type of the value, when it is NULL, and what they look like."""

from __future__ import annotations

import pytest

from oxyde import Case, FieldError, Q, When
from oxyde.queries.term import MAYBE, NEVER
from oxyde.schema import types as kinds
from tests.cases.models import Novelist

NAMES = Novelist.objects._state.names


def test_type_and_null() -> None:
    """Values become one type; without a default, or with a nullable value, it may be NULL."""
    assert Case(When(id=1, then="balance"), default=3).resolve(NAMES).type == kinds.decimal_of(21, 2)
    assert Case(When(id=1, then="age"), default=3).resolve(NAMES).unknown is NEVER
    assert Case(When(id=1, then="age")).resolve(NAMES).unknown is MAYBE
    assert Case(When(id=1, then="score"), default=1).resolve(NAMES).unknown is MAYBE
    assert Case(When(id=1, then=Q(age=1)), default=False).resolve(NAMES).type == kinds.BOOL


def test_what_they_look_like() -> None:
    """Conditions show no values."""
    assert repr(Case(When(age__gt=3, id=1, then=2), default="name")) == "Case(When(Q(age__gt=…, id=…), then=2), default='name')"


def test_what_is_refused() -> None:
    """Values of two types, and no condition."""
    with pytest.raises(FieldError, match=r"^Case\(\) takes values of one type"):
        Case(When(id=1, then="age"), default="name").resolve(NAMES)
    with pytest.raises(FieldError, match=r"^When\(\) needs a condition"):
        When(then=1)
