"""SQL of the application on every backend: values are bound, and everything that a server sends arrives exactly or as an error."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest

import oxyde
from oxyde import DatabaseError, DecodeError, FieldError, UnsupportedError, db, execute_raw
from tests.backends import Backend
from tests.models import Tag
from tests.unit.db.test_sql_start import COMMENTS

UTC = dt.timezone.utc
INTERVAL = dt.timedelta(days=-3, hours=4, microseconds=-5)


async def one(sql: str, params: Any = None) -> Any:
    """Returns the only value of the only row."""
    (row,) = await execute_raw(sql, params)
    (value,) = row.values()
    return value


def same(found: Any, wanted: Any) -> bool:
    """Whether values are equal, of one type, and written alike."""
    return type(found) is type(wanted) and (repr(found) == repr(wanted) or found == wanted != 0)


async def test_rows(blog: Backend) -> None:
    """Dictionaries in the order of the columns; statements without rows give none."""
    assert await execute_raw("INSERT INTO blog_tag (name) VALUES (:a), (:b)", {"a": "x", "b": "it's"}) == []
    rows = await execute_raw("SELECT name, 1 AS n FROM blog_tag WHERE name <> :name ORDER BY name", {"name": "z"})
    assert rows == [{"name": "it's", "n": 1}, {"name": "x", "n": 1}]
    assert list(rows[0]) == ["name", "n"]
    assert await execute_raw("SELECT name FROM blog_tag WHERE name = :name", {"name": "nobody"}) == []


async def test_positions(blog: Backend) -> None:
    """The server's own positional placeholder takes a list."""
    marks = ("$1", "$2") if blog.dialect == "postgres" else ("?", "?")
    await execute_raw("INSERT INTO blog_tag (name) VALUES ({}), ({})".format(*marks), ["a", "b"])
    assert await Tag.objects.count() == 2


async def test_lists(blog: Backend) -> None:
    """``IN`` takes a list on every server, with brackets or without."""
    await Tag.objects.bulk_create([{"name": name} for name in "abc"])
    for sql in (
        "SELECT name FROM blog_tag WHERE name IN :names ORDER BY name",
        "SELECT name FROM blog_tag WHERE name in (:names) ORDER BY 1",
    ):
        assert [row["name"] for row in await execute_raw(sql, {"names": ["c", "a", "zz"]})] == ["a", "c"]


async def test_arrays(blog: Backend) -> None:
    """Elsewhere a list is an array on PostgreSQL and JSON on the others."""
    ids = [row.id for row in await Tag.objects.bulk_create([{"name": name} for name in "abc"])]
    if blog.dialect == "postgres":
        assert len(await execute_raw("SELECT 1 FROM blog_tag WHERE id = ANY(:ids)", {"ids": ids[:2]})) == 2
        assert len(await execute_raw("SELECT 1 FROM blog_tag WHERE id = ANY($1)", [ids[:2]])) == 2
        assert await one("SELECT :words::text[]", {"words": ["a", None, 'b"']}) == ["a", None, 'b"']
    elif blog.dialect == "sqlite":
        assert len(await execute_raw("SELECT 1 FROM blog_tag WHERE id IN (SELECT value FROM json_each(:ids))", {"ids": ids[:2]})) == 2
    else:
        assert len(await execute_raw("SELECT 1 FROM blog_tag WHERE JSON_CONTAINS(:ids, id)", {"ids": ids[:2]})) == 2


