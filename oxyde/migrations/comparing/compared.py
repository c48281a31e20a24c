"""What tells a database from a state: each difference, and what stands in the way of the state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from oxyde.db.tokens import sql_tokens
from oxyde.migrations.changes.adoption import SAME, SHORT, derived
from oxyde.migrations.parts import WORDS, Check, Column, Exclude, Index, Part, Unique, shown
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise in the database. Its text is one line for people.

    Attributes:
        address: The schema and name of the table, view or enumeration.
        column: The name of the column, where it is about one.
        what: What differs: ``type``, ``default``, ``index ix_posts_title``, ``table``.
        models: What the models say; None where they have none.
        database: What the database has; None where it has none.
    """

    address: Address
    column: str | None
    what: str
    models: str | None
    database: str | None

    def __str__(self) -> str:
        return self.said("the models")

    def said(self, where: str) -> str:
        """Returns it as one line.

        Args:
            where: What the database is compared with.
        """
        what = shown(self.address) if self.column is None else f"{shown(self.address)}.{self.column}"
        return f"{what}: {self.what}: {self._shown(self.models)} in {where}, {self._shown(self.database)} in the database"

    @staticmethod
    def _shown(text: str | None) -> str:
        return "none" if text is None else " ".join(text.split())


@dataclass
class Compared:
    """A database beside a state.

    Attributes:
        before: The state that the database is in, in the words of the other state wherever the two are the same.
        differences: What differs.
        tolerated: What differs and counts as equal: choices of an older tool, and names that the models leave open.
        unmanaged: Tables and views that no model has.
    """

    before: State = field(default_factory=State)
    differences: list[Difference] = field(default_factory=list)
    tolerated: list[Difference] = field(default_factory=list)
    unmanaged: list[Address] = field(default_factory=list)


def same_text(one: str | None, other: str | None, dialect: str) -> bool:
    """Whether two SQL texts are the same but for spaces, comments, and capitals outside of quotes."""
    return one == other or (one is not None and other is not None and _words(one, dialect) == _words(other, dialect))


def _words(sql: str, dialect: str) -> list[str]:
    tokens = sql_tokens(sql, dialect)
    return [text.lower() if kind == "word" else text for kind, text in tokens if kind not in {"space", "comment"}]


def same_part(one: Part, other: Part, dialect: str) -> bool:
    """Whether two constraints or indexes are the same but for their names and the spelling of SQL."""
    if type(one) is not type(other):
        return False
    match one, other:
        case Check(), Check():
            return same_text(one.sql, other.sql, dialect)
        case Exclude(), Exclude():
            pairs = zip(one.elements, other.elements, strict=False)
            alike = all(same_text(a, b, dialect) and x == y for (a, x), (b, y) in pairs) and len(one.elements) == len(other.elements)
            return alike and one.method == other.method and same_text(one.where, other.where, dialect)
        case Index(), Index():
            plain = replace(other, name=one.name, parts=one.parts, desc=one.desc, where=one.where) == one
            places = [tuple(part in index.desc for part in index.parts) for index in (one, other)]
            texts = len(one.parts) == len(other.parts) and all(
                same_text(a, b, dialect) for a, b in zip(one.parts, other.parts, strict=True)
            )
            return plain and places[0] == places[1] and texts and same_text(one.where, other.where, dialect)
        case ForeignKey(), ForeignKey():  # models do not say when a key is checked
            return replace(other, name=one.name, deferrable=one.deferrable) == one
        case _:
            return replace(other, name=one.name) == one


def described(part: Part) -> str:
    """Returns a constraint or index in a few words, without its name."""
    match part:
        case Check():
            return part.sql
        case Unique():
            return f"({', '.join(part.columns)}){' deferrable' if part.deferrable else ''}"
        case Exclude():
            return f"{part.method} {', '.join(' with '.join(pair) for pair in part.elements)}{_where(part.where)}"
        case ForeignKey():
            target = f"{shown(part.target)} ({', '.join(part.target_columns)})"
            return f"({', '.join(part.columns)}) to {target} on delete {part.on_delete.lower()} on update {part.on_update.lower()}"
        case Index():
            parts = ", ".join(f"{one} desc" if one in part.desc else one for one in part.parts)
            include = f" include ({', '.join(part.include)})" if part.include else ""
            kind = f"{'unique ' if part.unique else ''}{f'{part.method} ' if part.method else ''}"
            return f"{kind}({parts}){include}{_where(part.where)}"


