"""What a queryset looks like: its statement, in a line or as HTML, never its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxyde.db import text
from oxyde.export import html as markup

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
    """Returns the statement with its parameters, those of secret columns masked, and how to run it."""
    try:
        dialect = text.dialect_of(chain.alias)
        sql, parameters = chain.sql(dialect)
        hidden = any(column.secret for column in chain.state.table.columns)
        shown = [(f"{number}", "•••" if hidden else value) for number, value in enumerate(parameters, start=1)]
        title = f"{type(chain).__name__} of {chain.model.__name__}, not run"
        notes = [f"{dialect}; .sync.all() runs it, .sync.to_polars() gives a frame"]
        return markup.statement(title, sql, shown, notes)
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return markup.statement(f"{type(chain).__name__} of {chain.model.__name__}", type(error).__name__, ())
