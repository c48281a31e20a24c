"""``oxyde sqlmigrate``: prints the SQL of a migration."""

from __future__ import annotations

import click

from oxyde.cli.completion import complete_migrations
from oxyde.cli.config import DIALECTS
from oxyde.cli.options import WrongUse, chosen, everywhere
from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.files import load
from oxyde.migrations.sql import preview


@click.command()
@everywhere
@click.argument("name", shell_complete=complete_migrations)
@click.option("--backwards", is_flag=True, help="The SQL that undoes it.")
@click.option("--dialect", type=click.Choice(sorted(set(DIALECTS.values()))), help="By default that of the configuration.")
@click.pass_context
def sqlmigrate(ctx: click.Context, /, *, name: str, backwards: bool, dialect: str | None) -> None:
    r"""Print the SQL of a migration, named whole or by its beginning.

    \b
    Examples:
      oxyde sqlmigrate 0001
      oxyde sqlmigrate 0001 --backwards --dialect mysql
    """
    config = chosen(ctx).load()
    migrations = load(config.migrations())
    try:
        preview.find(migrations, name)
    except MigrationError as error:
        raise WrongUse(str(error)) from error
    click.echo(preview.sqlmigrate(migrations, name, dialect or config.dialect_of(), backwards=backwards), nl=False)
