"""SQLite makes tables anew: rows, and all that belongs to a table, are the same afterwards, but for what the migration says."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import sync
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.exceptions import IntegrityError, LockTimeoutError, MigrationError
from oxyde.migrations import migrate
from oxyde.migrations import sync as blocking
from oxyde.migrations.folder.files import load
from oxyde.migrations.live import read
from oxyde.migrations.sql.preview import sqlmigrate
from tests.migrating import write

pytestmark = pytest.mark.usefixtures("file")
FIRST = """
def upgrade(ctx):
    ctx.create_enum_type("pet_mood", ["good", "bad"])
    ctx.create_table("owners", column("id", "int", key=True, auto=True), column("name", "text", length=40))
    ctx.create_table(
        "pets",
        column("id", "int", key=True, auto=True),
        column("name", "text", length=40),
        column("nick", "text", nullable=True),
        column("size", "int", nullable=True),
        column("price", "float", default="1.5"),
        column("mood", "enum", name="pet_mood"),
        column("owner_id", "int"),
        column("mother_id", "int", nullable=True),
        column("loud", "text", generated="upper(name)", nullable=True),
        foreign_key("fk_pets_owner_id", "owner_id", "owners.id", on_delete="CASCADE"),
        foreign_key("fk_pets_mother_id", "mother_id", "pets.id", on_delete="SET NULL"),
        unique("uq_pets_name", "name", "owner_id"),
        check("ck_pets_size", "size IS NULL OR size > 0"),
        index("ix_pets_size", "size", desc=["size"]),
        index("ix_pets_named", "lower(name)", "owner_id", where="nick IS NOT NULL"),
    )
    ctx.create_table(
        "visits",
        column("id", "int", key=True, auto=True),
        column("pet_id", "int"),
        column("note", "text", default="''"),
        foreign_key("fk_visits_pet_id", "pet_id", "pets.id", on_delete="CASCADE"),
    )
    ctx.create_table(
        "select",
        column("a \\"b", "int", key=True),
        column("order", "int", key=True),
        column("group by", "text", nullable=True),
        column("pet", "int", nullable=True),
        foreign_key("fk odd", "pet", "pets.id", on_delete="CASCADE"),
        check("ck odd", "\\"group by\\" <> 'x'"),
    )
    ctx.execute(
        "CREATE VIEW big AS SELECT p.id, p.name, o.name AS owner FROM pets p JOIN owners o ON o.id = p.owner_id", reverse="DROP VIEW big"
    )
    ctx.execute("CREATE TABLE log (what TEXT)", reverse="DROP TABLE log")
    ctx.execute(
        "CREATE TRIGGER pets_go AFTER DELETE ON pets BEGIN INSERT INTO log VALUES ('gone; ' || old.name); END",
        reverse="DROP TRIGGER pets_go",
    )
    ctx.execute(
        "CREATE TRIGGER visits_come AFTER INSERT ON visits BEGIN UPDATE pets SET price = price + 1 WHERE id = new.pet_id; END",
        reverse="DROP TRIGGER visits_come",
    )
    ctx.execute("INSERT INTO owners (id, name) VALUES (1, 'Ann'), (2, 'Bob')", reverse="DELETE FROM owners")
    ctx.execute(
        "INSERT INTO pets (id, name, nick, size, price, mood, owner_id, mother_id) VALUES (1, 'Rex', 'R', 3, 2.5, 'good', 1, NULL), "
        "(2, 'Tom', NULL, NULL, 1.0, 'bad', 1, 1), (7, 'Joy', 'J', 9, 0.5, 'good', 2, 2), (50, 'x', NULL, 1, 1, 'good', 2, NULL)",
        reverse="DELETE FROM pets",
    )
    ctx.execute("DELETE FROM pets WHERE id = 50", reverse="SELECT 1")
    ctx.execute("INSERT INTO visits (id, pet_id, note) VALUES (1, 1, 'a'), (2, 7, 'b'), (3, 7, 'c')", reverse="DELETE FROM visits")
    ctx.execute('INSERT INTO "select" VALUES (1, 1, NULL, 1), (1, 2, \\'y\\', 7)', reverse='DELETE FROM "select"')
"""
NEXT = """
def upgrade(ctx):
    {}
"""
THERE_AND_BACK = [
    'ctx.alter_column("pets", "name", nullable=True)',
    'ctx.alter_column("pets", "size", nullable=False, fill="0 + 1")',
    "ctx.alter_column(\"pets\", \"nick\", default=\"'none'\")",
    'ctx.alter_column("pets", "price", default=None)',
    'ctx.alter_column("pets", "size", type="float")',
    'ctx.alter_column("pets", "size", type="decimal", precision=20, scale=2)',
    'ctx.alter_column("pets", "name", collation="NOCASE")',
    'ctx.alter_column("pets", "loud", generated="lower(name)")',
    'ctx.alter_column("pets", "owner_id", db_type="BIGINT")',
    'ctx.add_column("pets", column("slug", "text"), fill="lower(name) || id")',
    'ctx.add_column("pets", column("made", "datetime", default="CURRENT_TIMESTAMP"))',
    'ctx.add_column("pets", column("loudest", "text", generated="upper(name)", stored=True, nullable=True))',
    'ctx.drop_column("pets", "mother_id")',
    'ctx.drop_column("pets", "mother_id"); ctx.drop_column("visits", "note")',
    'ctx.add_unique("pets", unique("uq_pets_nick", "nick"))',
    'ctx.drop_unique("pets", "uq_pets_name")',
    'ctx.add_check("pets", check("ck_pets_name", "length(name) > 1"))',
    'ctx.drop_check("pets", "ck_pets_size")',
    'ctx.drop_foreign_key("visits", "fk_visits_pet_id")',
    'ctx.drop_foreign_key("pets", "fk_pets_owner_id")',
    'ctx.drop_foreign_key("pets", "fk_pets_mother_id")',
    'ctx.rename_constraint("pets", "ck_pets_size", "ck_pets_bulk")',
    'ctx.rename_constraint("pets", "uq_pets_name", "uq_pets_called")',
    'ctx.rename_constraint("pets", "fk_pets_owner_id", "fk_pets_keeper")',
    'ctx.alter_key("select", "order", "a \\"b")',
    'ctx.alter_key("select")',
    'ctx.add_column("select", column("part", "int"), fill="\\"order\\" * 2")',
    'ctx.alter_column("select", "group by", nullable=False, fill="\'-\'")',
    'ctx.add_check("select", check("ck other", "pet > 0"))',
    'ctx.drop_check("select", "ck odd")',
    'ctx.drop_foreign_key("select", "fk odd")',
    'ctx.add_enum_value("pet_mood", "new")',
    'ctx.alter_enum_type("pet_mood", ["bad", "fine"], map={"good": "fine"})',
    'ctx.alter_column("owners", "name", nullable=True)',
]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """An SQLite file, connected as the default database."""
    path = tmp_path / "pets.db"
    with oxyde.sync.connect(f"sqlite:///{path}", "default"):
        yield path


def sql(text: str) -> list[tuple[Any, ...]]:
    """Returns the rows of a statement."""
    return [tuple(row.values()) for row in sync.execute_raw(text)]


def rows(table: str) -> list[dict[str, Any]]:
    """Returns the rows of a table with their rowids."""
    return sync.execute_raw(f'SELECT rowid AS "#", * FROM "{table}" ORDER BY 1')


RUN = "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).executescript(sys.stdin.read())"


def outside(file: Path, text: str) -> None:
    """Runs statements in another tool, which does not check foreign keys unless it is told to."""
    subprocess.run([sys.executable, "-c", RUN, str(file)], input=text, text=True, check=True)


def everything() -> dict[str, Any]:
    """Returns what is in the database: the state of its tables, what SQLite keeps of others as text, counters and rows."""
    return {
        "state": run_blocking(read("sqlite"), route()),
        "texts": sql("SELECT name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY name"),
        "counters": sql("SELECT name, seq FROM sqlite_sequence ORDER BY name"),
        "rows": {
            name: rows(name)
            for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'oxyde*' AND name NOT GLOB 'sqlite*'")
        },
        "keys": sql("PRAGMA foreign_keys"),
        "faults": sql("PRAGMA integrity_check") + sql("PRAGMA foreign_key_check"),
    }


@pytest.mark.parametrize("operation", THERE_AND_BACK, ids=lambda text: text[4:50])
def test_there_and_back(tmp_path: Path, operation: str) -> None:
    """Nothing is lost, nothing fires, and the way back leads to where it began."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_next=NEXT.format(operation))
    blocking.migrate(folder, "0001")
    before = everything()
    assert before["faults"] == [("ok",)]
    blocking.migrate(folder)
    between = everything()
    assert between["state"] != before["state"]
    assert between["faults"] == [("ok",)]
    assert between["keys"] == [(1,)]
    assert sorted(map(len, between["rows"].values())) == sorted(map(len, before["rows"].values()))
    blocking.migrate(folder, "0001")
    after = everything()
    assert after["state"] == before["state"]
    assert after["texts"] == before["texts"]
    assert after["counters"] == before["counters"]
    assert after["faults"] == [("ok",)]


def test_renames_beside_it(tmp_path: Path) -> None:
    """Are SQLite's own, so that views and triggers follow; they work in between and afterwards."""
    body = """
    ctx.alter_column("pets", "size", type="text")
    ctx.rename_table("pets", "beasts")
    ctx.rename_column("beasts", "name", "called")
    ctx.add_check("beasts", check("ck_beasts", "called <> ''"))
    """
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_next=NEXT.format(body.strip()))
    blocking.migrate(folder, "0001")
    before = everything()["rows"]
    for target, name, column in ((None, "beasts", "called"), ("0001", "pets", "name")):
        blocking.migrate(folder, target)
        assert everything()["faults"] == [("ok",)]
        assert sql("SELECT count(*) FROM big") == [(3,)]
        with sync.atomic() as block:
            sql("INSERT INTO visits (pet_id) VALUES (7)")
            sql(f"DELETE FROM {name} WHERE {column} = 'Joy'")
            assert len(rows("visits")) == 1
            assert sql("SELECT what FROM log")[-1] == ("gone; Joy",)
            block.set_rollback()
    assert everything()["rows"] == before


