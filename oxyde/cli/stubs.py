"""``oxyde generate-stubs``: typed stubs of the modules that define models."""

from __future__ import annotations

import json
from typing import Final

import click

from oxyde.cli.config import Config
from oxyde.cli.models import load_models
from oxyde.cli.near import near
from oxyde.cli.options import chosen, everywhere
from oxyde.stubs import Report, generate
from oxyde.stubs.writer import Style

STYLES: Final = ("beside", "sidecar")


@click.command("generate-stubs")
@everywhere
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if something would be written.")
@click.option("--style", type=click.Choice(STYLES), help="Beside the models, or in _oxyde_types; by default where they are.")
@click.option("--json", "as_json", is_flag=True, help="Print the files as JSON.")
@click.pass_context
def generate_stubs(ctx: click.Context, *, check: bool, style: Style | None, as_json: bool) -> None:
    r"""Write typed stubs of your models, for type checkers.

    \b
    Examples:
      oxyde generate-stubs
      oxyde generate-stubs --check
    """
    config = chosen(ctx).load()
    if not config.stubs:
        click.echo(f"{config.path} says STUBS = False: no stubs", err=True)
        return
    load_models(config)
    report = generate(config.models, style=style, across=config.stub_lookups_across, check=check)
    _show_json(report) if as_json else _show(report, check=check)
    _show_refused(report)
    if check and not report.is_fresh:
        ctx.exit(1)


def current(config: Config, *, check: bool = False) -> Report | None:
    """Writes the stubs in the places where a project has them; None where the configuration wants none.

    Args:
        config: The configuration, whose models are imported.
        check: Write nothing.
    """
    return generate(config.models, across=config.stub_lookups_across, check=check) if config.stubs else None


def renew(config: Config, *, quiet: bool) -> None:
    """Renews the stubs beside another command, and lists what changed, unless it is to be quiet."""
    report = current(config)
    if report is None:
        return
    if not quiet and not report.is_fresh:
        _show(report, check=False)
    _show_refused(report)


def _show_refused(report: Report) -> None:
    for line in refusals(report):
        click.echo(line, err=True)


def refusals(report: Report) -> list[str]:
    """Returns which modules get no stub and why, one line each."""
    return [f"No stub of {name}: {reason}" for name, reason in report.refused.items()]


def _show(report: Report, *, check: bool) -> None:
    for path in report.written:
        click.echo(f"{'Would write' if check else 'Wrote'} {near(path)}")
    for path in report.removed:
        click.echo(f"{'Would remove' if check else 'Removed'} {near(path)}")
    if report.is_fresh:
        count = len(report.unchanged)
        click.echo(f"Nothing to write: {count} stub{' is' if count == 1 else 's are'} up to date")


def _show_json(report: Report) -> None:
    kinds = {"written": report.written, "removed": report.removed, "unchanged": report.unchanged}
    found = {kind: [str(near(path)) for path in paths] for kind, paths in kinds.items()}
    click.echo(json.dumps({**found, "refused": report.refused}, indent=2))
