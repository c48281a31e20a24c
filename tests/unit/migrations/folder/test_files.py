"""Migration files: how they are found, ordered and read, and what is said of one that is wrong."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.files import load, read, replayed
from oxyde.migrations.operations import DropTable, Irreversible
from oxyde.migrations.parts import Column
from oxyde.migrations.rebasing.rebase import rebase
from oxyde.migrations.state import State, Table
from oxyde.schema.types import INT, TEXT

FIRST = '''"""Makes the users."""

from oxyde.migrations import column


def upgrade(ctx):
    ctx.create_table("users", column("id", "int", key=True))
'''
SECOND = '''"""Names them."""

from oxyde.migrations import column

depends_on = "0001_users"


def upgrade(ctx):
    ctx.add_column("users", column("name", "text"), fill="''")
    if ctx.dialect == "mysql":
        ctx.comment_table("users", "on MySQL")


def downgrade(ctx):
    ctx.drop_column("users", "name")
'''
USERS = (None, "users")
AFTER = State({USERS: Table("users", None, {"id": Column("id", INT), "name": Column("name", TEXT)}, ("id",))})


def write(folder: Path, **files: str) -> Path:
    """Writes files into a folder; underscores stand before their numbers."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name.removeprefix('_')}.py").write_text(text, encoding="utf-8")
    return folder


def failing(folder: Path, dialect: str = "postgres") -> str:
    """Returns the message about a folder that cannot be replayed, without its path."""
    with pytest.raises(MigrationError) as raised:
        replayed(load(folder), dialect)
    assert "\n" not in str(raised.value)
    return str(raised.value).replace(f"{folder}/", "")


def test_a_folder(tmp_path: Path) -> None:
    """Numbers order files; other files are none; what each says of itself is kept."""
    write(tmp_path, _0002_name=SECOND, _0001_users=FIRST, helpers="1 / 0", __init__="1 / 0")
    first, second = load(tmp_path)
    assert (first.name, first.number, first.doc, first.depends_on, first.older) == ("0001_users", 1, "Makes the users.", None, False)
    assert (second.name, second.doc, second.depends_on, second.line) == ("0002_name", "Names them.", "0001_users", 5)
    assert replayed([first, second], "postgres") == AFTER
    assert replayed([first, second], "mysql").table(USERS).comment == "on MySQL"
    assert replayed([first, second], "mariadb") == AFTER
    assert load(tmp_path / "none") == []


def test_the_way_back(tmp_path: Path) -> None:
    """``downgrade`` where there is one; else what undoes ``upgrade``; a file that raises says that there is none."""
    write(tmp_path, _0001_users=FIRST, _0002_name=SECOND)
    first, second = load(tmp_path)
    assert first.backward(State(), "postgres") == [DropTable(USERS)]
    before = replayed([first], "postgres")
    assert [str(operation) for operation in second.backward(before, "postgres")] == ["Drop column users.name"]
    write(tmp_path, _0002_name=SECOND.replace('ctx.drop_column("users", "name")', 'raise RuntimeError("no way back")'))
    assert load(tmp_path)[1].backward(before, "postgres") == Irreversible("no way back")
    write(tmp_path, _0002_name=SECOND.replace('ctx.drop_column("users", "name")', "raise NotImplementedError"))
    assert load(tmp_path)[1].backward(before, "postgres") == Irreversible("downgrade() of 0002_name says that there is no way back")
    write(tmp_path, _0002_name=SECOND.replace('ctx.drop_column("users", "name")', 'ctx.drop_column("users", "nam")'))
    with pytest.raises(MigrationError, match=r"0002_name\.py:15: users has no column 'nam'; did you mean \"name\"\?"):
        load(tmp_path)[1].backward(before, "postgres")