BY_HAND = '''
def upgrade(ctx):
    def told(ctx):
        ctx.create_table(
            "stock",
            column("shelf", "text", key=True, collation="NOCASE"),
            column("place", "int", key=True),
            column("item", "text"),
            column("half", "int", generated="place / 2", stored=True, nullable=True),
            unique("uq_stock_item", "item"),
            check("ck_stock", "place >= 0"),
        )
        ctx.create_table("plain", column("a", "text", nullable=True), column("rowid", "text", nullable=True))

    ctx.execute(
        """CREATE TABLE stock (
            shelf TEXT NOT NULL COLLATE NOCASE, -- where it "is
            place INTEGER NOT NULL ON CONFLICT FAIL,
            item TEXT NOT NULL COLLATE RTRIM UNIQUE ON CONFLICT ABORT,
            half INT AS (place / 2) STORED,
            PRIMARY KEY (shelf, place), CHECK (stock.place >= 0)
        ) STRICT, WITHOUT ROWID""",
        reverse="DROP TABLE stock",
        state=told,
    )
    ctx.execute("CREATE TABLE plain (a VARCHAR(9), [rowid] TEXT)", reverse="DROP TABLE plain")
    ctx.execute("INSERT INTO stock VALUES ('A', 1, 'nail'), ('b', 4, 'tape')", reverse="DELETE FROM stock")
    ctx.execute(
        "INSERT INTO plain (_rowid_, a, rowid) VALUES (5, 'x', 'five'), (2, 'y', 'two'), (9, NULL, NULL)", reverse="DELETE FROM plain"
    )
'''