def _where(sql: str | None) -> str:
    return "" if sql is None else f" where {sql}"


def compare(state: State, seen: State, live: State, dialect: str, plain: Mapping[tuple[Address, str], str] | None = None) -> Compared:
    """Compares a database with a state.

    Args:
        state: What is wanted.
        seen: What a database shows of it, in the server's spelling.
        live: What the database has.
        dialect: postgres, mysql, mariadb or sqlite.
        plain: The defaults of the models, in the server's spelling, by table and column: a default of the server that is the same is none
            of its own.
    """
    compared = Compared()
    enums = {enum: values for enum, values in state.enums.items() if dialect != "postgres" or enum in live.enums}
    tables: dict[Address, Table] = {}
    for address, table in state.tables.items():
        there = live.tables.get(address)
        if there is None:
            compared.differences.append(
                Difference(address, None, "table", f"{len(table.columns)} column{'' if len(table.columns) == 1 else 's'}", None)
            )
            continue
        one = _Pair(table, seen, there, live, dialect, plain or {}, compared, state.tables)
        tables[address] = one.merged(enums)
    if dialect == "postgres":
        enums |= _enums(state, live, compared)
    views = _views(state, seen, live, dialect, compared)
    compared.unmanaged = [one for one in (*live.tables, *live.views) if one not in state.tables and one not in state.views]
    compared.before = State(tables, enums, views)
    return compared


def _enums(state: State, live: State, compared: Compared) -> dict[Address, tuple[str, ...]]:
    found = {}
    for enum, values in state.enums.items():
        there = live.enums.get(enum)
        if there != values:
            said = None if there is None else ", ".join(there)
            compared.differences.append(Difference(enum, None, "enumeration", ", ".join(values), said))
        if there is not None:
            found[enum] = there
    return found


def _views(state: State, seen: State, live: State, dialect: str, compared: Compared) -> dict[Address, str]:
    views = {}
    for address, sql in state.views.items():
        there = live.views.get(address)
        if there is None:
            compared.differences.append(Difference(address, None, "view", sql, None))
        elif not there or same_text(seen.views[address], there, dialect):  # MariaDB shows some users no text
            views[address] = sql
        else:
            views[address] = there
            compared.differences.append(Difference(address, None, "view", seen.views[address], there))
    return views


_TYPE: Final = ("type", "length", "db_type")
_TEXTS: Final = ("default", "generated")
_OTHERS: Final = ("nullable", "auto", "identity", "stored", "collation", "comment")


