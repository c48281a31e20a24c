"""``oxyde shell`` without a terminal: standard input runs with the models and a connection."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oxyde.cli import shell as command
from oxyde.cli.app import main
from oxyde.db.database import connections

MODEL = """
from oxyde import Field, Model

class {name}(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str

    class Meta:
        is_table = True
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*sys.path])
    return tmp_path


def project(folder: Path, name: str, *, databases: str = '{"shell_db": "sqlite:///shell.db"}') -> None:
    """Writes a module with a model, and the configuration."""
    (folder / f"{name.lower()}.py").write_text(MODEL.format(name=name))
    (folder / "oxyde_config.py").write_text(f"MODELS = ['{name.lower()}']\nDATABASES = {databases}\n")


def run(text: str, *arguments: str) -> Result:
    """Runs the command with a text as its standard input."""
    return CliRunner().invoke(main, ["shell", *arguments], input=text)


def test_a_program(folder: Path) -> None:
    """It awaits anywhere, has the public names of Oxyde and the models, and the connection is closed at the end."""
    project(folder, "CliShellOne")
    code = """
await db.create_tables("shell_db", models=[CliShellOne])
await CliShellOne.objects.create(name="x", using="shell_db")
for row in await CliShellOne.objects.filter(Q(name="x")).values("name").all(using="shell_db"):
    print(row, __name__)
"""
    done = run(code, "--db-alias", "shell_db")
    assert (done.exit_code, done.output) == (0, "{'name': 'x'} __main__\n")
    assert connections.find("shell_db") is None


def test_errors(folder: Path) -> None:
    """A traceback begins with the program's line, has none of our frames, and no password."""
    project(folder, "CliShellTwo")
    done = run("def f():\n    CliShellTwo.objects.filter(nme='x')\n\nf()", "--db-alias", "shell_db")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == 'oxyde.exceptions.FieldError: CliShellTwo has no field "nme"; did you mean "name"?'
    assert [line.strip() for line in done.stderr.splitlines() if line.startswith("  File")] == [
        'File "<stdin>", line 4, in <module>',
        'File "<stdin>", line 2, in f',
    ]
    assert "f()\n" in done.stderr
    assert run("raise ValueError('mysql://me:secret@h')", "--db-alias", "shell_db").stderr.endswith("mysql://me:***@h\n")
    done = run("x = (", "--db-alias", "shell_db")
    assert (done.exit_code, done.stderr.splitlines()[0]) == (1, '  File "<stdin>", line 1')


@pytest.mark.parametrize(("code", "status"), [("", 0), ("exit()", 0), ("raise SystemExit(3)", 3), ("raise SystemExit('no')", 1)])
def test_exit_codes(folder: Path, code: str, status: int) -> None:
    """Are those of the program."""
    assert command.run(code, {"exit": sys.exit}) == status


def test_connections(folder: Path) -> None:
    """An alias that is not there is exit code 2; without databases there is a shell without a connection."""
    project(folder, "CliShellThree")
    done = run("print(1)", "--db-alias", "other")
    assert done.exit_code == 2
    assert "DATABASES has no 'other'" in done.stderr
    project(folder, "CliShellFour", databases="{}")
    assert run("print(CliShellFour.__name__)").output == "CliShellFour\n"


def test_a_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """IPython opens with the names, our extension, and a banner that says what is there."""
    ipython = pytest.importorskip("IPython")
    seen = {}
    monkeypatch.setattr(ipython, "start_ipython", lambda **given: seen.update(given))
    command._interactive({"x": 1}, "Models: none\n")
    assert seen["user_ns"] == {"x": 1}
    assert seen["argv"] == []
    assert seen["config"].TerminalInteractiveShell.banner1 == "Models: none\n"
    assert seen["config"].InteractiveShellApp.extensions == ["oxyde"]
    monkeypatch.setitem(sys.modules, "IPython", None)
    with pytest.raises(ImportError, match=r"^IPython is not installed; run: pip install ipython$"):
        command._interactive({}, "")
