"""``oxyde showmigrations``: lists the migrations, and which of them a database has."""

from __future__ import annotations

import json

import click

from oxyde.cli.database import connected, on_database
from oxyde.cli.options import chosen, everywhere
from oxyde.migrations.running.migrating import history_blocking

MARKS = {"applied": "[x]", "pending": "[ ]", "half applied": "[~]", "edited": "[!]", "missing": "[!]"}
"""What stands before a migration, by what it is."""


@click.command()
@everywhere
@on_database
@click.option("--json", "as_json", is_flag=True, help="List them as JSON.")
@click.pass_context
def showmigrations(ctx: click.Context, /, *, as_json: bool, db_alias: str) -> None:
    r"""List the migrations: [x] applied, [ ] pending, [~] half applied, [!] edited after it was applied, or without a file.

    \b
    Examples:
      oxyde showmigrations
      oxyde showmigrations --json
    """
    config = chosen(ctx).load()
    folder = config.migrations()
    with connected(config, db_alias):
        history = history_blocking(folder, db_alias)
        edited = history.edited()
        found = {
            one.name: "half applied"
            if one.name in history.begun
            else "edited"
            if one.name in edited
            else "applied"
            if one.name in history.applied
            else "pending"
            for one in history.migrations
        }
        found |= dict.fromkeys(history.missing(), "missing")
    if as_json:
        click.echo(json.dumps([{"name": name, "state": state} for name, state in found.items()], ensure_ascii=False))
        return
    for name, state in found.items():
        click.echo(f"{MARKS[state]} {name}{f'  ({state})' if MARKS[state] == '[!]' else ''}")
    if not found:
        click.echo("There are no migrations; oxyde makemigrations makes one.")