class _Pair:
    """A table of a state, and that of the database."""

    def __init__(
        self,
        table: Table,
        seen: State,
        there: Table,
        live: State,
        dialect: str,
        plain: Mapping[tuple[Address, str], str],
        compared: Compared,
        tables: Collection[Address],
    ) -> None:
        self.table = table
        self.seen = seen.tables[table.address]
        self.seen_enums = seen.enums
        self.there = there
        self.live = live
        self.dialect = dialect
        self.plain = plain
        self.compared = compared
        self.tables = tables

    def differs(self, column: str | None, what: str, models: Any, database: Any, *, counts: bool = True) -> None:
        """Notes a difference, or what counts as none."""
        one = Difference(self.table.address, column, what, *(None if text is None else str(text) for text in (models, database)))
        (self.compared.differences if counts else self.compared.tolerated).append(one)

    def merged(self, enums: dict[Address, tuple[str, ...]]) -> Table:
        """Returns the table of the database in the words of the state; notes what differs.

        Args:
            enums: Gets the enumerations that the table has in the database.
        """
        columns = {name: self._column(column, enums) for name, column in self.table.columns.items() if name in self.there.columns}
        for name, column in self.table.columns.items():
            if name not in self.there.columns:
                self.differs(name, "column", column.type_name, None)
        for name, column in self.there.columns.items():
            if name not in self.table.columns:
                self.differs(name, "column", None, column.type_name)
                columns[name] = self._with_values(column, enums)
        if self.seen.key != self.there.key:
            self.differs(None, "primary key", ", ".join(self.seen.key) or None, ", ".join(self.there.key) or None)
        if self.seen.comment != self.there.comment:
            self.differs(None, "comment", self.seen.comment, self.there.comment)
        parts = self._parts()
        return replace(
            self.table,
            columns=columns,
            key=self.table.key if self.seen.key == self.there.key else self.there.key,
            constraints={part.name: part for part in parts if not isinstance(part, Index)},
            indexes={part.name: part for part in parts if isinstance(part, Index)},
            comment=self.table.comment if self.seen.comment == self.there.comment else self.there.comment,
        )

    def _column(self, column: Column, enums: dict[Address, tuple[str, ...]]) -> Column:
        """Returns a column of the database in the words of the state; notes what differs."""
        seen, there = self.seen.columns[column.name], self.there.columns[column.name]
        changes: dict[str, Any] = {}
        if self._kind(seen, self.seen_enums) != self._kind(there, self.live.enums):
            counts = not _is_older_type(column, there, self.dialect)
            self.differs(column.name, "type", self._shown(seen, self.seen_enums), self._shown(there, self.live.enums), counts=counts)
            if counts:
                changes |= self._retyped(column, there, enums)
        for name in _TEXTS:
            ours, theirs = getattr(seen, name), getattr(there, name)
            if not same_text(ours, theirs, self.dialect):
                initial = self.plain.get((self.table.address, column.name)) if name == "default" and ours is None else None
                counts = initial is None or not same_text(initial, theirs, self.dialect)
                self.differs(column.name, name, ours, theirs, counts=counts)
                changes |= {name: theirs} if counts else {}
        for name in _OTHERS:
            ours, theirs = getattr(seen, name), getattr(there, name)
            if ours == theirs:
                continue
            counts = not self._is_free(name, column, there)
            if not (name == "stored" and "generated" in changes and not (seen.generated and there.generated)):
                self.differs(column.name, name, _yes_or_no(ours), _yes_or_no(theirs), counts=counts)
            changes |= {name: theirs} if counts else {}
        return replace(column, **changes)

    def _is_free(self, name: str, column: Column, there: Column) -> bool:
        """Whether a database may have something otherwise than a model, which cannot say it.

        Keys of SQLite may take NULL, a column may be an identity, and one that is not the whole key may be counted up.
        """
        if name == "nullable":
            return self.dialect == "sqlite" and column.name in self.table.key
        if name == "identity":
            return column.identity is None and (column.auto or self.table.key != (column.name,))
        return name == "auto" and there.auto and self.table.key != (column.name,)

    def _kind(self, column: Column, enums: Mapping[Address, tuple[str, ...]]) -> Any:
        """Returns what types are compared by: enumerations by their values where the server has no names of them; SQLite has no lengths."""
        db_type = None if column.db_type is None else column.db_type.lower()
        length = None if self.dialect == "sqlite" else column.length
        if column.enum is None or self.dialect == "postgres":
            return column.type, length, db_type
        return enums.get((self.table.schema, column.enum)), length, db_type

    def _shown(self, column: Column, enums: Mapping[Address, tuple[str, ...]]) -> str:
        if column.enum is None:
            return column.type_name
        return f"{column.type_name} ({', '.join(enums.get((self.table.schema, column.enum), ()))})"

    def _retyped(self, column: Column, there: Column, enums: dict[Address, tuple[str, ...]]) -> dict[str, Any]:
        """Returns what a column is in the database; enumerations that have other values there keep the name that the state has."""
        if self.dialect != "postgres" and column.enum is not None and there.enum is not None:
            enums[self.table.schema, column.enum] = self.live.enums[self.there.schema, there.enum]
            return {}
        self._with_values(there, enums)
        return {name: getattr(there, name) for name in _TYPE}

    def _with_values(self, there: Column, enums: dict[Address, tuple[str, ...]]) -> Column:
        if there.enum is not None and (address := (self.there.schema, there.enum)) in self.live.enums:
            enums.setdefault(address, self.live.enums[address])
        return there

    def _parts(self) -> list[Part]:
        """Returns the constraints and indexes of the database in the words of the state; notes what differs."""
        ours: list[Part] = [*self.seen.constraints.values(), *self.seen.indexes.values()]
        theirs: list[Part] = [*self.there.constraints.values(), *self.there.indexes.values()]
        known = {_place(part): part for part in (*self.table.constraints.values(), *self.table.indexes.values())}
        pairs = self._paired(ours, theirs)
        merged: list[Part] = []
        for one, other in pairs:
            if one is None:
                counts = not (isinstance(other, ForeignKey) and self._is_unsayable(other))
                self.differs(None, f"{WORDS[type(other)]} {other.name}", None, described(other), counts=counts)
                merged += [other] if counts else []
            elif other is None:
                self.differs(None, f"{WORDS[type(one)]} {one.name}", described(one), None)
            elif not same_part(one, other, self.dialect):
                self.differs(None, f"{WORDS[type(one)]} {one.name}", described(one), described(other))
                merged.append(other)
            else:
                told = known[_place(one)]
                is_named = one.name == other.name or derived(self.table, told) == one.name
                if one.name != other.name:
                    self.differs(None, f"the name of the {WORDS[type(one)]}", one.name, other.name, counts=not is_named)
                merged.append(told if is_named else replace(told, name=other.name))
        seen = set(map(_place, ours))
        hidden = [part for place, part in known.items() if place not in seen]
        return [*merged, *hidden]

    def _is_unsayable(self, key: ForeignKey) -> bool:
        """Whether no relation of a model can be a foreign key: it has several columns, or a column of another one, or an unknown table."""
        taken = {column for one in self.table.foreign_keys for column in one.columns}
        return len(key.columns) != 1 or key.columns[0] in taken or key.target not in self.tables

    def _paired(self, ours: Iterable[Part], theirs: Iterable[Part]) -> Iterator[tuple[Any, Any]]:
        """Yields what belongs together: by definition under one name, then under any, then by name alone."""
        left, right = list(ours), list(theirs)
        for by_name, by_definition in ((True, True), (False, True), (True, False)):
            for one in list(left):
                other = next((other for other in right if self._belongs(one, other, by_name, by_definition)), None)
                if other is not None:
                    left.remove(one)
                    right.remove(other)
                    yield one, other
        yield from ((one, None) for one in left)
        yield from ((None, other) for other in right)

    def _belongs(self, one: Part, other: Part, by_name: bool, by_definition: bool) -> bool:
        named = not by_name or (one.name == other.name and type(one) is type(other))
        return named and (not by_definition or same_part(one, other, self.dialect))


