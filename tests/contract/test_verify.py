"""``oxyde migrations verify --db``: the migrations run up, down and up in a database of their own, which is gone afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import oxyde
from oxyde.db.execute import run_blocking
from oxyde.db.route import route
from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.files import load, walked
from oxyde.migrations.running.history import History
from oxyde.migrations.running.migrating import migrate_blocking
from oxyde.migrations.verification.scratch_database import PREFIX, scratch_database
from oxyde.migrations.verification.verifying import Fault, of_database, of_files, of_ledger
from tests.backends import Backend
from tests.migrating import fresh, query, write

GOOD = """
def upgrade(ctx):
    ctx.create_table("verify_posts", column("id", "int", key=True, auto=True), column("title", "text", length=80))
    ctx.create_index("verify_posts", index("ix_verify_posts_title", "title"))
"""
HALF_BACK = """
def upgrade(ctx):
    ctx.create_table("verify_tags", column("id", "int", key=True, auto=True))


def downgrade(ctx):
    with ctx.state_only():
        ctx.drop_table("verify_tags")
"""
ONE_WAY = """
def upgrade(ctx):
    ctx.execute("DELETE FROM verify_posts")
"""
FAILS = """
def upgrade(ctx):
    ctx.execute("DELETE FROM verify_nothing", reverse="DELETE FROM verify_nothing")
