"""What of a database is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from oxyde.db.raw import Params, query
from oxyde.db.steps import Steps

LEDGER: Final = "oxyde_migrations"
"""The table of the ledger."""
JOURNAL: Final = "oxyde_migration_journal"
"""The table of the journal."""
OWN: Final = frozenset({LEDGER, JOURNAL})
"""Tables of ours, which no state has."""
SCRATCH: Final = "oxyde_scratch_"
"""How the names of tables begin that are made to see what a server makes of them."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Scope:
    """Which tables are read.

    Attributes:
        dialect: postgres, mysql, mariadb or sqlite.
        schemas: The schemas; None is the server's default.
        tables: The names of the tables and views; all when None.
    """

    dialect: str
    schemas: frozenset[str | None]
    tables: frozenset[str] | None = None

    def has(self, table: str) -> bool:
        """Whether a table or view of one of the schemas is read."""
        if self.tables is None:
            return table not in OWN and not table.startswith(SCRATCH)
        return table in self.tables

    def named(self, schema: str, default: str | None) -> str | None:
        """Returns a schema as addresses have it: None for the default one, unless it was asked for by its name."""
        return None if schema == default and (None in self.schemas or schema not in self.schemas) else schema

    def rows(self, sql: str, params: Params = None) -> Steps[list[Row]]:
        """Runs SQL text and returns its rows as dictionaries.

        Args:
            sql: One SELECT.
            params: The values of its placeholders.
        """
        return (yield from query(sql, params, self.dialect))
