"""``oxyde makemigrations``: writes the migration from the files to the models."""

from __future__ import annotations

import json
from typing import Any

import click

from oxyde.cli.config import Config
from oxyde.cli.models import load_models
from oxyde.cli.offered import complete_fills, complete_renames, complete_values
from oxyde.cli.options import WrongUse, can_ask, chosen, everywhere
from oxyde.cli.stubs import renew
from oxyde.exceptions import MigrationError
from oxyde.migrations.changes.answers import parse
from oxyde.migrations.changes.make import Made, Models, Open, answered, compare, open_lines
from oxyde.migrations.changes.questions import Question
from oxyde.migrations.folder.files import read
from oxyde.migrations.lint import lints, of_operations
from oxyde.schema import tables


@click.command()
@everywhere
@click.option("--name", help="The file's name beside its number; by default what it does.")
@click.option("--empty", is_flag=True, help="Write a file without operations, to be filled by hand.")
@click.option("--dry-run", is_flag=True, help="Show the file instead of writing it.")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when models and migrations differ.")
@click.option(
    "--rename",
    multiple=True,
    shell_complete=complete_renames,
    metavar="A=B",
    help="posts.title=posts.headline, old_table=new_table, enum:old=new.",
)
@click.option("--no-rename", is_flag=True, help="Nothing else was renamed.")
@click.option(
    "--fill", multiple=True, shell_complete=complete_fills, metavar="T.C=SQL", help="What the rows that are there get: posts.slug=\"''\"."
)
@click.option(
    "--map",
    multiple=True,
    shell_complete=complete_values,
    metavar="T.C.OLD=NEW",
    help="What becomes of an enum's value: posts.status.archived=draft.",
)
@click.option("--yes", is_flag=True, help="Data may be lost.")
@click.option("--no-stubs", is_flag=True, help="Do not renew the stubs.")
@click.option("--json", "as_json", is_flag=True, help="List the operations as JSON.")
@click.pass_context
def makemigrations(
    ctx: click.Context,
    /,
    *,
    name: str | None,
    empty: bool,
    dry_run: bool,
    check: bool,
    yes: bool,
    no_stubs: bool,
    as_json: bool,
    **flags: Any,
) -> None:
    r"""Write the migration that leads from the migrations to the models, and renew the stubs.

    \b
    Examples:
      oxyde makemigrations
      oxyde makemigrations --dry-run
      oxyde makemigrations --rename posts.title=posts.headline --fill "posts.slug=lower(headline)"
    """
    config = chosen(ctx).load()
    both = _compared(config)
    ask = _asked if can_ask() and not check else None
    try:
        made = both.empty(name) if empty else answered(both, parse(both.old, both.new, both.dialect, **flags, yes=yes), name, ask)
    except MigrationError as error:
        raise WrongUse(str(error)) from error
    if isinstance(made, Open):
        raise WrongUse(
            "\n".join(["nothing was written, because this has to be answered first; add the flags to the command:", *open_lines(made)])
        )
    if as_json:
        click.echo(json.dumps([] if made is None else _rows(made), ensure_ascii=False))
    elif made is None:
        click.echo("No changes." if both.directory.is_dir() else f"No changes, and no {both.directory}: {_nothing(both)}")
    else:
        _show(made)
    if check:
        ctx.exit(0 if made is None else 1)
    if made is not None and not dry_run:
        made.write()
    if made is not None and not as_json:
        click.echo(f"\n{made.text}" if dry_run else f"Wrote {made.path}", nl=not dry_run)
    if made is not None:
        for lint in of_operations(made.operations, both.old, both.dialect) if dry_run else lints(read(made.path), both.old, both.dialect):
            click.echo(f"Lint: {lint}", err=True)
    if not dry_run and not no_stubs:
        renew(config, quiet=as_json)


def _compared(config: Config) -> Models:
    """Returns what is compared: the files and the models.

    Raises:
        ConfigError: The models cannot be imported, or are wrong.
    """
    dialect = config.dialect_of()
    load_models(config)
    return compare(config.folder(), dialect, list(tables))


def _nothing(both: Models) -> str:
    """Returns why there is nothing to migrate where nothing ever was."""
    return "migrations leave out models with managed = False" if both.tables else "no model is a table"


def _rows(made: Made) -> list[dict[str, str | None]]:
    return [{"operation": str(one), "loses": lost} for one, lost in zip(made.operations, made.losses, strict=True)]


def _show(made: Made) -> None:
    for operation, lost in zip(made.operations, made.losses, strict=True):
        click.echo(f"{operation}{click.style(f'  # loses {lost}', fg='yellow') if lost is not None else ''}")


def _asked(question: Question) -> Any:
    if question.kind == "yes or no":
        return click.confirm(question.text, err=True)
    return click.prompt(question.text, err=True, prompt_suffix=" " if question.text.endswith("?") else ": ")
