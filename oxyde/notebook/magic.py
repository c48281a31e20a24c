"""The magics ``%oxyde`` and ``%%oxyde``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from oxyde.db.sql_start import without_comments
from oxyde.exceptions import OxydeError
from oxyde.notebook import errors
from oxyde.notebook.command import UsageError, parse
from oxyde.notebook.result import Result
from oxyde.notebook.run import run
from oxyde.notebook.verbs import HELP, VERBS


def magics() -> type:
    """Returns the magics class; IPython is imported now."""
    from IPython.core.error import UsageError as ShellUsageError
    from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope, no_var_expand

    @magics_class
    class OxydeMagics(Magics):
        """``%oxyde`` and ``%%oxyde``."""

        @no_var_expand  # type: ignore[untyped-decorator, unused-ignore] # IPython 8
        @needs_local_scope  # type: ignore[untyped-decorator, unused-ignore] # IPython 8
        @line_cell_magic  # type: ignore[untyped-decorator, unused-ignore] # IPython 8
        def oxyde(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> Any:
            variables: dict[str, Any] = getattr(self.shell, "user_ns", {})
            try:
                return dispatch(line, cell, {**variables, **(local_ns or {})}, variables)
            except UsageError as error:
                raise ShellUsageError(str(error)) from None
            except OxydeError as error:
                raise errors.brief(error) from None

    OxydeMagics.oxyde.__doc__ = HELP
    return OxydeMagics


def dispatch(line: str, cell: str | None, names: Mapping[str, Any], variables: dict[str, Any]) -> Any:
    """Runs a magic.

    Args:
        line: Its line.
        cell: Its body; None for a line magic.
        names: The variables that the line and the body can use.
        variables: The notebook's variables, to which results are assigned.

    Returns:
        The object to display: a preview, a result, a connection, or None.

    Raises:
        UsageError: The magic is used wrongly.
        OxydeError: The statement failed.
    """
    verb, _, rest = line.strip().partition(" ")
    if cell is None and verb in VERBS:
        return VERBS[verb](rest.strip(), names)
    wanted = parse(line)
    if cell is not None and wanted.rest:
        message = f"the line of %%oxyde takes options alone, not {wanted.rest!r}; the statement begins on the next line"
        raise UsageError(message)
    body = wanted.rest if cell is None else cell
    if not without_comments(body).strip():
        raise UsageError("there is nothing to run; %oxyde? explains")
    result = run(body, names, wanted)
    if wanted.target is None or not isinstance(result, Result):
        return result
    variables[wanted.target] = result
    sys.stdout.write(f"{wanted.target}: {result.summary}\n")
    return None
