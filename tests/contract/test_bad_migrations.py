"""Bad migrations, from the command line: one clear line on standard error, the right exit code, nothing half done; then it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends import Backend, Servers
from tests.commands import Project, project
from tests.migrating import described, query

FIRST = """
def upgrade(ctx):
    ctx.create_table(
        "shelves",
        column("id", "int", key=True, auto=True),
        column("label", "text", length=40),
    )
    ctx.create_table(
        "boxes",
        column("id", "int", key=True, auto=True),
        column("weight", "int", default="1"),
        column("shelf_id", "int"),
        foreign_key("fk_boxes_shelf_id", "shelf_id", "shelves.id", on_delete="CASCADE"),
    )
    ctx.execute("INSERT INTO shelves (id, label) VALUES (1, 'a'), (2, 'b')", reverse="DELETE FROM shelves")
    ctx.execute("INSERT INTO boxes (id, weight, shelf_id) VALUES (1, 3, 1), (2, 3, 2)", reverse="DELETE FROM boxes")
"""
SECOND = 'def upgrade(ctx):\n    ctx.add_column("boxes", column("note", "text", length=40, nullable=True))\n'
NEXT = "def upgrade(ctx):\n    {}\n"


@pytest.fixture
def shop(backend: Backend, tmp_path: Path) -> Iterator[Project]:
    """A project whose first migration is applied."""
    with project(backend, tmp_path) as made:
        made.write(m0001_first=FIRST)
        made.done("migrate")
        yield made


@pytest.fixture
def files(servers: Servers, tmp_path: Path) -> Iterator[Project]:
    """A project on SQLite, in which nothing is applied."""
    with project(servers.get("sqlite"), tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import nowhere_at_all\n\ndef upgrade(ctx):\n    pass\n", ":8: ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("def upgrade(ctx)\n    pass\n", ":8: SyntaxError: expected ':'"),
        ("import sys\nsys.exit()\n", ":9: SystemExit"),
        ("def upgrade(ctx):\n    raise SystemExit(0)\n", ":9: SystemExit: 0"),
        ("def upgrade(ctx):\n    help(ctx)\n\ndef help(ctx):\n    ctx.drop_table('nowhere')\n", ":12: there is no table 'nowhere'"),
        ("def upgrade(ctx):\n    ctx.drop_tabel('a')\n", ':9: AttributeError: ctx has no drop_tabel; did you mean "drop_table"?'),
        ("def upgrad(ctx):\n    pass\n", ":1: there is no upgrade(ctx); a migration has one"),
    ],
)
def test_a_file_that_fails(files: Project, body: str, said: str) -> None:
    """Is named with the line, by every command that reads it, and no frame of ours."""
    files.write(m0001_first=FIRST, m0002_bad=body)
    where = "migrations/0002_bad.py"
    for command in (["migrate"], ["migrate", "--check"], ["showmigrations"], ["sqlmigrate", "0002"], ["migrations", "squash", "--yes"]):
        assert files.refused(*command) == f"Error: {where}{said}"
    code, out, errors = files.run("migrations", "verify")
    assert (code, errors) == (1, "")
    assert f"files: {where}{said}" in out.splitlines()
    assert described(files.backend) == []


def test_files_that_are_not_in_line(files: Project) -> None:
    """Two of one number, one that depends on what is not there."""
    files.write(m0001_first=FIRST)
    second = files.folder / "migrations/0001_other.py"
    second.write_text((files.folder / "migrations/0001_first.py").read_text())
    line = files.refused("migrate")
    assert (
        "0001_first.py and 0001_other.py have the same number; oxyde migrations rebase lets those of one branch follow those of the other"
        in line
    )
    second.write_text(second.read_text().replace("depends_on = None", "depends_on = '0001_frist'"))
    second = second.rename(second.with_name("0002_other.py"))
    line = files.refused("migrate")
    assert (
        "migrations/0002_other.py:5: depends_on names '0001_frist', and there is no 0001_frist.py beside it; did you mean \"0001_first\"?"
        in line
    )
    second.write_bytes(b"\xff")
    assert "migrations/0002_other.py:1: SyntaxError: (unicode error)" in files.refused("migrate")
    assert described(files.backend) == []


def test_a_ledger_that_is_newer_than_the_files(shop: Project) -> None:
    """Edited and missing files are warned of; nothing is undone beneath one that is missing, unless its name alone is."""
    shop.write(m0001_first=FIRST, m0002_second=SECOND)
    shop.done("migrate")
    shop.write(m0001_first=FIRST.replace("length=40", "length=50"))
    before = described(shop.backend)
    warned = "Warning: 0001_first was edited after it was applied; write what changed to a new migration\n"
    warned += "Warning: 0002_second is applied and has no file; the files are older than the database, or one was deleted\n"
    assert shop.run("migrate") == (0, "Nothing to migrate.\n", warned)
    code, out, said = shop.run("migrate", "--strict")
    assert (code, out) == (1, "")
    assert said == warned.replace("Warning", "Error", 1).replace("Warning: ", "")
    assert shop.refused("migrate", "zero").endswith(
        "0001_first cannot be undone beneath 0002_second, which is applied and has no file: bring back 0002_second.py"
    )
    assert "[!] 0002_second" in shop.done("showmigrations")
    assert described(shop.backend) == before
    shop.write(m0001_first=FIRST, m0002_second=SECOND)
    shop.done("migrate", "zero")


def test_a_table_that_is_there_already(shop: Project) -> None:
    """Is named before the migration makes any, with what to do."""
    tables = 'ctx.create_table("lids", column("id", "int", key=True)); ctx.create_table("jars", column("id", "int", key=True))'
    shop.write(m0001_first=FIRST, m0002_tables=NEXT.format(tables))
    query(shop.backend, "CREATE TABLE jars (id INT)")
    query(shop.backend, "INSERT INTO jars VALUES (7)")
    before = described(shop.backend)
    for _ in range(2):
        line = shop.refused("migrate")
        assert "0002_tables: Create table jars: jars is there already; " in line
        assert line.endswith("oxyde migrate --fake-initial; else drop or rename it")
        assert described(shop.backend) == before
    query(shop.backend, "DROP TABLE jars")
    assert shop.done("migrate").startswith("Applied 0002_tables in")


def test_a_table_of_that_name_in_another_schema(servers: Servers, tmp_path: Path) -> None:
    """Stands in no way of one in a schema that the migration makes too."""
    both = 'ctx.create_schema("depot"); ctx.create_table("boxes", column("id", "int", key=True), schema="depot")'
    with project(servers.get("postgres"), tmp_path) as made:
        made.write(m0001_first=FIRST, m0002_depot=NEXT.format(both))
        made.done("migrate")
        assert query(made.backend, "SELECT * FROM depot.boxes") == []


ADDED = 'ctx.add_column("shelves", column("depth", "int"{}))'
MISFITS = [
    (ADDED.format(""), "2 rows of shelves have NULL in depth, which takes none; say what they get: fill="),
    (ADDED.format("), fill=('NULL'"), "2 rows of shelves have NULL in depth"),
    (ADDED.format("), fill=('length(nowhere)'"), "nowhere"),
    (ADDED.format("), fill=('1/0'"), ""),
    ('ctx.add_unique("boxes", unique("uq_weight", "weight"))', "2 rows of boxes have the same weight as others"),
    ('ctx.create_index("boxes", index("ix_weight", "weight", unique=True))', None),
    ('ctx.rename_column("boxes", "weight", "mass"); ctx.add_check("boxes", check("ck_mass", "mass > 3"))', "2 rows of boxes have values"),
    (ADDED.format("), fill=('5'") + '; ctx.add_unique("shelves", unique("uq_depth", "depth"))', "2 rows of shelves have the same depth"),
    (
        ADDED.format("), fill=('id'") + '; ctx.add_check("shelves", check("ck_depth", "depth > 1"))',
        "1 row of shelves has values that break",
    ),
    (
        ADDED.format("), fill=('5'") + '; ctx.add_foreign_key("shelves", foreign_key("fk_depth", "depth", "boxes.id"))',
        "2 rows of shelves",
    ),
    (
        ADDED.format(", nullable=True") + '; ctx.alter_column("shelves", "depth", nullable=False, fill="CASE WHEN id > 1 THEN 1 END")',
        None,  # the types of PostgreSQL keep it from being counted
    ),
]


def test_rows_that_do_not_fit(shop: Project) -> None:
    """Are counted, and nothing has changed."""
    before = described(shop.backend)
    for body, message in MISFITS:
        shop.write(m0001_first=FIRST, m0002_next=NEXT.format(body))
        line = shop.refused("migrate")
        assert message is None or message in line
        assert line.startswith("Error: 0002_next: ")
        assert described(shop.backend) == before, body
        assert "[ ] 0002_next" in shop.done("showmigrations")
    shop.write(m0001_first=FIRST, m0002_next=NEXT.format(ADDED.format("), fill=('id'")))
    shop.done("migrate")
    assert query(shop.backend, "SELECT id, depth FROM shelves ORDER BY id") == [(1, 1), (2, 2)]


DATA = """
def half(models):
    models.shelves.objects.sync.create(id=3, label="c")
    {}