def kept(name: str) -> str:
    """Returns the text that SQLite keeps of a table."""
    return str(sql(f"SELECT sql FROM sqlite_master WHERE name = '{name}'")[0][0])


def test_tables_made_by_hand(tmp_path: Path) -> None:
    """Options, hidden collations, clauses for conflicts and rowids stay; constraints are found by what they say."""
    body = """
    ctx.alter_column("stock", "item", nullable=True)
    ctx.alter_column("plain", "a", nullable=False, fill="'?'")
    """
    folder = write(tmp_path / "migrations", m0001_hand=BY_HAND, m0002_next=NEXT.format(body.strip()))
    blocking.migrate(folder, "0001")
    stock = sql("SELECT * FROM stock")
    blocking.migrate(folder)
    assert kept("stock") == (
        'CREATE TABLE "stock" ("shelf" TEXT NOT NULL COLLATE NOCASE, "place" INTEGER NOT NULL ON CONFLICT FAIL, '
        '"item" TEXT COLLATE RTRIM UNIQUE ON CONFLICT ABORT, "half" INT AS (place / 2) STORED, PRIMARY KEY (shelf, place), '
        "CHECK (place >= 0)) STRICT, WITHOUT ROWID"
    )
    assert sql("SELECT * FROM stock") == stock == [("A", 1, "nail", 0), ("b", 4, "tape", 2)]
    assert sql("SELECT _rowid_ AS nr, a, rowid FROM plain ORDER BY 1") == [(2, "y", "two"), (5, "x", "five"), (9, "?", None)]
    blocking.migrate(folder, "0001")
    assert "CHECK (place >= 0)" in kept("stock")
    sql("UPDATE stock SET item = 'x' WHERE place = 1")
    assert sql("SELECT _rowid_ AS nr, a FROM plain ORDER BY 1") == [(2, "y"), (5, "x"), (9, "?")]


