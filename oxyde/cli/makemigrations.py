"""``oxyde makemigrations``: writes the migration from the files to the models."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from oxyde.cli.config import Config, ConfigError, described
from oxyde.cli.options import chosen, everywhere
from oxyde.exceptions import MigrationError, OxydeError
from oxyde.migrations.answers import parse
from oxyde.migrations.files import read
from oxyde.migrations.lint import lints, of_operations
from oxyde.migrations.make import Made, Models, Open, answered, compare, open_lines
from oxyde.migrations.questions import Question
from oxyde.schema import tables


class WrongUse(click.ClickException):
    """A flag, a name or an open question; exit code 2."""

    exit_code = 2


@click.command()
@everywhere
@click.option("--name", help="The file's name beside its number; by default what it does.")
@click.option("--empty", is_flag=True, help="Write a file without operations, to be filled by hand.")
@click.option("--dry-run", is_flag=True, help="Show the file instead of writing it.")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when models and migrations differ.")
@click.option("--rename", multiple=True, metavar="A=B", help="posts.title=posts.headline, old_table=new_table, enum:old=new.")
@click.option("--no-rename", is_flag=True, help="Nothing else was renamed.")
@click.option("--fill", multiple=True, metavar="T.C=SQL", help="What the rows that are there get: posts.slug=\"''\".")
@click.option("--map", multiple=True, metavar="T.C.OLD=NEW", help="What becomes of an enum's value: posts.status.archived=draft.")
@click.option("--yes", is_flag=True, help="Data may be lost.")
@click.option("--json", "as_json", is_flag=True, help="List the operations as JSON.")
@click.pass_context
def makemigrations(
    ctx: click.Context, /, *, name: str | None, empty: bool, dry_run: bool, check: bool, yes: bool, as_json: bool, **flags: Any
) -> None:
    """Write the migration that leads from the migrations to the models."""
    both = _compared(chosen(ctx).load())
    ask = _asked if sys.stdin.isatty() and sys.stderr.isatty() and not check else None
    try:
        made = both.empty(name) if empty else answered(both, parse(both.old, both.new, both.dialect, **flags, yes=yes), name, ask)
    except MigrationError as error:
        raise WrongUse(str(error)) from error
    if isinstance(made, Open):
        raise WrongUse("\n".join(["questions are open, and nobody can be asked:", *open_lines(made)]))
    if as_json:
        click.echo(json.dumps([] if made is None else _rows(made), ensure_ascii=False))
    elif made is None:
        click.echo("No changes.")
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


def _compared(config: Config) -> Models:
    """Returns what is compared; what is wrong with the models is a fault of the configuration.

    Raises:
        ConfigError: The models cannot be imported, or are wrong.
    """
    dialect = config.dialect_of()
    config.import_models()
    try:
        described_tables = list(tables)
    except (OxydeError, TypeError) as error:
        raise ConfigError(f"{config.path}: the models are wrong: {described(error)}") from error
    return compare(config.migrations_dir, dialect, described_tables)


def _rows(made: Made) -> list[dict[str, str | None]]:
    return [{"operation": str(one), "loses": lost} for one, lost in zip(made.operations, made.losses, strict=True)]


def _show(made: Made) -> None:
    for operation, lost in zip(made.operations, made.losses, strict=True):
        click.echo(f"{operation}{f'  # loses {lost}' if lost is not None else ''}")


def _asked(question: Question) -> Any:
    if question.kind == "yes or no":
        return click.confirm(question.text, err=True)
    return click.prompt(question.text, err=True)