"""


def run(folder: Path, backend: Backend) -> list[Fault]:
    with scratch_database(backend.url, backend.dialect) as database:
        return of_database(folder, database, backend.dialect)


@pytest.mark.parametrize("last", [GOOD, ONE_WAY], ids=["there_and_back", "one_way"])
def test_good_migrations(backend: Backend, tmp_path: Path, last: str) -> None:
    """Nothing is wrong, and the database is as it was; the scratch database is gone."""
    bodies = {"m0001_posts": GOOD} if last is GOOD else {"m0001_posts": GOOD, "m0002_more": last}
    folder = write(tmp_path / "migrations", **bodies)
    with fresh(backend, tmp_path) as database:
        with scratch_database(database.url, database.dialect) as scratch:
            assert of_database(folder, scratch, backend.dialect) == []
            assert (scratch.name in there(database)) is backend.has_server
        assert scratch.name not in there(database)
        assert not [path for path in tmp_path.rglob("*") if PREFIX in path.name]


def test_two_at_once(backend: Backend, tmp_path: Path) -> None:
    """Each has a scratch database of its own, and drops that alone, also where both are beside one database."""
    folder = write(tmp_path / "migrations", m0001_posts=GOOD)
    with fresh(backend, tmp_path) as database, scratch_database(database.url, database.dialect) as one:
        before = there(database)
        with scratch_database(database.url, database.dialect) as other:
            assert one.name != other.name
            assert of_database(folder, other, backend.dialect) == []
        assert of_database(folder, one, backend.dialect) == []
        assert (one.name in there(database)) is (one.name in before)


def there(backend: Backend) -> set[str]:
    """Returns the names of the databases of a server; none of SQLite."""
    if not backend.has_server:
        return set()
    return {name for (name,) in query(backend, "SELECT datname FROM pg_database" if backend.dialect == "postgres" else "SHOW DATABASES")}


def test_wrong_migrations(backend: Backend, tmp_path: Path) -> None:
    """A way back that leaves something behind, and SQL that fails, are named."""
    folder = write(tmp_path / "migrations", m0001_posts=GOOD, m0002_tags=HALF_BACK)
    with fresh(backend, tmp_path) as database:
        (fault,) = run(folder, database)
        assert fault.check == "database"
        assert "verify_tags" in fault.text
        write(folder, m0001_posts=GOOD, m0002_tags=FAILS)
        (fault,) = run(folder, database)
        assert fault.text.startswith("0002_tags: ")
        assert "verify_nothing" in fault.text


def test_ledger(backend: Backend, tmp_path: Path) -> None:
    """Applied files that were edited or are missing are named."""
    folder = write(tmp_path / "migrations", m0001_posts=GOOD, m0002_more=ONE_WAY)
    with fresh(backend, tmp_path) as database, oxyde.connect(database.url):
        migrate_blocking(folder)
        (folder / "0002_more.py").unlink()
        write(folder, m0001_posts=GOOD.replace("80", "90"))
        history = History(load(folder), backend.dialect)
        run_blocking(history.read(), route())
        assert [fault.text.partition(";")[0] for fault in of_ledger(history)] == [
            "0001_posts was edited after it was applied",
            "0002_more is applied and has no file",
        ]


def test_files(tmp_path: Path) -> None:
    """HEAD that names another file, a file that fails, and what the models lack are named."""
    folder = write(tmp_path / "migrations", m0001_posts=GOOD)
    assert of_files(folder, "postgres", []) == []
    (folder / "HEAD").write_text("0002_more\n")
    (fault,) = of_files(folder, "postgres", [])
    assert (fault.check, "0002_more" in fault.text) == ("HEAD", True)
    (folder / "HEAD").write_text("<<<<<<< ours\n0001_posts\n=======\n0001_tags\n>>>>>>> theirs\n")
    (fault,) = of_files(folder, "postgres", [])
    assert (fault.check, "conflict" in fault.text) == ("files", True)
    (folder / "HEAD").unlink()
    write(folder, m0001_posts=GOOD + "\n\ndef downgrade(ctx):\n    ctx.drop_table('verify_other')\n")
    (fault,) = of_files(folder, "postgres", [])
    assert (fault.check, "verify_other" in fault.text) == ("files", True)
    write(folder, m0001_posts="def upgrade(ctx):\n    ctx.drop_table('verify_none')\n")
    (fault,) = of_files(folder, "postgres", [])
    assert (fault.check, "verify_none" in fault.text) == ("files", True)


@pytest.fixture
def role(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """A database whose owner may not make another one."""
    name = f"oxyde_verify_role_{uuid.uuid4().hex[:8]}"
    with fresh(backend, tmp_path) as made:
        query(made, f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
        query(made, f"GRANT CREATE ON DATABASE {made.url.rpartition('/')[2]} TO {name}")
        parts = urlsplit(made.url)
        yield Backend("postgres", parts._replace(netloc=f"{name}:secret@{parts.hostname}:{parts.port}").geturl(), backend.server)
        query(made, f"DROP OWNED BY {name} CASCADE")
        query(made, f"DROP ROLE {name}")


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_a_role_that_may_make_no_database(role: Backend, tmp_path: Path) -> None:
    """Gets a schema, in which the same faults are found, and which is gone afterwards; migrations that leave theirs are refused."""
    folder = write(tmp_path / "migrations", m0001_posts=GOOD, m0002_tags=HALF_BACK)

    def tried() -> list[Fault]:
        stages = list(walked(load(folder), "postgres"))
        with scratch_database(f"{role.url}?options[search_path]=public", "postgres", stages) as database:
            return of_database(folder, database, "postgres")

    (fault,) = tried()
    assert fault.text.startswith("0002_tags: Create table verify_tags: verify_tags is there already")
    write(folder, m0001_posts=GOOD, m0002_tags=ONE_WAY)
    assert tried() == []
    write(folder, m0001_posts=GOOD, m0002_tags="def upgrade(ctx):\n    ctx.execute('DELETE FROM public.posts', reverse='')\n")
    with pytest.raises(MigrationError, match="a schema is not enough, for 0002_tags runs SQL that names public: give the role CREATEDB"):
        tried()
    left = (
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'oxyde%' UNION ALL SELECT relname FROM pg_class WHERE relname LIKE '%verify%'"
    )
    assert query(role, left) == []


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_a_database_that_the_query_of_its_url_names(backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps its rows, also where a pooler leads every connection to it."""
    folder = write(tmp_path / "migrations", m0001_posts=GOOD)
    with fresh(backend, tmp_path) as made, oxyde.connect(made.url):
        migrate_blocking(folder)
        query(made, "INSERT INTO verify_posts (title) VALUES ('kept')")
        server, _, name = made.url.rpartition("/")
        named = Backend("postgres", f"{server}/?dbname={name}")
        assert run(folder, named) == []
        monkeypatch.setattr("oxyde.migrations.verification.scratch_database._without_database", lambda query: query)
        with pytest.raises(MigrationError, match=f"ends up in {name}, which a trial would destroy"):
            run(folder, named)
        assert query(made, "SELECT title FROM verify_posts") == [("kept",)]
