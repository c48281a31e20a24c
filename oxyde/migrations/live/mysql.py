"""Reads the state of a MySQL or MariaDB database: one query of the catalogue for each kind of thing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from oxyde.db.steps import Steps
from oxyde.db.tokens import sql_tokens
from oxyde.exceptions import DatabaseError
from oxyde.migrations.live import mysql_queries as queries
from oxyde.migrations.live.mysql_types import held, quoted
from oxyde.migrations.live.scope import Row, Scope
from oxyde.migrations.live.texts import bare, with_values
from oxyde.migrations.parts import Check, Column, Constraint, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey, naming
from oxyde.schema.naming import text_name
from oxyde.schema.relation import Address
from oxyde.schema.types import JSON

NUMBERS: Final = frozenset({"bool", "int", "float", "decimal"})
"""Kinds whose literals have no quotes."""
JSON_CHECK: Final = re.compile(r"json_valid\((`(?:[^`]|``)+`)\)")
"""What MariaDB checks of a column of JSON."""
FILLED_CHECK: Final = re.compile(r"(`(?:[^`]|``)+`) is not null")
"""What we check of a generated column that takes no NULL."""
NO_TABLE: Final = "42S02"
"""The SQLSTATE of a table that is not there."""

USUAL: Final = frozenset({"btree", "hash"})
"""Methods that no index says: the server takes hash for tables in memory, and for unique columns of MariaDB that are long."""


@dataclass(frozen=True)
class _Found:
    """What belongs to a table, as the catalogue has it.

    Attributes:
        columns: Rows of its columns.
        indexes: Rows of the parts of its indexes, by index.
        keys: Rows of the columns of its foreign keys, by key.
        checks: Rows of its checks.
    """

    columns: list[Row] = field(default_factory=list)
    indexes: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    checks: list[Row] = field(default_factory=list)


def read(scope: Scope) -> Steps[State]:
    """Reads the state of a database.

    Args:
        scope: What of it.
    """
    (here,) = yield from scope.rows(queries.HERE)
    default = here["schema"]
    schemas = sorted({one or default for one in scope.schemas} - {None})
    if not schemas:
        return State()
    params = {"schemas": schemas}
    relations = [row for row in (yield from scope.rows(queries.RELATIONS, params)) if scope.has(row["name"])]
    found = {(row["schema"], row["name"]): _Found() for row in relations}
    for row in (yield from scope.rows(queries.COLUMNS, params)):
        if (there := found.get((row["schema"], row["table"]))) is not None:
            there.columns.append(row)
    expression = "NULL" if scope.dialect == "mariadb" else "EXPRESSION"
    for row in (yield from scope.rows(queries.INDEXES.format(expression=expression), params)):
        if (there := found.get((row["schema"], row["table"]))) is not None:
            there.indexes[row["name"]].append(row)
    rules = {(row["schema"], row["table"], row["name"]): row for row in (yield from scope.rows(queries.RULES, params))}
    for row in (yield from scope.rows(queries.KEYS, params)):
        if (there := found.get((row["schema"], row["table"]))) is not None:
            if (rule := rules.get((row["schema"], row["table"], row["name"]))) is None:
                shown = yield from _shown_rules(scope, row["schema"], row["table"])
                rules.update({(row["schema"], row["table"], name): actions for name, actions in shown.items()})
                if (rule := shown.get(row["name"])) is None:  # it was dropped since
                    continue
            there.keys[row["name"]].append({**rule, **row, "target_schema": scope.named(row["target_schema"], default)})
    for row in (yield from scope.rows(queries.CHECKS[scope.dialect], params)):
        if (there := found.get((row["schema"], row["table"]))) is not None:
            there.checks.append(row)
    state = State()
    texts = {(row["schema"], row["name"]): row["sql"] for row in (yield from scope.rows(queries.VIEWS, params))}
    views: dict[Address, str] = {}
    for row in relations:
        address = scope.named(row["schema"], default), row["name"]
        if (text := texts.get((row["schema"], row["name"]))) is None:
            one = _Reader(scope.dialect, address, row["collation"], found[row["schema"], row["name"]])
            state = with_values(state, one.table(row["comment"]))
        else:
            views[address] = _without_schema(text, default)
    return replace(state, views=views)


def _shown_rules(scope: Scope, schema: str, table: str) -> Steps[dict[str, Row]]:
    """Returns the actions of a table's foreign keys, by key, read off the text that made the table; none where it was dropped since."""
    try:
        (row,) = yield from scope.rows(queries.TEXT.format(table=f"{_quoted(schema)}.{_quoted(table)}"))
    except DatabaseError as error:
        if error.sqlstate == NO_TABLE:
            return {}
        raise
    return key_actions(row["Create Table"], scope.dialect)


