"""The ``oxyde`` command."""

from __future__ import annotations

import sys
from pathlib import Path

MISSING = "the command line needs an extra package ({name}); install it with: pip install 'oxyde[{extra}]'"


def main() -> None:
    """Runs the command named on the command line.

    Raises:
        SystemExit: At the end, with the exit code.
    """
    try:
        import typer
    except ModuleNotFoundError as error:
        sys.exit(MISSING.format(name=error.name, extra="cli"))
    import oxyde

    app = typer.Typer(name="oxyde", help="Oxyde: your Pydantic model is your database model.", no_args_is_help=True, add_completion=False)

    def version(wanted: bool) -> None:
        if wanted:
            typer.echo(f"oxyde {oxyde.__version__}")
            raise typer.Exit

    @app.callback()
    def options(
        version: bool = typer.Option(False, "--version", callback=version, is_eager=True, help="Show the version and exit."),
    ) -> None:
        """Oxyde: your Pydantic model is your database model."""

    @app.command()
    def demo(
        file: Path = typer.Option(Path("flights.db"), "--file", help="The SQLite file to make."),  # noqa: B008 - how typer declares options
        force: bool = typer.Option(False, "--force", help="Replace the file when it is there."),
    ) -> None:
        """Load 336,776 flights into SQLite and walk through what Oxyde does with them."""
        from oxyde.cli.demo import walk

        try:
            code = walk.run(file, force=force)
        except ImportError as error:
            sys.exit(MISSING.format(name=error.name, extra="demo"))
        sys.exit(code)

    app()
