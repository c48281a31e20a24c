"""Text for an output of whatever encoding."""

from __future__ import annotations

from typing import Final, TextIO

_PLAIN: Final = str.maketrans({"─": "-", "█": "#", "░": ".", "…": "..."})


def say(text: str, output: TextIO) -> None:
    """Writes text; where the output's encoding has no lines and blocks, with plain characters in their place."""
    encoding = output.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    output.write(text)
