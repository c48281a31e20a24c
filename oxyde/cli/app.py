"""The ``oxyde`` command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from oxyde.cli.check import check
from oxyde.cli.completion import completion
from oxyde.cli.errors import whole, without_passwords
from oxyde.cli.init import init
from oxyde.cli.inspectdb import inspectdb
from oxyde.cli.makemigrations import makemigrations
from oxyde.cli.migrate import migrate
from oxyde.cli.migrations import migrations
from oxyde.cli.options import WrongUse, chosen, everywhere
from oxyde.cli.shell import shell
from oxyde.cli.showmigrations import showmigrations
from oxyde.cli.sqlmigrate import sqlmigrate
from oxyde.cli.stubs import generate_stubs
from oxyde.exceptions import OxydeError


class Commands(click.Group):
    """The commands; an error of one of them is a line on standard error and an exit code."""

    def make_context(self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any) -> click.Context:
        """Returns the context of a run: without colours where the environment has NO_COLOR."""
        if os.environ.get("NO_COLOR"):
            extra.setdefault("color", False)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command that was named.

        Raises:
            ClickException: The command failed; no password is in the message.
        """
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, EOFError, click.exceptions.Exit, click.Abort):  # the reader closed the pipe; click ends quietly
            raise
        except click.UsageError as error:
            raise click.UsageError(without_passwords(error.message), error.ctx) from None
        except click.ClickException as error:
            self._show_whole(ctx, error.__cause__)
            kind = WrongUse if error.exit_code == WrongUse.exit_code else click.ClickException
            raise kind(without_passwords(error.format_message())) from None
        except (OxydeError, ImportError, OSError, ValueError) as error:
            self._show_whole(ctx, error)
            message = str(error) if isinstance(error, ImportError) else f"{type(error).__name__}: {error}"
            raise click.ClickException(without_passwords(message)) from None
        except Exception as error:  # noqa: BLE001 - a fault of ours, or of the application's
            click.echo(whole(error), err=True)
            ctx.exit(1)

    @staticmethod
    def _show_whole(ctx: click.Context, error: BaseException | None) -> None:
        if error is not None and chosen(ctx).traceback:
            click.echo(whole(error), err=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="oxyde", prog_name="oxyde", message="%(prog)s %(version)s")
@everywhere
def main() -> None:
    """Oxyde: your Pydantic model is your database model."""


main.add_command(check)
main.add_command(completion)


@main.command()
@everywhere
@click.option("--file", type=click.Path(path_type=Path), default=Path("flights.db"), show_default=True, help="The SQLite file.")
@click.option("--force", is_flag=True, help="Load the flights again when the file exists.")
def demo(file: Path, *, force: bool) -> None:
    r"""Load 336,776 flights into SQLite and show what Oxyde does with them.

    When the file exists already, the flights in it are used.

    \b
    Examples:
      oxyde demo
    """
    from oxyde.cli.demo import walk  # whose models are registered, and are not the application's

    walk.run(file, force=force)


main.add_command(generate_stubs)
main.add_command(init)
main.add_command(inspectdb)
main.add_command(makemigrations)
main.add_command(migrate)
main.add_command(migrations)
main.add_command(shell)
main.add_command(showmigrations)
main.add_command(sqlmigrate)
