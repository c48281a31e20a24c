"""HTML for notebooks: tables and cards that read well without CSS, escape everything and run no script."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

LONGEST = 80
"""Characters of a cell that are shown; the rest is in its title, up to ``LONGEST_TITLE``."""
LONGEST_TITLE = 2_000
SECRET = "•••"  # noqa: S105 - a mask

DIGITS = 6
"""Digits of a float beyond the point that are shown; a table's cell has the others in its title."""
MONOSPACE = "font-family:var(--jp-code-font-family,ui-monospace,monospace);white-space:pre-wrap"

_NUMBERS = (int, float, Decimal)


def plain(value: Any) -> str:
    """Returns a value as one line of text: NULL as a word, bytes by their length, JSON compact, floats short; never raises."""
    try:
        if value is None:
            return "NULL"
        if isinstance(value, (bytes, bytearray, memoryview)):
            return f"⟨bytes {len(value):,}⟩".replace(",", "\u202f")
        if isinstance(value, (dict, list)):
            text = json.dumps(value, ensure_ascii=False, default=str)
        elif isinstance(value, float):
            text = number(value)
        elif isinstance(value, dt.datetime):
            text = value.isoformat(" ")
        else:
            text = str(value)
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return f"⟨{type(value).__name__}: {type(error).__name__}⟩"
    return " ".join(text.split()) if "\n" in text or "\t" in text else text


def number(value: float) -> str:
    """Returns a float with at most six significant digits beyond the point."""
    exact = repr(value)
    if not 1e-4 <= abs(value) < 1e15 or len(exact.partition(".")[2]) <= DIGITS:
        return f"{value:.{DIGITS}g}" if 0 < abs(value) < 1e-4 else exact
    if abs(value) < 1:
        return f"{value:.{DIGITS}g}"
    short = f"{value:.{DIGITS}f}".rstrip("0")
    return f"{short}0" if short.endswith(".") else short


def escape(text: str) -> str:
    """Returns text that HTML shows as it is: control characters become their pictures, lone surrogates a question mark."""
    visible = "".join(chr(0x2400 + ord(c)) if ord(c) < 0x20 and c not in "\n\t" else c for c in text)
    return html.escape(visible.encode("utf-8", "replace").decode("utf-8"), quote=True)


def cell(value: Any) -> str:
    """Returns a table cell."""
    text = plain(value)
    whole = repr(value) if type(value) is float else text
    title = f' title="{escape(whole[:LONGEST_TITLE])}"' if len(text) > LONGEST or whole != text else ""
    shown = escape(text[: LONGEST - 1] + "…" if len(text) > LONGEST else text)
    if value is None:
        return "<td><em>NULL</em></td>"
    if _is_number(value):
        return f'<td style="text-align:right;font-variant-numeric:tabular-nums"{title}>{shown}</td>'
    return f'<td dir="auto" style="text-align:left"{title}>{shown}</td>'


def table(
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    types: Sequence[str] | None = None,
    caption: str | None = None,
    footer: str | None = None,
) -> str:
    """Returns rows as a table.

    Args:
        names: The column headings.
        rows: The rows, one value for each column.
        types: A second line for the headings.
        caption: What the table shows.
        footer: A line below it.
    """
    rows = list(rows)
    second = types or [""] * len(names)
    sides = ["right" if numbers else "left" for numbers in _are_numbers(rows, len(names))]
    heads = "".join(
        f'<th scope="col" style="text-align:{side}">{escape(name)}' + (f"<br><small>{escape(kind)}</small>" if kind else "") + "</th>"
        for name, kind, side in zip(names, second, sides, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row">{number}</th>' + "".join(cell(value) for value in row) + "</tr>" for number, row in enumerate(rows, start=1)
    )
    head = f"<thead><tr><th></th>{heads}</tr></thead>"
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    below = f"<p><small>{escape(footer)}</small></p>" if footer else ""
    return f"<table>{above}{head}<tbody>{body}</tbody></table>{below}"


def _is_number(value: Any) -> bool:
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def _are_numbers(rows: Sequence[Sequence[Any]], columns: int) -> list[bool]:
    """Returns for each column whether it holds numbers, and nothing else but NULL."""
    return [
        any(_is_number(row[at]) for row in rows) and all(row[at] is None or _is_number(row[at]) for row in rows) for at in range(columns)
    ]


def card(title: str, rows: Iterable[tuple[str, Any, str]]) -> str:
    """Returns an object as a table of name, value and type."""
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{cell(value)}<td><small>{escape(kind)}</small></td></tr>' for name, value, kind in rows
    )
    head = '<thead><tr><th scope="col">field</th><th scope="col">value</th><th scope="col">type</th></tr></thead>'
    return f"<table><caption>{escape(title)}</caption>{head}<tbody>{body}</tbody></table>"


def statement(title: str, sql: str, parameters: Iterable[tuple[str, Any]], notes: Sequence[str] = ()) -> str:
    """Returns a statement that was not run: its title, text and parameters."""
    shown = [(name, plain(value)) for name, value in parameters]
    body = "".join(f'<tr><th scope="row">{escape(name)}</th>{cell(value)}</tr>' for name, value in shown)
    values = f"<table><caption>Parameters</caption><tbody>{body}</tbody></table>" if shown else ""
    lines = "".join(f"<p><small>{escape(note)}</small></p>" for note in notes)
    text = f'<pre style="{MONOSPACE}"><code>{escape(sql)}</code></pre>'
    return f"<p><strong>{escape(title)}</strong></p>{text}{values}{lines}"


def text_table(names: Sequence[str], rows: Sequence[Sequence[Any]], footer: str | None = None) -> str:
    """Returns rows as aligned plain text."""
    lines = [[cut(name) for name in names], *([cut(plain(value)) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    right = _are_numbers(rows, len(names))

    def aligned(line: Sequence[str]) -> str:
        return "  ".join(
            value.rjust(width) if at_right else value.ljust(width) for value, width, at_right in zip(line, widths, right, strict=True)
        ).rstrip()

    drawn = [aligned(lines[0]), "  ".join("─" * width for width in widths), *(aligned(line) for line in lines[1:])]
    return "\n".join([*drawn, footer] if footer else drawn)


def cut(text: str) -> str:
    """Returns text of at most ``LONGEST`` characters, without control characters."""
    visible = "".join(c if c.isprintable() else chr(0x2400 + ord(c)) if ord(c) < 0x20 else "\N{REPLACEMENT CHARACTER}" for c in text)
    return visible if len(visible) <= LONGEST else visible[: LONGEST - 1] + "…"
