"""Sealed cursors: only the same secret opens them, and altered ones do not open."""

from __future__ import annotations

import pytest

from oxyde.db import cursors
from oxyde.exceptions import FieldValueError


def test_they_open_with_their_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of one message differ, and none shows it."""
    monkeypatch.setenv(cursors.VARIABLE, "one")
    made = [cursors.seal(b"a message") for _ in range(2)]
    assert [cursors.unseal(one) for one in made] == [b"a message"] * 2
    assert made[0] != made[1]
    assert made[0].replace("-", "").replace("_", "").isalnum()
    monkeypatch.setenv(cursors.VARIABLE, "two")
    with pytest.raises(FieldValueError, match="another secret"):
        cursors.unseal(made[0])


def test_altered_ones_do_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever character it is."""
    monkeypatch.setenv(cursors.VARIABLE, "one")
    made = cursors.seal(b"x")
    for at in range(len(made) - 1):  # the last one has bits that mean nothing
        other = "A" if made[at] != "A" else "B"
        with pytest.raises(FieldValueError, match="altered"):
            cursors.unseal(made[:at] + other + made[at + 1 :])
