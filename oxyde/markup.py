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

_NUMBERS = (int, float, Decimal)


def plain(value: Any) -> str:
    """Returns a value as one line of text: NULL as a word, bytes by their length, JSON compact; never raises."""
    try:
        if value is None:
            return "NULL"
        if isinstance(value, (bytes, bytearray, memoryview)):
            return f"⟨bytes {len(value):,}⟩".replace(",", "\u202f")
        if isinstance(value, (dict, list)):
            text = json.dumps(value, ensure_ascii=False, default=str)
        elif isinstance(value, dt.datetime):
            text = value.isoformat(" ")
        else:
            text = str(value)
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return f"⟨{type(value).__name__}: {type(error).__name__}⟩"
    return " ".join(text.split()) if "\n" in text or "\t" in text else text


def escape(text: str) -> str:
    """Returns text that HTML shows as it is: control characters become their pictures, lone surrogates a question mark."""
    visible = "".join(chr(0x2400 + ord(c)) if ord(c) < 0x20 and c not in "\n\t" else c for c in text)
    return html.escape(visible.encode("utf-8", "replace").decode("utf-8"), quote=True)


def cell(value: Any) -> str:
    """Returns a table cell."""
    text = plain(value)
    title = f' title="{escape(text[:LONGEST_TITLE])}"' if len(text) > LONGEST else ""
    shown = escape(text[: LONGEST - 1] + "…" if len(text) > LONGEST else text)
    if value is None:
        return "<td><em>NULL</em></td>"
    if isinstance(value, _NUMBERS) and not isinstance(value, bool):
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
    second = types or [""] * len(names)
    heads = "".join(
        f'<th scope="col" style="text-align:left">{escape(name)}' + (f"<br><small>{escape(kind)}</small>" if kind else "") + "</th>"
        for name, kind in zip(names, second, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row">{number}</th>' + "".join(cell(value) for value in row) + "</tr>" for number, row in enumerate(rows, start=1)
    )
    head = f"<thead><tr><th></th>{heads}</tr></thead>"
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    below = f"<p><small>{escape(footer)}</small></p>" if footer else ""
    return f"<table>{above}{head}<tbody>{body}</tbody></table>{below}"


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
    return f"<p><strong>{escape(title)}</strong></p><pre>{escape(sql)}</pre>{values}{lines}"


def text_table(names: Sequence[str], rows: Sequence[Sequence[Any]], footer: str | None = None) -> str:
    """Returns rows as aligned plain text."""
    lines = [[cut(name) for name in names], *([cut(plain(value)) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    right = [all(isinstance(row[column], _NUMBERS) or row[column] is None for row in rows) for column in range(len(names))]

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
