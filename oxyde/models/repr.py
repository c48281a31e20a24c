"""What querysets and instances look like: a statement, in a line or as HTML, and a card; never a query, never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from oxyde import markup
from oxyde.db import render
from oxyde.models.info import AnyModel
from oxyde.models.unloaded import UNLOADED
from oxyde.queries.paths import Path
from oxyde.queries.source import State
from oxyde.queries.subquery import Rows
from oxyde.schema import Table

if TYPE_CHECKING:
    from oxyde.models.chain import Chain

LONGEST = 200


def line(chain: Chain[Any]) -> str:
    """Returns one line: class, model and SQL; parameters stay out, they may be secret."""
    name = type(chain).__name__
    try:
        sql, _ = chain.sql()
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return f"<{name} of {chain.model.__name__}: {type(error).__name__}>"
    short = sql if len(sql) <= LONGEST else sql[: LONGEST - 1] + "…"
    return f"<{name} of {chain.model.__name__}: {' '.join(short.split())}>"


def html(chain: Chain[Any]) -> str:
    """Returns the statement with its parameters, masked where a secret column is compared, and how to run it."""
    title = f"{type(chain).__name__} of {chain.model.__name__}, not run"
    try:
        dialect = render.dialect_of(chain.alias)
        sql, parameters = chain.sql(dialect)
        hidden = compares_secret(chain.state)
        shown = [(f"{number}", markup.SECRET if hidden else value) for number, value in enumerate(parameters, start=1)]
        notes = [f"{dialect}; .sync.all() runs it, .sync.to_polars() gives a frame"]
        return markup.statement(title, sql, shown, notes)
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return markup.statement(title, type(error).__name__, ())


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
    """Returns the type of a column, of other fields that of the value."""
    if table is not None and name in table.by_field:
        return table.by_field[name].type.kind
    return "relation" if table is not None and name in table.relations else type(value).__name__


def compares_secret(part: Any) -> bool:
    """Whether a query, or a part of one, compares or orders by a column that holds secrets."""
    if isinstance(part, Path):
        return part.column.secret
    if isinstance(part, Rows):
        return compares_secret(part.state)
    if isinstance(part, State):
        return any(compares_secret(inner) for inner in (part.source, part.where, part.order))
    if isinstance(part, (tuple, list)):
        return any(compares_secret(inner) for inner in part)
    if is_dataclass(part) and not isinstance(part, (Table, type)):
        return any(compares_secret(getattr(part, field.name)) for field in fields(part))
    return False
