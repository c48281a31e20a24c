"""``oxyde completion``: the scripts with which a shell completes commands, options, migrations, aliases and modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem, get_completion_class

from oxyde.cli.config import load
from oxyde.cli.discovery import model_modules
from oxyde.cli.options import chosen, everywhere

SHELLS: Final = ("bash", "fish", "zsh")
VARIABLE: Final = "_OXYDE_COMPLETE"
PROGRAM: Final = "oxyde"
BASH: Final = (
    (
        """    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD """,
        """    local word current said=()
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if (( ${#said[@]} )) && [[ $word == = || ${said[-1]} == *= ]]; then said[-1]+=$word; else said+=("$word"); fi
    done
    current=${said[-1]}
    [[ $current == --*=* ]] && current=${current#*=}
    [[ $current == *=* ]] && current=${current%=*}= || current=
    response=$(env COMP_WORDS="${said[*]}" COMP_CWORD=$(( ${#said[@]} - 1 )) """,
    ),
    (
        "            COMPREPLY+=($value)\n",
        """            COMPREPLY+=("${value#"$current"}")
            [[ $value == *= ]] && compopt -o nospace
""",
    ),
)
"""What our script for bash has otherwise than click's, which does not know that bash takes ``=`` for the end of a word."""
ZSH: Final = (
    (
        "        compadd -U -V unsorted -a completions\n",
        """        local -a around
        [[ $PREFIX == --*=* ]] && around=(-P "${PREFIX%%=*}=")
        [[ ${completions[1]} == *= ]] && around+=(-S "")
        compadd "${around[@]}" -U -V unsorted -a completions
""",
    ),
)
"""What our script for zsh has otherwise than click's, with which a value takes the place of ``--option=`` too."""
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
    text = found(ctx.find_root().command, {}, PROGRAM, VARIABLE).source()
    for theirs, ours in {"bash": BASH, "zsh": ZSH}.get(shell, ()):
        text = text.replace(theirs, ours)
    click.echo(text)


def completer(words: Callable[[click.Context, str], Iterable[str]]) -> Completer:
    """Returns what completes a parameter; where the words cannot be found there are none, and nothing is printed."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            return [CompletionItem(word) for word in sorted(words(ctx, incomplete)) if word.startswith(incomplete)]
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


complete_migrations: Completer = completer(_migrations)
complete_targets: Completer = completer(lambda ctx, incomplete: [*_migrations(ctx, incomplete), "zero"])
complete_aliases: Completer = completer(_aliases)
complete_modules: Completer = completer(_modules)
