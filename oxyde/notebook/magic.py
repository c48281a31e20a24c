"""The magics ``%oxyde`` and ``%%oxyde``."""

from __future__ import annotations

import sys
from typing import Any

import oxyde
from oxyde.db import registry
from oxyde.exceptions import OxydeError
from oxyde.notebook.command import UsageError, connect_arguments, is_sql, options
from oxyde.notebook.run import run

HELP = """Oxyde in the notebook.

%oxyde connect URL [--as NAME]        connect; NAME is "default" unless given
%oxyde connections                    what is connected
%oxyde close [NAME]                   close a connection
%oxyde [--on NAME] [-n ROWS] SQL      run one line of SQL and show its first rows
%oxyde [--on NAME] [-n ROWS] QUERY    the same for a queryset expression

%%oxyde [name <<] [--on NAME] [-n ROWS]
SQL over several lines, or a queryset expression. With ``name <<`` all rows are kept in ``name`` (``name.to_polars()``,
``pa.table(name)``); without it the first 10 are shown and the rest is not fetched.

In SQL, ``:name`` is bound from the notebook's variables, as a parameter: it is never pasted into the text.
Stopping the cell stops the statement on the server.
"""


def magics() -> type:
    """Returns the magics class; IPython is imported now."""
    from IPython.core.error import UsageError as ShellUsageError
    from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope, no_var_expand

    @magics_class
    class OxydeMagics(Magics):  # type: ignore[misc] # IPython is not typed
        """``%oxyde`` and ``%%oxyde``."""

        @no_var_expand
        @needs_local_scope
        @line_cell_magic
        def oxyde(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> Any:
            names = {**self.shell.user_ns, **(local_ns or {})}
            try:
                return self.dispatch(line, cell, names)
            except UsageError as error:
                raise ShellUsageError(str(error)) from None
            except OxydeError as error:
                raise _shown(error) from None

        def dispatch(self, line: str, cell: str | None, names: dict[str, Any]) -> Any:
            verb, _, rest = line.strip().partition(" ")
            if cell is None and not is_sql(line):
                if verb == "connect":
                    url, alias = connect_arguments(rest)
                    return oxyde.connect(url, name=alias, overwrite=True)
                if verb == "connections":
                    return registry.connections()
                if verb == "close":
                    return registry.close(rest.strip() or "default")
                if verb in {"", "help"}:
                    sys.stdout.write(HELP)
                    return None
            wanted = options(line)
            if cell is not None and wanted.rest:
                message = f"the line of %%oxyde takes options only, not {wanted.rest!r}"
                raise UsageError(message)
            result = run(wanted.rest if cell is None else cell, names, wanted)
            if wanted.target is None:
                return result
            self.shell.user_ns[wanted.target] = result
            sys.stdout.write(f"{wanted.target}: {result.footer}\n")
            return None

    OxydeMagics.oxyde.__doc__ = HELP
    return OxydeMagics


def _shown(error: OxydeError) -> OxydeError:
    """Returns the error so that IPython shows its message without our frames."""
    lines = [f"{type(error).__name__}: {error}"]
    if error.sql:
        lines.append(f"  {error.sql}")
    if error.hint:
        lines.append(f"  {error.hint}")
    error._render_traceback_ = lambda: lines  # type: ignore[attr-defined] # IPython's protocol
    return error