def test_what_no_migration_made(tmp_path: Path) -> None:
    """Is named and refused, with the remedy, and kept when that is said; an index made by hand is kept anyway."""
    body = 'ctx.alter_column("pets", "name", nullable=True)'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_next=NEXT.format(body))
    blocking.migrate(folder, "0001")
    sql("ALTER TABLE pets ADD COLUMN chip TEXT CHECK (chip <> 'none') REFERENCES owners DEFAULT NULL")
    sql("UPDATE pets SET chip = NULL")
    sql("CREATE INDEX by_hand ON pets (price)")
    before = everything()
    wanted = r"0002_next: .*pets has column chip and check without a name: CHECK \(chip <> 'none'\) and foreign key .*--keep-extra"
    with pytest.raises(MigrationError, match=wanted):
        blocking.migrate(folder)
    assert everything() == before
    blocking.migrate(folder, keep_extra=True)
    after = everything()
    assert "\"chip\" TEXT CHECK (chip <> 'none') REFERENCES owners DEFAULT NULL" in kept("pets")
    assert after["rows"]["pets"] == before["rows"]["pets"]
    assert kept("by_hand") == "CREATE INDEX by_hand ON pets (price)"
    sql("DROP INDEX by_hand")
    sql("CREATE INDEX by_hand ON pets (mother_id)")
    (folder / "0003_last.py").write_text('def upgrade(ctx):\n    ctx.drop_column("pets", "mother_id")\n')
    with pytest.raises(MigrationError, match="the index by_hand of pets, which no migration made, is over a column that goes"):
        blocking.migrate(folder, keep_extra=True)


def test_what_a_later_migration_made(tmp_path: Path) -> None:
    """Is kept where one before it is still to come, as after a rebase; what no migration made is refused all the same."""
    chip = 'ctx.add_column("pets", column("chip", "text", nullable=True))'
    mine = chip + "\n    ctx.add_check('pets', check('ck_pets_chip', 'chip <> 0'))"
    mine += "\n    ctx.rename_column('pets', 'nick', 'short')\n    ctx.drop_column('pets', 'loud')"
    theirs = 'ctx.alter_column("pets", "name", nullable=True)'
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_mine=NEXT.format(mine))
    blocking.migrate(folder)
    sql("UPDATE pets SET chip = 'x'")
    (folder / "0002_mine.py").unlink()
    write(folder, m0001_first=FIRST, m0002_theirs=NEXT.format(theirs), m0003_mine=NEXT.format(mine))
    sql("ALTER TABLE pets ADD COLUMN by_hand TEXT")
    with pytest.raises(MigrationError, match=r"0002_theirs: .*pets has column by_hand, which no migration made"):
        blocking.migrate(folder)
    sql("ALTER TABLE pets DROP COLUMN by_hand")
    assert [one.name for one in blocking.migrate(folder)] == ["0002_theirs"]
    assert 'CONSTRAINT "ck_pets_chip" CHECK (chip <> 0)' in kept("pets")
    assert set(sql("SELECT chip FROM pets")) == {("x",)}
    assert '"short" TEXT' in kept("pets")
    assert "loud" not in kept("pets")
    assert "short" in kept("ix_pets_named")


TAGS = """
def upgrade(ctx):
    ctx.create_table("tags", column("id", "int", key=True), column("a", "text", nullable=True), column("b", "text", nullable=True))
    ctx.execute("INSERT INTO tags VALUES (1, 'a1', 'b1')", reverse="DELETE FROM tags")
"""


@pytest.mark.parametrize(
    ("mine", "wanted"),
    [
        ('ctx.rename_column("tags", "a", "aside")\n    ctx.rename_column("tags", "b", "a")', [(1, "A1", "b1")]),
        ('ctx.drop_column("tags", "a")\n    ctx.add_column("tags", column("a", "text", nullable=True))', None),
    ],
)
@pytest.mark.parametrize(
    "theirs",
    ['ctx.alter_column("tags", "a", nullable=False, using="upper(a)")', 'ctx.alter_column("tags", "id", type="text", using="a || id")'],
)
def test_a_name_that_a_later_migration_gave_away(tmp_path: Path, mine: str, theirs: str, wanted: list[Any] | None) -> None:
    """Is not taken for the column that it was: the migration is refused, and runs once the later one is undone."""
    folder = write(tmp_path / "migrations", m0001_tags=TAGS, m0002_mine=NEXT.format(mine))
    blocking.migrate(folder)
    before = sql("SELECT * FROM tags")
    (folder / "0002_mine.py").unlink()
    write(folder, m0001_tags=TAGS, m0002_theirs=NEXT.format(theirs), m0003_mine=NEXT.format(mine))
    with pytest.raises(MigrationError, match=r"0002_theirs: .*: tags\.a is another column since 0003_mine, which is applied already"):
        blocking.migrate(folder)
    assert sql("SELECT * FROM tags") == before
    if wanted is not None and "upper" in theirs:
        assert [one.name for one in blocking.migrate(folder, "0002")] == ["0003_mine", "0002_theirs"]
        assert [one.name for one in blocking.migrate(folder)] == ["0003_mine"]
        assert sql("SELECT * FROM tags") == wanted