def key_actions(sql: str, dialect: str) -> dict[str, Row]:
    """Returns the actions of the foreign keys of a table, by key.

    Args:
        sql: What SHOW CREATE TABLE returned.
        dialect: mysql or mariadb.
    """
    default = "RESTRICT" if dialect == "mariadb" else "NO ACTION"
    found: dict[str, Row] = {}
    key: Row = {}
    words = [text for kind, text in sql_tokens(sql, dialect) if kind not in {"space", "comment"}]
    for place, word in enumerate(words):
        if word == "CONSTRAINT" and words[place + 2 : place + 4] == ["FOREIGN", "KEY"]:
            key = found[_unquoted(words[place + 1])] = {"on_delete": default, "on_update": default}
        elif word == "ON" and words[place + 1] in {"DELETE", "UPDATE"} and words[place + 2] in {"CASCADE", "RESTRICT", "SET", "NO"}:
            action = words[place + 2]
            key[f"on_{words[place + 1].lower()}"] = action if action in {"CASCADE", "RESTRICT"} else f"{action} {words[place + 3]}"
    return found


def _without_schema(sql: str, schema: str | None) -> str:
    """Returns the text of a view without the name of the default schema, which the server writes before every name."""
    if schema is None:
        return sql
    name = f"`{schema.replace('`', '``')}`"
    tokens = [text for _, text in sql_tokens(sql, "mysql")]
    kept: list[str] = []
    skip = False
    for place, text in enumerate(tokens):
        if skip:
            skip = False
        elif text == name and tokens[place + 1 : place + 2] == ["."] and (place == 0 or tokens[place - 1] != "."):
            skip = True
        else:
            kept.append(text)
    return "".join(kept)


