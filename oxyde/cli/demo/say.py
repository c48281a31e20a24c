"""Writes text to an output of any encoding."""

from __future__ import annotations

from typing import Final, TextIO

_PLAIN: Final = str.maketrans({"─": "-", "█": "#", "░": ".", "…": "..."})


def say(text: str, output: TextIO) -> None:
    """Writes text, with plain characters in place of lines and blocks where the output's encoding lacks them."""
    encoding = output.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    output.write(text)