def test_rows_that_do_not_fit(tmp_path: Path) -> None:
    """Are counted before anything changes, and nothing has changed."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    blocking.migrate(folder)
    before = everything()
    for body, message in (
        ('ctx.alter_column("pets", "nick", nullable=False)', "1 row of pets has NULL in nick, which takes none; say what they get: fill="),
        ('ctx.alter_column("pets", "nick", nullable=False, fill="NULL")', "1 row of pets has NULL in nick"),
        ('ctx.add_column("visits", column("stars", "int"))', "3 rows of visits have NULL in stars"),
        (
            'ctx.add_check("visits", check("ck_v", "id < 2"))',
            r"2 rows of visits have values that break CONSTRAINT .*id < 2",
        ),
        ('ctx.alter_enum_type("pet_mood", ["bad"])', None),
        ('ctx.alter_column("visits", "note", type="int")', r"3 values of visits\.note cannot be int; say how: using="),
        ('ctx.add_unique("visits", unique("uq_v", "pet_id"))', "2 rows of visits have the same pet_id as others"),
        ('ctx.drop_column("pets", "name")', None),
    ):
        write(folder, m0001_first=FIRST, m0002_next=NEXT.format(body))
        with pytest.raises(MigrationError, match=message):
            blocking.migrate(folder)
        assert everything() == before


def test_views_and_triggers_that_would_not_work(tmp_path: Path) -> None:
    """Are refused by name; one that did not work before is none of ours."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    blocking.migrate(folder)
    sql("CREATE VIEW broken AS SELECT nowhere FROM pets")
    sql("CREATE VIEW prices AS SELECT price FROM pets")
    gone = 'ctx.drop_unique("pets", "uq_pets_name"); ctx.drop_column("pets", "price", fill="1")'
    write(folder, m0001_first=FIRST, m0002_next=NEXT.format(gone))
    with pytest.raises(MigrationError, match=r"0002_next: .*the view prices would not work any more: no such column: price"):
        blocking.migrate(folder)
    sql("DROP VIEW prices")
    with pytest.raises(MigrationError, match=r"a trigger of visits: INSERT would not work any more: no such column: price"):
        blocking.migrate(folder)
    sql("DROP TRIGGER visits_come")
    assert [one.name for one in blocking.migrate(folder)] == ["0002_next"]
    sql("DELETE FROM pets WHERE id = 7")
    assert sql("SELECT what FROM log") == [("gone; x",), ("gone; Joy",)]


def test_orphans(file: Path, tmp_path: Path) -> None:
    """Those of before are said and stay; new ones are refused."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    blocking.migrate(folder)
    said: list[str] = []
    body = 'ctx.alter_column("pets", "name", nullable=True); ctx.execute("DELETE FROM owners WHERE id = 2", reverse="SELECT 1")'
    write(folder, m0001_first=FIRST, m0002_next=NEXT.format(body))
    with pytest.raises(MigrationError, match=r"0002_next: 1 row of pets would point to no row of owners: mend or delete them"):
        blocking.migrate(folder, warn=said.append)
    assert said == []
    assert len(sql("SELECT * FROM owners")) == 2
    lost = "CREATE TABLE faulty (mood TEXT REFERENCES pets (mood)); INSERT INTO faulty VALUES ('x');"
    outside(file, f"INSERT INTO visits (pet_id) VALUES (98), (99); {lost}")
    write(folder, m0001_first=FIRST, m0002_next=NEXT.format('ctx.alter_column("visits", "note", nullable=True)'))
    assert [one.name for one in blocking.migrate(folder, warn=said.append)] == ["0002_next"]
    assert said == ["0002_next: 2 rows of visits pointed to no row of pets before, and nothing changes that"]
    assert sql("SELECT pet_id FROM visits WHERE pet_id > 90") == [(98,), (99,)]


def test_a_key_that_others_point_to(tmp_path: Path) -> None:
    """Cannot go while they do."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    blocking.migrate(folder)
    before = everything()
    write(
        folder, m0001_first=FIRST, m0002_next=NEXT.format('ctx.alter_column("owners", "id", auto=False); ctx.alter_key("owners", "name")')
    )
    with pytest.raises(
        MigrationError, match=r"0002_next: a foreign key of pets would point to what no key can point to: foreign key mismatch"
    ):
        blocking.migrate(folder)
    assert everything() == before


def test_foreign_keys_are_on_again(tmp_path: Path) -> None:
    """For every statement that follows, whether the migration ended well or not."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    blocking.migrate(folder)
    for body, ends in (('ctx.execute("INSERT INTO nowhere VALUES (1)", reverse="SELECT 1")', False), ("pass", True)):
        both = f'ctx.alter_column("pets", "name", nullable=True); {body}'
        write(folder, m0001_first=FIRST, m0002_next=NEXT.format(both))
        if ends:
            blocking.migrate(folder)
        else:
            with pytest.raises(MigrationError, match="no such table: nowhere"):
                blocking.migrate(folder)
        assert sql("PRAGMA foreign_keys") == [(1,)]
        assert sql("PRAGMA legacy_alter_table") == [(0,)]
        with pytest.raises(IntegrityError):
            sql("INSERT INTO visits (pet_id) VALUES (99)")


def test_another_writer(file: Path, tmp_path: Path) -> None:
    """Is waited for; after that, too, foreign keys are followed."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_next=NEXT.format(THERE_AND_BACK[0]))
    blocking.migrate(folder, "0001")
    settings = oxyde.PoolSettings(max_connections=1, sqlite_busy_timeout=50)
    with oxyde.sync.connect(f"sqlite:///{file}", "impatient", settings=settings):
        with sync.atomic(), pytest.raises((LockTimeoutError, MigrationError)):
            blocking.migrate(folder, using="impatient", lock_timeout=0.2)
        assert sync.execute_raw("PRAGMA foreign_keys", using="impatient") == [{"foreign_keys": 1}]
        assert [one.name for one in blocking.migrate(folder, using="impatient")] == ["0002_next"]


