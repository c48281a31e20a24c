"""A scope: the names that one SELECT sees, the joins it needs, and the values of the whole statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oxyde.exceptions import FieldError
from oxyde.ir import expr, query
from oxyde.ir.expr import Node
from oxyde.queries.paths import Hop, Path, PathKey
from oxyde.schema import Table, tables


class Values:
    """The values beside a statement, and a supply of aliases; shared by the scopes of one statement."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self._aliases = 0

    def bind(self, value: Any) -> int:
        """Takes a value and returns its index."""
        self.all.append(value)
        return len(self.all) - 1

    def alias(self) -> str:
        """Returns an alias that no other source has."""
        self._aliases += 1
        return f"t{self._aliases - 1}"


class Scope:
    """What one SELECT, UPDATE or DELETE sees.

    Attributes:
        table: The table of the first source.
        alias: Its alias.
        joins: The joins that paths have asked for so far, as IR.
    """

    def __init__(self, values: Values, table: Table, names: Mapping[PathKey, str] | None = None) -> None:
        """Opens a scope.

        Args:
            values: Those of the statement.
            table: The table that paths start at.
            names: When the source is a select of chosen columns: what each is called there; others cannot be seen then.
        """
        self.values = values
        self.table = table
        self.alias = values.alias()
        self.joins: list[dict[str, Any]] = []
        self._names = names
        self._joined: dict[tuple[str, ...], tuple[str, bool]] = {}

    def bind(self, value: Any) -> int:
        """Takes a value beside the statement and returns its index."""
        return self.values.bind(value)

    def column(self, path: Path) -> Node:
        """Returns a column; joins what lies on the way."""
        if self._names is not None:
            name = self._names.get(path.key)
            if name is None:
                message = f'"{path.name}" is not among the values() of the rows that this verb acts on; add it to values()'
                raise FieldError(message, column=path.name)
            return expr.column(self.alias, name, path.column.type)
        alias, _ = self._source(path.hops)
        return expr.column(alias, path.column.name, path.column.type)

    def _source(self, hops: tuple[Hop, ...]) -> tuple[str, bool]:
        """Returns the alias of the table that hops lead to, and whether its row may be missing."""
        if not hops:
            return self.alias, False
        key = tuple(hop.relation.field for hop in hops)
        found = self._joined.get(key)
        if found is None:
            before, optional = self._source(hops[:-1])
            optional = optional or hops[-1].relation.nullable or hops[-1].relation.to_many
            alias = self._join("left" if optional else "inner", before, hops[-1])
            found = self._joined[key] = alias, optional
        return found

    def _join(self, kind: str, before: str, hop: Hop) -> str:
        ours = expr.column(before, hop.origin.by_field[hop.relation.column].name)
        if hop.relation.through is not None and hop.relation.through_fields is not None:
            junction = tables.get(hop.relation.through)
            to_us, to_them = (junction.by_field[name] for name in hop.relation.through_fields)
            between = self.values.alias()
            self._add(kind, junction, between, expr.compare("eq", expr.column(between, to_us.name), ours))
            ours = expr.column(between, to_them.name)
        alias = self.values.alias()
        theirs = expr.column(alias, hop.table.by_field[hop.relation.target_column].name)
        self._add(kind, hop.table, alias, expr.compare("eq", theirs, ours))
        return alias

    def _add(self, kind: str, table: Table, alias: str, on: Node) -> None:
        self.joins.append(query.join(kind, query.from_table(table, alias), on))

    def related(self, hop: Hop, before: tuple[Hop, ...]) -> tuple[Scope, dict[str, Any], Node]:
        """Opens a scope over the rows at the other end of a relation, for use inside EXISTS.

        Returns:
            The scope, its source as IR, and the condition that ties its rows to ours.
        """
        alias, _ = self._source(before)
        ours = expr.column(alias, hop.origin.by_field[hop.relation.column].name)
        inner = Scope(self.values, hop.table)
        source = query.from_table(hop.table, inner.alias)
        theirs = expr.column(inner.alias, hop.table.by_field[hop.relation.target_column].name)
        if hop.relation.through is None or hop.relation.through_fields is None:
            return inner, source, expr.compare("eq", theirs, ours)
        junction = tables.get(hop.relation.through)
        to_us, to_them = (junction.by_field[name] for name in hop.relation.through_fields)
        between = self.values.alias()
        inner._add("inner", junction, between, expr.compare("eq", expr.column(between, to_them.name), theirs))
        return inner, source, expr.compare("eq", expr.column(between, to_us.name), ours)