def upgrade(ctx):
    ctx.add_column("boxes", column("note", "text", length=40, nullable=True))
    ctx.run(half, tables=["shelves"])
"""


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_a_column_that_a_view_reads(shop: Project) -> None:
    """The view is named, with what to do, and that works."""
    query(shop.backend, "CREATE VIEW heavy_boxes AS SELECT weight FROM boxes")
    shop.write(m0001_first=FIRST, m0002_next=NEXT.format('ctx.drop_column("boxes", "weight")'))
    line = shop.refused("migrate")
    assert "view heavy_boxes depends on column weight of table boxes; in the same migration, drop that before" in line
    view = 'ctx.execute("DROP VIEW heavy_boxes")\n    ctx.drop_column("boxes", "weight")'
    shop.write(m0001_first=FIRST, m0002_next=NEXT.format(view))
    shop.done("migrate")


@pytest.mark.parametrize("failure", ["raise ValueError('no luck')", "raise SystemExit(0)", "import nowhere_at_all"])
def test_a_function_that_fails(shop: Project, failure: str) -> None:
    """Leaves no row, is named with its line, and is run once it is mended."""
    shop.write(m0001_first=FIRST, m0002_data=DATA.format(failure))
    for _ in range(2):
        line = shop.refused("migrate")
        assert "0002_data: Run half() on shelves: migrations/0002_data.py:11: " in line
        assert query(shop.backend, "SELECT id FROM shelves ORDER BY id") == [(1,), (2,)]
    half = "[~]" if shop.backend.dialect == "mariadb" else "[ ]"
    assert f"{half} 0002_data" in shop.done("showmigrations")
    shop.write(m0001_first=FIRST, m0002_data=DATA.format("pass"))
    shop.done("migrate")
    assert query(shop.backend, "SELECT id FROM shelves ORDER BY id") == [(1,), (2,), (3,)]