def test_strict_tables(tmp_path: Path) -> None:
    """Get types that they take."""
    body = 'ctx.add_column("stock", column("made", "datetime"), fill="\'2024-02-29 12:00:00\'")'
    folder = write(tmp_path / "migrations", m0001_hand=BY_HAND, m0002_next=NEXT.format(body))
    blocking.migrate(folder)
    assert sql("SELECT made FROM stock") == [("2024-02-29 12:00:00",)] * 2
    assert '"made" TEXT NOT NULL' in kept("stock")


def test_in_memory(tmp_path: Path) -> None:
    """The one connection that has the rows makes the table anew, and follows foreign keys again."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_next=NEXT.format(THERE_AND_BACK[0]))
    with oxyde.sync.connect("sqlite:///:memory:", "default"):
        blocking.migrate(folder)
        assert len(rows("pets")) == 3
        assert sql("PRAGMA foreign_keys") == [(1,)]
        sql("DELETE FROM pets WHERE id = 7")
        assert len(rows("visits")) == 1


def test_made_anew_once(tmp_path: Path) -> None:
    """For all that a migration changes of a table."""
    body = """
    ctx.alter_column("pets", "name", nullable=True)
    ctx.alter_column("visits", "note", nullable=True)
    ctx.add_check("pets", check("ck_pets_name", "name <> ''"))
    ctx.add_column("pets", column("slug", "text"), fill="lower(name)")
    ctx.create_index("pets", index("ix_pets_slug", "slug"))
    """
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_next=NEXT.format(body.strip()))
    blocking.migrate(folder, "0001")
    sent: list[str] = []
    leave = oxyde.db.events.on_statement(lambda event: sent.append(event.sql))
    try:
        blocking.migrate(folder)
    finally:
        leave()
    assert [text.partition(" (")[0] for text in sent if text.startswith("CREATE TABLE")][-2:] == [
        'CREATE TABLE "oxyde_new_pets"',
        'CREATE TABLE "oxyde_new_visits"',
    ]
    assert sum(text.startswith("DROP TABLE") for text in sent) == 2


@pytest.mark.parametrize("column", ["size", "group by", "mother_id"])
def test_sqlmigrate_runs_as_it_stands(file: Path, tmp_path: Path, column: str) -> None:
    """In another tool, forward and backward, but for the triggers, of which it speaks."""
    operation = next(one for one in THERE_AND_BACK if (f'"{column}"' in one and "fill" in one) or f'drop_column("pets", "{column}")' in one)
    folder = write(tmp_path / "migrations", m0001_first=FIRST, m0002_next=NEXT.format(operation))
    blocking.migrate(folder, "0001")
    sql("DROP TRIGGER pets_go")
    before = everything()
    for backwards in (False, True):
        text = sqlmigrate(load(folder), "0002", "sqlite", backwards=backwards)
        assert "triggers" in text
        outside(file, text)
        assert (everything()["state"] == before["state"]) is backwards
    after = everything()
    assert after["texts"] == before["texts"]
    assert after["faults"] == [("ok",)]


async def test_cancelled(tmp_path: Path) -> None:
    """In the middle, the file is as it was, and foreign keys are followed."""
    folder = write(tmp_path / "migrations", m0001_first=FIRST)
    blocking.migrate(folder)
    before = everything()
    slow = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000000) SELECT max(i) FROM n"
    body = f'ctx.alter_column("pets", "name", nullable=True); ctx.execute("{slow}", reverse="SELECT 1")'
    write(folder, m0001_first=FIRST, m0002_next=NEXT.format(body))
    task = asyncio.create_task(migrate(folder))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert everything() == before
    assert before["keys"] == [(1,)]


SMALL = """
def upgrade(ctx):
    ctx.create_table("small", column("a", "text"), column("b", "int", nullable=True))
    ctx.create_table("others", column("id", "int", key=True), column("small_b", "int", nullable=True))
    ctx.create_view("seen", "SELECT a FROM small")
    ctx.execute("INSERT INTO small VALUES ('x', 1), ('y', 2)", reverse="DELETE FROM small")
    ctx.execute("INSERT INTO others VALUES (1, 7)", reverse="DELETE FROM others")