async def test_values_go_into_columns(database: db.AsyncDatabase) -> None:
    """Every plain value goes into a column of its type, None into each, and is found there again."""
    types = {
        "sqlite": "b BOOLEAN, i INTEGER, f REAL, t TEXT, x BLOB, n TEXT, d DATE, c TIME, m DATETIME, u CHAR(36)",
        "postgres": "b BOOLEAN, i BIGINT, f FLOAT8, t TEXT, x BYTEA, n NUMERIC, d DATE, c TIME, m TIMESTAMP, u UUID",
        "mysql": "b TINYINT(1), i BIGINT, f DOUBLE, t LONGTEXT, x LONGBLOB, n DECIMAL(20,4), d DATE, c TIME(6), m DATETIME(6), u CHAR(36)",
    }
    columns = types["mysql" if database.dialect == "mariadb" else database.dialect]
    await execute_raw("DROP TABLE IF EXISTS raw_values")
    await execute_raw(f"CREATE TABLE raw_values ({columns})")
    try:
        row = {"b": True, "i": 2**63 - 1, "f": -0.5, "t": "it's", "x": b"\x00\xff", "n": Decimal("12345.6789")}
        row |= {"d": dt.date(2024, 2, 29), "c": dt.time(1, 2, 3, 4), "m": dt.datetime(2024, 2, 29, 1, 2, 3, 4), "u": uuid.UUID(int=7)}
        sql = f"INSERT INTO raw_values ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})"
        await execute_raw(sql, row)
        await execute_raw(sql, dict.fromkeys(row))
        condition = " AND ".join(f"{name} = :{name}" for name in row)
        (found,) = await execute_raw(f"SELECT * FROM raw_values WHERE {condition}", row)
        stored: dict[str, Any] = {}  # what a column without a type of its own gives back
        if database.dialect != "postgres":
            stored["u"] = str(row["u"])
        if database.dialect == "sqlite":
            stored["n"] = str(row["n"])
        if database.dialect in {"mysql", "mariadb"}:
            stored |= {"b": 1, "c": dt.timedelta(hours=1, minutes=2, seconds=3, microseconds=4)}
        for name, value in row.items():
            assert same(found[name], stored.get(name, value)), (name, found[name])
        assert await execute_raw("SELECT * FROM raw_values WHERE b IS NULL") == [dict.fromkeys(row)]
    finally:
        await execute_raw("DROP TABLE raw_values")


async def test_dictionaries_are_json(database: db.AsyncDatabase) -> None:
    """A dict goes in as JSON text."""
    value = {"a": [1, 2.5, None, True, 'ä"']}
    cast = {"postgres": "CAST(:v AS jsonb)", "sqlite": "json(:v)"}.get(database.dialect, "JSON_COMPACT(:v)")
    found = await one(f"SELECT {cast} AS v", {"v": value})
    assert (json.loads(found) if isinstance(found, str) else found) == value


async def test_one_name_for_two_columns(database: db.AsyncDatabase) -> None:
    """A dictionary holds one of them, so that it is refused; nothing is lost silently."""
    with pytest.raises(DecodeError, match='two result columns are named "a"'):
        await execute_raw("SELECT 1 AS a, 2 AS a")


async def test_mistakes(database: db.AsyncDatabase) -> None:
    """The server's error has its code and the SQL, ours comes before anything is sent."""
    with pytest.raises(DatabaseError) as caught:
        await execute_raw("SELEC :a", {"a": "hunter2"})
    assert caught.value.sqlstate
    assert "SELEC" in (caught.value.sql or "")
    assert "hunter2" not in f"{caught.value} {caught.value.__dict__}"
    with pytest.raises(FieldError, match="no parameter is named 'b'"):
        await execute_raw("SELECT :a, :b", {"a": 1})
    assert await one("SELECT 1 AS a") == 1


POSTGRES: list[tuple[str, Any]] = [
    ("'-32768'::int2", -32768),
    ("2147483647::int4", 2147483647),
    ("1.5::float4", 1.5),
    ("0.1::float4", 0.10000000149011612),
    ("'infinity'::float8", float("inf")),
    ("true", True),
    ("'NaN'::numeric", Decimal("NaN")),
    ("'1e-300'::numeric", Decimal("0." + "0" * 299 + "1")),
    ("12345678901234567890123456789012345678901234567890.5::numeric", Decimal("12345678901234567890123456789012345678901234567890.5")),
    ("1.10::numeric(10,2)", Decimal("1.10")),
    ("'-3 days 4 hours -5 microseconds'::interval", INTERVAL),
    ("'12:30:00.5+02:00'::timetz", dt.time(12, 30, 0, 500000, dt.timezone(dt.timedelta(hours=2)))),
    ("'2024-01-01 00:00:00+02'::timestamptz", dt.datetime(2023, 12, 31, 22, tzinfo=UTC)),
    ("'{1,NULL,3}'::int4[]", [1, None, 3]),
    ("'{}'::text[]", []),
    ("ARRAY['a','b,\"c']::varchar[]", ["a", 'b,"c']),
    ("ARRAY[1.5, NULL]::numeric[]", [Decimal("1.5"), None]),
    ("ARRAY['2024-01-01'::date]", [dt.date(2024, 1, 1)]),
    ("'a'::\"char\"", "a"),
    ("'x'::name", "x"),
    ("'b9b3a5b0-0000-0000-0000-000000000001'::uuid", uuid.UUID("b9b3a5b0-0000-0000-0000-000000000001")),
    ("'\\x00ff'::bytea", b"\x00\xff"),
]
TEXTUAL: list[tuple[str, str]] = [
    ("'10.0.0.1/8'::inet", "10.0.0.1/8"),
    ("'10.0.0.0/8'::cidr", "10.0.0.0/8"),
    ("'08:00:2b:01:02:03'::macaddr", "08:00:2b:01:02:03"),
    ("B'1010'", "1010"),
    ("B'101'::varbit", "101"),
    ("'<a/>'::xml", "<a/>"),
]


