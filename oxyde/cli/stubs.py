"""``oxyde generate-stubs``: typed stubs of the modules that define models."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final, Literal

import click

from oxyde.cli.options import chosen, everywhere
from oxyde.stubs import Report, generate

STYLES: Final = ("beside", "sidecar")


@click.command("generate-stubs")
@everywhere
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if something would be written.")
@click.option("--style", type=click.Choice(STYLES), default="beside", show_default=True, help="Beside the models, or in _oxyde_types.")
@click.option("--json", "as_json", is_flag=True, help="Print the files as JSON.")
@click.pass_context
def generate_stubs(ctx: click.Context, *, check: bool, style: Literal["beside", "sidecar"], as_json: bool) -> None:
    """Write typed stubs of your models, for type checkers."""
    config = chosen(ctx).load()
    if not config.stubs:
        click.echo(f"{config.path} says STUBS = False: no stubs", err=True)
        return
    config.import_models()
    report = generate(config.models, style=style, across=config.stub_lookups_across, check=check)
    _show_json(report) if as_json else _show(report, check=check)
    for reason in report.refused.values():
        click.echo(f"no stub: {reason}", err=True)
    if check and not report.is_fresh:
        ctx.exit(1)


def _show(report: Report, *, check: bool) -> None:
    for path in report.written:
        click.echo(f"{'stale' if check else 'written'}: {_near(path)}")
    for path in report.removed:
        click.echo(f"{'to be removed' if check else 'removed'}: {_near(path)}")
    if report.is_fresh:
        count = len(report.unchanged)
        click.echo(f"{count} stub{'' if count == 1 else 's'}, nothing to write")


def _show_json(report: Report) -> None:
    kinds = {"written": report.written, "removed": report.removed, "unchanged": report.unchanged}
    found = {kind: [_near(path) for path in paths] for kind, paths in kinds.items()}
    click.echo(json.dumps({**found, "refused": report.refused}, indent=2))


def _near(path: Path) -> str:
    """Returns a path as one writes it from here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd().resolve()) else str(path)
