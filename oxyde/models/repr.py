"""How querysets and instances are shown: the SQL, in a line or as HTML, and a card; runs no query and shows no secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from oxyde import markup
from oxyde.db import render
from oxyde.db.database import AsyncDatabase
from oxyde.models.info import AnyModel
from oxyde.models.unloaded import UNLOADED
from oxyde.queries.source import State
from oxyde.queries.term import Reference
from oxyde.schema import Table

LONGEST = 200


class Shown(Protocol):
    """The parts of a queryset that are shown."""

    @property
    def model(self) -> type[Any]:
        """Whose rows are read."""
        ...

    @property
    def _state(self) -> State:
        """What is asked."""
        ...

    @property
    def _home(self) -> str | AsyncDatabase | None:
        """The connection it is pinned to."""
        ...

    def sql(self, dialect: str | None = None, /) -> tuple[str, list[Any]]:
        """Returns the SQL and its parameters."""
        ...


def line(chain: Shown) -> str:
    """Returns one line: class, model and SQL; no parameters, which may be secret."""
    name = type(chain).__name__
    try:
        sql, _ = chain.sql()
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return f"<{name} of {chain.model.__name__}: {type(error).__name__}: {error}>"
    short = sql if len(sql) <= LONGEST else sql[: LONGEST - 1] + "…"
    return f"<{name} of {chain.model.__name__}: {' '.join(short.split())}>"


def html(chain: Shown) -> str:
    """Returns the statement with its parameters, masked where a secret column is compared, and how to run it."""
    title = f"{type(chain).__name__} of {chain.model.__name__}, not run"
    try:
        dialect = render.dialect_of(chain._home)
        sql, parameters = chain.sql(dialect)
        hidden = compares_secret(chain._state)
        shown = [(f"{number}", markup.SECRET if hidden else value) for number, value in enumerate(parameters, start=1)]
        notes = [f"{dialect}; .sync.all() runs it, .sync.to_polars() returns a frame"]
        return markup.statement(title, render.clauses(sql, dialect), shown, notes)
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return markup.statement(title, f"{type(error).__name__}: {error}", ())


def card(instance: AnyModel) -> str:
    """Returns an instance as a table of field, value and type; reads nothing from the database."""
    cls = type(instance)
    try:
        table = cls.__oxyde__.table() if cls.__oxyde__.is_table else None
        rows = [(name, _value(value), _kind(table, name, value)) for name, value in instance.__dict__.items() if _is_shown(cls, name)]
        return markup.card(cls.__name__, rows)
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return markup.card(cls.__name__, [("", type(error).__name__, "")])


def table(instances: Sequence[AnyModel], footer: str) -> str:
    """Returns instances of one model as a table, without the relations that none of them has loaded."""
    cls = type(instances[0])
    try:
        values = [instance.__dict__ for instance in instances]
        names = [name for name in values[0] if _is_shown(cls, name) and any(given.get(name) is not UNLOADED for given in values)]
        return markup.table(names, [[_value(given.get(name)) for name in names] for given in values], footer=footer)
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return markup.table(["error"], [[type(error).__name__]], footer=footer)


def _is_shown(cls: type[AnyModel], name: str) -> bool:
    info = cls.__pydantic_fields__.get(name)
    return info is None or bool(info.repr)


def _value(value: Any) -> Any:
    return "not loaded" if value is UNLOADED else value


def _kind(table: Table | None, name: str, value: Any) -> str:
    """Returns the type of a field's column; for other fields the type of the value."""
    if table is not None and name in table.by_field:
        return table.by_field[name].type.kind
    return "relation" if table is not None and name in table.relations else type(value).__name__


def compares_secret(state: State) -> bool:
    """Whether a query compares, orders by or computes with a column that holds secrets."""
    return any(isinstance(term, Reference) and term.secret for term in state.walk())
