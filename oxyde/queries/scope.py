"""A scope: the names visible to one SELECT, the joins it needs, and the values of the whole statement."""

from __future__ import annotations

import copy
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

from oxyde.exceptions import FieldError
from oxyde.ir import expr, query
from oxyde.ir.expr import Node
from oxyde.queries.paths import Hop, Path
from oxyde.schema import Table

LONGEST: Final = 63
"""The most bytes of a name; PostgreSQL truncates longer ones, which may make two of them equal."""


def alias_of(wanted: str, number: int = 1) -> str:
    """Returns a name as an alias: truncated if it is too long, numbered from the second on."""
    suffix = f"_{number}" if number > 1 else ""
    return wanted.encode()[: LONGEST - len(suffix)].decode(errors="ignore") + suffix


class Aliases:
    """The unique aliases of a SELECT and of the inner SELECTs that see its tables."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def take(self, wanted: str) -> str:
        """Returns a unique alias, as close to the wanted one as possible."""
        number, alias = 1, alias_of(wanted)
        while alias.casefold() in self._taken:
            number += 1
            alias = alias_of(wanted, number)
        self._taken.add(alias.casefold())
        return alias


class Values:
    """The parameter values of a statement, shared by its scopes.

    Attributes:
        all: The values.
        ctes: The names of the common table expressions that are visible at this point.
    """

    def __init__(self) -> None:
        self.all: list[Any] = []
        self.ctes: list[str] = []

    def bind(self, value: Any) -> int:
        """Adds a value and returns its index."""
        self.all.append(value)
        return len(self.all) - 1


class Scope:
    """What one SELECT, UPDATE or DELETE sees.

    Attributes:
        table: The table of the first source.
        alias: Its alias: the table's name, or inside EXISTS the path that leads there.
        aliases: The aliases that are taken.
        source: The source, as IR.
        joins: The joins that paths have needed so far, as IR.
        ties: The conditions that connect its rows to those of the enclosing scope, as IR.
        outer: The enclosing scope, where its columns are visible.
        met: The aliases of the common table expressions beside the first source, by name.
        way: The scopes of the rows that led here, this one last, where each row here belongs to one of each.
    """

    outer: Scope | None = None
    way: Sequence[Scope] = ()

    def __init__(
        self,
        values: Values,
        table: Table,
        aliases: Aliases | None = None,
        *,
        names: Mapping[Hashable, str] | None = None,
        start: tuple[str, ...] = (),
        called: str | None = None,
    ) -> None:
        """Opens a scope.

        Args:
            values: The values of the statement.
            table: The table that paths start at.
            aliases: The aliases of the enclosing scope, if its tables are visible.
            names: For a source with selected columns, their names by path; other columns are not visible then.
            start: The relations that lead from the statement's root to the table.
            called: The name of the source, if it is not the table's name.
        """
        self.values = values
        self.table = table
        self.aliases = Aliases() if aliases is None else aliases
        self.alias = self.aliases.take("__".join(start) or called or table.name)
        self.source = query.from_table(table, self.alias)
        self.joins: list[dict[str, Any]] = []
        self.ties: list[Node] = []
        self._names = names
        self.met: dict[str, str] = {}
        self._start = start
        self._joined: dict[tuple[str, ...], tuple[str, bool]] = {}

    def bind(self, value: Any) -> int:
        """Adds a parameter value to the statement and returns its index."""
        return self.values.bind(value)

    def meet(self, name: str) -> None:
        """Puts a common table expression beside the first source."""
        self.met[name] = self.aliases.take(name)

    def column(self, path: Path) -> Node:
        """Returns a column, joining the tables on the way."""
        if self._names is not None:
            name = self._names.get(path.key)
            if name is None:
                message = f'"{path.name}" is not among the values() of the rows that this verb acts on; add it to values()'
                raise FieldError(message, column=path.name)
            return expr.column(self.alias, name, path.column.type, path.column.db_type)
        alias, _ = self._source(path.hops)
        return expr.column(alias, path.column.name, path.column.type, path.column.db_type)

    def alias_of(self, relations: tuple[str, ...]) -> str:
        """Returns the alias of a table that is joined already, by the relations that lead to it; of its own without any.

        Raises:
            FieldError: It is not joined.
        """
        if not relations:
            return self.alias
        found = self._joined.get(relations)
        if found is None:
            path = "__".join(relations)
            message = f'"{path}" is not joined by this query, so that its rows cannot be locked; add .join("{path}")'
            raise FieldError(message, column=path)
        return found[0]

    def _source(self, hops: tuple[Hop, ...]) -> tuple[str, bool]:
        """Returns the alias of the table that hops lead to, and whether its row may be missing."""
        if not hops:
            return self.alias, False
        key = tuple(hop.relation.field for hop in hops)
        found = self._joined.get(key)
        if found is None:
            before, optional = self._source(hops[:-1])
            optional = optional or hops[-1].relation.nullable or hops[-1].relation.to_many
            alias = self._join("left" if optional else "inner", before, hops[-1], "__".join((*self._start, *key)))
            found = self._joined[key] = alias, optional
        return found

    def _join(self, kind: str, before: str, hop: Hop, path: str) -> str:
        ours = expr.column(before, hop.origin.by_field[hop.relation.column].name)
        alias = self.aliases.take(path)
        if hop.relation.through is not None and hop.relation.through_fields is not None:
            junction = hop.origin.find(hop.relation.through)
            to_us, to_them = (junction.by_field[name] for name in hop.relation.through_fields)
            between = self.aliases.take(f"{path}__through")
            self._add(kind, junction, between, expr.compare("eq", expr.column(between, to_us.name), ours))
            ours = expr.column(between, to_them.name)
        theirs = expr.column(alias, hop.table.by_field[hop.relation.target_column].name)
        self._add(kind, hop.table, alias, expr.compare("eq", theirs, ours))
        return alias

    def _add(self, kind: str, table: Table, alias: str, on: Node) -> None:
        self.joins.append(query.join(kind, query.from_table(table, alias), on))

    def related(self, hop: Hop, before: tuple[Hop, ...]) -> Scope:
        """Opens a scope over the rows at the other end of a relation, for use inside EXISTS."""
        alias, _ = self._source(before)
        ours = expr.column(alias, hop.origin.by_field[hop.relation.column].name)
        start = (*self._start, *(one.relation.field for one in before), hop.relation.field)
        inner = Scope(self.values, hop.table, self.aliases, start=start)
        inner.outer = self
        theirs = expr.column(inner.alias, hop.table.by_field[hop.relation.target_column].name)
        if hop.relation.through is None or hop.relation.through_fields is None:
            inner.ties.append(expr.compare("eq", theirs, ours))
            return inner
        junction = hop.origin.find(hop.relation.through)
        to_us, to_them = (junction.by_field[name] for name in hop.relation.through_fields)
        between = self.aliases.take(f"{'__'.join(start)}__through")
        inner._add("inner", junction, between, expr.compare("eq", expr.column(between, to_them.name), theirs))
        inner.ties.append(expr.compare("eq", expr.column(between, to_us.name), ours))
        return inner

    def along(self, hops: tuple[Hop, ...], at: int) -> Scope:
        """Opens a scope over the rows at the end of hops, each once for every way that leads there.

        Args:
            hops: The relations on the way.
            at: The index of the first one that leads to several rows; those before it are joined outside.
        """
        inner = self.related(hops[at], hops[:at])
        way = [inner]
        for hop in hops[at + 1 :]:
            start = (*way[-1]._start, hop.relation.field)
            alias = inner._join("inner", way[-1].alias, hop, "__".join(start))
            end = copy.copy(inner)
            end.table, end.alias, end._start, end._joined = hop.table, alias, start, {}
            way.append(end)
        way[-1].way = way
        return way[-1]
