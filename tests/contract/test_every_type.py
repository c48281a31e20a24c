"""Every type of a PostgreSQL server: it is read exactly, or refused by the column's name with the type and a remedy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import psycopg
import pytest

from oxyde import DecodeError, Field, Model, OxydeError, UnsupportedError, db, execute_raw
from tests.backends import Backend
from tests.contract.test_redefined import elsewhere
from tests.tables import table

MADE: Final = [
    "CREATE TYPE walk_enum AS ENUM ('a', 'it''s', '{', 'a,b', 'a\"b', '\\')",
    "CREATE TYPE walk_null AS ENUM ('a', 'NULL')",
    "CREATE TYPE walk_range AS RANGE (subtype = float8)",
    'CREATE TYPE walk_row AS (a int, "b c" text, "d,(""e" walk_enum)',
    "CREATE TYPE walk_deep AS (m int4multirange, n pg_node_tree)",
    "CREATE DOMAIN walk_many AS int4multirange",
    "CREATE DOMAIN walk_small AS int CHECK (value < 10)",
    "CREATE DOMAIN walk_smaller AS walk_small",
    "CREATE DOMAIN walk_list AS int[]",
    "CREATE TYPE walk_range_of_small AS RANGE (subtype = walk_small)",
    "CREATE TABLE walk_table (m int4multirange, v walk_row)",
    "CREATE TABLE walk_plain (id int PRIMARY KEY, m int4multirange, n int)",
]
GONE: Final = [
    "DROP TABLE IF EXISTS walk_plain, walk_table",
    "DROP TYPE IF EXISTS walk_range_of_small",
    "DROP DOMAIN IF EXISTS walk_list, walk_smaller, walk_small, walk_many",
    "DROP TYPE IF EXISTS walk_deep, walk_row, walk_range, walk_enum, walk_null",
]
TYPES: Final = """
    SELECT format_type(oid, NULL) FROM pg_type
    WHERE typtype <> 'p' OR typname IN ('record', '_record', 'void', 'unknown', 'cstring') ORDER BY oid
