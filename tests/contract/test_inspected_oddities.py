"""What databases have that nobody would write for Oxyde: models of it read every row, and nothing differs from them afterwards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import oxyde.inspect
from oxyde import db
from oxyde.inspect import looked
from oxyde.inspect.classes import classes
from oxyde.migrations import drift
from tests.backends import Backend, Servers
from tests.migrating import fresh, query
from tests.property.databases.rows import differences

COMMON = (
    "CREATE TABLE odd_regions (country VARCHAR(8) NOT NULL, name VARCHAR(20) NOT NULL, PRIMARY KEY (name, country))",
    """CREATE TABLE odd_towns (
        id INTEGER NOT NULL PRIMARY KEY, country VARCHAR(8) NOT NULL, region VARCHAR(20) NOT NULL, twin INTEGER,
        FOREIGN KEY (region, country) REFERENCES odd_regions (name, country), FOREIGN KEY (twin) REFERENCES odd_towns (id)
    )""",
    "CREATE TABLE odd_log (line VARCHAR(80), at INTEGER)",
    "CREATE VIEW odd_names AS SELECT name FROM odd_regions",
    "INSERT INTO odd_regions VALUES ('no', 'Troms'), ('no', 'Agder')",
    "INSERT INTO odd_towns VALUES (1, 'no', 'Troms', NULL), (2, 'no', 'Agder', 1)",
    "INSERT INTO odd_log VALUES ('a', 1), ('a', 1)",
)
OWN = {
    "postgres": (
        'CREATE TABLE odd_counters (name TEXT COLLATE "C" NOT NULL PRIMARY KEY, number SERIAL, mark INT GENERATED ALWAYS AS IDENTITY)',
        'CREATE TABLE odd_codes (id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code VARCHAR(9) COLLATE "POSIX")',
        "CREATE TABLE odd_search (id INT PRIMARY KEY, words TSVECTOR, at POINT)",
        "CREATE TABLE odd_vectors (id INT PRIMARY KEY, keys INT2VECTOR, owners OIDVECTOR)",
        "CREATE INDEX odd_words ON odd_search USING gin (words)",
        "CREATE MATERIALIZED VIEW odd_counts AS SELECT country, count(*) AS regions FROM odd_regions GROUP BY country",
        "CREATE EXTENSION IF NOT EXISTS file_fdw",
        "CREATE SERVER odd_files FOREIGN DATA WRAPPER file_fdw",
        "CREATE FOREIGN TABLE odd_lines (line TEXT) SERVER odd_files OPTIONS (filename '/dev/null')",
        """CREATE TABLE odd_twins (
            id INT PRIMARY KEY, town_id INT NOT NULL DEFAULT 2, mayor_id INT,
            CONSTRAINT fk_odd_twins_town_id FOREIGN KEY (town_id) REFERENCES odd_towns (id) ON DELETE SET DEFAULT,
            CONSTRAINT odd_twins_mayor FOREIGN KEY (mayor_id) REFERENCES odd_towns (id)
        )""",
        "CREATE INDEX fk_odd_twins_town_id ON odd_twins (town_id)",
        "CREATE INDEX fk_odd_twins_mayor_id ON odd_twins (mayor_id)",
        "INSERT INTO odd_twins VALUES (1, 1, 2)",
        "INSERT INTO odd_counters (name) VALUES ('b'), ('A')",
        "INSERT INTO odd_vectors VALUES (1, '1 2', '3 4')",
        "INSERT INTO odd_search VALUES (1, 'a:1 b:2', '(1,2)')",
    ),
    "mariadb": (
        "CREATE TABLE odd_counters (name VARCHAR(9) COLLATE latin1_bin NOT NULL PRIMARY KEY, number INT AUTO_INCREMENT UNIQUE)",
        """CREATE TABLE odd_dates (
            id INT PRIMARY KEY, day DATE NOT NULL DEFAULT '0000-00-00', at TIMESTAMP NOT NULL DEFAULT '0000-00-00 00:00:00',
            exact DATETIME(6) NOT NULL DEFAULT '0000-00-00 00:00:00'
        )""",
        """CREATE TABLE odd_types (
            id INT PRIMARY KEY, long_text VARCHAR(20000) CHARACTER SET latin1, bits BIT(4), born YEAR, tags SET('a', 'b')
        )""",
        "CREATE TABLE odd_places (id INT PRIMARY KEY, place POINT NOT NULL, SPATIAL INDEX (place), name VARCHAR(9))",
        "CREATE TABLE odd_ranks (id TINYINT PRIMARY KEY)",
        """CREATE TABLE odd_beyond (
            id INT PRIMARY KEY, number BIGINT UNSIGNED, day DATE, at DATETIME, stamp TIMESTAMP NOT NULL, lasted TIME NOT NULL,
            flag TINYINT(1), answer TINYINT(1), rank_id TINYINT(1), FOREIGN KEY (rank_id) REFERENCES odd_ranks (id)
        )""",
        """CREATE TABLE odd_rights (
            id INT PRIMARY KEY, Select_priv ENUM('N', 'Y') NOT NULL DEFAULT 'N', Insert_priv ENUM('N', 'Y') NOT NULL, held ENUM('yes', 'no')
        )""",
        "INSERT INTO odd_ranks VALUES (0), (1), (2)",
        "INSERT INTO odd_beyond VALUES (1, 18446744073709551615, '2026-01-00', '0000-00-00', '0000-00-00', '-838:59:59', 2, 1, 1)",
        "INSERT INTO odd_beyond VALUES (2, 1, '2026-01-02', NULL, '2026-01-02 03:04:05', '23:59:59', 0, 0, NULL)",
        "INSERT INTO odd_rights VALUES (1, 'N', 'Y', 'no')",
        "INSERT INTO odd_counters (name) VALUES ('b'), ('A')",
        "INSERT INTO odd_dates (id) VALUES (1)",
        "INSERT INTO odd_dates VALUES (2, '2026-01-02', '2026-01-02 03:04:05', '2026-01-02 03:04:05.000006')",
        "INSERT INTO odd_places VALUES (1, ST_GeomFromText('POINT(1 2)'), 'a')",
        "INSERT INTO odd_types VALUES (1, 'x', b'101', 1999, 'a,b')",
    ),
    "sqlite": (
        "CREATE TABLE odd_counters (name TEXT COLLATE NOCASE PRIMARY KEY, number VARCHAR(3))",
        "CREATE TABLE odd_orphans (id INTEGER PRIMARY KEY, other INTEGER REFERENCES odd_nothing (id))",
        "CREATE TABLE odd_names_of (name TEXT REFERENCES odd_counters (name), id INTEGER PRIMARY KEY)",
        "CREATE TABLE odd_twins (id INTEGER PRIMARY KEY, town_id INTEGER DEFAULT 2 REFERENCES odd_towns (id) ON DELETE SET DEFAULT)",
        "INSERT INTO odd_counters VALUES ('b', 'longer'), ('A', 'x')",
        "INSERT INTO odd_names_of VALUES ('B', 1)",
    ),
}
UNMANAGED = {
    "postgres": {"odd_log", "odd_search", "odd_vectors", "odd_counts", "odd_lines"},
    "mariadb": {"odd_log", "odd_places"},
    "sqlite": {"odd_log"},
}


async def test_nothing_differs(backend: Backend, tmp_path: Path) -> None:
    """Keys in another order than columns, composite foreign keys, collations, counters that are no key, types without values."""
    family = "mariadb" if backend.dialect == "mysql" else backend.dialect
    with fresh(backend, tmp_path) as own:
        for sql in (*COMMON, *OWN[family]):
            if backend.dialect != "mysql" or not re.search("odd_(dates|beyond)", sql):  # which MySQL takes in its older modes alone
                query(own, sql)
        async with db.connect(own.url, "oddities") as connection:
            text = await oxyde.inspect.source(client=connection)
            models = classes(text, connection)
            found = await drift(models.values(), using="oddities")
            assert [str(one) for one in found.differences] == []
            assert found.operations == ()
            assert found.unmanaged == ()
            unmanaged = {model.__table__.name for model in models.values() if not model.__table__.managed and model.__table__.view is None}
            assert unmanaged == UNMANAGED[family]
            assert [line for model in models.values() for line in differences(model, own)] == []


BARE = {
    "postgres": ("CREATE TABLE odd_bare ()",),
    "mariadb": (
        "CREATE TABLE odd_bare (place POINT NOT NULL)",
        "CREATE TABLE odd_gone (id INT)",
        "CREATE VIEW odd_broken AS SELECT id FROM odd_gone",
        "DROP TABLE odd_gone",
    ),
    "sqlite": ("CREATE TABLE odd_gone (id INTEGER)", "CREATE VIEW odd_broken AS SELECT id FROM odd_gone", "DROP TABLE odd_gone"),
}


async def test_what_has_no_columns_has_no_model(backend: Backend, tmp_path: Path) -> None:
    """A table without one that can be read, and a view of what is gone, are said, and the others have their models."""
    with fresh(backend, tmp_path) as own:
        made = BARE["mariadb" if backend.dialect == "mysql" else backend.dialect]
        for sql in ("CREATE TABLE odd_whole (id INTEGER PRIMARY KEY)", *made):
            query(own, sql)
        async with db.connect(own.url, "bare") as connection:
            text = await oxyde.inspect.source(client=connection)
            models = classes(text, connection)
            assert set(models) == {"OddWhole"}
            assert await models["OddWhole"].objects.count() == 0
    bare = {name for sql in made for name in re.findall("(?:odd_bare|odd_broken)", sql)}
    assert set(re.findall(r"(?m)^# (\w+) has no column that can be read, and no model", text)) == bare


async def test_what_mysql_holds_beyond_its_types(servers: Servers, tmp_path: Path) -> None:
    """Days that are none, long times, flags that count and big integers are found by their values, and said."""
    with fresh(servers.get("mariadb"), tmp_path) as own:  # whose default mode takes days that are none
        for sql in OWN["mariadb"]:
            if re.search("odd_(ranks|beyond|rights)", sql):
                query(own, sql)
        text = await oxyde.inspect.source(own.url)
    fields = dict(re.findall(r"(?m)^    (\w+): ([^=\n]+?)(?: = .*)?$", text[text.index("class OddBeyond") : text.index("class OddRank(")]))
    assert fields | {"id": "int"} == {
        "id": "int",
        "number": "Any",
        "day": "str | None",
        "at": "str | None",
        "stamp": "str",
        "lasted": "dt.timedelta",
        "flag": "int | None",
        "answer": "bool | None",
        "rank": "OddRank | None",
    }
    for remark in ("a text, because it holds 0000-00-00 or the like", "a duration, because", "an integer, because", "of any type, because"):
        assert f"    # {remark}" in text
    rights = text[text.index("class OddRight(") :]
    assert "    select_priv: Priv = Field(" in rights
    assert "    insert_priv: Priv\n" not in rights
    assert "    held: OddRightHeld | None = None\n" in rights
    assert "db_enum_name" not in text


async def test_views_of_mysql_hold_what_their_tables_do(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their flags count, too; those of a view that is too slow to look at are integers."""
    with fresh(servers.get("mariadb"), tmp_path) as own:
        for sql in (
            "CREATE TABLE odd_votes (id INT PRIMARY KEY, score TINYINT(1), day DATE, is_open TINYINT(1))",
            "INSERT INTO odd_votes VALUES (1, 7, '2020-00-00', 1)",
            "CREATE VIEW odd_voted AS SELECT score, day, is_open FROM odd_votes",
            "CREATE VIEW odd_voted_late AS SELECT score, is_open FROM odd_votes WHERE sleep(0.3) = 0",
        ):
            query(own, sql)
        monkeypatch.setitem(looked.TIMED, "mariadb", "SET STATEMENT max_statement_time = 0.2 FOR SELECT")
        async with db.connect(own.url, "votes") as connection:
            text = await oxyde.inspect.source(client=connection)
            models = classes(text, connection)
            assert [line for model in models.values() for line in differences(model, own)] == []
    view, late = text[text.index("class OddVoted(") : text.index("class OddVotedLate(")], text[text.index("class OddVotedLate(") :]
    assert "    score: int | None" in view
    assert "    day: str | None" in view
    assert "    is_open: bool | None" in view
    assert late.count("# an integer, because looking whether it holds more than 0 and 1 took too long") == 2
