"""``oxyde init``: what it finds, asks, writes and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oxyde.cli import init as command
from oxyde.cli.app import main
from oxyde.cli.config import load

TABLE = "from oxyde import Model\n\nclass A(Model):\n    class Meta:\n        is_table = True\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a module of models."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/models.py").write_text(TABLE)
    return tmp_path


def run(*arguments: str, answers: str | None = None) -> Result:
    """Runs the command."""
    return CliRunner().invoke(main, ["init", *arguments], input=answers)


def test_what_is_found(folder: Path) -> None:
    """With --yes the modules with tables and a file of SQLite; the configuration loads."""
    done = run("--yes")
    assert (done.exit_code, done.output) == (0, "Wrote oxyde_config.py\nNext: oxyde makemigrations\n")
    config = load(folder=folder)
    assert (config.models, config.dialect, dict(config.databases)) == (("shop.models",), "sqlite", {"default": "sqlite:///app.db"})
    assert config.migrations_dir == Path("migrations")


def test_what_is_said(folder: Path) -> None:
    """Options come before what is found; a quote in one is no end of the text."""
    done = run("--models", "a.models", "--models", "b.models", "--url", "sqlite:///it's.db", "--dir", 'db/"old"')
    assert done.exit_code == 0, done.output
    config = load(folder=folder)
    assert config.models == ("a.models", "b.models")
    assert config.url() == "sqlite:///it's.db"
    assert config.migrations_dir == Path('db/"old"')


@pytest.mark.parametrize("url", ["postgresql://me:s3cret@host/shop", "mariadb://host/shop?user=me&password=s3cret"])
def test_a_password(folder: Path, url: str) -> None:
    """Is written nowhere; the file names the variable, and the dialect is known without it."""
    done = run("--yes", "--url", url)
    assert done.exit_code == 0
    assert "export DATABASE_URL='" in done.output
    assert "PASSWORD" in done.output
    text = (folder / "oxyde_config.py").read_text()
    assert 'DATABASES = {"default": "env:DATABASE_URL"}' in text
    assert "s3cret" not in done.output + text
    assert load(folder=folder).dialect_of() in {"postgres", "mariadb"}


def test_a_variable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """env:NAME is written as it is; DATABASE_URL is taken where it is set."""
    done = run("--yes", "--url", "env:SHOP_URL")
    assert "SHOP_URL is not set yet" in done.output
    assert "DIALECT" not in (folder / "oxyde_config.py").read_text()
    monkeypatch.setenv("DATABASE_URL", "mysql://root@host/shop")
    assert run("--yes", "--force").exit_code == 0
    config = load(folder=folder)
    assert (config.dialect, config.url()) == ("mysql", "mysql://root@host/shop")


def test_questions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal is asked for what no option says; Enter takes what was found."""
    monkeypatch.setattr(command, "can_ask", lambda: True)
    done = run(answers="\npostgresql://host/shop\ndb/changes\n")
    assert done.exit_code == 0, done.output
    config = load(folder=folder)
    assert (config.models, config.dialect, config.migrations_dir) == (("shop.models",), "postgres", Path("db/changes"))
    done = run("--force", "--models", "x", "--url", "sqlite:///x.db", answers="changes\n")
    assert done.exit_code == 0, done.output
    assert load(folder=folder).models == ("x",)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no modules were named, and there is no terminal to ask on; add --models M, or --yes, which takes shop.models"),
        (
            ["--models", "a"],
            "no database was named, and there is no terminal to ask on; add --url URL, or --yes, which takes sqlite:///app.db",
        ),
        (["--yes", "--url", "shop.db"], "--url is no URL of a database: it has no scheme; write postgresql://user@host/name, "),
        (["--yes", "--url", "postgre://h/x"], "its scheme is 'postgre'; did you mean \"postgres\"?"),
        (["--yes", "--config", "pyproject.toml"], "pyproject.toml: oxyde init writes a Python file"),
    ],
)
def test_refusals(folder: Path, arguments: list[str], message: str) -> None:
    """Exit code 2, and nothing is written."""
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert [path.name for path in folder.iterdir()] == ["shop"]


def test_nothing_is_overwritten(folder: Path) -> None:
    """Neither the file, nor what pyproject.toml says."""
    (folder / "oxyde_config.py").write_text("MODELS = ['mine']")
    assert run("--yes").output == "Error: oxyde_config.py is there already; --force overwrites it\n"
    assert (folder / "oxyde_config.py").read_text() == "MODELS = ['mine']"
    assert run("--yes", "--force").exit_code == 0
    assert load(folder=folder).models == ("shop.models",)
    (folder / "oxyde_config.py").unlink()
    (folder / "pyproject.toml").write_text("[tool.oxyde]\nmodels = ['mine']\n")
    assert "which oxyde_config.py would hide" in run("--yes").output
    assert not (folder / "oxyde_config.py").exists()


def test_no_models_yet(folder: Path) -> None:
    """Nothing is guessed where no module defines a table."""
    (folder / "shop/models.py").unlink()
    assert "no module here defines a table; name those that will: --models app.models" in run("--yes").output
