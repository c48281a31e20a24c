"""The notebook: magics, previews and results. IPython is imported when the extension is loaded."""

from __future__ import annotations

from typing import Any

from oxyde.exceptions import OxydeError
from oxyde.notebook import errors, formatters
from oxyde.notebook.complete import IDENTIFIER, matcher
from oxyde.notebook.magic import magics
from oxyde.notebook.used import Used


def load_ipython_extension(shell: Any) -> None:
    """Registers the magics ``%oxyde`` and ``%%oxyde``, formatters, error handlers and completion; called by ``%load_ext oxyde``."""
    shell.register_magics(magics()(shell))
    shell.set_custom_exc((OxydeError,), errors.show)
    _forget(shell)
    shell.ast_transformers.append(Used())
    formatters.register(shell)
    shell.Completer.custom_matchers.append(matcher(shell))
    shell.events.register("post_run_cell", errors.after_cell)


def unload_ipython_extension(shell: Any) -> None:
    """Unregisters them; called by ``%unload_ext oxyde``."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("oxyde", None)
    shell.set_custom_exc((), None)
    _forget(shell)
    formatters.unregister(shell)


def _forget(shell: Any) -> None:
    if errors.after_cell in shell.events.callbacks["post_run_cell"]:
        shell.events.unregister("post_run_cell", errors.after_cell)
    shell.ast_transformers[:] = [one for one in shell.ast_transformers if not isinstance(one, Used)]
    matchers = shell.Completer.custom_matchers
    matchers[:] = [one for one in matchers if getattr(one, "matcher_identifier", None) != IDENTIFIER]


__all__ = ["load_ipython_extension", "unload_ipython_extension"]
