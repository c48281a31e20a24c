"""Errors in a notebook: the message, the frames of the cell, and nothing of ours."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

import pytest

from oxyde import Model
from oxyde.exceptions import ConnectionNotFound, FieldError, OxydeError
from oxyde.notebook import errors

CELL = "<a cell>"


def lines(error: Any) -> list[str]:
    """Returns what IPython would show."""
    return list(error._render_traceback_())


def test_brief() -> None:
    """The message, the statement on one line, and the hint."""
    error = errors.brief(OxydeError("it failed", sql="SELECT 1\n  FROM t", hint="try again"))
    assert lines(error) == ["OxydeError: it failed", "  SELECT 1 FROM t", "  try again"]
    assert len(lines(errors.brief(OxydeError("it failed; try again", hint="try again")))) == 1
    assert lines(errors.brief(ValueError("no"))) == ["ValueError: no"]


def test_a_missing_connection_names_the_magic() -> None:
    """Once: not where the message does already."""
    assert lines(errors.brief(ConnectionNotFound("nothing is connected")))[-1] == "  in a notebook, %oxyde connect URL connects"
    assert len(lines(errors.brief(ConnectionNotFound("%oxyde connect URL connects")))) == 1


def raised(source: str) -> BaseException:
    """Returns the error of a cell."""
    try:
        exec(compile(source, CELL, "exec"), {"Model": Model})
    except BaseException as error:  # noqa: BLE001 - any
        return error
    raise AssertionError


def files(trace: TracebackType | None) -> list[str]:
    """Returns the files of a traceback's frames."""
    return [frame.filename for frame in traceback.extract_tb(trace)]


def test_frames_of_ours_are_left_out() -> None:
    """The cell's own stay."""
    error = raised("class M(Model, table=True):\n    id: int")
    assert any(name.startswith(errors.PACKAGE) for name in files(error.__traceback__))
    assert not any(name.startswith(errors.PACKAGE) for name in files(errors._outside(error.__traceback__)))
    assert CELL in files(errors._outside(error.__traceback__))


def test_an_error_of_the_cells_own_code() -> None:
    """The frames below the cell are shown, those above are ours."""
    error = raised("import json\njson.loads('{')")
    shown = "\n".join(lines(errors.inside(error, CELL)))
    assert "decoder.py" in shown
    assert __file__ not in shown
    assert shown.splitlines()[-1].startswith("json.decoder.JSONDecodeError: ")


@pytest.mark.parametrize(("error", "more"), [(FieldError("no"), 0), (ConnectionNotFound("none"), 1)])
def test_shown_by_the_shell(error: OxydeError, more: int) -> None:
    """Its own frames, and the remedy below."""
    shown: list[str] = []

    class Shell:
        class InteractiveTB:
            @staticmethod
            def structured_traceback(*_: Any, **__: Any) -> list[str]:
                return ["the frames"]

        @staticmethod
        def _showtraceback(_kind: Any, _error: Any, text: list[str]) -> None:
            shown.extend(text)

    errors.show(Shell, type(error), error, None)
    assert shown[0] == "the frames"
    assert len(shown) == 1 + more
