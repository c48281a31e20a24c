"""The verbs of ``%oxyde``: connections, tables and help."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from oxyde.db.database import Connection, connections
from oxyde.db.lifecycle import connect_blocking
from oxyde.exceptions import ConnectionNotFound
from oxyde.notebook import tables
from oxyde.notebook.command import UsageError, connect_arguments, parse
from oxyde.notebook.connection import Current, make_current, route
from oxyde.notebook.result import Preview

HELP: Final = """Oxyde in the notebook.

%oxyde connect URL [--as NAME]       connect, and make the connection current; its name is "default"
                                     unless given; $NAME takes the URL from a variable of the notebook
                                     or the environment
%oxyde connect NAME                  make another connection current
%oxyde connections                   list the connections
%oxyde close [NAME]                  close a connection, without NAME the current one
%oxyde tables [--on NAME] [PATTERN]  list the tables and views whose name contains PATTERN, or matches
                                     it with * and ?
%oxyde [--on NAME] [-n ROWS] SQL     run one line of SQL and show its first rows
%oxyde [--on NAME] [-n ROWS] QUERY   the same for a queryset expression
x = %oxyde SQL                       keep all rows in the variable x

%%oxyde [name <<] [--on NAME] [-n ROWS] [--all]
SQL over several lines, or a queryset expression.

Of what is only shown, the first 10 rows are fetched, or -n ROWS. What is kept (`x =`, `name <<`,
--all) has all rows: iterate, index, `len(x)`, `x.to_polars()`, `x.to_pandas()`, `x.to_arrow()`.

In SQL, `:name` is bound from the notebook's variables, as a parameter: it is never pasted into the
text. Stopping the cell stops the statement on the server.
"""


def _connect(rest: str, names: Mapping[str, Any]) -> Connection:
    if rest and (known := connections.find(rest)) is not None:
        make_current(rest)
        return Connection(known)
    if rest.isidentifier():
        listed = ", ".join(f'"{one.name}"' for one in connections.all()) or "none yet"
        message = f'no connection is named "{rest}"; known are {listed}; usage: %oxyde connect URL [--as NAME]'
        raise UsageError(message)
    url, alias = connect_arguments(rest, names)
    try:
        connection = connect_blocking(url, alias)
    except ValueError as error:  # the URL is not understood
        raise UsageError(str(error)) from None
    make_current(alias)
    return connection


def _connections(rest: str, names: Mapping[str, Any]) -> Preview:  # noqa: ARG001 - as every verb
    known = connections.all()
    try:
        current = route().database
    except ConnectionNotFound:
        current = None
    rows = [
        (one.name, one.dialect, one.url, ("connected" if one.connected else "not connected") + (", current" if one is current else ""))
        for one in known
    ]
    count = f"{len(rows)} {'connection' if len(rows) == 1 else 'connections'}" if rows else "nothing is connected; %oxyde connect URL"
    return Preview(["name", "database", "url", "state"], rows, count)


def _close(rest: str, names: Mapping[str, Any]) -> None:  # noqa: ARG001 - as every verb
    database = route(rest or None).database
    database.disconnect_blocking()
    if database.name == Current.alias:
        Current.alias = None
    sys.stdout.write(f"closed {database.name}\n")


def _tables(rest: str, names: Mapping[str, Any]) -> Preview:  # noqa: ARG001 - as every verb
    wanted = parse(rest)
    return tables.find(wanted.rest, wanted.on)


def _help(rest: str, names: Mapping[str, Any]) -> None:  # noqa: ARG001 - as every verb
    sys.stdout.write(HELP)


VERBS: Final[dict[str, Callable[[str, Mapping[str, Any]], Any]]] = {
    "connect": _connect,
    "connections": _connections,
    "close": _close,
    "tables": _tables,
    "help": _help,
    "--help": _help,
    "-h": _help,
    "": _help,
}
"""In lower case; SQL that begins with one of these words is written in capitals, or in a cell."""