def test_the_line(tmp_path: Path) -> None:
    """``depends_on`` decides; a file without one follows the number before it."""
    again = SECOND.replace("0001_users", "0003_users").replace('"name"', '"nick"')
    write(tmp_path, _0003_users=FIRST, _0010_name=SECOND.replace('depends_on = "0001_users"', ""), _0004_nick=again)
    assert [migration.name for migration in load(tmp_path)] == ["0003_users", "0004_nick", "0010_name"]
    write(tmp_path, _0010_name=SECOND.replace("0001_users", "0003_users"), _0004_nick=again.replace("0003_users", "0010_name"))
    assert [migration.name for migration in load(tmp_path)] == ["0003_users", "0010_name", "0004_nick"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"_0002_a": SECOND, "_0002_b": SECOND},
            "0002_a.py and 0002_b.py have the same number; oxyde migrations rebase lets those of one branch follow",
        ),
        (
            {"_0002_a": SECOND, "_0003_b": SECOND},
            "0003_b.py:5: 0002_a.py and 0003_b.py both depend on '0001_users'; oxyde migrations rebase lets those of one branch follow",
        ),
        (
            {"_0002_a": SECOND.replace("0001_users", "0001_user")},
            "0002_a.py:5: depends_on names '0001_user', and there is no 0001_user.py beside it; did you mean \"0001_users\"?",
        ),
        (
            {"_0002_a": SECOND.replace("0001_users", "0003_b"), "_0003_b": SECOND.replace("0001_users", "0002_a")},
            "0002_a.py:5: depends_on forms a cycle, or follows one that does",
        ),
        (
            {"_0002_a": "depends_on = 1\ndef upgrade(ctx): pass"},
            "0002_a.py:1: depends_on is the name of the migration before, or None; not 1",
        ),
        ({"_0002_a": "\nx = [\n"}, "0002_a.py:2: SyntaxError: '[' was never closed"),
        ({"_0002_a": "\n\nimport nowhere_at_all"}, "0002_a.py:3: ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ({"_0002_a": "x = 1"}, "0002_a.py:1: there is no upgrade(ctx); a migration has one"),
        (
            {"_0002_a": SECOND.replace('"text"', '"txt"')},
            "0002_a.py:9: column 'name': there is no kind 'txt'; did you",
        ),
        (
            {"_0002_a": SECOND.replace('"users", column', '"user", column')},
            "0002_a.py:9: there is no table 'user'; did you mean \"users\"?",
        ),
        (
            {"_0002_a": "def upgrade(ctx):\n    ctx.drop_tables('x')"},
            "0002_a.py:2: AttributeError: ctx has no",
        ),
        ({"_0002_a": "async def upgrade(ctx):\n    pass"}, "0002_a.py: upgrade() is async; it records operations, and ctx.run() takes"),
    ],
)
def test_refusals(tmp_path: Path, files: dict[str, str], message: str) -> None:
    """One line with the file, and the line in it."""
    assert failing(write(tmp_path, _0001_users=FIRST, **files)).startswith(message)


def test_files_of_the_older_format(tmp_path: Path) -> None:
    """A warning names them; MariaDB is MySQL to them."""
    older = """
def upgrade(ctx):
    if ctx.dialect == "mysql":
        ctx.create_table("users", fields=[{"name": "id", "python_type": "int", "primary_key": True}])
"""
    (migration,) = load(write(tmp_path, _0001_users=older))
    assert migration.older
    with pytest.warns(FutureWarning, match=r"0001_users\.py has the format of an older release"):
        assert USERS in replayed([migration], "mariadb").tables
    with pytest.warns(FutureWarning):
        assert replayed([migration], "postgres") == State()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(tmp_path, _0001_users=FIRST)
        assert read(tmp_path / "0001_users.py").forward(State(), "sqlite") != []


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("0002 add slug.py", "0002_add_slug.py"),
        ("0002-add-slug.py", "0002_add_slug.py"),
        ("0002_Slug.PY", "0002_slug.py"),
        ("0002.py", "0002_title.py"),
        ("2slug.py", "2_slug.py"),
        ("add_slug.py", "NNNN_add_slug.py"),
    ],
)
def test_a_name_of_no_migration(tmp_path: Path, name: str, wanted: str) -> None:
    """Is said, with the name that the file should have."""
    (tmp_path / name).write_text("def upgrade(ctx):\n    pass\n")
    with pytest.warns(UserWarning, match=re.escape(f"{tmp_path / name} is left out")) as said:
        assert load(tmp_path) == []
    assert f"; rename it to {wanted}, or move it out of the folder" in str(said[0].message)
    assert said[0].filename == __file__


def test_files_that_nobody_takes_for_migrations(tmp_path: Path) -> None:
    """Are left out in silence: what Python, git, readers and editors have there."""
    for name in (
        "__init__.py",
        "HEAD",
        "README.md",
        ".0001_a.py",
        ".#0001_a.py",
        "#0001_a.py#",
        "0001_a.py~",
        "0001_a.py.bak",
        "0001_a.pyc",
    ):
        (tmp_path / name).write_text("def upgrade(ctx):\n    pass\n")
    (tmp_path / "helpers.py").write_text("def slug(text):\n    return text\n")
    (tmp_path / "0001-notes").mkdir()
    (tmp_path / "__pycache__").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load(tmp_path) == []


def test_a_folder_named_as_a_migration(tmp_path: Path) -> None:
    """Is one line, by what reads the files and by a rebase that would write there."""
    (tmp_path / "0001_a.py").mkdir()
    for call in (load, rebase):
        with pytest.raises(MigrationError, match=r"0001_a\.py is a folder, and a migration is a file; rename or remove it"):
            call(tmp_path)


def test_a_file_knows_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ``__file__`` is whole, wherever the folder was named from, so that a function finds data beside it from any folder."""
    monkeypatch.chdir(tmp_path)
    Path("migrations").mkdir()
    Path("migrations/0001_a.py").write_text("doc = __file__\n\n\ndef upgrade(ctx):\n    raise ValueError(__file__)\n")
    (migration,) = load(Path("migrations"))
    with pytest.raises(MigrationError) as raised:
        migration.forward(State(), "sqlite")
    assert str(raised.value) == f"migrations/0001_a.py:5: ValueError: {tmp_path / 'migrations/0001_a.py'}"