"""


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('ctx.add_column("small", column("id", "int", key=True, auto=True))', [("x", 1, 1), ("y", 2, 2)]),
        ('ctx.alter_key("small", "a")', [("x", 1), ("y", 2)]),
        ('ctx.alter_column("small", "b", nullable=False); ctx.alter_key("small", "b"); ctx.alter_column("small", "b", auto=True)', None),
        (('ctx.drop_view("seen"); ctx.alter_key("small", "b"); ctx.drop_column("small", "a", fill="\'x\'"); '
         'ctx.create_view("seen", "SELECT b FROM small")'), [(1,), (2,)]),
        (('ctx.create_table("new", column("id", "int", key=True, auto=True), column("v", "text", nullable=True)); '
         'ctx.execute("INSERT INTO new (v) VALUES (NULL)", reverse="SELECT 1"); '
         'ctx.alter_column("new", "v", nullable=False, fill="\'n\'"); ctx.add_check("small", check("ck_small", "b > 0"))'), None),
        (('ctx.create_table("one", column("id", "int", key=True), column("n", "int", nullable=True)); '
         'ctx.create_table("two", column("id", "int", key=True), column("m", "int"), foreign_key("fk_two", "m", "one.id")); '
         'ctx.add_foreign_key("one", foreign_key("fk_one", "n", "two.id"))'), None),
        (('ctx.rename_table("small", "little"); ctx.rename_column("little", "b", "c"); '
         'ctx.add_check("little", check("ck_little", "c > 0"))'), None),
    ],
)  # fmt: skip
def test_keys_and_what_else_changes(tmp_path: Path, body: str, wanted: list[Any] | None) -> None:
    """In one migration, and back; rows stay."""
    folder = write(tmp_path / "migrations", m0001_small=SMALL, m0002_next=NEXT.format(body))
    blocking.migrate(folder)
    if wanted is not None:
        assert sql("SELECT * FROM small") == wanted
    assert sql("PRAGMA foreign_key_check") == []
    blocking.migrate(folder, "0001")
    assert sql("SELECT b FROM small") == [(1,), (2,)]
    assert sorted(run_blocking(read("sqlite"), route()).tables) == [(None, "others"), (None, "small")]


def test_keys_that_rows_do_not_fit(tmp_path: Path) -> None:
    """A foreign key to rows that are not there, a key that repeats."""
    for body, message in (
        ('ctx.alter_key("small", "b"); ctx.add_foreign_key("others", foreign_key("fk_o", "small_b", "small.b"))',
         "1 row of others would point to no row of small: mend or delete them in the migration"),
        ('ctx.execute("UPDATE small SET a = 1", reverse="SELECT 1"); ctx.alter_key("small", "a")',
         "2 rows of small have the same a as others"),
        (('ctx.execute("INSERT INTO small VALUES (1, NULL)", reverse="SELECT 1"); '
         'ctx.alter_column("small", "b", nullable=False)'), "1 row of small has NULL in b"),
    ):  # fmt: skip
        folder = write(tmp_path / "migrations", m0001_small=SMALL, m0002_next=NEXT.format(body))
        with pytest.raises(MigrationError, match=message):
            blocking.migrate(folder)
        assert sql("SELECT * FROM small") == [("x", 1), ("y", 2)]


def test_case_of_names(tmp_path: Path) -> None:
    """Makes no difference to SQLite."""
    hand = """
def upgrade(ctx):
    with ctx.state_only():
        ctx.create_table("shout", column("id", "int", key=True), column("word", "text", nullable=True))
    ctx.execute("CREATE TABLE SHOUT (ID INTEGER PRIMARY KEY AUTOINCREMENT, WORD TEXT)", reverse="DROP TABLE shout")
    ctx.execute("INSERT INTO shout VALUES (1, 'a'), (2, NULL), (9, 'z')", reverse="DELETE FROM shout")
    ctx.execute("DELETE FROM shout WHERE id = 9", reverse="SELECT 1")
"""
    body = 'ctx.alter_column("shout", "word", nullable=False, fill="upper(\'b\') || id")'
    folder = write(tmp_path / "migrations", m0001_hand=hand, m0002_next=NEXT.format(body))
    blocking.migrate(folder)
    assert sql("SELECT * FROM shout") == [(1, "a"), (2, "B2")]
    assert sql("SELECT seq FROM sqlite_sequence") == [(9,)]
    assert sql("PRAGMA integrity_check") == [("ok",)]


def test_nothing_to_do(tmp_path: Path) -> None:
    """A table that is as it is to become already is left alone: an older tool lists no values of enumerations."""
    older = """
def upgrade(ctx):
    with ctx.state_only():
        ctx.create_table("moods", column("id", "int", key=True), column("m", "enum", name="older_mood", values=["a", "b"]))
    ctx.execute("CREATE TABLE moods (id INTEGER NOT NULL PRIMARY KEY, m VARCHAR(9) NOT NULL)", reverse="DROP TABLE moods")
