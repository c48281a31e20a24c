"""What every contender does: wait for an operation, run it, answer with seconds."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import time
from collections.abc import Callable
from typing import Any


def serve(operations: dict[str, tuple[Callable[[], Any], int]]) -> None:
    """Answers operations from standard input until it ends; each is a function and how often it is repeated within one answer."""

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        print(json.dumps(list(operations)), flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            function, repeats = operations[line.strip()]
            started = time.perf_counter()
            if inspect.iscoroutinefunction(function):
                for _ in range(repeats):
                    await function()
            else:
                for _ in range(repeats):
                    function()
            print(json.dumps([(time.perf_counter() - started) / repeats]), flush=True)

    asyncio.run(listen())
