"""Text on outputs of other encodings."""

from __future__ import annotations

import io

import pytest

from oxyde.cli.demo.say import say


@pytest.mark.parametrize(("encoding", "said"), [("utf-8", "── █░ … é"), ("ascii", "-- #. ... \\xe9"), ("latin-1", "-- #. ... é")])
def test_what_an_encoding_lacks(encoding: str, said: str) -> None:
    """Lines and blocks get plain characters, everything else an escape."""
    raw = io.BytesIO()
    output = io.TextIOWrapper(raw, encoding=encoding)
    say("── █░ … é", output)
    output.flush()
    assert raw.getvalue().decode(encoding) == said


def test_an_output_without_an_encoding() -> None:
    """It is taken for ASCII."""
    output = io.StringIO()
    say("─", output)
    assert output.getvalue() == "-"