def _place(part: Part) -> tuple[type[Part], str]:
    """Returns what tells a part of a table from others: an index may be called like a key or a check, and may be seen as UNIQUE."""
    return (type(part) if isinstance(part, (Check, ForeignKey)) else Index), part.name


def _is_older_type(column: Column, there: Column, dialect: str) -> bool:
    """Whether the type of a column in the database is what an older tool chose for the kind of the state.

    That is text on SQLite alone: other servers check what a column of another type holds, and NUMERIC of MySQL has no decimals.
    """
    if column.db_type is not None:
        return False
    if column.type.kind == "text":
        return column.length is None and there.type.kind == "text" and there.length == SHORT and there.db_type is None
    if there.type.kind == "decimal" and there.type.precision is not None and there.type != column.type:
        return False
    words = {word for word in SAME.get(column.type.kind, ()) if word in _OLDER.get(dialect, ("BIGINT",))}
    if there.db_type is not None:
        return there.db_type.upper().partition("(")[0] in {word.partition("(")[0] for word in words}
    return there.length is None and there.type.kind in {kind for word, kind in _KINDS.items() if word in words}


_OLDER: Final = {"sqlite": ("TEXT", "NUMERIC", "CHAR(36)", "BIGINT"), "postgres": ("NUMERIC", "BIGINT")}
"""What older tools chose, by dialect."""
_KINDS: Final = {"TEXT": "text", "NUMERIC": "decimal", "BIGINT": "int"}
"""What columns of these types are read as."""


def _yes_or_no(value: Any) -> Any:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
