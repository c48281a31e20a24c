"""The options of every command, before it or after it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from oxyde.cli.app import Commands, main
from oxyde.cli.config import ConfigError
from oxyde.cli.options import chosen, everywhere


@click.group(cls=Commands)
@everywhere
def group() -> None:
    """A group."""


@group.command()
@everywhere
@click.pass_context
def models(ctx: click.Context) -> None:
    """Prints the models of the configuration."""
    click.echo(chosen(ctx).load().models)


@pytest.mark.parametrize("arguments", [["--config", "FILE", "models"], ["models", "--config", "FILE"]])
def test_config(tmp_path: Path, arguments: list[str]) -> None:
    """``--config`` may stand on either side."""
    path = tmp_path / "c.py"
    path.write_text("MODELS = ['a']")
    done = CliRunner().invoke(group, [str(path) if word == "FILE" else word for word in arguments])
    assert (done.exit_code, done.output) == (0, "('a',)\n")


def test_errors(tmp_path: Path) -> None:
    """A wrong configuration is one line and exit code 2; ``--traceback`` on either side shows where it came from."""
    path = tmp_path / "c.py"
    path.write_text("1 / 0")
    done = CliRunner().invoke(group, ["models", "--config", str(path)])
    assert (done.exit_code, done.output) == (2, f"Error: {path} fails: line 1: ZeroDivisionError: division by zero\n")
    for arguments in (["--traceback", "models"], ["models", "--traceback"]):
        done = CliRunner().invoke(group, [*arguments, "--config", str(path)])
        assert done.exit_code == 2
        assert done.output.startswith("Traceback (most recent call last):\n")
        assert done.output.endswith(
            f"ZeroDivisionError: division by zero\nError: {path} fails: line 1: ZeroDivisionError: division by zero\n"
        )


def test_without_a_cause(tmp_path: Path) -> None:
    """An error of usage has no traceback to show."""
    done = CliRunner().invoke(group, ["models", "--traceback", "--config", str(tmp_path / "none.py")])
    assert done.exit_code == 2
    assert "there is no such file" in done.output
    assert issubclass(ConfigError, click.ClickException)


@pytest.mark.parametrize("words", [(), ("migrations",)])
def test_help_of_groups(words: tuple[str, ...]) -> None:
    """Says what each command does in a whole sentence."""
    done = CliRunner().invoke(main, [*words, "--help"])
    _, commands = done.output.split("Commands:\n")
    assert "..." not in commands
    assert commands.count(".") >= len(re.findall(r"^  \w", commands, re.MULTILINE))
