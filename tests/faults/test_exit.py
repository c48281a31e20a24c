"""Scripts that end without closing anything end well: exit code 0, nothing on stderr; and Ctrl-C reaches the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.backends import Backend
from tests.slow import PROMPTLY, forever, running, wait_until

ROOT = Path(__file__).parents[2]
TIMES = 200 if os.environ.get("OXYDE_LONG") else 20

SYNC = "import oxyde; oxyde.connect({url!r}); assert oxyde.sync.execute_raw('SELECT 1 AS a') == [{{'a': 1}}]; print('done')"
ASYNC = """
import asyncio, oxyde
async def main():
    await oxyde.db.init(default={url!r})
    assert await oxyde.execute_raw('SELECT 1 AS a') == [{{'a': 1}}]
asyncio.run(main())
print('done')
"""
BUSY = """
import asyncio, oxyde
async def main():
    await oxyde.db.init(default={url!r})
    tasks = [asyncio.ensure_future(oxyde.execute_raw('SELECT 1 AS a')) for _ in range(20)]
    block = oxyde.atomic()
    await block.__aenter__()
    await oxyde.execute_raw('SELECT 1')
    await asyncio.gather(*tasks)
asyncio.run(main())
print('done')
"""
FAILING = """
import oxyde
oxyde.connect({url!r})
try:
    oxyde.sync.execute_raw('SELECT nothing FROM nowhere')
except oxyde.DatabaseError:
    print('done')
"""
RUNNING = """
import contextlib, threading, time, oxyde
oxyde.connect({url!r})
def wait():
    with contextlib.suppress(oxyde.exceptions.OxydeError):
        oxyde.sync.execute_raw({slow!r})
threading.Thread(target=wait, daemon=True).start()
time.sleep(0.2)
print('done')
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", script], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )


@pytest.mark.parametrize("kind", ["SYNC", "ASYNC", "BUSY", "FAILING", "RUNNING"])
def test_scripts_that_close_nothing(backend: Backend, kind: str) -> None:
    """Every time."""
    marker = f"m{uuid.uuid4().hex}"
    script = globals()[kind].format(url=backend.url, slow=forever(backend.dialect, marker))
    times = TIMES // 5
    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(run, [script] * times):
            assert (done.returncode, done.stderr, done.stdout) == (0, "", "done\n")
    assert wait_until(backend, marker, 0, PROMPTLY + 3)


def test_an_interrupt_of_a_blocking_verb(backend: Backend) -> None:
    """Ctrl-C ends the script by KeyboardInterrupt, and the statement on the server with it."""
    marker = f"m{uuid.uuid4().hex}"
    slow = forever(backend.dialect, marker)
    script = f"import oxyde; oxyde.connect({backend.url!r}); print('ready', flush=True); oxyde.sync.execute_raw({slow!r})"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            if backend.has_server:
                assert wait_until(backend, marker, 1)
            else:
                time.sleep(0.3)
            since = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=20)
            assert time.monotonic() - since < PROMPTLY + 1
            assert error.strip().splitlines()[-1].startswith("KeyboardInterrupt")
            assert process.returncode in {1, 130, -signal.SIGINT}
            assert running(backend, marker) == 0
        finally:
            process.kill()
