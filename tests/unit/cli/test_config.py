"""The configuration of the command line: where it is found, what it says, what it refuses."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oxyde.cli.config import Config, ConfigError, load

EVERYTHING = """
import os
MODELS = ["shop.models", "shop.more"]
DIALECT = "postgresql"
MIGRATIONS_DIR = "db/migrations"
DATABASES = {"default": "env:SHOP_URL", "old": "sqlite:///old.db"}
STUBS = False
LOGGING = {}
"""


@pytest.fixture(autouse=True)
def paths() -> Iterator[None]:
    """Leaves the path of imports as it was."""
    before = list(sys.path)
    yield
    sys.path[:] = before


def write(folder: Path, name: str, text: str) -> Path:
    """Writes a file, and its folders."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every option of ``oxyde_config.py``; other names are the application's."""
    path = write(tmp_path, "oxyde_config.py", EVERYTHING)
    config = load(folder=tmp_path)
    assert config == Config(
        path,
        ("shop.models", "shop.more"),
        "postgres",
        tmp_path / "db/migrations",
        {"default": "env:SHOP_URL", "old": "sqlite:///old.db"},
        stubs=False,
    )
    assert config.dialect_of() == "postgres"
    assert config.url("old") == "sqlite:///old.db"
    monkeypatch.setenv("SHOP_URL", "postgres://shop@db/shop")
    assert config.url() == "postgres://shop@db/shop"
    monkeypatch.delenv("SHOP_URL")
    with pytest.raises(ConfigError, match=r"DATABASES\['default'\] takes its URL from the environment, and SHOP_URL is not set"):
        config.url()
    with pytest.raises(ConfigError, match=r"DATABASES has no 'olf'; did you mean \"old\"\?; it has default, old"):
        config.url("olf")


def test_project(tmp_path: Path) -> None:
    """``[tool.oxyde]`` says the same in lower case; ``oxyde_config.py`` comes first."""
    path = write(tmp_path, "pyproject.toml", '[tool.oxyde]\nmodels = "shop.models"\ndatabases = {default = "mariadb://root@db/shop"}\n')
    config = load(folder=tmp_path)
    assert config == Config(path, ("shop.models",), None, tmp_path / "migrations", {"default": "mariadb://root@db/shop"})
    assert config.dialect_of() == "mariadb"
    write(tmp_path, "oxyde_config.py", "MODELS = ['other']")
    assert load(folder=tmp_path).models == ("other",)
    assert load(path).models == ("shop.models",)


