"""The rules: what is unsafe about an operation, and the safe way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from oxyde.migrations.lint.declared import SMALL_INTS, declared, is_literal, is_steady
from oxyde.migrations.lint.lint import Found
from oxyde.migrations.lint.lock import TableLock
from oxyde.migrations.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterEnumType,
    AlterKey,
    CreateEnumType,
    CreateIndex,
    CreateTable,
    CreateView,
    DropColumn,
    DropIndex,
    DropTable,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameEnumType,
    RenameIndex,
    RenameTable,
)
from oxyde.migrations.parts import WORDS, Check, Column, Exclude, Unique, shown
from oxyde.migrations.state import State
from oxyde.schema import ForeignKey
from oxyde.schema.naming import quoted
from oxyde.schema.relation import Address

MANY: Final = 100_000
"""The most rows of a table that SQLite makes anew without a word."""
_LONGEST: Final = {"postgres": (63, "bytes"), "mysql": (64, "characters"), "mariadb": (64, "characters")}
"""How long names can be."""
_LATER: Final = "in a later migration"
_BATCHES: Final = "fill it with ctx.run(..., batch=5000)"


@dataclass(frozen=True)
class Case:
    """An operation, and what the rules know about it.

    Attributes:
        operation: The operation.
        before: The state before it.
        dialect: postgres, mysql, mariadb or sqlite.
        locks: What it locks of tables that the migration did not make itself.
        new: The tables that the migration made itself, which nobody uses yet.
        counts: How many rows tables have, as far as that is known.
    """

    operation: Operation
    before: State
    dialect: str
    locks: list[TableLock]
    new: frozenset[Address]
    counts: Mapping[Address, int]

    def is_used(self, table: Address) -> bool:
        """Returns whether the running application may use a table."""
        return table not in self.new


def rewrite(case: Case) -> Iterator[Found]:
    """Every row is written while others wait."""
    for lock in case.locks:
        if case.dialect == "postgres" and lock.work in {"rewrite", "update"} and not _is_volatile(case.operation):
            yield Found("rewrite", _rewriting(case.operation, lock), _without_rewrite(case.operation))
        if case.dialect in {"mysql", "mariadb"} and lock.work == "update":
            yield Found("rewrite", _rewriting(case.operation, lock), _without_rewrite(case.operation))


def _rewriting(operation: Operation, lock: TableLock) -> str:
    does = "rewrites" if lock.work == "rewrite" else "updates rows of"
    return f"{_short(operation)}: {does} {shown(lock.table)}, which blocks {lock.blocks} ({lock.mode}) until it is done"


def _without_rewrite(operation: Operation) -> str:
    match operation:
        case AddColumn(_, column, fill=fill) if fill is not None:
            constant = ", or a constant as its default" if is_literal(fill) else ""
            return f"add {column.name} as nullable{constant}, {_BATCHES}, and set NOT NULL {_LATER}"
        case AddColumn(_, column) if column.generated is not None:
            return f"add {column.name} as a plain column, {_BATCHES}, and let the application write it"
        case AlterColumn(_, name, changes) if changes.keys() & {"type", "length", "db_type", "collation"} or operation.using is not None:
            return f"add a column of the new type, write both, {_BATCHES}, and drop {name} {_LATER}"
        case AlterColumn(_, name):
            return f"let the application write {name} first, {_BATCHES} in a migration before, and set NOT NULL {_LATER}"
        case AlterEnumType():
            return "add values at the end, let the application write them, and leave the old ones"
        case _:
            return "do it while the application does not run, or in a table beside this one"


def volatile_default(case: Case) -> Iterator[Found]:
    """A column is added whose default has another value in each row."""
    operation = case.operation
    if isinstance(operation, AddColumn) and _is_volatile(operation) and case.is_used(operation.address) and case.dialect != "sqlite":
        column, table = operation.column, shown(operation.address)
        what = f"default {column.default}" if column.default is not None else "counted by the server"
        remedy = f"add {column.name} as nullable without it, set it with alter_column, and {_BATCHES.replace('it ', 'the rows ')} {_LATER}"
        yield Found(
            "volatile-default", f"{table}.{column.name}: {what} gives each row a value of its own, so that {table} is rewritten", remedy
        )


def _is_volatile(operation: Operation) -> bool:
    if not isinstance(operation, AddColumn):
        return False
    column = operation.column
    return column.auto or column.identity is not None or (column.default is not None and not is_steady(column.default))


def not_null(case: Case) -> Iterator[Found]:
    """A column takes no NULL, and the rows that are there have no value for it."""
    operation = case.operation
    match operation:
        case AddColumn(address, column, _, fill) if case.is_used(address):
            given = column.auto or column.identity or column.generated is not None or column.default is not None or fill is not None
            if not column.nullable and not given:
                problem = f"{shown(address)}.{column.name} takes no NULL, and the rows that are there have no value for it"
                yield Found("not-null", problem, "say what they get: fill=..., which makemigrations --fill writes")
        case AlterColumn(address, name, _, _, fill) if case.is_used(address) and _loses_null(operation, case.before):
            if fill is None:
                problem = f"{shown(address)}.{name} takes no NULL any more, and rows that have NULL make this fail"
                yield Found("not-null", problem, "say what they get: fill=..., which makemigrations --fill writes")
            if case.dialect == "postgres":
                checked = f'ctx.add_check("{address[1]}", "ck_{name}", {quoted(name) + " IS NOT NULL"!r}, not_valid=True)'
                remedy = (
                    f'in three migrations: {checked}, ctx.validate_constraint("{address[1]}", "ck_{name}"), '
                    "then this, which believes the constraint, and drop it"
                )
                yield Found("not-null-scan", f"{shown(address)}.{name}: every row is checked under ACCESS EXCLUSIVE", remedy)


def _loses_null(operation: AlterColumn, before: State) -> bool:
    return before.table(operation.address).column(operation.name).nullable and not operation.after(before).nullable


def index_lock(case: Case) -> Iterator[Found]:
    """An index keeps others out while it is built or dropped."""
    match case.operation:
        case CreateIndex(address, index) if case.is_used(address) and any(lock.blocks == "writes" for lock in case.locks):
            problem = f"index {index.name} blocks writes to {shown(address)} while it is built"
            if case.dialect == "postgres":
                yield Found("index-lock", problem, "ctx.create_index(..., concurrently=True), alone in its migration")
            elif case.dialect in {"mysql", "mariadb"}:
                yield Found("index-lock", problem, "build it while nobody writes")
        case DropIndex(address, name, False) if case.is_used(address) and case.dialect == "postgres":
            problem = f"dropping index {name} waits for every reader of {shown(address)}, and keeps out those that come after"
            yield Found("index-lock", problem, "ctx.drop_index(..., concurrently=True), alone in its migration")


def constraint_lock(case: Case) -> Iterator[Found]:
    """A constraint checks every row, or builds an index, while others wait."""
    if case.dialect != "postgres":
        return
    match case.operation:
        case AddConstraint(address, Check() | ForeignKey() as part, False) if case.is_used(address):
            is_check = isinstance(part, Check)
            name, blocked = ("check-lock", "reads and writes") if is_check else ("foreign-key-lock", "writes")
            both = f" and {shown(part.target)}" if isinstance(part, ForeignKey) and part.target != address else ""
            problem = f"{WORDS[type(part)]} {part.name} checks every row, and {blocked} of {shown(address)}{both} wait meanwhile"
            add = "add_check" if is_check else "add_foreign_key"
            remedy = f'ctx.{add}(..., not_valid=True), and {_LATER} ctx.validate_constraint("{address[1]}", "{part.name}")'
            yield Found(name, problem, remedy)
        case AddConstraint(address, Unique() | Exclude() as part) if case.is_used(address):
            problem = f"{WORDS[type(part)]} {part.name} builds an index, and reads and writes of {shown(address)} wait meanwhile"
            remedy = (
                "ctx.create_index(..., unique=True, concurrently=True) in a migration of its own, and later "
                f'ctx.execute("ALTER TABLE {shown(address)} ADD CONSTRAINT {part.name} UNIQUE USING INDEX ...", state=...)'
            )
            yield Found(
                "unique-lock", problem, remedy if isinstance(part, Unique) else "no server builds it otherwise; add it while nobody writes"
            )
        case AlterKey(address, columns) if case.is_used(address) and columns:
            problem = f"the new primary key builds an index, and reads and writes of {shown(address)} wait meanwhile"
            remedy = (
                'build a unique index concurrently first, then ctx.execute("ALTER TABLE ... ADD PRIMARY KEY USING INDEX ...", state=...)'
            )
            yield Found("unique-lock", problem, remedy)


def drop(case: Case) -> Iterator[Found]:
    """Data is lost, and code that is deployed still names what goes."""
    match case.operation:
        case DropTable(address) if case.is_used(address):
            remedy = f"deploy the application without it first, and drop it {_LATER}"
            yield Found("drop", f"the rows of {shown(address)} are lost, and the application that runs may still use it", remedy)
        case DropColumn(address, name) if case.is_used(address):
            required = case.before.table(address).column(name)
            needed = not required.nullable and required.default is None and required.generated is None
            first = "let it take NULL, then " if needed else ""
            remedy = f"{first}deploy the application without it first, and drop it {_LATER}"
            yield Found("drop", f"the values of {shown(address)}.{name} are lost, and the application that runs still names it", remedy)


def rename(case: Case) -> Iterator[Found]:
    """Code that is deployed names it by its old name."""
    match case.operation:
        case RenameTable(address, new) if case.is_used(address):
            remedy = f"keep the old name: a view {address[1]} for the time, or Meta.table_name = {address[1]!r} for good"
            yield Found("rename", f"the application that runs does not know {shown(address)} as {new}", remedy)
        case RenameColumn(address, name, new) if case.is_used(address):
            remedy = (
                f"keep the name in the database: Field(db_column={name!r}); or add {new}, write both, fill it, and drop {name} {_LATER}"
            )
            yield Found("rename", f"the application that runs does not know {shown(address)}.{name} as {new}", remedy)


def narrow_type(case: Case) -> Iterator[Found]:
    """A type holds less than before."""
    operation = case.operation
    if isinstance(operation, AlterColumn) and case.is_used(operation.address) and (lost := operation.loses(case.before)) is not None:
        remedy = f"look for rows that do not fit first, or add a column of the new type beside it and drop {operation.name} {_LATER}"
        yield Found("narrow-type", f"{_short(operation)}: fails, or loses {lost}", remedy)


def enum_order(case: Case) -> Iterator[Found]:
    """The values of an enumeration stand in another order."""
    operation = case.operation
    if not isinstance(operation, AlterEnumType):
        return
    old = case.before.values(operation.address)
    kept = [value for value in old if value in operation.values]
    now = [value for value in operation.values if value in old]
    if kept != now or operation.values[: len(kept)] != tuple(kept):
        problem = f"the values of {shown(operation.address)} change their order, and rows that are ordered by it with them"
        yield Found("enum-order", problem, "add new values at the end, and order by an expression (Case) where another order is meant")


def table_copy(case: Case) -> Iterator[Found]:
    """MySQL and MariaDB copy the table."""
    for lock in case.locks:
        if case.dialect in {"mysql", "mariadb"} and lock.work == "copy" and not _is_volatile(case.operation):
            problem = f"{_short(case.operation)}: {shown(lock.table)} is copied ({lock.mode}), and writes wait meanwhile"
            yield Found("table-copy", problem, _without_copy(case.operation))


def _without_copy(operation: Operation) -> str:
    match operation:
        case AddConstraint(_, ForeignKey()):
            return "SET foreign_key_checks = 0 in a session of your own makes it in place, without checking the rows"
        case AlterEnumType():
            return "add values at the end, which is instant"
        case AddConstraint() | RenameConstraint():
            return "change the table while nobody writes, or with gh-ost or pt-online-schema-change and ctx.state_only()"
        case _:
            return _without_rewrite(operation)


def sqlite_rebuild(case: Case) -> Iterator[Found]:
    """SQLite makes a table of many rows anew."""
    for lock in case.locks if case.dialect == "sqlite" else ():
        count = case.counts.get(lock.table, 0)
        if lock.work == "copy" and count > MANY:
            rows = f"{shown(lock.table)} is made anew with its {count:,} rows"
            problem = f"{_short(case.operation)}: {rows}, and no other connection writes meanwhile"
            yield Found("sqlite-rebuild", problem, _instead(case.operation))


def _instead(operation: Operation) -> str:
    if isinstance(operation, AddColumn):
        return "a nullable column, or one with a constant as its default, is added at once"
    return "do it while the application does not write"


def long_name(case: Case) -> Iterator[Found]:
    """A name is longer than servers take."""
    if case.dialect in _LONGEST:
        longest, unit = _LONGEST[case.dialect]
        for kind, name in _names(case.operation):
            size = len(name.encode()) if unit == "bytes" else len(name)
            if size > longest:
                cut = "cuts it off" if case.dialect == "postgres" else "refuses it"
                yield Found("long-name", f"{kind} {name!r} has {size} {unit}; the server {cut} after {longest}", "give it a shorter name")


def _names(operation: Operation) -> Iterator[tuple[str, str]]:
    """Yields what an operation names, by kind and name."""
    match operation:
        case CreateTable(table):
            yield "table", table.name
            yield from (("column", name) for name in table.columns)
            yield from ((WORDS[type(part)], part.name) for part in (*table.constraints.values(), *table.indexes.values()))
        case RenameTable(_, new):
            yield "table", new
        case AddColumn(_, column):
            yield "column", column.name
        case RenameColumn(_, _, new):
            yield "column", new
        case AddConstraint(_, part):
            yield WORDS[type(part)], part.name
        case CreateIndex(_, index):
            yield "index", index.name
        case RenameIndex(_, _, new):
            yield "index", new
        case RenameConstraint(_, _, new):
            yield "constraint", new
        case CreateEnumType((_, name)) | RenameEnumType(_, name):
            yield "enumeration type", name
        case CreateView((_, name)):
            yield "view", name


def int_key(case: Case) -> Iterator[Found]:
    """A key of a small integer type."""
    if case.dialect == "sqlite":  # whose integers all have 64 bits
        return
    match case.operation:
        case CreateTable(table):
            keys = [(table.address, table.columns[name]) for name in table.key]
        case AddColumn(address, column, key) if key:
            keys = [(address, column)]
        case AlterColumn(address, name, changes) if name in case.before.table(address).key and changes.keys() & {"type", "db_type"}:
            keys = [(address, case.operation.after(case.before))]
        case _:
            return
    for address, column in keys:
        if column.type.kind == "int" and column.db_type is not None and _is_small(column):
            problem = f"the key {shown(address)}.{column.name} is {column.db_type}, which runs out at 2,147,483,647 or before"
            yield Found("int-key", problem, "leave db_type out: an int is BIGINT, and a key that counts BIGSERIAL or AUTO_INCREMENT")


def _is_small(column: Column) -> bool:
    return declared(column).word.removesuffix(" auto_increment") in SMALL_INTS


def _short(operation: Operation) -> str:
    """Returns what an operation does, as a part of a sentence."""
    said = str(operation)
    return said[0].lower() + said[1:]


RULES: Final[tuple[Callable[[Case], Iterator[Found]], ...]] = (
    drop,
    rename,
    not_null,
    volatile_default,
    rewrite,
    table_copy,
    index_lock,
    constraint_lock,
    narrow_type,
    enum_order,
    sqlite_rebuild,
    long_name,
    int_key,
)
"""All rules, what loses data first."""
