"""``oxyde migrate``: brings a database to a migration."""

from __future__ import annotations

import json
import sys

import click

from oxyde.cli.completion import complete_targets
from oxyde.cli.config import Config, ConfigError
from oxyde.cli.database import connected, on_database
from oxyde.cli.options import WrongUse, chosen, everywhere
from oxyde.exceptions import MigrationError
from oxyde.migrations.running.history import ZERO, History, Task
from oxyde.migrations.running.migrating import apply_blocking, history_blocking, plan_blocking, planned_blocking, settle_blocking
from oxyde.migrations.running.options import Done, Options
from oxyde.migrations.running.pending import Pending, as_rows
from oxyde.migrations.running.runner import check
from oxyde.migrations.sql.preview import find


@click.command()
@everywhere
@on_database
@click.argument("target", required=False, shell_complete=complete_targets)
@click.option("--plan", is_flag=True, help="Show what would be sent, its locks and lints, and send nothing.")
@click.option("--check", "only_check", is_flag=True, help="Apply nothing; exit code 1 when a migration is pending.")
@click.option("--fake", is_flag=True, help="Enter the migrations in the ledger without running them.")
@click.option("--fake-initial", is_flag=True, help="Enter them without running them up to where the database stands already.")
@click.option("--strict", is_flag=True, help="Refuse where an applied file was edited or is missing.")
@click.option("--json", "as_json", is_flag=True, help="List as JSON what was done or, with --plan or --check, what would be.")
@click.option(
    "--lock-timeout", type=click.FloatRange(min=0), default=60.0, show_default=True, metavar="S", help="Seconds to wait for locks."
)
@click.option("--keep-extra", is_flag=True, help="Keep columns and constraints that no migration made, where SQLite makes a table anew.")
@click.option("--mark-done", type=int, metavar="STEP", help="The interrupted step took effect.")
@click.option("--retry", type=int, metavar="STEP", help="The interrupted step is to be run again.")
@click.pass_context
def migrate(
    ctx: click.Context,
    /,
    *,
    target: str | None,
    plan: bool,
    as_json: bool,
    only_check: bool,
    fake: bool,
    fake_initial: bool,
    strict: bool,
    lock_timeout: float,
    keep_extra: bool,
    mark_done: int | None,
    retry: int | None,
    db_alias: str,
) -> None:
    r"""Apply the migrations that the database lacks, or go forward or back to TARGET.

    TARGET is a migration, named whole or by its beginning, or zero, which undoes all.

    \b
    Examples:
      oxyde migrate
      oxyde migrate 0004
      oxyde migrate zero --plan
      oxyde migrate --fake-initial --plan
    """
    config = chosen(ctx).load()
    if mark_done is not None and retry is not None:
        raise WrongUse("--mark-done and --retry say two things of a step; give one of them")
    if fake and fake_initial:
        raise WrongUse("--fake enters all migrations, --fake-initial those that the database has; give one of them")
    config.migrations()  # before SQLite makes the file of the database
    with connected(config, db_alias, patience=lock_timeout):
        history = _history(config, db_alias, target)
        step = retry if mark_done is None else mark_done
        if step is not None:
            settle_blocking(step, db_alias, done=mark_done is not None, lock_timeout=lock_timeout)
            history = _history(config, db_alias, target)
        done: list[Done] = []
        report = done.append if as_json else _report
        options = Options(target, fake, strict, lock_timeout, report, _warn, keep_extra, _progress, fake_initial)
        if plan or only_check:
            check(history, options)
            tasks = planned_blocking(history, options, db_alias)
            if plan:
                _show_plan(plan_blocking(tasks, history.dialect, db_alias), as_json=as_json)
            else:
                _show_names(tasks, as_json=as_json)
            ctx.exit(1 if only_check and tasks else 0)
        try:
            is_done = bool(apply_blocking(history, options, db_alias))
        finally:
            if as_json:
                click.echo(json.dumps([_row(one, seconds=round(one.seconds, 3)) for one in done], ensure_ascii=False))
        if not is_done and not as_json:
            click.echo("Nothing to migrate.")


def _history(config: Config, alias: str, target: str | None) -> History:
    """Returns the history, after checking what the command line says against it.

    Raises:
        ConfigError: The database is of another dialect than the configuration says.
        WrongUse: The target is no migration.
    """
    history = history_blocking(config.migrations(), alias)
    said = config.dialect
    if said is not None and {said, history.dialect} not in ({said}, {"mysql", "mariadb"}):
        raise ConfigError(f"{config.path}: DIALECT is {said!r}, and the database {alias!r} is {history.dialect}")
    if target is not None and target != ZERO:
        try:
            find(history.migrations, target)
        except MigrationError as error:
            raise WrongUse(str(error)) from error
    return history


def _show_plan(found: list[Pending], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(as_rows(found), ensure_ascii=False))
    elif not found:
        click.echo("Nothing to migrate.")
    for one in () if as_json else found:
        click.echo(_told(one.task))
        for lint in one.lints:
            click.echo(f"  Lint: {lint}")
        for step, lost, locks in one.steps:
            click.echo(f"  {step.operation}{f'  # loses {lost}' if lost is not None else ''}")
            for lock in locks:
                click.echo(f"    Lock: {lock}")
            for text in step.texts:
                click.echo(f"    {text};".replace("\n", "\n    "))


def _row(one: Task | Done, **more: float) -> dict[str, object]:
    return {"migration": one.name, "backwards": one.backwards, "recorded": one.faked, **more}


def _show_names(tasks: list[Task], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_row(task) for task in tasks], ensure_ascii=False))
        return
    for task in tasks:
        click.echo(_told(task))


def _told(task: Task) -> str:
    if task.faked:
        return f"Record {task.name}, which the database has"
    return f"{'Undo' if task.backwards else 'Apply'} {task.name}"


def _report(done: Done) -> None:
    if done.faked:
        click.echo(f"{'Removed' if done.backwards else 'Recorded'} {done.name} {'from' if done.backwards else 'in'} the ledger only")
    else:
        click.echo(f"{'Undid' if done.backwards else 'Applied'} {done.name} in {done.seconds:.2f} s")


def _warn(text: str) -> None:
    click.echo(f"Warning: {text}", err=True)


def _progress(migration: str, rows: int) -> None:
    """Shows on a terminal how far a function in batches came; the next line is written over it."""
    if sys.stderr.isatty():
        click.echo(f"{migration}: {rows:,} rows\r", nl=False, err=True)