"""
    folder = write(tmp_path / "migrations", m0001_older=older, m0002_next=NEXT.format('ctx.add_enum_value("older_mood", "c")'))
    blocking.migrate(folder)
    assert kept("moods") == "CREATE TABLE moods (id INTEGER NOT NULL PRIMARY KEY, m VARCHAR(9) NOT NULL)"
    blocking.migrate(folder, "0001")
    assert sql("SELECT name FROM oxyde_migrations") == [("0001_older",)]


TYPED = """
def upgrade(ctx):
    ctx.create_table("typed", column("id", "int", key=True), column("v", {}, nullable=True))
    ctx.execute("INSERT INTO typed VALUES (1, {}), (2, NULL)", reverse="DELETE FROM typed")
"""


@pytest.mark.parametrize(
    ("before", "value", "after", "wanted"),
    [
        ("'float'", "2.0", "'int'", 2),
        ("'float'", "2.5", "'int'", None),
        ("'int'", "7", "'float'", 7.0),
        ("'int'", "7", "'text'", "7"),
        ("'int'", "7", "'bool'", True),
        ("'text'", "'12'", "'int'", 12),
        ("'text'", "'x'", "'int'", None),
        ("'text'", "'1.50'", "'decimal', precision=10, scale=2", "1.50"),
        ("'decimal', precision=10, scale=2", "1.5", "'decimal', precision=20, scale=2", "1.5"),
        ("'text'", "'1.x'", "'decimal', precision=20, scale=2", None),
        ("'date'", "'2024-02-29'", "'datetime'", "2024-02-29 00:00:00"),
        ("'datetime'", "'2024-02-29 12:30:00'", "'date'", "2024-02-29"),
        ("'datetime'", "'2024-02-29 12:30:00'", "'datetime_tz'", "2024-02-29 12:30:00+00:00"),
        ("'text'", "'2024-02-30'", "'date'", None),
        ("'text'", "'[1]'", "'json'", "[1]"),
        ("'text'", "'['", "'json'", None),
        ("'bytes'", "x'00ff'", "'text'", None),
        ("'bool'", "1", "'int'", 1),
    ],
)
def test_types(tmp_path: Path, before: str, value: str, after: str, wanted: Any) -> None:
    """Values become those of the new type; one that cannot is counted, and stays."""
    altered = NEXT.format(f'ctx.alter_column("typed", "v", type={after})')
    folder = write(tmp_path / "migrations", m0001_typed=TYPED.format(before, value), m0002_next=altered)
    if wanted is None:
        with pytest.raises(MigrationError, match=r"0002_next: .*1 value of typed\.v cannot be .*; say how: using="):
            blocking.migrate(folder)
    else:
        blocking.migrate(folder)
        assert [str(row[0]) for row in sql("SELECT v FROM typed")] == [str(wanted), "None"]


SEARCHED = """
def upgrade(ctx):
    ctx.create_table(
        "texts",
        column("id", "int", key=True, auto=True),
        column("body", "text"),
        column("size", "int", nullable=True),
        index("ft_texts", "body", method="fulltext"),
    )
    ctx.execute("INSERT INTO texts (body, size) VALUES ('hello world', 1), ('good bye', NULL)", reverse="DELETE FROM texts")
"""
COUNTED = """
def twice(models, keys):
    for row in models.texts.objects.sync.filter(keys).all():
        models.texts.objects.sync.filter(id=row.id).update(size=row.size * 2)


def upgrade(ctx):
    ctx.alter_column("texts", "size", nullable=False, fill="5")
    ctx.run(twice, tables=["texts"], batch=1)
    ctx.alter_column("texts", "body", nullable=True, using="replace(body, 'hello', 'ciao')")
"""


def test_full_text_and_batches(tmp_path: Path) -> None:
    """An index of words finds those that are there by then; with batches, each table that is made anew is committed by itself."""
    gone = NEXT.format('ctx.drop_column("texts", "body")')
    folder = write(tmp_path / "migrations", m0001_texts=SEARCHED, m0002_counted=COUNTED, m0003_gone=gone)
    blocking.migrate(folder, "0002")
    found = "SELECT rowid FROM ft_texts WHERE ft_texts MATCH "
    assert [sql(f"{found}'{word}'") for word in ("ciao", "hello", "bye")] == [[(1,)], [], [(2,)]]
    assert sql("SELECT size FROM texts") == [(2,), (10,)]
    sql("INSERT INTO texts (body, size) VALUES ('third', 3)")
    assert sql(f"{found}'third'") == [(3,)]
    blocking.migrate(folder)
    assert sql("SELECT name FROM sqlite_master WHERE name LIKE 'ft%'") == []
    assert sql("SELECT * FROM texts") == [(1, 2), (2, 10), (3, 3)]
