"""What a live database has otherwise than a state, and the operations that would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from oxyde import schema
from oxyde.db.execute import run, run_blocking
from oxyde.db.route import route
from oxyde.db.steps import Dialect, Steps, asked_dialect
from oxyde.exceptions import MigrationError, UnsupportedError
from oxyde.migrations import dotted, live
from oxyde.migrations.changes.diff import diff
from oxyde.migrations.comparing.addressed import addressed, unnamed
from oxyde.migrations.comparing.compared import Compared, Difference, compare, same_part, same_text
from oxyde.migrations.comparing.projection import Projection, projection
from oxyde.migrations.comparing.scratch import Piece, Spelt, spelt
from oxyde.migrations.from_models import from_models
from oxyde.migrations.literals import literal
from oxyde.migrations.lock import Lock
from oxyde.migrations.operations import DropEnumType, Operation
from oxyde.migrations.parts import Check, Column, Exclude, shown
from oxyde.migrations.sql.script import Step, script
from oxyde.migrations.state import State, Table
from oxyde.schema.relation import Address

LOCK_TIMEOUT = 60.0
"""Seconds to wait for another process that migrates the database, or makes scratch tables in it."""


@dataclass(frozen=True)
class Drift:
    """What a database has otherwise than the models.

    Attributes:
        differences: What differs.
        tolerated: What differs and counts as equal: choices of an older tool, and names that the models leave open.
        unmanaged: Tables and views that no model has.
        hidden: What the database does not show, so that it is not compared; one line each.
        refused: What the server would not compare, with its reason; one line each.
        operations: What would bring the database to the models.
        before: The state that the operations begin with.
        dialect: postgres, mysql, mariadb or sqlite.
        reason: Why there are no operations although something differs.
    """

    differences: tuple[Difference, ...]
    tolerated: tuple[Difference, ...]
    unmanaged: tuple[Address, ...]
    hidden: tuple[str, ...]
    refused: tuple[str, ...]
    operations: tuple[Operation, ...]
    before: State
    dialect: str
    reason: str | None = None

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.differences)

    def steps(self) -> Iterator[tuple[Step, str | None]]:
        """Yields the operations with their SQL, or with why there is none."""
        try:
            yield from ((step, None) for step in script(self.operations, self.before, self.dialect))
        except (MigrationError, UnsupportedError):
            yield from self._one_by_one()

    def _one_by_one(self) -> Iterator[tuple[Step, str | None]]:
        state = self.before
        for operation in self.operations:
            try:
                yield from ((step, None) for step in script([operation], state, self.dialect))
            except (MigrationError, UnsupportedError) as error:
                yield Step(operation, state, ()), str(error).removeprefix(f"{operation}: ")
            state = operation.apply(state)


async def drift(models: Iterable[Any] | None = None, using: str | None = None) -> Drift:
    """Returns what a database has otherwise than the models.

    Nothing is changed. MySQL and MariaDB, whose DDL cannot be rolled back, get tables named ``oxyde_scratch_...`` meanwhile, where SQL of
    the models is written otherwise than the server writes it.

    Args:
        models: The models; by default all that are registered.
        using: The alias of the connection; by default the default one.

    Raises:
        LockTimeoutError: Another process is migrating the database.
    """
    where, tables = route(using), _tables(models)
    if (await run(asked_dialect(), where)) in {"mysql", "mariadb"}:
        async with Lock(where.database, LOCK_TIMEOUT):
            return await run(_of_models(tables), where)
    return await run(_of_models(tables), where)


def drift_blocking(models: Iterable[Any] | None = None, using: str | None = None) -> Drift:
    """The blocking twin of ``drift``, public as ``oxyde.migrations.sync.drift``."""
    where, tables = route(using), _tables(models)
    if run_blocking(asked_dialect(), where) in {"mysql", "mariadb"}:
        with Lock(where.database, LOCK_TIMEOUT):
            return run_blocking(_of_models(tables), where)
    return run_blocking(_of_models(tables), where)


def _of_models(tables: Sequence[schema.Table]) -> Steps[Drift]:
    """Compares the database with the tables of models; those that are left alone have a model, too."""
    found = yield from drifted(from_models(tables), initials(tables))
    known = {table.address for table in tables}
    return replace(found, unmanaged=tuple(one for one in found.unmanaged if one not in known))


def _tables(models: Iterable[Any] | None) -> list[schema.Table]:
    return list(schema.tables) if models is None else [getattr(model, "__table__", model) for model in models]


def initials(tables: Iterable[schema.Table]) -> dict[tuple[Address, str], Any]:
    """Returns the wire values of the defaults of models, by table and column."""
    return {(table.address, column.name): column.initial for table in tables for column in table.columns if column.initial is not None}


def drifted(state: State, defaults: Mapping[tuple[Address, str], Any] | None = None) -> Steps[Drift]:
    """Compares the database with a state, in the server's own spelling.

    Args:
        state: What is wanted.
        defaults: The wire values of the defaults of the models.
    """
    dialect = yield Dialect()
    default = yield from live.default_schema(dialect)
    state = addressed(state, default)
    initial = {(unnamed(address, default), name): value for (address, name), value in (defaults or {}).items()}
    compared, expected, refused = yield from beside(state, dialect, initial)
    return _drift(state, compared, expected, refused, dialect)


def beside(
    state: State, dialect: str, defaults: Mapping[tuple[Address, str], Any] | None = None
) -> Steps[tuple[Compared, Projection, list[str]]]:
    """Returns the database beside a state, what it can show of the state, and what it refuses to compare.

    Args:
        state: What is wanted, which leaves out the name of the default schema.
        dialect: postgres, mysql, mariadb or sqlite.
        defaults: The wire values of the defaults of the models.
    """
    schemas = {None, *(address[0] for address in (*state.tables, *state.views, *state.enums))}
    there = yield from live.read(dialect, schemas=schemas)
    expected = projection(state, dialect)
    seen, plain, refused = yield from settled(expected, there, dialect, defaults or {})
    return compare(state, seen, there, dialect, plain), expected, refused


def _drift(state: State, compared: Compared, expected: Projection, refused: Iterable[str], dialect: str) -> Drift:
    operations: list[Operation] = []
    reason: str | None = None
    try:
        operations = diff(compared.before, state)
    except MigrationError as error:  # the database has what no state can have
        reason = str(error)
    kept = [one for one in operations if dialect == "postgres" or not isinstance(one, DropEnumType)]
    return Drift(
        tuple(compared.differences),
        tuple(compared.tolerated),
        tuple(compared.unmanaged),
        expected.hidden,
        tuple(refused),
        tuple(kept),
        compared.before,
        dialect,
        reason,
    )


def settled(
    expected: Projection, there: State, dialect: str, defaults: Mapping[tuple[Address, str], Any]
) -> Steps[tuple[State, dict[tuple[Address, str], str], list[str]]]:
    """Returns what is expected in the server's spelling, the plain defaults of the models likewise, and what the server refused.

    Only what the database has otherwise is asked; what the server refuses is taken for what the database has.
    """
    state, plain = _with_plain(expected.state, there, dialect, defaults)
    answer = Spelt(state, {})
    if dialect != "sqlite":
        pieces = {address: _asked(table, there.tables.get(address), dialect) for address, table in state.tables.items()}
        views = [
            address
            for address, sql in state.views.items()
            if there.views.get(address) and not same_text(sql, there.views[address], dialect)  # MariaDB shows some users no text
        ]
        lacking = [enum for enum in state.enums if dialect == "postgres" and enum not in there.enums]
        answer = yield from spelt(state, pieces, views, dialect, lacking)
    found = {key: answer.state.tables[key[0]].columns[key[1]].default or "" for key in plain}
    tables = {
        address: replace(
            table,
            columns={name: replace(one, default=None) if (address, name) in plain else one for name, one in table.columns.items()},
        )
        for address, table in answer.state.tables.items()
    }
    shown_refusals = [f"{shown(address)}.{name}: {reason}" for (address, name), reason in answer.refused.items()]
    seen = _believed(replace(answer.state, tables=_named_enums(tables, there)), there, answer)
    return seen, found, shown_refusals


def _named_enums(tables: Mapping[Address, Table], there: State) -> dict[Address, Table]:
    """Returns tables whose types that name an enumeration of their own schema are that enumeration, as it is read."""
    found = {}
    for address, table in tables.items():
        columns = {name: _named_enum(column, table) for name, column in table.columns.items()} if address in there.tables else table.columns
        found[address] = replace(table, columns=columns)
    return found


def _named_enum(column: Column, table: Table) -> Column:
    if column.type.kind != "enum" or column.type.labels or column.db_type is None:
        return column
    is_own = dotted.split(column.db_type) == [part for part in (table.schema, column.type.name) if part is not None]
    return replace(column, db_type=None) if is_own else column


def _with_plain(
    state: State, there: State, dialect: str, defaults: Mapping[tuple[Address, str], Any]
) -> tuple[State, dict[tuple[Address, str], str]]:
    """Returns a state with the plain defaults of models where the database has a default and the models leave it to Python."""
    plain: dict[tuple[Address, str], str] = {}
    tables = dict(state.tables)
    for (address, name), value in defaults.items():
        table, other = tables.get(address), there.tables.get(address)
        if table is None or other is None or name not in other.columns or other.columns[name].default is None:
            continue
        text = literal(value, dialect) if table.columns[name].default is None and not table.columns[name].auto else None
        if text is not None:
            plain[address, name] = text
            tables[address] = replace(table, columns={**table.columns, name: replace(table.columns[name], default=text)})
    return replace(state, tables=tables), plain


def _asked(table: Table, there: Table | None, dialect: str) -> list[Piece]:
    """Returns what the server is asked about a table: each text that the database does not have as it is."""
    if there is None:
        return []
    pieces: list[Piece] = []
    for name, column in table.columns.items():
        if name in there.columns:
            pieces += _asked_column(column, there.columns[name], dialect)
    for one in table.constraints.values():
        if isinstance(one, (Check, Exclude)) and not any(same_part(one, other, dialect) for other in there.constraints.values()):
            pieces.append(one)
    for index in table.indexes.values():
        has_text = index.where is not None or any(part not in table.columns for part in index.parts)
        if has_text and not any(same_part(index, other, dialect) for other in there.indexes.values()):
            pieces.append(index)
    return pieces


def _asked_column(column: Column, there: Column, dialect: str) -> Iterator[Piece]:
    is_array_of_enums = column.type.kind == "array" and column.type.item is not None and column.type.item.kind == "enum"
    if column.db_type is not None or is_array_of_enums or column.collation not in {None, there.collation}:
        same = (column.type, column.length, column.db_type, column.collation) == (
            there.type,
            there.length,
            there.db_type,
            there.collation,
        )
        if not same:
            yield column.name, "type"
    for name in ("default", "generated"):
        ours, theirs = getattr(column, name), getattr(there, name)
        if ours is not None and theirs is not None and not same_text(ours, theirs, dialect):
            yield column.name, name


def _believed(state: State, there: State, answer: Spelt) -> State:
    """Returns a state in which what the server refused is as the database has it, so that it is no difference."""
    tables, views = dict(state.tables), dict(state.views)
    for address, name in answer.refused:
        if address in views:
            views[address] = there.views[address]
            continue
        table, other = tables[address], there.tables[address]
        if name in table.columns and name in other.columns:
            tables[address] = replace(table, columns={**table.columns, name: _as_there(table.columns[name], other.columns[name])})
    return replace(state, tables=tables, views=views)


def _as_there(column: Column, there: Column) -> Column:
    texts = {name: getattr(there, name) for name in ("default", "generated") if getattr(column, name) is not None}
    kept = ("type", "length", "db_type", "collation") if column.db_type is not None else ()
    return replace(column, **texts, **{name: getattr(there, name) for name in kept})
