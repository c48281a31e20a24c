"""The connection of a magic: the one named in its line, else the current one."""

from __future__ import annotations

from oxyde.db.database import AsyncDatabase, connections
from oxyde.db.route import Route, home
from oxyde.db.route import route as route_of
from oxyde.exceptions import ConnectionNotFound


class Current:
    """The connection that ``%oxyde connect`` made current last.

    Attributes:
        alias: Its alias; None before the first one.
    """

    alias: str | None = None


def make_current(alias: str) -> None:
    """Makes a connection current: magics run on it unless their line names another one."""
    Current.alias = alias


def route(at: str | AsyncDatabase | None = None) -> Route:
    """Returns where a magic runs.

    Args:
        at: The connection named in its line, or the one of the model. By default the current connection, else the one named default,
            else the only one.

    Raises:
        ConnectionNotFound: There is none; the message names the magic that helps.
    """
    if Current.alias is not None and connections.find(Current.alias) is None:  # it was closed
        Current.alias = None
    if isinstance(at, AsyncDatabase):
        return home(at)
    alias = at or Current.alias
    try:
        return route_of(using=alias)
    except ConnectionNotFound:
        raise ConnectionNotFound(_missing(alias)) from None


def _missing(alias: str | None) -> str:
    known = ", ".join(f'"{one.name}"' for one in connections.all())
    if not known:
        return "nothing is connected yet; %oxyde connect URL connects"
    if alias is None:
        return f"none of the connections {known} is current; name one with --on NAME, or make it current with %oxyde connect NAME"
    return f'no connection is named "{alias}"; known are {known}; %oxyde connect URL --as {alias} adds it'
