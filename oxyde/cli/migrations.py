"""``oxyde migrations``: what is done with migration files as a whole."""

from __future__ import annotations

import json

import click

from oxyde.cli.completion import complete_migrations
from oxyde.cli.config import Config, ConfigError
from oxyde.cli.database import connected, on_database
from oxyde.cli.errors import said
from oxyde.cli.models import load_models
from oxyde.cli.options import Group, WrongUse, can_ask, chosen, everywhere
from oxyde.cli.stubs import renew
from oxyde.exceptions import MigrationError, OxydeError
from oxyde.migrations.folder.files import Migration, load, unordered
from oxyde.migrations.rebasing.local import REMEDY
from oxyde.migrations.rebasing.rebase import rebased
from oxyde.migrations.running.migrating import applied_blocking, history_blocking
from oxyde.migrations.sql.preview import find
from oxyde.migrations.squashing.squash import Squashed, leftovers, remove, squashed
from oxyde.migrations.verification.scratch_database import scratch_database
from oxyde.migrations.verification.verifying import of_database, of_files, of_ledger


@click.group(cls=Group)
@everywhere
def migrations() -> None:
    """Rebase, squash and verify migration files."""


@migrations.command()
@everywhere
@click.option(
    "--from", "start", shell_complete=complete_migrations, metavar="A", help="The first that is replaced; by default the first of all."
)
@click.option("--to", "end", shell_complete=complete_migrations, metavar="B", help="The last that is replaced; by default the last of all.")
@click.option("--drop-data", is_flag=True, help="Leave out functions, and SQL that changes rows.")
@click.option("--delete", is_flag=True, help="Delete the files that are replaced, or were replaced earlier.")
@click.option("--dry-run", is_flag=True, help="Show the file instead of writing it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="List the operations as JSON.")
@click.pass_context
def squash(
    ctx: click.Context,
    /,
    *,
    start: str | None,
    end: str | None,
    drop_data: bool,
    delete: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    r"""Replace migrations by one that leads to the same state.

    \b
    Examples:
      oxyde migrations squash --dry-run
      oxyde migrations squash --to 0020 --yes
      oxyde migrations squash --delete --yes
    """
    config = chosen(ctx).load()
    folder = config.migrations()
    _check_names(load(folder), start, end)
    old = leftovers(folder) if delete else []
    if old:
        _delete(old, dry_run=dry_run, yes=yes, as_json=as_json)
        return
    made = squashed(folder, start, end, dialect=config.dialect_of(), drop_data=drop_data)
    _show(made, as_json=as_json, dry_run=dry_run)
    if dry_run:
        return
    _confirm(f"replace {len(made.replaced)} migrations by {made.path.stem}{' and delete them' if delete else ''}", yes=yes)
    made.write()
    if delete:
        remove(made.replaced)
    if not as_json:
        click.echo(f"Wrote {made.path}")


def _check_names(there: list[Migration], *names: str | None) -> None:
    """Raises WrongUse where a name is that of no migration."""
    try:
        for name in names:
            if name is not None:
                find(there, name)
    except MigrationError as error:
        raise WrongUse(str(error)) from error


def _delete(old: list[Migration], *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Deletes files that were replaced earlier."""
    if as_json:
        click.echo(json.dumps([{"deleted": one.name} for one in old], ensure_ascii=False))
    if not dry_run:
        _confirm(
            f"delete {len(old)} files that a squashed migration replaces, without which databases that are half way cannot go on", yes=yes
        )
        remove(old)
    for one in [] if as_json else old:
        click.echo(f"{'Would delete' if dry_run else 'Deleted'} {one.path}")


def _show(made: Squashed, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps([{"operation": str(one)} for one in made.operations], ensure_ascii=False))
    else:
        click.echo(f"{len(made.replaced)} migrations, {made.before} operations: {made.path.stem} has {len(made.operations)}")
    for dialect, reason in made.unproved.items():
        click.echo(f"Not compared on {dialect}: {reason}", err=True)
    if dry_run and not as_json:
        click.echo(f"\n{made.text}", nl=False)


def _confirm(change: str, *, yes: bool) -> None:
    """Asks whether files are to be changed, unless that was answered.

    Raises:
        WrongUse: There is no terminal to ask on.
        Abort: The answer is no.
    """
    if yes:
        return
    if not can_ask():
        raise WrongUse(f"nothing was changed, because there is no terminal to ask on; add --yes to {change}")
    click.confirm(f"{change[0].upper()}{change[1:]}?", err=True, abort=True)


@migrations.command()
@everywhere
@on_database
@click.option(
    "--local",
    multiple=True,
    shell_complete=complete_migrations,
    metavar="NAME",
    help="A migration that comes last; by default git tells which, or else the ledger of the database.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be renamed; write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--no-stubs", is_flag=True, help="Do not renew the stubs.")
@click.option("--json", "as_json", is_flag=True, help="List what is renamed as JSON.")
@click.pass_context
def rebase(
    ctx: click.Context, /, *, local: tuple[str, ...], dry_run: bool, yes: bool, no_stubs: bool, as_json: bool, db_alias: str
) -> None:
    r"""Number the migrations of this branch after those of another branch that was merged, and renew the stubs.

    Those of this branch are those that git does not have on the other side of a merge or a rebase that stopped. Where git knows of none,
    they are those that the database has not applied.

    \b
    Examples:
      oxyde migrations rebase --dry-run
      oxyde migrations rebase --yes
      oxyde migrations rebase --local 0002_add_slug --local 0003_fill_slug
    """
    config = chosen(ctx).load()
    folder = config.migrations()
    if local:
        _check_names(unordered(folder), *local)
    made = rebased(folder, local or None, lambda: _applied(config, db_alias), dialect=config.dialect_of(db_alias))
    if not dry_run:
        _confirm(f"rename {len(made.moved)} migration{'' if len(made.moved) == 1 else 's'}, and let HEAD name {made.newest}", yes=yes)
        made.write()
    if as_json:
        click.echo(json.dumps([{"old": one.old, "new": one.new} for one in made.moved], ensure_ascii=False))
    else:
        for one in made.moved:
            click.echo(f"{'Would rename' if dry_run else 'Renamed'} {folder / one.old}.py to {one.new}.py")
        click.echo(f"HEAD {'would name' if dry_run else 'names'} {made.newest}")
    if config.models and config.stubs and not dry_run and not no_stubs:
        _renew_stubs(config, quiet=as_json)


def _renew_stubs(config: Config, *, quiet: bool) -> None:
    """Renews the stubs; models that cannot be imported are no fault, because in the middle of a merge they may be in conflict."""
    try:
        load_models(config)
        renew(config, quiet=quiet)
    except (click.ClickException, OxydeError) as error:
        click.echo(f"The stubs are as they were: {said(error)}; then run: oxyde generate-stubs", err=True)


def _applied(config: Config, alias: str) -> set[str]:
    """Returns the names of the migrations that a database has.

    Raises:
        WrongUse: There is no such database, or it cannot be reached.
    """
    try:
        with connected(config, alias):
            return applied_blocking(alias)
    except (ConfigError, OxydeError) as error:
        raise WrongUse(f"git knows of no other branch here, and the ledger of {alias!r} cannot be read: {said(error)}; {REMEDY}") from error


@migrations.command()
@everywhere
@on_database
@click.option("--db", "database", is_flag=True, help="Run them up, down and up in a scratch database; compare the ledger with the files.")
@click.option("--json", "as_json", is_flag=True, help="List what is wrong as JSON.")
@click.pass_context
def verify(ctx: click.Context, /, *, database: bool, as_json: bool, db_alias: str) -> None:
    r"""Check that the files are in one line, HEAD names the newest, and replaying them gives the models; exit code 1 where not.

    With --db, also that the files that the database has applied were not edited, and that all of them run up, down and up on its server:
    in a database oxyde_verify_..., or a schema where the role may make no databases, which is made beside it and dropped.

    \b
    Examples:
      oxyde migrations verify
      oxyde migrations verify --db
    """
    config = chosen(ctx).load()
    folder = config.migrations()
    if config.models:
        load_models(config)
    faults = of_files(folder, config.dialect_of(db_alias), None if config.models else [])
    if database and not any(fault.check == "files" for fault in faults):
        with connected(config, db_alias):
            history = history_blocking(folder, db_alias)
        faults += of_ledger(history)
        with scratch_database(config.url(db_alias), history.dialect, history.stages) as scratch:
            faults += of_database(folder, scratch, history.dialect)
    if as_json:
        click.echo(json.dumps([vars(fault) for fault in faults], ensure_ascii=False))
    else:
        for fault in faults:
            click.echo(str(fault))
        if not faults:
            click.echo("The migrations are as they should be.")
    ctx.exit(1 if faults else 0)
