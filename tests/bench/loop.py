"""What every contender does: wait for an operation, run it, answer with its costs."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from operations import OPERATIONS

MEMORY = Path("/proc/self/status")


def resident(word: str) -> float:
    """Returns the resident memory (``VmRSS``) or its peak (``VmHWM``) in MB; 0 where the system does not say."""
    lines = MEMORY.read_text().splitlines() if MEMORY.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith(word)) / 1024


def forget_peak() -> None:
    """Makes the peak count from now on."""
    if MEMORY.exists():
        Path("/proc/self/clear_refs").write_text("5")


def serve(functions: Mapping[str, Callable[[], Any]]) -> None:
    """Answers operations from standard input until it ends: seconds, seconds of processor time, and MB of memory over those before."""

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        print(json.dumps(list(functions)), flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            name = line.strip()
            function, repeats = functions[name], OPERATIONS[name].repeats
            forget_peak()
            before, cpu, started = resident("VmRSS"), time.process_time(), time.perf_counter()
            for _ in range(repeats):
                if inspect.iscoroutinefunction(function):
                    await function()
                else:
                    function()
            seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
            print(json.dumps([seconds / repeats, cpu / repeats, resident("VmHWM") - before]), flush=True)

    asyncio.run(listen())