def test_paths_are_those_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is below the working directory is named from there, by every message; a place of a URL names file or variable."""
    write(tmp_path, "oxyde_config.py", "DATABASES = {'default': 'env:SHOP_URL', 'old': 'sqlite:///old.db'}")
    monkeypatch.chdir(tmp_path)
    config = load()
    assert (config.path, config.migrations_dir) == (Path("oxyde_config.py"), Path("migrations"))
    assert (config.place(), config.place("old")) == ("SHOP_URL", "DATABASES['old'] of oxyde_config.py")


def test_a_file_that_is_named(tmp_path: Path) -> None:
    """Folders in it count from where it is."""
    path = write(tmp_path, "conf/prod.py", "MODELS = ['m']\nMIGRATIONS_DIR = '../migrations'")
    assert load(path).migrations_dir.resolve() == tmp_path / "migrations"
    with pytest.raises(ConfigError, match=r"gone\.py: there is no such file; --config names a Python file or a TOML file"):
        load(tmp_path / "gone.py")
    empty = write(tmp_path, "other.toml", "[tool.ruff]\n")
    with pytest.raises(ConfigError, match=r"other\.toml: it has no \[tool\.oxyde\]"):
        load(empty)


def test_none(tmp_path: Path) -> None:
    """A pyproject.toml of others is no configuration."""
    write(tmp_path, "pyproject.toml", "[project]\nname = 'x'\n")
    with pytest.raises(ConfigError, match=r"there is no configuration; write oxyde_config\.py with a line such as MODELS = "):
        load(folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nX = {}['a']\n", r"oxyde_config\.py fails: line 2: KeyError: 'a'$"),
        ("def f():\n    return 1 / 0\n\nX = f()", r"fails: line 2: ZeroDivisionError: division by zero$"),
        ("MODELS = [\n", r"oxyde_config\.py:1: SyntaxError: '\[' was never closed$"),
        ("import nowhere_at_all", r"line 1: ModuleNotFoundError: No module named 'nowhere_at_all'$"),
        ("MODEL = ['a']", r'MODEL is no option of Oxyde; did you mean "MODELS"\?$'),
        ("MODELS = [1]", r"MODELS is a list of modules, such as MODELS = \[\"app\.models\"\], not \[1\]$"),
        ("DIALECT = 'oracle'", r"DIALECT is postgres, mysql, mariadb or sqlite, not 'oracle'$"),
        ("MIGRATIONS_DIR = None", r"MIGRATIONS_DIR is a folder, not None$"),
        ("DATABASES = 'sqlite:///x'", r"DATABASES has URLs by alias, such as "),
        ("STUBS = 'no'", r"STUBS is True or False, not 'no'$"),
        ("STUB_LOOKUPS_ACROSS = 1", r"STUB_LOOKUPS_ACROSS is True or False, not 1$"),
    ],
)
def test_refusals(tmp_path: Path, text: str, message: str) -> None:
    """Each is one line that names the file, and exit code 2."""
    write(tmp_path, "oxyde_config.py", text)
    with pytest.raises(ConfigError, match=message) as raised:
        load(folder=tmp_path)
    assert raised.value.exit_code == 2
    assert "\n" not in raised.value.message
    assert "oxyde_config.py" in raised.value.message


def test_toml_with_a_byte_order_mark(tmp_path: Path) -> None:
    """Editors of Windows begin a file with one."""
    path = write(tmp_path, "pyproject.toml", '\ufeff[tool.oxyde]\nmodels = ["marked.models"]\n')
    assert load(path).models == ("marked.models",)


def test_refusals_of_toml(tmp_path: Path) -> None:
    """Unknown keys are named, and so is what makes a file no TOML."""
    path = write(tmp_path, "pyproject.toml", '[tool.oxyde]\nmodles = ["a"]\n')
    with pytest.raises(ConfigError, match=r"unknown key 'modles'; did you mean \"models\"\?; it takes models, dialect, migrations_dir, "):
        load(path)
    path = write(tmp_path, "pyproject.toml", "[tool.oxyde\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml is no valid TOML: .*line 1"):
        load(path)


def test_dialects(tmp_path: Path) -> None:
    """The URL says it where DIALECT does not; one of them must."""
    with pytest.raises(ConfigError, match="name the dialect: DIALECT = 'postgres', 'mysql', 'mariadb' or 'sqlite'"):
        Config(tmp_path / "c.py").dialect_of()
    assert Config(tmp_path / "c.py", databases={"default": "postgresql+asyncpg://x"}).dialect_of() == "postgres"
    with pytest.raises(ConfigError, match=r"DATABASES\['default'\] has the unknown URL scheme 'oracle'; use postgres, "):
        Config(tmp_path / "c.py", databases={"default": "oracle://x"}).dialect_of()
    with pytest.raises(ConfigError, match="DATABASES has no 'replica'; it has default"):
        Config(tmp_path / "c.py", databases={"default": "sqlite:///x.db"}).dialect_of("replica")


def test_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules are found beside the configuration; what is wrong in them is named by file and line."""
    write(tmp_path, "config_shop/__init__.py", "")
    write(tmp_path, "config_shop/good.py", "WORD = 1")
    write(tmp_path, "config_shop/bad.py", "from oxyde import Model\n\nclass A(Model):\n    class Meta:\n        tablename = 'a'\n")
    write(tmp_path, "config_shop/lost.py", "import config_nowhere")
    write(tmp_path, "oxyde_config.py", "MODELS = ['config_shop.good']")
    assert load(folder=tmp_path).import_models()[0].WORD == 1

    def importing(*models: str) -> str:
        with pytest.raises(ConfigError) as raised:
            Config(tmp_path / "oxyde_config.py", models).import_models()
        return raised.value.message

    bad = f"{tmp_path}/config_shop/bad.py:3: TypeError: A.Meta has no option 'tablename'"
    assert f"config_shop.bad cannot be imported: {bad}" in importing("config_shop.bad")
    lost = f"{tmp_path}/config_shop/lost.py:1: ModuleNotFoundError: No module named 'config_nowhere'"
    assert importing("config_shop.lost").endswith(f"config_shop.lost cannot be imported: {lost}")
    assert importing("config_shop.gone").endswith("MODELS names 'config_shop.gone', and there is no module 'config_shop.gone'")
    assert importing("config_gone.models").endswith("MODELS names 'config_gone.models', and there is no module 'config_gone'")
    write(tmp_path, "src/config_under/models.py", "")
    assert importing("config_under.models").endswith("it is in src: install the project (pip install -e .), or set PYTHONPATH=src")
    (tmp_path / "elsewhere/config_here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert importing("config_here.models").endswith("it is in the working directory, and not beside the configuration: set PYTHONPATH=.")
    assert importing().endswith('MODELS names no module; list those that define models: MODELS = ["app.models"]')
