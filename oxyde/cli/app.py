"""The ``oxyde`` command."""

from __future__ import annotations

import os
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from oxyde.cli.errors import said, whole, without_passwords
from oxyde.cli.options import Group, WrongUse, chosen, everywhere
from oxyde.exceptions import OxydeError

COMMANDS: Final = {
    "check": "check",
    "completion": "completion",
    "generate-stubs": "stubs",
    "init": "init",
    "inspectdb": "inspectdb",
    "makemigrations": "makemigrations",
    "migrate": "migrate",
    "migrations": "migrations",
    "shell": "shell",
    "showmigrations": "showmigrations",
    "sqlmigrate": "sqlmigrate",
}
"""The module of each command, imported when it is asked for, because most of the time until a command starts is that of imports."""


class Commands(Group):
    """The commands; an error of one of them is a line on standard error and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names of the commands."""
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Returns a command; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        found: click.Command = getattr(import_module(f"oxyde.cli.{COMMANDS[cmd_name]}"), cmd_name.replace("-", "_"))
        return found

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
            with warnings.catch_warnings():
                warnings.showwarning = _show_warning
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
            raise click.ClickException(without_passwords(said(error))) from None
        except Exception as error:  # noqa: BLE001 - a fault of ours, or of the application's
            click.echo(whole(error), err=True)
            ctx.exit(1)

    @staticmethod
    def _show_whole(ctx: click.Context, error: BaseException | None) -> None:
        if error is not None and chosen(ctx).traceback:
            click.echo(whole(error), err=True)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Shows a warning as one line; where in a program it was raised is nothing to whoever types commands."""
    click.echo(f"Warning: {without_passwords(str(message))}", err=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="oxyde", prog_name="oxyde", message="%(prog)s %(version)s")
@everywhere
def main() -> None:
    """Oxyde: your Pydantic model is your database model."""


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
