"""Models of views: the columns of a live view, and its rows read equal to raw SQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import oxyde
from oxyde.db.database import Connection
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.inspect.classes import classes
from oxyde.inspect.fitted import without_unreadable
from oxyde.inspect.module import source
from oxyde.inspect.planning import plan
from oxyde.inspect.stored import as_stored
from oxyde.inspect.views import columns_of_views
from oxyde.migrations.state import State
from oxyde.schema.naming import quoted
from tests.backends import Backend

VIEW = "inspected_view"
SELECTS = {
    "postgres": """
        SELECT 1::smallint AS a, 2::int AS b, 3::bigint AS c, 1.5::real AS d, 2.5::float8 AS e, 1.25::numeric(6, 2) AS f, 7::numeric AS g,
            true AS h, 'x'::text AS i, 'y'::varchar(5) AS j, 'z '::char(3) AS k, '\\xff'::bytea AS l, date '2026-01-02' AS m,
            time '10:11:12.5' AS n, timetz '10:11+02' AS o, timestamp '2026-01-02 03:04:05' AS p, timestamptz '2026-01-02 03:04:05+00' AS q,
            interval '1 day 2 hours' AS r, '12345678-1234-1234-1234-123456789abc'::uuid AS s, '{"a": [1]}'::json AS t, '[1]'::jsonb AS u,
            ARRAY[1, 2]::int[] AS v, ARRAY['a']::varchar(9)[] AS w, inet '10.0.0.1' AS x, '(1,2)'::point AS y, B'101'::bit(3) AS z,
            NULL::int AS nothing, '10.5'::money AS "order", int4range(1, 5) AS "Camel Case", 'sad'::inspected_mood AS mood
        UNION ALL SELECT """
    + ", ".join(["NULL"] * 30),
    "mysql": """
        SELECT CAST(1 AS SIGNED) AS a, CAST(9223372036854775807 AS UNSIGNED) AS b, 1.25 AS c, 1e0 AS d, 'x' AS e, x'ff' AS f,
            CAST('2026-01-02' AS DATE) AS g, CAST('2026-01-02 03:04:05.5' AS DATETIME(6)) AS h, 5 DIV 2 AS i, NULL AS j,
            'q' AS `order`, 2 AS `Camel Case`
    """,
    "sqlite": """
        SELECT 1 AS a, 1.5 AS b, 'x' AS c, x'ff' AS d, NULL AS e, 'later' AS "order", 3 AS "Camel Case"
        UNION ALL SELECT 'one', 2, NULL, 'text', NULL, NULL, 4.5
    """,
}


@pytest.fixture
def connection(backend: Backend) -> Iterator[Connection]:
    """A connection to a server with the view."""
    family = "mysql" if backend.dialect == "mariadb" else backend.dialect
    with oxyde.connect(backend.url, "inspecting") as connection:
        run = oxyde.sync.execute_raw
        run(f"DROP VIEW IF EXISTS {VIEW}", client=connection)
        if family == "postgres":
            run("DROP TYPE IF EXISTS inspected_mood", client=connection)
            run("CREATE TYPE inspected_mood AS ENUM ('sad', 'so-so')", client=connection)
        run(f"CREATE VIEW {VIEW} AS {SELECTS[family]}", client=connection)
        yield connection
        run(f"DROP VIEW {VIEW}", client=connection)
        if family == "postgres":
            run("DROP TYPE inspected_mood", client=connection)


def test_every_column_of_a_view_is_read_as_raw_sql_reads_it(connection: Connection) -> None:
    """Every type that the server has: as values where a kind holds it, else as its text, and never as something else."""
    where = route(client=connection)
    enums = {(None, "inspected_mood"): ("sad", "so-so")} if connection.backend == "postgres" else {}
    state = State(enums=enums, views={(None, VIEW): "SELECT 1"})
    views = run_blocking(columns_of_views(connection.dialect, state), where)
    trial = as_stored(state, views) if connection.backend == "sqlite" else without_unreadable(state, views, connection.dialect)
    found = run_blocking(trial, where)
    planned = plan(found.state, connection.dialect, views=found.views, remarks=found.remarks)
    models = classes(source(planned, "Views."), connection.database)
    (model,) = models.values()
    assert model.__name__ == "InspectedView"
    no_values = {"y": "point", "order": "money", "Camel Case": "int4range"} if connection.backend == "postgres" else {}
    left_out = {name: remark for (_, name), remark in found.remarks.items() if remark.startswith("left out")}
    assert left_out.keys() == no_values.keys()
    assert all(f"of type {word} cannot become text" in left_out[name] for name, word in no_values.items())
    columns = model.__table__.columns
    assert [column.name for column in columns] == [column.name for column in views[None, VIEW] if column.name not in left_out]
    names = ", ".join(quoted(column.name, "`" if connection.backend == "mysql" else '"') for column in columns)
    raw = oxyde.sync.execute_raw(f"SELECT {names} FROM {VIEW}", client=connection)
    rows = model.objects.sync.all()
    assert [[getattr(row, column.field) for column in columns] for row in rows] == [list(row.values()) for row in raw]
