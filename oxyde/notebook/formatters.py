"""How IPython shows lists of models, and coroutines that were not awaited."""

from __future__ import annotations

from types import AsyncGeneratorType, CoroutineType
from typing import Any, Final

from oxyde.models import Model, repr
from oxyde.notebook.errors import PACKAGE

SHOWN: Final = 10
"""The number of rows of a list that are shown."""


def listing(values: list[Any]) -> str | None:
    """Returns a list of instances of one model as a table; None for any other list, which IPython formats itself."""
    kind = type(values[0]) if values else None
    if kind is None or not issubclass(kind, Model) or any(type(value) is not kind for value in values):
        return None
    counted = f"all {len(values):,}" if len(values) <= SHOWN else f"first {SHOWN} of {len(values):,}"
    return repr.table(values[:SHOWN], f"{counted} · list of {kind.__name__}")


def unawaited(value: Any, printer: Any, cycle: bool) -> None:  # noqa: ARG001 - IPython's protocol
    """Prints a coroutine; one of Oxyde's with a remedy."""
    code = value.cr_code if isinstance(value, CoroutineType) else value.ag_code
    if not code.co_filename.startswith(PACKAGE):
        printer.text(object.__repr__(value))
    elif isinstance(value, CoroutineType):
        printer.text(f"<{value.__qualname__}(), not run: write await before it (blocking code: .sync or oxyde.sync)>")
    else:
        printer.text(f"<{value.__qualname__}(), not run: iterate with async for (blocking code: .sync)>")


FORMATTERS: Final = (("text/html", list, listing), ("text/plain", CoroutineType, unawaited), ("text/plain", AsyncGeneratorType, unawaited))


def register(shell: Any) -> None:
    """Adds the formatters, except where another library has one for the type."""
    for mime, kind, function in FORMATTERS:
        formatter = shell.display_formatter.formatters[mime]
        if kind not in formatter.type_printers:
            formatter.for_type(kind, function)


def unregister(shell: Any) -> None:
    """Removes them."""
    for mime, kind, function in FORMATTERS:
        formatter = shell.display_formatter.formatters[mime]
        if formatter.type_printers.get(kind) is function:
            formatter.pop(kind)
