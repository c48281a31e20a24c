"""The ``oxyde`` command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from oxyde.cli.makemigrations import makemigrations
from oxyde.cli.migrate import migrate
from oxyde.cli.options import chosen, everywhere
from oxyde.cli.showmigrations import showmigrations
from oxyde.cli.sqlmigrate import sqlmigrate
from oxyde.cli.stubs import generate_stubs
from oxyde.exceptions import OxydeError


class Commands(click.Group):
    """The commands; an error of one of them is a line on standard error and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command that was named.

        Raises:
            ClickException: The command failed.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader closed the pipe; click exits quietly
            raise
        except click.ClickException as error:
            if chosen(ctx).traceback and error.__cause__ is not None:
                raise error.__cause__ from None
            raise
        except (OxydeError, ImportError, OSError, ValueError) as error:
            if chosen(ctx).traceback:
                raise
            message = str(error) if isinstance(error, ImportError) else f"{type(error).__name__}: {error}"
            raise click.ClickException(message) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="oxyde", prog_name="oxyde", message="%(prog)s %(version)s")
@everywhere
def main() -> None:
    """Oxyde: your Pydantic model is your database model."""


main.add_command(generate_stubs)


@main.command()
@everywhere
@click.option("--file", type=click.Path(path_type=Path), default=Path("flights.db"), show_default=True, help="The SQLite file.")
@click.option("--force", is_flag=True, help="Load the flights again when the file exists.")
def demo(file: Path, *, force: bool) -> None:
    """Load 336,776 flights into SQLite and show what Oxyde does with them.

    When the file exists already, the flights in it are used.
    """
    from oxyde.cli.demo import walk  # whose models are registered, and are not the application's

    walk.run(file, force=force)


main.add_command(makemigrations)
main.add_command(migrate)
main.add_command(showmigrations)
main.add_command(sqlmigrate)
