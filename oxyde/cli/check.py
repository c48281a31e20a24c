"""``oxyde check``: whether models, stubs, migrations and a database say the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import click

from oxyde.cli.config import Config
from oxyde.cli.database import connected, on_database
from oxyde.cli.errors import said
from oxyde.cli.models import load_models
from oxyde.cli.near import near
from oxyde.cli.options import WrongUse, chosen, everywhere
from oxyde.cli.stubs import current, refusals
from oxyde.exceptions import MigrationError, OxydeError
from oxyde.migrations.changes.make import Open as OpenQuestions
from oxyde.migrations.changes.make import compare, open_lines, unasked
from oxyde.migrations.comparing.drifting import Drift, drift_blocking
from oxyde.migrations.parts import shown
from oxyde.migrations.running.migrating import history_blocking
from oxyde.schema import tables


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        check: What was checked: models, stubs, migrations, types or database.
        state: Whether it is ok, a fault, or was skipped.
        text: A few words about it.
        found: What is wrong, one line each.
        notes: What is worth knowing, one line each.
        plan: What would mend it, one line each.
    """

    check: str
    state: Literal["ok", "fault", "skipped"]
    text: str
    found: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()


@click.command()
@everywhere
@on_database
@click.option("--db", "database", is_flag=True, help="Compare the database with the models, and show what would mend it.")
@click.option("--types", is_flag=True, help="Run mypy over the files that stubs hide from it.")
@click.option("--strict", is_flag=True, help="What counts as equal is a fault of the database, too; list what it does not show.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_context
def check(ctx: click.Context, /, *, database: bool, types: bool, strict: bool, as_json: bool, db_alias: str) -> None:
    r"""Check that models are right, stubs fresh, and migrations the same as the models.

    \b
    Examples:
      oxyde check
      oxyde check --db --db-alias replica
      oxyde check --types
    """
    config = chosen(ctx).load()
    checks = [partial(_models, config), partial(_stubs, config), partial(_migrations, config, db_alias)]
    if types:
        checks.append(partial(_types, config))
    if database:
        checks.append(partial(_database, config, db_alias, strict=strict))
    found: list[Checked] = []
    for one in checks:
        found.append(one())
        if not as_json:
            _show(found[-1])
    if as_json:
        click.echo(json.dumps([vars(one) for one in found], ensure_ascii=False))
    if any(one.state == "fault" for one in found):
        ctx.exit(1)


def _show(one: Checked) -> None:
    state = {"fault": click.style("fault", fg="red")}.get(one.state, one.state)
    click.echo(f"{one.check}: {state}{f', {one.text}' if one.text else ''}")
    for line in (*one.found, *one.notes):
        click.echo(f"  {line}")
    if one.plan:
        click.echo("  What would mend it:")
    for line in one.plan:
        click.echo(f"    {line}".replace("\n", "\n    "))


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _models(config: Config) -> Checked:
    """Imports the models; one that is wrong is a fault of the configuration."""
    return Checked("models", "ok", _counted(len(load_models(config)), "table"))


def _stubs(config: Config) -> Checked:
    report = current(config, check=True)
    if report is None:
        return Checked("stubs", "skipped", f"{config.path.name} says STUBS = False")
    notes = tuple(refusals(report))
    stale = [path for path in (*report.written, *report.removed) if path.exists()]
    if not stale and not report.unchanged:
        return Checked("stubs", "skipped", "there are none", notes=notes)
    missing = [path for path in report.written if not path.exists()]
    if report.is_fresh:
        return Checked("stubs", "ok", _counted(len(report.unchanged), "file"), notes=notes)
    lines = (*(f"{near(path)}: stale" for path in stale), *(f"{near(path)}: missing" for path in missing))
    return Checked("stubs", "fault", "oxyde generate-stubs renews them", lines, notes)


def _migrations(config: Config, alias: str) -> Checked:
    if not config.folder().is_dir():
        return Checked("migrations", "skipped", "there is no folder of them")
    dialect = config.dialect_of(alias)
    try:
        both = compare(config.migrations_dir, dialect, list(tables))
        made = unasked(both)
    except (MigrationError, OSError) as error:
        return Checked("migrations", "fault", said(error))
    if made is None:
        return Checked("migrations", "ok", _counted(len(both.migrations), "file"))
    lines = [line.strip() for line in open_lines(made)] if isinstance(made, OpenQuestions) else [str(one) for one in made.operations]
    return Checked("migrations", "fault", "they lack what the models have; oxyde makemigrations writes it", tuple(lines))


def _types(config: Config) -> Checked:
    """Runs mypy over the sources of stubs, one by one: the others are known by their stubs."""
    report = current(config, check=True)
    stubs = [] if report is None else [path for path in (*report.unchanged, *report.written) if path.exists()]
    hidden = [path.with_suffix(".py") for path in stubs if path.with_suffix(".py").exists()]
    if not hidden:
        return Checked("types", "skipped", "no stub hides a file")
    program = _mypy()
    lines = [line for path in hidden for line in _checked_types(program, path)]
    if lines:
        return Checked("types", "fault", "mypy refuses what stubs hide from it", tuple(lines))
    return Checked("types", "ok", _counted(len(hidden), "file"))


def _mypy() -> str:
    """Returns the program, beside this Python or on the path.

    Raises:
        WrongUse: It is not installed.
    """
    beside = shutil.which("mypy", path=str(Path(sys.executable).parent))
    program = beside or shutil.which("mypy")
    if program is None:
        raise WrongUse("--types needs mypy: pip install mypy")
    return program


def _checked_types(program: str, path: Path) -> Iterator[str]:
    command = [program, "--no-error-summary", "--no-pretty", "--hide-error-context", str(near(path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a program that the user installed
    if done.returncode != 0:
        yield from (done.stdout or done.stderr).strip().splitlines()


def _database(config: Config, alias: str, *, strict: bool) -> Checked:
    with connected(config, alias):
        found = drift_blocking(using=alias)
        pending = list(_pending(config, alias))
    lines = [str(one) for one in found.differences]
    notes = [f"not compared: {line}" for line in found.refused]
    if strict:
        lines += [f"{one} (counts as equal without --strict)" for one in found.tolerated]
        lines += [f"{shown(one)}: no model has it" for one in found.unmanaged]
        notes += [f"not seen: {line}" for line in found.hidden]
    else:
        notes += _summed(found)
    notes += pending if lines else []
    text = _counted(len(lines), "difference") if lines else "it has what the models have"
    return Checked("database", "fault" if lines else "ok", text, tuple(lines), tuple(notes), tuple(_plan(found)))


def _pending(config: Config, alias: str) -> Iterator[str]:
    """Yields that migrations are pending, which may be all that the database lacks; nothing where files or ledger are wrong."""
    if not config.migrations_dir.is_dir():
        return
    try:
        count = len(history_blocking(config.migrations_dir, alias).tasks())
    except OxydeError:  # which migrate tells
        return
    if count:
        yield f"{_counted(count, 'migration')} {'is' if count == 1 else 'are'} pending; oxyde migrate comes before anything below"


def _summed(found: Drift) -> Iterator[str]:
    """Yields what is not said line by line."""
    if found.unmanaged:
        yield f"no model has {', '.join(shown(one) for one in found.unmanaged)}"
    if count := len(found.tolerated):
        many = f"{_counted(count, 'choice')} of older tools and of the server {'counts' if count == 1 else 'count'} as equal"
        yield f"{many}; --strict lists {_them(count)}"
    if count := len(found.hidden):
        yield f"{_counted(count, 'thing')} that {found.dialect} does not show cannot be compared; --strict lists {_them(count)}"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _plan(found: Drift) -> Iterator[str]:
    if found.reason is not None:
        yield f"-- no operations: {found.reason}"
    for step, reason in found.steps():
        lost = step.operation.loses(step.before)
        yield f"{step.operation}{f'  # loses {lost}' if lost is not None else ''}"
        if reason is not None:
            yield f"  -- {reason}"
        for text in step.texts:
            yield f"  {text};".replace("\n", "\n  ")
