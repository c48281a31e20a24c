"""The README's Python runs, top to bottom, in one namespace."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

from oxyde import db
from oxyde.models.registry import clear_registry, register_table, registered_tables

README = Path(__file__).parents[2] / "README.md"


def test_readme_runs() -> None:
    """Every Python block runs after the ones before it."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    namespace: dict[str, Any] = {"__name__": "readme"}

    before = registered_tables()
    clear_registry()

    async def run() -> None:
        try:
            for block in blocks:
                code = compile(block, str(README), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                result = eval(code, namespace)
                if inspect.isawaitable(result):
                    await result
        finally:
            await db.close()
            clear_registry()
            for model in before.values():  # what other tests have declared
                register_table(model)

    asyncio.run(run())
