"""``oxyde completion``: the scripts with which a shell completes commands, options, migrations, aliases and modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem, get_completion_class

from oxyde.cli.config import load
from oxyde.cli.discovery import model_modules
from oxyde.cli.models import load_models
from oxyde.cli.options import chosen, everywhere

SHELLS: Final = ("bash", "fish", "zsh")
VARIABLE: Final = "_OXYDE_COMPLETE"
PROGRAM: Final = "oxyde"
Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


@click.command()
@everywhere
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, /, *, shell: str) -> None:
    r"""Print the script with which a shell completes this command.

    Put the line for your shell into its start file (for fish: run it once).

    \b
    Examples:
      eval "$(oxyde completion bash)"       # in ~/.bashrc
      eval "$(oxyde completion zsh)"        # in ~/.zshrc, after compinit
      oxyde completion fish > ~/.config/fish/completions/oxyde.fish
    """
    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - the choice lists those that click has
    click.echo(found(ctx.find_root().command, {}, PROGRAM, VARIABLE).source())


def _completer(words: Callable[[click.Context, str], Iterable[str]]) -> Completer:
    """Returns what completes a parameter; where the words cannot be found there are none, and nothing is printed."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            return [CompletionItem(word) for word in words(ctx, incomplete) if word.startswith(incomplete)]
        except Exception:  # noqa: BLE001 - no configuration, a wrong one, models that fail: a shell is no place to say so
            return []

    return complete


def _migrations(ctx: click.Context, _: str) -> Iterable[str]:
    folder = load(chosen(ctx).config).migrations_dir
    return sorted(path.stem for path in folder.glob("[0-9]*.py"))


def _aliases(ctx: click.Context, _: str) -> Iterable[str]:
    return sorted(load(chosen(ctx).config).databases)


def _modules(_: click.Context, __: str) -> Iterable[str]:
    return model_modules(Path.cwd())


def _columns(ctx: click.Context, _: str) -> Iterable[str]:
    """Yields the columns of the models as flags name them, ``posts.title``."""
    infos = load_models(load(chosen(ctx).config))
    yield from sorted(f"{info.table().name}.{column.name}" for info in infos for column in info.table().columns)


complete_migrations: Completer = _completer(_migrations)
complete_targets: Completer = _completer(lambda ctx, incomplete: [*_migrations(ctx, incomplete), "zero"])
complete_aliases: Completer = _completer(_aliases)
complete_modules: Completer = _completer(_modules)
complete_columns: Completer = _completer(_columns)