@pytest.fixture
async def postgres(database: db.AsyncDatabase) -> db.AsyncDatabase:
    """PostgreSQL alone."""
    if database.dialect != "postgres":
        pytest.skip("types of PostgreSQL")
    return database


async def test_types_of_postgres(postgres: db.AsyncDatabase) -> None:
    """Every one arrives exactly, with the type of Python that holds it."""
    for sql, wanted in POSTGRES:
        found = await one(f"SELECT {sql} AS v")
        assert same(found, wanted), (sql, found)


async def test_other_types_of_postgres(postgres: db.AsyncDatabase) -> None:
    """What Python has no type for arrives as its text; never as None."""
    for sql, wanted in TEXTUAL:
        assert str(await one(f"SELECT {sql} AS v")) == wanted, sql


@pytest.mark.parametrize(
    "sql",
    [
        "'{{1,2},{3,4}}'::int8[]",
        "'[1,5)'::int4range",
        "'(1,2)'::point",
        "'12.34'::money",
        "'a & b'::tsquery",
        "row(1, 2)",
        "'infinity'::timestamp",
        "'-infinity'::timestamptz",
        "'infinity'::date",
        "'12000-01-01'::date",
        "'4713-01-01 BC'::timestamp",
        "'1 month'::interval",
    ],
)
async def test_what_python_cannot_hold(postgres: db.AsyncDatabase, sql: str) -> None:
    """Is an error that names the column; the connection goes on."""
    with pytest.raises(DecodeError) as caught:
        await execute_raw(f"SELECT {sql} AS far")
    assert caught.value.column == "far"
    assert await one("SELECT 1 AS a") == 1


async def test_enumerations_and_domains_of_postgres(postgres: db.AsyncDatabase) -> None:
    """Types that the database has made for itself are read, and written, by their base; arrays of them too."""
    await execute_raw("DROP TYPE IF EXISTS raw_colour CASCADE")
    await execute_raw("CREATE TYPE raw_colour AS ENUM ('red', 'it''s')")
    await execute_raw("DROP DOMAIN IF EXISTS raw_small")
    await execute_raw("CREATE DOMAIN raw_small AS int CHECK (value < 10)")
    try:
        assert await one("SELECT :v::raw_colour AS v", {"v": "it's"}) == "it's"
        assert await one("SELECT ARRAY['red']::raw_colour[] AS v") == ["red"]
        assert await one("SELECT :v::raw_small AS v", {"v": 5}) == 5
    finally:
        await execute_raw("DROP TYPE raw_colour")
        await execute_raw("DROP DOMAIN raw_small")


async def test_parameters_of_postgres(postgres: db.AsyncDatabase) -> None:
    """Are sent in the type that the server expects: None, ints of every width, dates and numbers."""
    for kind, value in [("int2", 5), ("int4", -5), ("int8", 2**40), ("float4", 1.5), ("numeric", Decimal("1.10")), ("numeric", 3)]:
        assert await one(f"SELECT :v::{kind} AS v", {"v": value}) == value, kind
        assert await one(f"SELECT :v::{kind} AS v", {"v": None}) is None, kind
    moments = [("date", dt.date(2024, 1, 1)), ("timestamp", dt.datetime(2024, 1, 1)), ("interval", INTERVAL)]
    for kind, value in [*moments, ("inet", "10.0.0.1"), ("varbit", "101")]:
        assert same(await one(f"SELECT :v::{kind} AS v", {"v": value}), value), kind
    with pytest.raises((FieldError, DatabaseError)):
        await one("SELECT :v::int2 AS v", {"v": 40_000})
    with pytest.raises(FieldError):
        await one("SELECT :v::int8 AS v", {"v": 2**63})


