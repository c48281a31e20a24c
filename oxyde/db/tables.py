"""Creating and dropping the tables of models, in one transaction where the server has transactional DDL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from oxyde.db.execute import run, run_blocking
from oxyde.db.route import Route, route
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import DatabaseError, FieldError
from oxyde.ir import expr, statement, wire
from oxyde.queries import ddl
from oxyde.schema import Table, tables

EXISTS: Final = frozenset({"42P07", "42710", "42S01"})
"""A table, a type or an index of that name is there: PostgreSQL's codes and MySQL's."""
Models: TypeAlias = "Iterable[Any] | type[Any] | Table | None"


async def create_tables(database: object | None = None, *, models: Models = None, if_not_exists: bool = False) -> None:
    """Creates tables with their keys, constraints, indexes and enumerations.

    Args:
        database: A connection or an alias; by default the default connection.
        models: The models (or tables) to create, or a single one; by default all registered models. Junctions of many-to-many
            relations are included.
        if_not_exists: Leave existing tables alone.

    Raises:
        DatabaseError: The server refused; on PostgreSQL and SQLite nothing has changed then.
        FieldError: Tables refer to others across schemas, and the connection has chosen no database.
    """
    where = route(client=database)
    await run(_create(models, where, if_not_exists=if_not_exists), where)


async def drop_tables(database: object | None = None, *, models: Models = None, if_exists: bool = False) -> None:
    """Drops tables and their enumerations; takes what ``create_tables`` takes.

    Raises:
        DatabaseError: The server refused; on PostgreSQL and SQLite nothing has changed then.
    """
    where = route(client=database)
    await run(_drop(models, if_exists=if_exists), where)


def create_tables_blocking(database: object | None = None, *, models: Models = None, if_not_exists: bool = False) -> None:
    """The blocking twin of ``create_tables``, public as ``oxyde.sync.create_tables``."""
    where = route(client=database)
    run_blocking(_create(models, where, if_not_exists=if_not_exists), where)


def drop_tables_blocking(database: object | None = None, *, models: Models = None, if_exists: bool = False) -> None:
    """The blocking twin of ``drop_tables``, public as ``oxyde.sync.drop_tables``."""
    run_blocking(_drop(models, if_exists=if_exists), route(client=database))


def _create(models: Models, where: Route, *, if_not_exists: bool) -> Steps[None]:
    chosen = _chosen(models)
    home: str | None = None
    if where.database.dialect in {"mysql", "mariadb"} and ddl.crosses_schemas(chosen):
        batch = yield Call(wire.pack(statement.raw([expr.text("SELECT DATABASE()")])), ())
        home = batch.values()[0][0]
        if home is None:
            raise FieldError("the connection has chosen no database, which tables without a schema are in; name one in the URL")
    if not chosen:
        return
    try:
        yield Call(ddl.create(chosen, if_not_exists=if_not_exists, home=home), ())
    except DatabaseError as error:
        if if_not_exists or not (error.sqlstate in EXISTS or "already exists" in str(error)):  # SQLite has no code for it
            raise
        message = f"{error}; create_tables(if_not_exists=True) leaves it as it is"
        raise type(error)(message, sqlstate=error.sqlstate, table=error.table, sql=error.sql, hint=error.hint) from None


def _drop(models: Models, *, if_exists: bool) -> Steps[None]:
    chosen = _chosen(models)
    if chosen:
        yield Call(ddl.drop(chosen, if_exists=if_exists), ())


def _chosen(models: Models) -> list[Table]:
    """Returns the tables of models, and the junctions that no model describes."""
    if models is None:
        found = list(tables)
    else:
        given = [models] if isinstance(models, (type, Table)) else list(models)
        for one in given:
            if not isinstance(one, Table) and not hasattr(one, "__oxyde__"):
                message = f"models takes a list of models, and this holds {one!r}"
                raise TypeError(message)
        found = [one if isinstance(one, Table) else one.__table__ for one in given]
        for table in list(found):
            junctions = [table.find(relation.through) for relation in table.relations.values() if relation.through is not None]
            found += [junction for junction in junctions if junction.implicit]
    return [table for table in dict.fromkeys(found) if table.managed and table.view is None]


__all__ = ["create_tables", "create_tables_blocking", "drop_tables", "drop_tables_blocking"]
