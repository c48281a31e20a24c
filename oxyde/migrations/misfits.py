"""Which rows an operation does not fit, counted in words: the server names one of them, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oxyde.db.raw import query
from oxyde.db.steps import Atomically, Call, Steps
from oxyde.exceptions import DataError, IntegrityError, MigrationError
from oxyde.ir import expr, statement, wire
from oxyde.migrations.operations import AddColumn, AddConstraint, AlterColumn, AlterKey, CreateIndex, Operation
from oxyde.migrations.parts import Check, Unique, shown, written
from oxyde.migrations.script import TRANSACTIONAL, Step
from oxyde.migrations.state import State
from oxyde.schema import ForeignKey
from oxyde.schema.naming import mark, quoted
from oxyde.schema.relation import Address


def fitting(step: Step, text: str, dialect: str) -> Steps[None]:
    """Sends a statement of a step. Where rows do not fit it is said how many; before anything changes, where that could not be undone.

    Raises:
        MigrationError: Rows do not fit.
    """
    call = Call(wire.pack(statement.raw([expr.text(text)])), ())
    is_first = dialect not in TRANSACTIONAL and _fills(step.operation) and text == step.texts[0]
    said = (yield from misfits(step.operation, step.before, dialect)) if is_first else None
    if said is not None:
        raise MigrationError(said)
    try:
        yield Atomically(_only(call)) if dialect == "postgres" and not step.alone else call  # a savepoint: rows are counted after it
    except (IntegrityError, DataError) as error:
        said = None if dialect == "sqlite" or step.alone else (yield from misfits(step.operation, step.before, dialect))
        if said is None:
            raise
        raise MigrationError(said, sqlstate=error.sqlstate) from error


def _only(call: Call) -> Steps[None]:
    yield call


def misfits(operation: Operation, before: State, dialect: str) -> Steps[str | None]:
    """Counts the rows that an operation does not fit, and returns what is wrong about them; None where nothing is.

    Args:
        operation: The operation.
        before: The state before it, which is that of the database.
        dialect: postgres, mysql or mariadb; SQLite is asked when a table is made anew.
    """
    for table, count, problem in _rules(operation, before, dialect):
        (row,) = yield from query(f"SELECT CAST(coalesce(({count}), 0) AS DECIMAL) AS misfits", {}, dialect)
        if number := int(row["misfits"]):
            return f"1 row of {table} {problem.replace('have ', 'has ', 1)}" if number == 1 else f"{number} rows of {table} {problem}"
    return None


def _fills(operation: Operation) -> bool:
    """Whether an operation gives rows values before it asks for them, so that a server without transactions would do half of it."""
    match operation:
        case AddColumn(_, column, _, fill):
            return fill is not None and not column.nullable
        case AlterColumn(_, _, changes, _, fill):
            return fill is not None and changes.get("nullable") is False
        case _:
            return False


def _rules(operation: Operation, before: State, dialect: str) -> Iterator[tuple[str, str, str]]:
    """Yields the table, a query that counts the rows that do not fit, and what is wrong about them."""

    def names(columns: Sequence[str]) -> list[str]:
        return [quoted(name, mark(dialect)) for name in columns]

    def rows(address: Address, condition: str) -> str:
        return f"SELECT count(*) FROM {written(address, dialect)} WHERE {condition}"  # noqa: S608 - names are quoted, conditions those of the migration

    def repeated(address: Address, columns: Sequence[str], *, nulls: bool = False) -> tuple[str, str, str]:
        listed, filled = ", ".join(names(columns)), " AND ".join(f"{name} IS NOT NULL" for name in names(columns))
        wanted = rows(address, "1 = 1" if nulls else filled).replace("count(*)", "count(*) AS n", 1)
        groups = f"{wanted} GROUP BY {listed} HAVING count(*) > 1"
        problem = f"have the same {' and '.join(columns)} as others"
        return shown(address), f"SELECT sum(n) FROM ({groups}) AS oxyde_groups", problem  # noqa: S608 - as above

    match operation:
        case AddColumn(address, column, _, fill) if fill is not None and not column.nullable:
            problem = f"have no value for {column.name}, which takes no NULL: fill={fill} gives NULL"
            yield shown(address), rows(address, f"({fill}) IS NULL"), problem
        case AlterColumn(address, altered, changes, None, fill) if changes.get("nullable") is False:
            (name,) = names([altered])
            remedy = "say what they get: fill=" if fill is None else f"fill={fill} gives NULL, too"
            empty = f"{name} IS NULL" + ("" if fill is None else f" AND ({fill}) IS NULL")
            yield shown(address), rows(address, empty), f"have NULL in {altered}, which takes none; {remedy}"
        case AddConstraint(address, Check(name, sql), False):
            yield shown(address), rows(address, f"NOT ({sql})"), f"have values that break {name} ({sql})"
        case AddConstraint(address, Unique(_, columns), _):
            yield repeated(address, columns)
        case CreateIndex(address, index) if index.unique and index.where is None and set(index.parts) <= set(before.table(address).columns):
            yield repeated(address, index.parts)
        case AlterKey(address, columns) if columns:
            yield repeated(address, columns, nulls=True)
        case AddConstraint(address, ForeignKey(_, columns, target, targets), False):
            own, other = names(columns), names(targets)
            pairs = " AND ".join(f"oxyde_target.{there} = oxyde_own.{here}" for here, there in zip(own, other, strict=True))
            filled = " AND ".join(f"oxyde_own.{name} IS NOT NULL" for name in own)
            missing = f"NOT EXISTS (SELECT 1 FROM {written(target, dialect)} AS oxyde_target WHERE {pairs})"  # noqa: S608 - as above
            count = f"SELECT count(*) FROM {written(address, dialect)} AS oxyde_own WHERE {filled} AND {missing}"  # noqa: S608 - as above
            yield shown(address), count, f"would point to no row of {shown(target)}; mend or delete them first"
        case _:
            return