@dataclass(frozen=True)
class _Reader:
    """Makes one table of what the catalogue has.

    Attributes:
        dialect: mysql or mariadb.
        address: The table's address.
        collation: The collation that its schema gives tables.
        found: What belongs to it.
    """

    dialect: str
    address: Address
    collation: str
    found: _Found

    def table(self, comment: str | None) -> Table:
        """Returns the table."""
        checks = list(self._checks())
        json, filled = self._over(JSON_CHECK), self._over(FILLED_CHECK)
        columns = {row["name"]: self._column(row, json, filled) for row in self.found.columns}
        keys = [_foreign_key(name, rows) for name, rows in self.found.keys.items()]
        uniques: list[Constraint] = []
        indexes: list[Index] = []
        key: tuple[str, ...] = ()
        for name, rows in self.found.indexes.items():
            if name == "PRIMARY":
                key = tuple(row["column"] for row in rows)
            elif not rows[0]["shared"] and all(_is_plain(row) for row in rows):
                uniques.append(Unique(name, tuple(row["column"] for row in rows)))
            elif not _is_of_key(name, rows, keys):
                indexes.append(self._index(name, rows))
        constraints: dict[str, Constraint] = {}
        for one in (*uniques, *checks, *keys):
            name = one.name if one.name not in constraints else f"{one.name}_{len(constraints)}"
            constraints[name] = replace(one, name=name)
        _, name = self.address
        return Table(name, self.address[0], columns, key, constraints, {one.name: one for one in indexes}, comment or None)

    def _checks(self) -> Iterable[Check]:
        """Yields the checks, but for those that we read as something else."""
        columns = {_quoted(row["name"]): row for row in self.found.columns}
        for row in self.found.checks:
            sql = row["sql"]
            is_json, is_filled = JSON_CHECK.fullmatch(sql), FILLED_CHECK.fullmatch(sql)
            if not row["of_column"]:
                yield Check(row["name"], self._plain(sql))
            elif not (is_json and columns[is_json[1]]["type"] == "longtext") and not (is_filled and columns[is_filled[1]]["generated"]):
                yield Check(text_name("ck", self.address[1], sql), sql)

    def _over(self, pattern: re.Pattern[str]) -> set[str]:
        """Returns the columns that have a check of a kind, by the text of it: its name stays what the column was once called."""
        found = {match[1] for row in self.found.checks if row["of_column"] and (match := pattern.fullmatch(row["sql"]))}
        return {row["name"] for row in self.found.columns if _quoted(row["name"]) in found}

    def _column(self, row: Row, json: set[str], filled: set[str]) -> Column:
        of = held(row["type"])
        name, extra = row["name"], row["extra"].lower()
        is_json = name in json and row["type"] == "longtext"
        type = JSON if is_json else of.type
        generated = self._plain(row["generated"]) if row["generated"] else None
        same = is_json or row["collation"] in {None, self.collation}
        return Column(
            name,
            type,
            nullable=row["nullable"] == "YES" and not (generated is not None and name in filled),
            length=of.length,
            db_type=of.db_type,
            auto="auto_increment" in extra,
            default=None if generated is not None else self._default(row, type.kind),
            generated=generated,
            stored=generated is not None and ("stored" in extra or "persistent" in extra),
            comment=row["comment"] or None,
            collation=None if same else row["collation"],
        )

    def _default(self, row: Row, kind: str) -> str | None:
        """Returns the SQL of a default, with what an update sets it to."""
        text: str | None = row["default"]
        extra: str = row["extra"]
        if text is None or (self.dialect == "mariadb" and text == "NULL"):
            text = None
        elif self.dialect == "mysql":
            if "DEFAULT_GENERATED" in extra:
                text = text if text.upper().startswith("CURRENT_TIMESTAMP") else f"({self._plain(text)})"
            elif kind not in NUMBERS and not re.match(r"b'[01]*'$", text):
                text = quoted(text)
        update = re.search(r"on update (.+)$", extra, re.IGNORECASE)
        if update is None:
            return text
        return f"{'NULL' if text is None else text} ON UPDATE {update[1]}"

    def _plain(self, sql: str) -> str:
        """Returns an expression without outer parentheses; MySQL writes the quotes in it with backslashes."""
        if self.dialect == "mysql":
            sql = re.sub(r"_utf8mb[34](?=\\?')", "", sql).replace("\\'", "'")
        return bare(sql, self.dialect)

    def _index(self, name: str, rows: Sequence[Row]) -> Index:
        parts = tuple(self._part(row) for row in rows)
        method = rows[0]["method"].lower()
        return Index(
            name,
            parts,
            unique=not rows[0]["shared"],
            method=None if method in USUAL else method,
            desc=tuple(part for part, row in zip(parts, rows, strict=True) if row["direction"] == "D"),
        )

    def _part(self, row: Row) -> str:
        if row["column"] is None:
            return self._plain(row["expression"])
        if row["length"] is None or row["method"] == "SPATIAL":
            return str(row["column"])
        return f"{_quoted(row['column'])}({row['length']})"


def _is_plain(row: Row) -> bool:
    """Whether a part of an index is a whole column in ascending order."""
    return row["column"] is not None and row["length"] is None and row["direction"] != "D" and row["method"].lower() in USUAL


def _is_of_key(name: str, rows: Sequence[Row], keys: Iterable[ForeignKey]) -> bool:
    """Whether an index is the one that the server made for a foreign key: it has its columns, and its name or that of the first."""
    columns = tuple(row["column"] for row in rows)
    return any(columns == key.columns and name in {key.name, key.columns[0]} and all(_is_plain(row) for row in rows) for key in keys)


def _foreign_key(name: str, rows: Sequence[Row]) -> ForeignKey:
    first = rows[0]
    return ForeignKey(
        name,
        tuple(row["column"] for row in rows),
        (first["target_schema"], first["target"]),
        tuple(row["target_column"] for row in rows),
        first["on_delete"],
        first["on_update"],
    )


def _unquoted(name: str) -> str:
    """Returns a name without its quotes, which the server leaves away where ``sql_quote_show_create`` is off."""
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def _quoted(name: str) -> str:
    return naming.quoted(name, "`")
