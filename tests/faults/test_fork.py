"""A forked child gets a clear error from what it inherited, may connect anew, and never disturbs its parent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends import Backend

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

PARENT = """
import os, sys, signal, oxyde
connection = oxyde.connect({url!r})
def ask(number):
    return oxyde.sync.execute_raw('SELECT 1 + :n AS n', {{'n': number}})[0]['n']
assert ask(1) == 2
child = os.fork()
if child == 0:
    signal.alarm(20)
    code = 1
    try:
{child}
    except BaseException as error:
        print('child:', type(error).__name__, error, flush=True)
    finally:
        os._exit(code)
for number in range(200):
    assert ask(number) == number + 1
_, status = os.waitpid(child, 0)
assert ask(5) == 6
print('parent done', os.waitstatus_to_exitcode(status))
"""
INHERITED = """
        try:
            ask(1)
        except oxyde.exceptions.OxydeError as error:
            assert 'fork' in str(error).lower() or 'process' in str(error).lower(), error
            code = 0
"""
AGAIN = """
        oxyde.connect({url!r})
        for number in range(50):
            assert ask(number) == number + 1
        code = 0
"""
RECONNECT = """
        connection.database.connect_blocking()
        assert ask(3) == 4
        code = 0
"""
LOOP = """
        import asyncio
        async def main():
            try:
                await oxyde.execute_raw('SELECT 1 AS a')
            except oxyde.exceptions.OxydeError:
                pass
            else:
                raise AssertionError('the inherited pool was used')
            await oxyde.db.init(default={url!r})
            assert await oxyde.execute_raw('SELECT 1 AS a') == [{{'a': 1}}]
        asyncio.run(main())
        code = 0
"""


@pytest.mark.parametrize("kind", ["INHERITED", "AGAIN", "RECONNECT", "LOOP"])
def test_a_forked_child(backend: Backend, kind: str) -> None:
    """Neither hangs nor takes the parent's answers."""
    script = PARENT.format(url=backend.url, child=globals()[kind].format(url=backend.url).strip("\n"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=90, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "parent done 0\n"), done.stdout + done.stderr


def test_processes_of_a_pool(backend: Backend) -> None:
    """``multiprocessing`` by fork works where each process connects for itself."""
    script = f"""
import multiprocessing, oxyde
oxyde.connect({backend.url!r})
oxyde.sync.execute_raw('SELECT 1')
def work(number):
    with oxyde.connect({backend.url!r}):
        return oxyde.sync.execute_raw('SELECT 1 + :n AS n', {{'n': number}})[0]['n']
with multiprocessing.get_context('fork').Pool(3) as pool:
    assert pool.map(work, range(12)) == list(range(1, 13))
print('done')
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=90, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stdout + done.stderr
