"""What the command line is told about the application: ``oxyde_config.py``, ``[tool.oxyde]`` in pyproject.toml, or ``--config``."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import click

from oxyde.cli.errors import described
from oxyde.cli.near import near
from oxyde.schema.naming import meant

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE: Final = "oxyde_config.py"
PROJECT: Final = "pyproject.toml"
DIALECTS: Final = {"postgres": "postgres", "postgresql": "postgres", "mysql": "mysql", "mariadb": "mariadb", "sqlite": "sqlite"}
"""The dialects by the words that configurations and URLs have for them."""
EXAMPLE: Final = 'MODELS = ["app.models"]'


class ConfigError(click.ClickException):
    """The configuration, or what it names, is wrong."""

    exit_code = 2


@dataclass(frozen=True)
class Config:
    """The configuration of an application.

    Attributes:
        path: The file that it was read from.
        models: The modules that define models.
        dialect: The dialect as the configuration says it; None when it does not.
        migrations_dir: The folder of the migrations.
        databases: URLs by alias, ``env:NAME`` among them.
        stubs: Whether stubs of the models are written and checked.
        stub_lookups_across: Whether stubs have all lookups of related models' columns.
    """

    path: Path
    models: tuple[str, ...] = ()
    dialect: str | None = None
    migrations_dir: Path = Path("migrations")
    databases: Mapping[str, str] = field(default_factory=dict)
    stubs: bool = True
    stub_lookups_across: bool = False

    def url(self, alias: str = "default") -> str:
        """Returns the URL of a database; one that says ``env:NAME`` is looked up in the environment.

        Raises:
            ConfigError: There is no such alias, or the environment has no such name.
        """
        if alias not in self.databases:
            known = f"it has {', '.join(sorted(self.databases))}" if self.databases else "it has none"
            raise ConfigError(f"{self.path}: DATABASES has no {alias!r}{meant(alias, self.databases)}; {known}")
        url = self.databases[alias]
        if not url.startswith("env:"):
            return url
        name = url.removeprefix("env:")
        if not os.environ.get(name):
            raise ConfigError(f"{self.path}: DATABASES[{alias!r}] takes its URL from the environment, and {name} is not set")
        return os.environ[name]

    def place(self, alias: str = "default") -> str:
        """Returns where the URL of a database is written: in the file, or in a variable of the environment."""
        url = self.databases.get(alias, "")
        return url.removeprefix("env:") if url.startswith("env:") else f"DATABASES[{alias!r}] of {self.path}"

    def dialect_of(self, alias: str = "default") -> str:
        """Returns the dialect to write for: DIALECT, else that of a database's URL.

        Raises:
            ConfigError: Neither says one.
        """
        if self.dialect is not None:
            return self.dialect
        if alias not in self.databases and (alias == "default" or not self.databases):
            raise ConfigError(f"{self.path}: name the dialect: DIALECT = {'postgres'!r}, 'mysql', 'mariadb' or 'sqlite'")
        scheme = self.url(alias).partition(":")[0].partition("+")[0]  # a driver may stand behind it
        if scheme not in DIALECTS:
            raise ConfigError(f"{self.path}: DATABASES[{alias!r}] has the unknown URL scheme {scheme!r}; use {', '.join(DIALECTS)}")
        return DIALECTS[scheme]

    def migrations(self) -> Path:
        """Returns the folder of the migrations.

        Raises:
            ConfigError: There is none.
        """
        if not self.folder().is_dir():
            raise ConfigError(f"{self.migrations_dir}: there is no such folder; oxyde makemigrations makes it")
        return self.migrations_dir

    def folder(self) -> Path:
        """Returns the folder of the migrations, which may not be there yet.

        Raises:
            ConfigError: Something else has its name.
        """
        if os.path.lexists(self.migrations_dir) and not self.migrations_dir.is_dir():
            raise ConfigError(f"{self.migrations_dir} is no folder; move it away, or let MIGRATIONS_DIR of {self.path} name another place")
        return self.migrations_dir

    def import_models(self) -> list[ModuleType]:
        """Imports the modules that define models, from the folder of the configuration or from what is installed.

        Raises:
            ConfigError: MODELS names none, or one of them cannot be imported.
        """
        if not self.models:
            raise ConfigError(f"{self.path}: MODELS names no module; list those that define models: {EXAMPLE}")
        return [self._import(name) for name in self.models]

    def _import(self, name: str) -> ModuleType:
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and f"{name}.".startswith(f"{error.name}."):
                remedy = self._whereabouts(error.name.partition(".")[0])
                raise ConfigError(f"{self.path}: MODELS names {name!r}, and there is no module {error.name!r}{remedy}") from error
            raise ConfigError(f"{self.path}: {name} cannot be imported: {described(error)}") from error
        except Exception as error:
            raise ConfigError(f"{self.path}: {name} cannot be imported: {described(error)}") from error

    def _whereabouts(self, name: str) -> str:
        """Returns where a module is that was looked for in the folder of the configuration, and what to do."""
        for folder, remedy in (
            (self.path.parent / "src", "it is in src: install the project (pip install -e .), or set PYTHONPATH=src"),
            (Path.cwd(), "it is in the working directory, and not beside the configuration: set PYTHONPATH=."),
        ):
            if (folder / name).is_dir() or (folder / f"{name}.py").exists():
                return f"; {remedy}"
        return ""


def load(path: Path | None = None, *, folder: Path | None = None) -> Config:
    """Returns the configuration, and puts its folder first on the path of imports.

    Args:
        path: The file, Python or TOML; when None, ``oxyde_config.py`` or the ``[tool.oxyde]`` of pyproject.toml is read.
        folder: Where to look for them; by default the working directory.

    Raises:
        ConfigError: There is none, it fails, or it says something that is not known.
    """
    folder = Path.cwd() if folder is None else folder
    if path is not None:
        if not path.is_file():
            raise ConfigError(f"{path}: there is no such file; --config names a Python file or a TOML file")
        options = project_options(path) if path.suffix == ".toml" else _python(path)
        if options is None:
            raise ConfigError(f"{path}: it has no [tool.oxyde]; write it there, e.g. {EXAMPLE.lower()}")
        return _config(path, options)
    python, project = near(folder / FILE), near(folder / PROJECT)
    if python.is_file():
        return _config(python, _python(python))
    options = project_options(project) if project.is_file() else None
    if options is None:
        raise ConfigError(f"{folder}: there is no configuration; write {FILE} with a line such as {EXAMPLE}, or name one: --config")
    return _config(project, options)


def _python(path: Path) -> dict[str, Any]:
    """Returns the capital names of a Python file, in lower case."""
    _put_first(path)
    names: dict[str, Any] = {"__file__": str(path), "__name__": path.stem}
    try:
        exec(compile(path.read_bytes(), path, "exec"), names)  # noqa: S102 - the file is the application's own
    except Exception as error:
        raise ConfigError(f"{path} fails: {_within(path, error)}") from error
    said = {name: value for name, value in names.items() if name.isupper()}
    for name in said:
        if name.lower() not in READERS and (near := meant(name, [known.upper() for known in READERS])):
            raise ConfigError(f"{path}: {name} is no option of Oxyde{near}")
    return {name.lower(): value for name, value in said.items() if name.lower() in READERS}


def _within(path: Path, error: Exception) -> str:
    """Returns one line about an error with the configuration's own line, from where it may have called others."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"line {lines[-1]}: {type(error).__name__}: {error}".replace("\n", " ") if lines else described(error)


