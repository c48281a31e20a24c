"""``oxyde shell``: Python with the models at hand and a connection open."""

from __future__ import annotations

import ast
import asyncio
import inspect
import sys
import traceback
from contextlib import ExitStack
from types import CodeType, TracebackType
from typing import Any, Final

import click

import oxyde
from oxyde.cli.config import Config
from oxyde.cli.database import connected, on_database
from oxyde.cli.errors import PACKAGE, without_passwords
from oxyde.cli.models import load_models
from oxyde.cli.options import chosen, everywhere
from oxyde.db.database import AsyncDatabase
from oxyde.models.info import ModelInfo

INPUT: Final = "<stdin>"
MISSING: Final = "IPython is not installed; run: pip install ipython"


@click.command()
@everywhere
@on_database
@click.pass_context
def shell(ctx: click.Context, /, *, db_alias: str) -> None:
    r"""Open IPython with the models imported, a connection, and await in any line.

    Without a terminal the lines of standard input are run, without IPython.

    \b
    Examples:
      oxyde shell
      echo "print(await oxyde.raw('SELECT 1 AS one').all())" | oxyde shell
    """
    config = chosen(ctx).load()
    infos = load_models(config)
    names = namespace(infos)
    with ExitStack() as stack:
        database = stack.enter_context(connected(config, db_alias)) if config.databases or db_alias != "default" else None
        if not sys.stdin.isatty():
            ctx.exit(run(sys.stdin.read(), names))
        _interactive(names, _banner(config, infos, database))


def namespace(infos: list[ModelInfo]) -> dict[str, Any]:
    """Returns the names of a shell: the public ones of Oxyde, and the models over them."""
    found: dict[str, Any] = {name: getattr(oxyde, name) for name in oxyde.__all__}
    return {**found, "oxyde": oxyde, **{info.model.__qualname__.rpartition(".")[2]: info.model for info in infos}}


def _banner(config: Config, infos: list[ModelInfo], database: AsyncDatabase | None) -> str:
    """Returns what a shell begins with: what is there, and where verbs go."""
    models = ", ".join(sorted({info.name for info in infos})) or "none"
    where = f"{config.path}: DATABASES has none, oxyde.connect(URL) connects" if database is None else f"{database.name}, {database.url}"
    return f"Models: {models}\nDatabase: {where}\n"


def _interactive(names: dict[str, Any], banner: str) -> None:
    """Opens IPython.

    Raises:
        ImportError: It is not installed.
    """
    try:
        from IPython import start_ipython
        from traitlets.config import Config as Settings
    except ImportError:
        raise ImportError(MISSING) from None
    settings = Settings()
    settings.TerminalInteractiveShell.banner1 = banner
    settings.InteractiveShellApp.extensions = ["oxyde"]
    settings.TerminalIPythonApp.display_banner = True
    start_ipython(argv=[], user_ns=names, config=settings)  # type: ignore[no-untyped-call, unused-ignore] # IPython 8


def run(text: str, names: dict[str, Any]) -> int:
    """Runs the text of a program in which ``await`` may stand anywhere; returns the exit code.

    An error is shown as Python does, but for our own frames and for passwords.
    """
    names.setdefault("__name__", "__main__")
    try:
        asyncio.run(_run(compile(text, INPUT, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except Exception as error:  # noqa: BLE001 - whatever the program raises
        click.echo(_shown(error, text), err=True)
        return 1
    return 0


async def _run(code: CodeType, names: dict[str, Any]) -> None:
    result = eval(code, names)  # noqa: S307 - what the user has written
    if inspect.isawaitable(result):
        await result


def _shown(error: BaseException, text: str) -> str:
    """Returns the traceback of an error in the program, without our own frames, those of asyncio, and passwords."""
    lines = text.splitlines()
    shown = ["Traceback (most recent call last):\n"]
    for frame in traceback.extract_tb(_theirs(error.__traceback__)):
        is_input = frame.filename == INPUT and frame.lineno is not None and frame.lineno <= len(lines)
        line = lines[(frame.lineno or 1) - 1] if is_input else frame.line
        if not frame.filename.startswith(str(PACKAGE)):
            shown += traceback.format_list([traceback.FrameSummary(frame.filename, frame.lineno, frame.name, line=line)])
    shown = shown if len(shown) > 1 else []
    return without_passwords("".join([*shown, *traceback.format_exception_only(type(error), error)])).rstrip()


def _theirs(trace: TracebackType | None) -> TracebackType | None:
    """Returns a traceback from the program's first frame on."""
    while trace is not None and trace.tb_frame.f_code.co_filename != INPUT:
        trace = trace.tb_next
    return trace