MYSQL: list[tuple[str, str, Any]] = [
    ("BIGINT UNSIGNED", "18446744073709551615", 18446744073709551615),
    ("INT UNSIGNED", "4294967295", 4294967295),
    ("SMALLINT", "-32768", -32768),
    ("MEDIUMINT", "-8388608", -8388608),
    ("TINYINT", "-128", -128),
    ("TINYINT UNSIGNED", "255", 255),
    ("YEAR", "2024", 2024),
    ("FLOAT", "1.5", 1.5),
    ("DECIMAL(65,30)", "12345678901234567890123456789012345.5", Decimal("12345678901234567890123456789012345." + "5" + "0" * 29)),
    ("DATE", "'2024-02-29'", dt.date(2024, 2, 29)),
    ("TIME(6)", "'-00:00:01.5'", dt.timedelta(seconds=-1.5)),
    ("TIME", "'100:30:00'", dt.timedelta(hours=100, minutes=30)),
    ("DATETIME(6)", "'1000-01-01 00:00:00.000001'", dt.datetime(1000, 1, 1, 0, 0, 0, 1)),
    ("VARCHAR(20)", "'größe 😀'", "größe 😀"),
    ("VARBINARY(20)", "X'00ff'", b"\x00\xff"),
    ("ENUM('a','b')", "'b'", "b"),
    ("SET('a','b')", "'a,b'", "a,b"),
    ("JSON", "'{\"a\": 1}'", {"a": 1}),
]


async def test_types_of_mysql(database: db.AsyncDatabase) -> None:
    """Unsigned numbers, negative and long times, years and sets arrive exactly; zero dates are refused."""
    if database.dialect not in {"mysql", "mariadb"}:
        pytest.skip("types of MySQL")
    for kind, sql, wanted in MYSQL:
        await execute_raw("DROP TABLE IF EXISTS raw_kind")
        await execute_raw(f"CREATE TABLE raw_kind (v {kind})")
        await execute_raw(f"INSERT INTO raw_kind VALUES ({sql})")
        found = await one("SELECT v FROM raw_kind")
        if kind == "JSON" and isinstance(found, str):
            found = json.loads(found)
        assert same(found, wanted), (kind, found)
    await execute_raw("DROP TABLE raw_kind")


async def test_zero_dates(database: db.AsyncDatabase) -> None:
    """A date that is none is an error naming the column, never None."""
    if database.dialect not in {"mysql", "mariadb"}:
        pytest.skip("only MySQL has them")
    zero = "CAST('0000-00-00' AS DATE) AS zero"
    sql = (
        f"SELECT /*+ SET_VAR(sql_mode = '') */ {zero}" if database.dialect == "mysql" else f"SET STATEMENT sql_mode = '' FOR SELECT {zero}"
    )
    with pytest.raises(DecodeError) as caught:
        await execute_raw(sql)
    assert caught.value.column == "zero"


SQLITE: list[tuple[str, Any]] = [
    ("x'00ff'", b"\x00\xff"),
    ("x''", b""),
    ("1", 1),
    ("9223372036854775807", 2**63 - 1),
    ("1.5", 1.5),
    ("9e999", float("inf")),
    ("'text'", "text"),
    ("'nul' || char(0) || 'x'", "nul\x00x"),
    ("NULL", None),
    ("1 = 1", 1),
]


async def test_storage_classes_of_sqlite(database: db.AsyncDatabase) -> None:
    """A value without a declared type arrives as it is stored, row by row."""
    if database.dialect != "sqlite":
        pytest.skip("storage classes of SQLite")
    for sql, wanted in SQLITE:
        assert same(await one(f"SELECT {sql} AS v"), wanted), sql
    rows = await execute_raw("SELECT 1 AS v UNION ALL SELECT 'a' UNION ALL SELECT x'01' UNION ALL SELECT NULL UNION ALL SELECT 2.5")
    assert [row["v"] for row in rows] == [1, "a", b"\x01", None, 2.5]