"""
SAMPLES: Final[dict[str, list[str]]] = {
    "bigint": ["-9223372036854775808"],
    "bit(3)": ["101"],
    "bit varying": ["", "1"],
    "boolean": ["true"],
    "bytea": ["\\x", "\\x00ff"],
    "character(3)": ["ab "],
    '"char"': ["", "a"],
    "cidr": ["10.0.0.0/8", "::/0"],
    "cid": ["4294967295"],
    "date": ["2024-02-29", "0001-01-01", "9999-12-31"],
    "double precision": ["-0", "NaN", "Infinity", "5e-324"],
    "inet": ["10.0.0.1", "10.0.0.1/8", "::ffff:1.2.3.4"],
    "integer": ["-2147483648"],
    "integer[]": ["{}", "{1,NULL,3}"],
    "interval": ["1 day", "-00:00:00.000001"],
    "json": ['{"a": 1}'],
    "jsonb": ['{"a": [1, null]}', "5"],
    "jsonb[]": ['{"{\\"a\\": 1}"}'],
    "jsonpath": ['$."a"'],
    "macaddr": ["08:00:2b:01:02:03"],
    "macaddr8": ["08:00:2b:01:02:03:04:05"],
    "name": ["a b"],
    "numeric": ["1.10", "NaN", "Infinity", "-Infinity", "0.00000000000000000000000000000000000000000000000001"],
    "numeric(5,2)[]": ["{1.10,NULL}"],
    "oid": ["4294967295"],
    "real": ["1.5", "NaN"],
    "smallint": ["-32768"],
    "text": ["", "ä\n'"],
    "text[]": ['{NULL,"NULL","a,b",""}'],
    "time without time zone": ["23:59:59.999999"],
    "time with time zone": ["12:30:00.5+02", "00:00:00-15:59:59", "23:59:59.999999+00:00:01"],
    "time with time zone[]": ["{12:30:00+02,NULL}"],
    "timestamp without time zone": ["0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"],
    "timestamp with time zone": ["2024-01-01 00:00:00.000001+00"],
    "uuid": ["b9b3a5b0-0000-0000-0000-000000000001"],
    "character varying(4)": ["ab  "],
    "walk_enum": ["it's", "{", "a,b", 'a"b', "\\"],
    "walk_enum[]": ['{a,"it\'s"}'],
    "walk_small": ["9"],
    "walk_smaller[]": ["{9,NULL}"],
    "walk_list": ["{1}"],
    "xid": ["5"],
    "xml": ["<a/>"],
}
REFUSED: Final[dict[str, str]] = {
    "integer[]": "{{1,2},{3,4}}",
    "text[]": "[0:1]={a,b}",
    "int2vector": "1 2",
    "oidvector": "1 2",
    '"char"': "\\377",
    "date": "infinity",
    "timestamp without time zone": "-infinity",
    "timestamp with time zone": "infinity",
    "interval": "1 mon",
    "time without time zone": "24:00",
    "money": "12.34",
    "point": "(1,2)",
    "int4range": "[1,5)",
    "int4range[]": '{"[1,5)"}',
    "int4multirange": "{[1,5)}",
    "int4multirange[]": '{"{[1,5)}"}',
    "walk_many": "{[1,5)}",
    "walk_many[]": '{"{[1,5)}"}',
    "walk_row": "(1,a,a)",
    "walk_null": "NULL",
    "walk_deep": '("{[1,5)}",)',
    "walk_deep[]": '{"(\\"{[1,5)}\\",)"}',
    "walk_range": "[1,2)",
    "walk_table": '("{[1,5)}",)',
    "tsvector": "a b",
    "xid8": "5",
    "pg_lsn": "0/1",
    "regclass": "pg_class",
}


@pytest.fixture
async def walked(backend: Backend) -> AsyncIterator[Backend]:
    """PostgreSQL, with a type of each kind made for it."""
    if backend.dialect != "postgres":
        pytest.skip("types of PostgreSQL")
    await asyncio.to_thread(elsewhere, backend, *GONE, *MADE)
    async with db.connect(backend.url):
        yield backend
    await asyncio.to_thread(elsewhere, backend, *GONE)


def refused(error: OxydeError, column: str, kind: str) -> bool:
    """Returns whether an error names column, type and remedy."""
    # The driver calls some types by their short names.
    names = [kind.split("(", maxsplit=1)[0].removesuffix("[]"), *SHORT.get(kind.removesuffix("[]"), [])]
    text = str(error).lower()
    return (
        isinstance(error, DecodeError)
        and error.column == column
        and f'{column}"' in text
        and any(name.lower() in text for name in names)
        and f"CAST({column} AS text)" in str(error.hint)
    )


SHORT: Final = {
    # The server says of a domain what it is of.
    "walk_many": ["int4multirange"],
    "integer": ["int4"],
    "bigint": ["int8"],
    "smallint": ["int2"],
    "boolean": ["bool"],
    "character": ["char"],
    "character varying": ["varchar"],
    "bit varying": ["varbit"],
    "real": ["float4"],
    "double precision": ["float8"],
    "timestamp without time zone": ["timestamp"],
    "timestamp with time zone": ["timestamptz"],
    "time without time zone": ["time"],
    "time with time zone": ["timetz"],
}


async def fault_of(kind: str) -> str | None:
    """Returns what is wrong with NULL of a type."""
    try:
        rows = await execute_raw(f"SELECT CAST(NULL AS {kind}) AS far")
    except OxydeError as error:
        return None if refused(error, "far", kind) else f"{error} {error.hint}"
    return None if rows == [{"far": None}] else str(rows)


async def test_nothing_of_every_type(walked: Backend) -> None:
    """NULL of each type in the server's catalogue: None, or a refusal; the connection goes on."""
    with psycopg.connect(walked.url) as other:
        kinds = [row[0] for row in other.execute(TYPES)]
    assert len(kinds) > 300
    faults = {kind: await fault_of(kind) for kind in kinds}
    assert {kind: fault for kind, fault in faults.items() if fault is not None} == {}


@pytest.mark.parametrize("kind", SAMPLES)
async def test_what_is_read_is_written_and_found(walked: Backend, kind: str) -> None:
    """The value is bound again for its type, and has the same text; where the type can be compared, it is equal."""
    for text in SAMPLES[kind]:
        (row,) = await execute_raw(
            f"SELECT CAST(CAST(:v AS text) AS {kind}) AS v, CAST(CAST(CAST(:v AS text) AS {kind}) AS text) AS t", {"v": text}
        )
        again = await execute_raw(f"SELECT CAST(CAST(:v AS {kind}) AS text) AS t", {"v": row["v"]})
        assert again == [{"t": row["t"]}], (kind, text, row["v"])
        if kind not in {"json", "jsonpath", "xml"}:
            found = await execute_raw(f"SELECT 1 AS a WHERE CAST(CAST(:t AS text) AS {kind}) = :v", {"t": text, "v": row["v"]})
            assert found == [{"a": 1}], (kind, text, row["v"])


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_cannot_be_read_is_refused_by_name(walked: Backend, kind: str) -> None:
    """In dictionaries, with parameters and with other columns, whole and inside."""
    literal = REFUSED[kind].replace("'", "''")
    for sql, params in (
        (f"SELECT 1 AS near, CAST('{literal}' AS {kind}) AS far", None),
        (f"SELECT 1 AS near, CAST('{literal}' AS {kind}) AS far WHERE :n = 5; -- far", {"n": 5}),
        (f"WITH q AS (SELECT CAST('{literal}' AS {kind}) AS far) SELECT far, 1 AS near FROM q", None),
        (f"VALUES (CAST('{literal}' AS {kind}))", None),
    ):
        column = "column1" if sql.startswith("VALUES") else "far"
        with pytest.raises(OxydeError) as caught:
            await execute_raw(sql, params)
        error = caught.value
        assert isinstance(error, DecodeError), error
        assert error.column == column, error
        assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]


