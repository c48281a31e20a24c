"""``oxyde inspectdb``: writes models of a live database."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from oxyde.cli.completion import complete_aliases
from oxyde.cli.database import connected, helped
from oxyde.cli.options import Chosen, WrongUse, chosen, everywhere
from oxyde.db.database import AsyncDatabase
from oxyde.db.hidden import hide
from oxyde.db.sqlite_url import check_present
from oxyde.inspect.inspecting import ALIAS, source_blocking
from oxyde.inspect.reading import NoTables
from oxyde.migrations.folder.head import put

MODEL: Final = re.compile(r"^class \w+\(Model\):", re.MULTILINE)


@click.command()
@everywhere
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@click.option("--schema", "schemas", multiple=True, metavar="S", help="A schema, instead of the default one; may be repeated.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, readable=False, writable=True),
    metavar="F",
    help="The file to write, instead of printing.",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.option(
    "--db-alias", metavar="A", shell_complete=complete_aliases, help="The database, by its alias in DATABASES.  [default: default]"
)
@click.option("--url", metavar="U", help="The database, by its URL; no configuration is read.")
@click.pass_context
def inspectdb(
    ctx: click.Context,
    /,
    *,
    tables: tuple[str, ...],
    schemas: tuple[str, ...],
    output: Path | None,
    force: bool,
    db_alias: str | None,
    url: str | None,
) -> None:
    r"""Print models of a live database, or of some tables and views of it.

    Keys, relations with both their sides, enumerations, checks, indexes, comments and views become models. What a model cannot say
    stands in comments. Nothing in the database is changed.

    \b
    Examples:
      oxyde inspectdb
      oxyde inspectdb --output app/models.py
      oxyde inspectdb orders customers --schema shop
      oxyde inspectdb --url sqlite:///chinook.db
    """
    if output is not None and output.exists() and not force:
        raise WrongUse(f"{output} is there already; overwrite it with --force, or name another file")
    with _database(chosen(ctx), db_alias, url) as database:
        try:
            text = source_blocking(tables=tables, schemas=schemas, client=database)
        except NoTables as error:
            raise click.ClickException(f"{database.url}: {error}") from error
        except ValueError as error:
            raise WrongUse(str(error)) from error
    count = len(MODEL.findall(text))
    if output is None:
        click.echo(text, nl=False)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    _write(output, text)
    click.echo(f"Wrote {output}: {count} model{'' if count == 1 else 's'}")


def _write(path: Path, text: str) -> None:
    """Writes a file; what it had stays where the text cannot be written whole.

    What is no file, such as a device, a pipe or a link to nothing, is written to, and so is a file in a folder that takes no new ones.
    """
    real = Path(os.path.realpath(path))
    if (os.path.lexists(path) and not path.is_file()) or not os.access(real.parent, os.W_OK):
        path.write_text(text, encoding="utf-8")
    else:
        put(real, text)


@contextmanager
def _database(said: Chosen, alias: str | None, url: str | None) -> Iterator[AsyncDatabase]:
    """Connects to the database that the flags name.

    Raises:
        WrongUse: Both flags were given, or the URL is none.
        ConnectionFailed: The file is not there.
    """
    if url is None:
        check_present(said.load().url(alias or "default"))
        with connected(said.load(), alias or "default") as database:
            yield database
        return
    if alias is not None:
        raise WrongUse("--db-alias and --url name a database each; give one of them")
    try:
        database = AsyncDatabase(hide(url), name=ALIAS, auto_register=False)
    except ValueError as error:
        raise WrongUse(str(error)) from error
    check_present(database.url)
    try:
        with helped(url, "--url"):
            database.connect_blocking()
        yield database
    finally:
        database.disconnect_blocking()
