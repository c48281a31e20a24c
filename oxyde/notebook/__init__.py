"""The notebook: magics, previews and results. IPython is imported when the extension is loaded."""

from __future__ import annotations

from typing import Any

from oxyde.exceptions import OxydeError
from oxyde.notebook import errors
from oxyde.notebook.magic import magics


def load_ipython_extension(shell: Any) -> None:
    """Registers ``%oxyde`` and ``%%oxyde``, and shows our errors without our frames; called by ``%load_ext oxyde``."""
    shell.register_magics(magics()(shell))
    shell.set_custom_exc((OxydeError,), errors.show)


def unload_ipython_extension(shell: Any) -> None:
    """Takes the magics away; called by ``%unload_ext oxyde``."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("oxyde", None)
    shell.set_custom_exc((), None)


__all__ = ["load_ipython_extension", "unload_ipython_extension"]