async def test_a_refusal_inside_a_block(walked: Backend) -> None:
    """Breaks it as other errors do, and leaves the connection whole."""
    with pytest.raises(DecodeError, match='column "far" of type int4multirange cannot become'):
        async with db.atomic():
            await execute_raw("SELECT CAST(NULL AS int4multirange) AS far")
    assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]


async def test_no_statement_is_left_behind(walked: Backend) -> None:
    """What the driver could not learn is not kept on the server for ever."""
    async with db.atomic():
        for _ in range(3):
            with pytest.raises(DecodeError):
                async with db.atomic():
                    await execute_raw("SELECT CAST(NULL AS int4multirange) AS far")
        left = await execute_raw(
            "SELECT count(*) AS n FROM pg_prepared_statements WHERE statement LIKE '%AS far%' AND statement NOT LIKE '%count%'"
        )
    assert left == [{"n": 0}]


async def test_a_parameter_is_refused_by_its_number(walked: Backend) -> None:
    """Nothing can be bound for such a type; the remedy works."""
    with pytest.raises(UnsupportedError, match="parameter 2 is of type int4multirange") as caught:
        await execute_raw("SELECT 1 AS a WHERE $1::int = 1 AND $2::int4multirange IS NULL", [1, "{[1,5)}"])
    assert "CAST(CAST($1 AS text) AS int4multirange)" in str(caught.value.hint)
    assert await execute_raw("SELECT 1 AS a WHERE CAST(CAST($1 AS text) AS int4multirange) = '{[1,5)}'", ["{[1,5)}"]) == [{"a": 1}]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO walk_plain (id) VALUES (1) RETURNING id, m",
        "UPDATE ONLY walk_plain SET n = 1 RETURNING *",
        "DELETE FROM public.walk_plain RETURNING m AS other",
        "WITH q AS (SELECT 1 AS n) UPDATE walk_plain SET n = q.n FROM q RETURNING m",
    ],
)
async def test_rows_that_are_written(walked: Backend, sql: str) -> None:
    """Of these the columns of the table are looked at, because nothing may run; nothing has run."""
    with pytest.raises(DecodeError, match="int4multirange") as caught:
        await execute_raw(sql)
    assert caught.value.column == "m"
    assert await execute_raw("SELECT count(*) AS n FROM walk_plain") == [{"n": 0}]


async def test_a_model_with_such_a_column(walked: Backend) -> None:
    """The error names table and column, in reading and in writing."""

    class Walker(Model):
        """A row with many ranges."""

        id: int = Field(db_pk=True)
        m: str | None = Field(default=None, db_type="int4multirange")
        n: int | None = None

        Meta = table("walk_plain")

    await execute_raw("INSERT INTO walk_plain (id, m) VALUES (1, '{[1,5)}')")
    wrongs: list[Any] = [Walker.objects.all(), Walker.objects.get(id=1), Walker.objects.values("m").all()]
    for wrong in wrongs:
        with pytest.raises(DecodeError, match=r'column "walk_plain\.m" of type int4multirange cannot become text') as caught:
            await wrong
        assert (caught.value.table, caught.value.column) == ("walk_plain", "m")
    assert await Walker.objects.values("id", "n").all() == [{"id": 1, "n": None}]
    with pytest.raises(OxydeError, match="int4multirange"):
        await Walker.objects.create(id=2, m="{[1,5)}")
    with pytest.raises(OxydeError, match="int4multirange"):
        await Walker.objects.bulk_create([Walker(id=2, m="{[1,5)}"), Walker(id=3)])
    assert await Walker.objects.count() == 1


async def test_what_stands_beside_is_not_blamed(walked: Backend) -> None:
    """A type of the server's own that can be read is not the reason."""
    with pytest.raises(DecodeError, match=r'^column "l" of type pg_node_tree'):
        await execute_raw("""SELECT CAST('a' AS "char") AS k, CAST(NULL AS pg_node_tree) AS l""")
