"""A PgBouncer of the tests' own between us and PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.backends import Backend

NOBODY = "nobody"
"""Who runs it where the tests are root's, as whom it does not run."""


def binary() -> str:
    """Returns where the program is; skips the test where it is missing, and fails it under ``CI=true``."""
    found = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no pgbouncer: apt-get install pgbouncer")
    return found or pytest.skip("no pgbouncer: apt-get install pgbouncer")


@contextlib.contextmanager
def pooled(backend: Backend, mode: str = "transaction", size: int = 2) -> Iterator[Backend]:
    """Yields the backend by way of a PgBouncer with so many server connections."""
    program, parts = binary(), urlsplit(backend.url)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    login = f"user={unquote(parts.username or 'postgres')}" + (f" password='{unquote(parts.password)}'" if parts.password else "")
    with tempfile.TemporaryDirectory(prefix="oxyde_pgbouncer_") as name:
        config = Path(name) / "pgbouncer.ini"
        config.write_text(
            f"[databases]\n* = host={parts.hostname} port={parts.port or 5432} {login}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\n"
            f"server_login_retry = 1\nlogfile = {name}/log\n",
            encoding="utf-8",
        )
        user = NOBODY if os.geteuid() == 0 else None
        if user is not None:
            for path in (Path(name), config):
                shutil.chown(path, user)
        process = subprocess.Popen([program, "-q", str(config)], user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            yield Backend("postgres", backend.elsewhere(host="127.0.0.1", port=port), backend.server)
        finally:
            process.terminate()
            process.wait()


def wait_for(port: int) -> None:
    """Waits until somebody listens."""
    deadline = time.monotonic() + 30
    while not listens(port):
        assert time.monotonic() < deadline, f"nobody listens on port {port}"
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
