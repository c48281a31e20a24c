"""The options that stand before or after every command: ``--config`` and ``--traceback``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from oxyde.cli.config import Config, load

SENTENCE: Final = 200
"""The characters of a sentence about a command, at most."""
F = TypeVar("F", bound=Callable[..., Any])


class WrongUse(click.ClickException):
    """A flag, a name or an open question; exit code 2."""

    exit_code = 2


def can_ask() -> bool:
    """Whether somebody sits at a terminal, who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Group(click.Group):
    """A group of commands, whose help says what each does in a whole sentence, on as many lines as it takes."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands; click would cut their sentences off at the end of the line."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(SENTENCE)) for name, one in found if one is not None])


@dataclass
class Chosen:
    """What these options say, wherever they stood.

    Attributes:
        config: The file named by ``--config``.
        traceback: Whether an error shows its traceback.
    """

    config: Path | None = None
    traceback: bool = False

    def load(self) -> Config:
        """Returns the configuration of the application.

        Raises:
            ConfigError: There is none, or it is wrong.
        """
        return load(self.config)


def chosen(ctx: click.Context) -> Chosen:
    """Returns what the options of an invocation say."""
    root = ctx.find_root()
    if not isinstance(root.obj, Chosen):
        root.obj = Chosen()
    return root.obj


def _config(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        chosen(ctx).config = value


def _traceback(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        chosen(ctx).traceback = True


def everywhere(command: F) -> F:
    """Gives a command the options; the function takes none of them, and asks ``chosen()``."""
    if command.__doc__ is not None:  # a raw string, in which click does not know the mark of lines that it is to keep
        command.__doc__ = command.__doc__.replace("\\b\n", "\b\n")
    config = click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        expose_value=False,
        is_eager=True,
        callback=_config,
        help="The configuration, instead of oxyde_config.py or pyproject.toml.",
    )
    trace = click.option(
        "--traceback", is_flag=True, expose_value=False, is_eager=True, callback=_traceback, help="Show the whole traceback of an error."
    )
    return config(trace(command))
