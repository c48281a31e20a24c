"""Which connection a verb means: what ``using=`` and ``client=`` say, and when they are fields instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxyde.db.block import Block
from oxyde.db.database import AsyncDatabase, Connection
from oxyde.db.route import Route, home, route
from oxyde.models.info import AnyModel, info_of

if TYPE_CHECKING:
    from oxyde.models.chain import Chain


def route_of(chain: Chain[Any, Any], using: str | None, client: object | None) -> Route:
    """Returns where a queryset's verb runs: on the verb's connection, else the queryset's, else the default one."""
    return route(using, client) if using is not None or client is not None else home(chain._home)


def route_of_model(model: type[AnyModel], using: str | None, client: object | None) -> Route:
    """Returns where a verb of an instance runs: on the verb's connection, else that of its model, else the default one."""
    info = info_of(model)
    return route(using, client) if using is not None or client is not None or info is None else home(info.database)


def pop_connection(model: type[AnyModel], values: dict[str, Any]) -> tuple[str | None, object | None]:
    """Removes ``using`` and ``client`` from keywords that also name fields, if they mean a connection.

    A keyword means the connection when the model has no field of that name and the value is one: an alias (str), a database,
    what ``oxyde.connect()`` returned, or an atomic block.
    """
    if "using" not in values and "client" not in values:
        return None, None
    found: list[Any] = []
    for name in ("using", "client"):
        means_connection = name not in model.__pydantic_fields__ and isinstance(
            values.get(name), (str, AsyncDatabase, Connection, Block, type(None))
        )
        found.append(values.pop(name, None) if means_connection else None)
    return found[0], found[1]


def lookups_and_connection(
    model: type[AnyModel], lookups: dict[str, Any], using: str | None, client: object | None
) -> tuple[dict[str, Any], str | None, object | None]:
    """Returns the lookups of ``get()`` and the connection: ``using`` and ``client`` are lookups where they name fields of the model."""
    if using is None and client is None:
        return lookups, None, None
    named = {
        name: value for name, value in (("using", using), ("client", client)) if name in model.__pydantic_fields__ and value is not None
    }
    return {**lookups, **named}, None if "using" in named else using, None if "client" in named else client