async def test_values_that_are_not_what_their_column_says(database: db.AsyncDatabase) -> None:
    """A blob in a TEXT column, text in an INTEGER one: raw SQL reads what is there, a model names the column; never None."""
    if database.dialect != "sqlite":
        pytest.skip("only SQLite stores them")
    await db.drop_tables(models=[Tag], if_exists=True)
    await db.create_tables(models=[Tag])
    try:
        await execute_raw("INSERT INTO blog_tag (id, name) VALUES (1, x'ff00')")
        await execute_raw("CREATE TABLE raw_loose (n INTEGER)")
        await execute_raw("INSERT INTO raw_loose VALUES (1), ('abc')")
        with pytest.raises(DecodeError) as caught:
            await Tag.objects.all()
        assert (caught.value.column or "").rpartition(".")[2] == "name"
        assert await execute_raw("SELECT name FROM blog_tag") == [{"name": b"\xff\x00"}]
        assert await execute_raw("SELECT n FROM raw_loose") == [{"n": 1}, {"n": "abc"}]
        assert await one("SELECT CAST(name AS BLOB) AS v FROM blog_tag") == b"\xff\x00"
    finally:
        await execute_raw("DROP TABLE IF EXISTS raw_loose")
        await db.drop_tables(models=[Tag])


@pytest.mark.parametrize(("value", "own"), [(1.5, "double precision"), (3, "bigint"), (Decimal("1.5"), "numeric"), (True, "boolean")])
async def test_a_refused_parameter_says_what_cast_helps(postgres: db.AsyncDatabase, value: Any, own: str) -> None:
    """PostgreSQL takes a bare parameter for text; with the cast of the hint the value arrives."""
    with pytest.raises(FieldError) as caught:
        await execute_raw("SELECT :x AS x", {"x": value})
    assert caught.value.hint is not None
    assert caught.value.hint.endswith(f"CAST($1 AS {own})")
    assert await execute_raw(f"SELECT CAST(:x AS {own}) AS x", {"x": value}) == [{"x": value}]


LITERALS = {
    "postgres": [("'a''b :x'", "a'b :x"), (r"E'\' :x'", "' :x"), ("$t$ ' :x $1 $t$", " ' :x $1 ")],
    "sqlite": [("'a''b ? :x'", "a'b ? :x"), (r"'\'", "\\")],
    "mysql": [("'a''b ? :x'", "a'b ? :x"), (r"'\' :x'", "' :x"), (r'"\" ? "', '" ? ')],
}


async def test_servers_agree_on_what_is_code(database: db.AsyncDatabase) -> None:
    """Every form of comment and string leaves the placeholders beside it where they are, on the server too."""
    dialect = database.dialect
    for comment in COMMENTS[dialect]:
        sql = f"{comment} SELECT 0 + {comment} :a {comment} AS a"
        assert await execute_raw(sql, {"a": 7}) == [{"a": 7}], comment
    for text, value in LITERALS["mysql" if dialect == "mariadb" else dialect]:
        assert await execute_raw(f"SELECT 0 + :a AS a, {text} AS b, 0 + :c AS c", {"a": 1, "c": 2}) == [{"a": 1, "b": value, "c": 2}], text
    if dialect in {"mysql", "mariadb"}:
        assert await execute_raw("SELECT 1 /*!50000 + :a */ AS a", {"a": 2}) == [{"a": 3}]


@pytest.mark.parametrize("comment", ["/* a */", "-- a\n", "/* a /* b */", "/*!50000", ";"])
async def test_no_comment_hides_the_end_of_a_transaction(database: db.AsyncDatabase, comment: str) -> None:
    """Where the server would read COMMIT it is refused inside a block; where it reads a comment nothing is committed either."""
    sql = f"{comment} COMMIT" + (" */" if comment == "/*!50000" else "")
    reads_it = {"/* a /* b */": database.dialect != "postgres", "/*!50000": database.dialect in {"mysql", "mariadb"}}.get(comment, True)
    with pytest.raises(oxyde.exceptions.OxydeError) as caught:
        async with db.atomic():
            await execute_raw(sql)
            raise oxyde.exceptions.OxydeError("nothing was sent that ends a transaction")
    assert isinstance(caught.value, UnsupportedError) == reads_it