def project_options(path: Path) -> dict[str, Any] | None:
    """Returns the ``[tool.oxyde]`` of a TOML file, or None."""
    _put_first(path)
    try:
        options = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("tool", {}).get("oxyde")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no valid TOML: {error}") from error
    for name in options or ():
        if name not in READERS:
            raise ConfigError(f"{path}: [tool.oxyde] has the unknown key {name!r}{meant(name, READERS)}; it takes {', '.join(READERS)}")
    return None if options is None else dict(options)


def _put_first(path: Path) -> None:
    """Lets modules be imported from the folder of the configuration."""
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)


def _config(path: Path, options: Mapping[str, Any]) -> Config:
    read = {name: READERS[name](path, value) for name, value in options.items()}
    folder = path.resolve().parent
    read["migrations_dir"] = near(folder / read.get("migrations_dir", "migrations"))
    return Config(path, **read)


def _models(path: Path, value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"{path}: MODELS is a list of modules, such as {EXAMPLE}, not {value!r}")
    return tuple(names)


def _dialect(path: Path, value: Any) -> str:
    if value not in DIALECTS:
        raise ConfigError(f"{path}: DIALECT is postgres, mysql, mariadb or sqlite, not {value!r}")
    return DIALECTS[value]


def _folder(path: Path, value: Any) -> Path:
    if not isinstance(value, (str, Path)) or not str(value):
        raise ConfigError(f"{path}: MIGRATIONS_DIR is a folder, not {value!r}")
    return Path(value)


def _databases(path: Path, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(part, str) for pair in value.items() for part in pair):
        example = 'DATABASES = {"default": "env:DATABASE_URL"}'
        raise ConfigError(f"{path}: DATABASES has URLs by alias, such as {example}")
    return dict(value)


def _switch(name: str, path: Path, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{path}: {name} is True or False, not {value!r}")
    return value


READERS: Final[Mapping[str, Callable[[Path, Any], Any]]] = {
    "models": _models,
    "dialect": _dialect,
    "migrations_dir": _folder,
    "databases": _databases,
    "stubs": partial(_switch, "STUBS"),
    "stub_lookups_across": partial(_switch, "STUB_LOOKUPS_ACROSS"),
}
"""What checks each option."""
