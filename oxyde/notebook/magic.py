"""The magics ``%oxyde`` and ``%%oxyde``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

from oxyde.db.database import connections
from oxyde.db.lifecycle import connect_blocking
from oxyde.db.sql_start import without_comments
from oxyde.exceptions import OxydeError
from oxyde.notebook import errors
from oxyde.notebook.command import UsageError, connect_arguments, options
from oxyde.notebook.result import Preview, Result
from oxyde.notebook.run import run

HELP: Final = """Oxyde in the notebook.

%oxyde connect URL [--as NAME]        connect; NAME is "default" unless given; $NAME takes the URL from a variable
%oxyde connections                    what is connected
%oxyde close [NAME]                   close a connection
%oxyde [--on NAME] [-n ROWS] SQL      run one line of SQL and show its first rows
%oxyde [--on NAME] [-n ROWS] QUERY    the same for a queryset expression

%%oxyde [name <<] [--on NAME] [-n ROWS]
SQL over several lines, or a queryset expression. With `name <<` all rows are kept in the variable `name`, for
`name.to_polars()`, `name.to_pandas()`, `pa.table(name)`; without it the first 10 are shown and the rest is not fetched.

In SQL, `:name` is bound from the notebook's variables, as a parameter: it is never pasted into the text.
Stopping the cell stops the statement on the server.
"""


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
    """Does what a magic says.

    Args:
        line: Its line.
        cell: Its body; None for a line magic.
        names: The variables that the line and the body see.
        variables: The notebook's, where results are kept.

    Returns:
        What the notebook shows: a preview, a connection, or None.

    Raises:
        UsageError: The magic cannot be understood.
        OxydeError: The statement failed.
    """
    verb, _, rest = line.strip().partition(" ")
    if cell is None and verb in VERBS:
        return VERBS[verb](rest.strip(), names)
    wanted = options(line)
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


def _connect(rest: str, names: Mapping[str, Any]) -> Any:
    url, alias = connect_arguments(rest, names)
    try:
        return connect_blocking(url, alias)
    except ValueError as error:  # the URL is not understood
        raise UsageError(str(error)) from None


def _connections(rest: str, names: Mapping[str, Any]) -> Preview:  # noqa: ARG001 - as every verb
    known = connections.all()
    rows = [(one.name, one.backend, one.url, "connected" if one.connected else "not connected") for one in known]
    count = f"{len(rows)} {'connection' if len(rows) == 1 else 'connections'}" if rows else "nothing is connected; %oxyde connect URL"
    return Preview(["name", "database", "url", "state"], rows, count)


def _close(rest: str, names: Mapping[str, Any]) -> None:  # noqa: ARG001 - as every verb
    database = connections.get(rest or None)
    database.disconnect_blocking()
    sys.stdout.write(f"closed {database.name}\n")


def _help(rest: str, names: Mapping[str, Any]) -> None:  # noqa: ARG001 - as every verb
    sys.stdout.write(HELP)


VERBS: Final = {"connect": _connect, "connections": _connections, "close": _close, "help": _help, "": _help}
"""None of them is the first word of SQL."""
