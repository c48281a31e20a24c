"""Statements that run for long, and whether a server still runs them, asked by a driver that is not ours."""

from __future__ import annotations

import time

import psycopg

from tests.backends import Backend, mysql_connection

PROMPTLY = 2.0
"""Seconds after which a statement that was cancelled must have stopped on its server."""


def forever(dialect: str, marker: str) -> str:
    """Returns a query that runs for minutes, found again by its marker."""
    if dialect == "sqlite":
        return f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1e12) SELECT count(*) AS {marker} FROM c"
    return f"SELECT {'pg_sleep' if dialect == 'postgres' else 'SLEEP'}(300) AS {marker}"


def running(backend: Backend, marker: str) -> int:
    """Counts the statements with a marker that a server runs; a file has no server that could be asked."""
    if backend.dialect == "sqlite":
        return 0
    pattern = f"%{marker}%"
    if backend.dialect == "postgres":
        with psycopg.connect(backend.server) as connection:
            sql = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE %s AND pid <> pg_backend_pid()"
            row = connection.execute(sql, [pattern]).fetchone()
            return row[0] if row else 0
    connection = mysql_connection(backend.server)
    try:
        with connection.cursor() as cursor:
            sql = "SELECT count(*) FROM information_schema.processlist WHERE info LIKE %s AND id <> connection_id()"
            cursor.execute(sql, [pattern])
            return cursor.fetchone()[0]
    finally:
        connection.close()


def wait_until(backend: Backend, marker: str, wanted: int, seconds: float = 20.0) -> bool:
    """Waits until so many statements with a marker run; returns whether that came about."""
    deadline = time.monotonic() + seconds
    while running(backend, marker) != wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def kill_connections(backend: Backend) -> int:
    """Ends every connection to the backend's database, as a restart of the server would; returns how many."""
    database = backend.url.rpartition("/")[2]
    if backend.dialect == "postgres":
        with psycopg.connect(backend.server, autocommit=True) as connection:
            sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            return len(connection.execute(sql, [database]).fetchall())
    connection = mysql_connection(backend.server)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM information_schema.processlist WHERE db = %s AND id <> connection_id()", [database])
            found = [row[0] for row in cursor.fetchall()]
            for number in found:
                cursor.execute(f"KILL {number}")
            return len(found)
    finally:
        connection.close()
