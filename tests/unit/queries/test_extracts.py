"""``Extract``: the parts and their types, and what is refused."""

from __future__ import annotations

import pytest

from oxyde import Extract, FieldError
from tests.cases.models import Novelist

NAMES = Novelist.objects._state.names


def test_types() -> None:
    """A part is an int, a date or a time."""
    assert [Extract("seen", part).resolve(NAMES).type.kind for part in ("year", "date", "time")] == ["int", "date", "time"]
    assert repr(Extract("seen", "year")) == "Extract('seen', \"year\")"


def test_what_is_refused() -> None:
    """An unknown part, with the one that was meant, and a value that has no such part."""
    with pytest.raises(FieldError, match=r'^Extract\(\) takes the name of a part, not "yeer"; did you mean "year"\?'):
        Extract("seen", "yeer")
    with pytest.raises(FieldError, match=r"^Extract\(\) takes date, datetime, datetime_tz, and Novelist\.age is int"):
        Extract("age", "year").resolve(NAMES)
    with pytest.raises(FieldError, match=r"^Extract\(\) takes .* and Novelist\.born is date"):
        Extract("born", "hour").resolve(NAMES)
