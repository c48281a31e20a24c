"""``oxyde init``: writes the configuration."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from oxyde.cli.completion import complete_modules
from oxyde.cli.config import DIALECTS, FILE, PROJECT, project_options
from oxyde.cli.discovery import model_modules
from oxyde.cli.errors import HIDDEN, without_passwords
from oxyde.cli.options import WrongUse, can_ask, chosen, everywhere
from oxyde.db.urls import parts_of
from oxyde.migrations.folder.layout import text
from oxyde.schema.naming import meant

VARIABLE: Final = "DATABASE_URL"
ENV: Final = "env:"
SQLITE: Final = "sqlite:///app.db"


@dataclass(frozen=True)
class Address:
    """The address of a database, as the configuration writes it.

    Attributes:
        written: The URL, or ``env:NAME`` where it has a password or comes from the environment.
        dialect: The dialect of the URL; None where only the environment will tell.
        secret: The URL with its password hidden, where it had one.
    """

    written: str
    dialect: str | None
    secret: str | None = None


@click.command()
@everywhere
@click.option("--models", multiple=True, metavar="M", shell_complete=complete_modules, help="A module with models; may be repeated.")
@click.option("--url", metavar="U", help="The URL of the database, or env:NAME for the variable that has it.")
@click.option("--dir", "folder", metavar="D", help="The folder of the migrations; by default migrations.")
@click.option("--yes", is_flag=True, help="Ask nothing; take what was found.")
@click.option("--force", is_flag=True, help="Overwrite the configuration.")
@click.pass_context
def init(ctx: click.Context, /, *, models: tuple[str, ...], url: str | None, folder: str | None, yes: bool, force: bool) -> None:
    r"""Write oxyde_config.py, which tells the other commands where your models and databases are.

    A URL with a password is not written: the file names the variable that is to have it.

    \b
    Examples:
      oxyde init
      oxyde init --models shop.models --url sqlite:///shop.db
      oxyde init --yes
    """
    path = chosen(ctx).config or Path(FILE)
    _refuse_overwriting(path, force=force)
    asks = can_ask() and not yes
    found = model_modules(Path.cwd())
    if not models:
        models = _asked_models(found) if asks else _found(found, yes=yes)
    if url is None:
        guess = f"{ENV}{VARIABLE}" if os.environ.get(VARIABLE) else SQLITE
        if not asks and not yes:
            raise WrongUse(f"no database was named, and there is no terminal to ask on; add --url URL, or --yes, which takes {guess}")
        url = click.prompt("URL of the database", default=guess, err=True) if asks else guess
    if folder is None:
        folder = click.prompt("Folder of the migrations", default="migrations", err=True) if asks else "migrations"
    address = _address(str(url))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(models, address, str(folder)), encoding="utf-8")
    click.echo(f"Wrote {path}")
    _advise(address)


def _refuse_overwriting(path: Path, *, force: bool) -> None:
    """Refuses to take the place of a configuration that is there.

    Raises:
        WrongUse: There is one, and ``--force`` was not given, or it is in a file that holds other things too.
    """
    if path.suffix != ".py":
        raise WrongUse(f"{path}: oxyde init writes a Python file; write [tool.oxyde] into a TOML file yourself")
    if path.exists() and not force:
        raise WrongUse(f"{path} is there already; --force overwrites it")
    project = path.parent / PROJECT
    if path.name == FILE and project.is_file() and project_options(project) is not None and not force:
        raise WrongUse(f"{project} has [tool.oxyde], which {FILE} would hide; --force writes it all the same")


def _asked_models(found: list[str]) -> tuple[str, ...]:
    """Asks for the modules, with those that define models as the answer that Enter gives."""
    answer = click.prompt("Modules that define models", default=", ".join(found) or "app.models", err=True)
    return tuple(name for name in str(answer).replace(",", " ").split() if name)


def _found(found: list[str], *, yes: bool) -> tuple[str, ...]:
    """Returns the modules that define models, where nobody is asked.

    Raises:
        WrongUse: They were not named, or there are none.
    """
    if not found:
        raise WrongUse("no module here defines a table; name those that will: --models app.models")
    if not yes:
        raise WrongUse(
            f"no modules were named, and there is no terminal to ask on; add --models M, or --yes, which takes {', '.join(found)}"
        )
    return tuple(found)


def _address(url: str) -> Address:
    """Returns how a URL is written.

    Raises:
        WrongUse: It is no URL of a database.
    """
    if url.startswith(ENV):
        value = os.environ.get(url.removeprefix(ENV))
        return Address(url, None if value is None else _dialect(value))
    dialect = _dialect(url)
    hidden = without_passwords(url)
    return Address(url, dialect) if hidden == url else Address(f"{ENV}{VARIABLE}", dialect, hidden)


def _dialect(url: str) -> str:
    scheme = parts_of(url).scheme.partition("+")[0] if ":" in url else ""
    if scheme not in DIALECTS:
        said = f"its scheme is {scheme!r}{meant(scheme, DIALECTS)}" if scheme else "it has no scheme"
        raise WrongUse(f"--url is no URL of a database: {said}; write postgresql://user@host/name, mysql://, mariadb:// or {SQLITE}")
    return DIALECTS[scheme]


def _text(models: tuple[str, ...], address: Address, folder: str) -> str:
    """Returns the text of the configuration."""
    names = ", ".join(map(text, models))
    lines = [
        '"""What the oxyde command is told about this project."""',
        "",
        f"MODELS = [{names}]",
        *([f"DIALECT = {text(address.dialect)}"] if address.dialect is not None else []),
        f"MIGRATIONS_DIR = {text(folder)}",
        f'DATABASES = {{"default": {text(address.written)}}}',
    ]
    return "\n".join(lines) + "\n"


def _advise(address: Address) -> None:
    if address.secret is not None:
        shown = address.secret.replace(HIDDEN, "PASSWORD")
        click.echo(f"The URL has a password, and was not written. Set it where the commands run: export {VARIABLE}='{shown}'")
    elif address.written.startswith(ENV) and not os.environ.get(name := address.written.removeprefix(ENV)):
        click.echo(f"{name} is not set yet; the commands read the URL from it.")
    click.echo("Next: oxyde makemigrations")
