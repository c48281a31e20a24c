"""What is read of a column is found in it, whatever type the server has for it: by raw SQL, and by a field with that ``db_type``."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Final

import pytest

from oxyde import DecodeError, Field, Model, execute_raw
from oxyde.exceptions import OxydeError
from tests.backends import Backend
from tests.tables import table

KEY: Final = "b9b3a5b0-0000-0000-0000-000000000001"
POSTGRES: Final[list[tuple[str, Any, str]]] = [
    ("bit(5)", str, "10100"),
    ("varbit", str, "101"),
    ("inet", str, "10.0.0.1/8"),
    ("cidr", str, "10.0.0.0/8"),
    ("macaddr", str, "08:00:2b:01:02:03"),
    ("interval", dt.timedelta, "-2 days +00:00:00.000005"),
    ("interval", dt.timedelta, "24:00:00"),
    ("name", str, "abc"),
    ("oid", int, "4294967295"),
    ('"char"', str, "a"),
    ('"char"', str, ""),
    ("char(5)", str, "ab"),
    ("varchar(5)", str, "ab  "),
    ("numeric", Decimal, "1e-40"),
    ("numeric(10,2)", Decimal, "1.10"),
    ("float8", float, "NaN"),
    ("float8", float, "-0"),
    ("float4", float, "0.1"),
    ("timestamp", dt.datetime, "2024-01-01 00:00:00.000001"),
    ("timestamptz", dt.datetime, "2024-01-01 00:00:00.000001+05"),
    ("timestamp", dt.date, "2024-01-01"),
    ("date", dt.datetime, "2024-01-01"),
    ("time", dt.time, "23:59:59.999999"),
    ("timetz", dt.time, "12:30:00.5+02"),
    ("time with time zone", dt.time, "00:00:00-15:59:59"),
    ("uuid", uuid.UUID, KEY),
    ("uuid", str, KEY),
    ("text", uuid.UUID, KEY),
    ("char(36)", uuid.UUID, KEY),
    ("bytea", bytes, "\\x00ff"),
    ("numeric(20,0)", int, "5"),
    ("int4", Decimal, "5"),
    ("bigint", dt.timedelta, "5"),
    ("neighbour_enum", str, "it's"),
    ("neighbour_domain", int, "5"),
]
MARIADB: Final[list[tuple[str, Any, str]]] = [
    ("BIT(9)", int, "b'100101100'"),
    ("YEAR", int, "2024"),
    ("YEAR", int, "0"),
    ("SET('a','b','c')", str, "'c,a'"),
    ("SET('a','b')", str, "''"),
    ("ENUM('a','B')", str, "'b'"),
    ("TIME(6)", dt.timedelta, "'-100:30:00.5'"),
    ("TIME", dt.timedelta, "'838:59:59'"),
    ("TIME(6)", dt.time, "'23:59:59.999999'"),
    ("BINARY(5)", bytes, "'ab'"),
    ("VARBINARY(5)", bytes, "X'6100'"),
    ("BINARY(16)", uuid.UUID, f"X'{KEY.replace('-', '')}'"),
    ("CHAR(32)", uuid.UUID, f"'{KEY.replace('-', '')}'"),
    ("CHAR(36)", uuid.UUID, f"'{KEY.upper()}'"),
    ("UUID", uuid.UUID, f"'{KEY}'"),
    ("UUID", str, f"'{KEY}'"),
    ("DECIMAL(65,30)", Decimal, "12345678901234567890123456789012345.5"),
    ("DECIMAL(65,0)", Decimal, "1e64"),
    ("DECIMAL(40,35)", Decimal, "4e-31"),
    ("BIGINT UNSIGNED", int, "5"),
    ("BIGINT UNSIGNED", Decimal, "18446744073709551615"),
    ("INT(8) ZEROFILL", int, "5"),
    ("INET6", str, "'0:0::1'"),
    ("INET4", str, "'1.2.3.4'"),
    ("DATE", dt.date, "'2024-02-29'"),
    ("DATE", dt.datetime, "'2024-02-29'"),
    ("DATETIME", dt.date, "'2024-02-29'"),
    ("DATETIME(6)", dt.datetime, "'2024-01-01 00:00:00.000001'"),
    ("TIMESTAMP(6)", dt.datetime, "'2024-01-01 00:00:00.000001'"),
    ("FLOAT", float, "0.1"),
    ("DOUBLE", float, "-0e0"),
    ("CHAR(5)", str, "'ab  '"),
    ("VARCHAR(5)", str, "'ab  '"),
    ("VARCHAR(5) CHARACTER SET latin1", str, "'é'"),
    ("VARCHAR(20)", int, "'05'"),
    ("VARCHAR(20)", Decimal, "'1.10'"),
    ("VARCHAR(20)", float, "'1e2'"),
    ("VARCHAR(30)", dt.date, "'2024-01-01'"),
    ("VARCHAR(30)", dt.datetime, "'2024-01-01 00:00:00'"),
    ("VARCHAR(30)", dt.datetime, "'2024-01-01T00:00:00.5'"),
    ("VARCHAR(30)", dt.time, "'10:00'"),
    ("DECIMAL(10,2)", float, "1.10"),
]
REFUSED: Final[dict[str, list[tuple[str, Any, str]]]] = {
    "postgres": [
        ("money", Decimal, "12.34"),
        ("money", str, "12.34"),
        ("interval", dt.timedelta, "1 mon"),
        ("tsvector", str, "a b"),
        ("int4range", str, "[1,5)"),
        ("date", dt.date, "infinity"),
        ("time", dt.time, "24:00"),
        ("text", uuid.UUID, KEY.upper()),
        ("text", int, "5"),
        ("numeric", Decimal, "NaN"),
    ],
    "mariadb": [
        ("BIT(64)", int, "18446744073709551615"),
        ("BIGINT UNSIGNED", int, "18446744073709551615"),
        ("TIME", dt.time, "'100:00:00'"),
        ("TINYINT(1)", bool, "2"),
        ("VARCHAR(30)", dt.date, "'2024-1-1'"),
        ("POINT", bytes, "POINT(1,2)"),
    ],
}


@pytest.fixture
async def own_types(backend: Backend, database: object) -> AsyncIterator[Backend]:
    """A server, with types of its own."""
    made = backend.dialect == "postgres"
    if made:
        await execute_raw("DROP TYPE IF EXISTS neighbour_enum CASCADE")
        await execute_raw("DROP DOMAIN IF EXISTS neighbour_domain CASCADE")
        await execute_raw("CREATE TYPE neighbour_enum AS ENUM ('a', 'it''s')")
        await execute_raw("CREATE DOMAIN neighbour_domain AS int")
    yield backend
    await execute_raw("DROP TABLE IF EXISTS neighbour")
    if made:
        await execute_raw("DROP TYPE neighbour_enum")
        await execute_raw("DROP DOMAIN neighbour_domain")


async def make_table(backend: Backend, declared: str, text: str) -> None:
    """Makes a table with one row."""
    await execute_raw("DROP TABLE IF EXISTS neighbour")
    await execute_raw(f"CREATE TABLE neighbour (id int PRIMARY KEY, v {declared})")
    value = f"CAST('{text}' AS {declared})".replace("it's", "it''s") if backend.dialect == "postgres" else text
    await execute_raw(f"INSERT INTO neighbour VALUES (1, {value})")


def model(declared: str, annotation: Any) -> Any:
    """Returns a model of it."""

    class Neighbour(Model):
        """A row."""

        id: int = Field(db_pk=True)
        v: annotation = Field(db_type=declared)

        Meta = table("neighbour")

    return Neighbour


def rows_of(backend: Backend, cases: dict[str, list[tuple[str, Any, str]]]) -> list[tuple[str, Any, str]]:
    """Returns the cases of a dialect.

    Raises:
        Skipped: It has none.
    """
    if backend.dialect not in cases:
        pytest.skip("its types are those of PostgreSQL and MariaDB here")
    return cases[backend.dialect]


async def test_what_a_model_reads_is_found(own_types: Backend) -> None:
    """Compared, in a list, in a range, updated, written again one by one and in bulk, and deleted."""
    wrong = []
    for declared, annotation, text in rows_of(own_types, {"postgres": POSTGRES, "mariadb": MARIADB}):
        await make_table(own_types, declared, text)
        neighbour = model(declared, annotation)
        query = neighbour.objects
        value = (await query.get(id=1)).v
        found = [
            await query.filter(v=value).count(),
            await query.filter(v__in=[value]).count(),
            await query.filter(v__gte=value, v__lte=value).count(),
            await query.filter(v=value).update(v=value),
        ]
        await query.create(id=2, v=value)
        await query.bulk_create([neighbour(id=3, v=value), neighbour(id=4, v=value)])
        again = [repr(row.v) for row in await query.order_by("id").all()]
        found.append(await query.filter(v=value).delete())
        if found != [1, 1, 1, 1, 4] or again != [repr(value)] * 4:
            wrong.append((declared, annotation, text, value, found, again))
    assert wrong == []


async def test_what_sql_reads_is_found(own_types: Backend) -> None:
    """The value is bound as it was read; a length of time cannot be on MariaDB, and says so."""
    wrong = []
    for declared, _, text in rows_of(own_types, {"postgres": POSTGRES, "mariadb": MARIADB}):
        await make_table(own_types, declared, text)
        (row,) = await execute_raw("SELECT v FROM neighbour")
        try:
            found = await execute_raw("SELECT count(*) AS n FROM neighbour WHERE v = :v AND v IN (:v)", row)
            await execute_raw("INSERT INTO neighbour VALUES (2, :v)", row)
            values = await execute_raw("SELECT count(DISTINCT v) AS n FROM neighbour")
        except OxydeError as error:
            if not (isinstance(row["v"], dt.timedelta) and "timedelta" in str(error)):
                wrong.append((declared, text, row["v"], str(error)))
            continue
        if found != [{"n": 1}] or values != [{"n": 1}]:
            wrong.append((declared, text, row["v"], f"{found} {values}"))
    assert wrong == []


async def test_what_cannot_be_found_is_not_read(own_types: Backend) -> None:
    """The error names the column."""
    for declared, annotation, text in rows_of(own_types, REFUSED):
        await make_table(own_types, declared, text)
        with pytest.raises(DecodeError) as caught:
            await model(declared, annotation).objects.get(id=1)
        assert "v" in str(caught.value), (declared, annotation)


async def test_large_integers_are_bound(own_types: Backend) -> None:
    """Integers of MySQL's beyond 63 bits, which SQL of one's own reads."""
    if own_types.dialect != "mariadb":
        pytest.skip("types of MariaDB")
    for declared in ("BIGINT UNSIGNED", "BIT(64)"):
        await make_table(own_types, declared, "18446744073709551615")
        (row,) = await execute_raw("SELECT v FROM neighbour")
        assert row == {"v": 2**64 - 1}
        assert await execute_raw("SELECT count(*) AS n FROM neighbour WHERE v = :v", row) == [{"n": 1}]
        assert await execute_raw("SELECT count(*) AS n FROM neighbour WHERE v = :v", {"v": 2**64 - 2}) == [{"n": 0}]
        await execute_raw("INSERT INTO neighbour VALUES (2, :v)", row)
        assert await execute_raw("SELECT DISTINCT v FROM neighbour") == [row]
