"""Two MariaDB servers behind one address: what interrupts a statement reaches the server that runs it, or nobody."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from oxyde import PoolSettings, StatementTimeoutError, db, execute_raw
from tests.faults.pgbouncer import NOBODY, wait_for

ONE = PoolSettings(max_connections=1)


class Balancer:
    """Passes each connection on to one of several ports.

    Attributes:
        port: Where it listens.
        turns: The servers of the next connections; the last one serves all others, too.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [self._listener]
        self.port: int = self._listener.getsockname()[1]
        self.turns: list[int] = []

    def serve(self) -> None:
        """Takes connections until it is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                port = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
                server = socket.create_connection(("127.0.0.1", port))
                self._sockets += [client, server]
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=_pass, args=ends, daemon=True).start()

    def close(self) -> None:
        """Hangs up."""
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while said := source.recv(1 << 16):
            sink.sendall(said)
    for one in (source, sink):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def balancer() -> Iterator[Balancer]:
    """One for the length of a test."""
    made = Balancer()
    threading.Thread(target=made.serve, daemon=True).start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def twins() -> Iterator[tuple[int, int]]:
    """The ports of two servers that were made alike."""
    install, program = shutil.which("mariadb-install-db"), shutil.which("mariadbd") or shutil.which("/usr/sbin/mariadbd")
    if install is None or program is None:
        pytest.fail("no mariadbd") if os.environ.get("CI") == "true" else pytest.skip("no mariadbd to start two of")
    with tempfile.TemporaryDirectory(prefix="oxyde_twins_") as name:
        yield from _twins(install, program, Path(name))


def _twins(install: str, program: str, folder: Path) -> Iterator[tuple[int, int]]:
    user = NOBODY if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    own = [f"--user={user}"] if user else []
    prepared = [install, "--no-defaults", f"--datadir={folder / 'a'}", "--auth-root-authentication-method=normal", *own]
    subprocess.run(prepared, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["cp", "-a", folder / "a", folder / "b"], check=True)
    processes: list[subprocess.Popen[bytes]] = []
    ports: list[int] = []
    try:
        for name in ("a", "b"):
            with socket.create_server(("127.0.0.1", 0)) as free:
                ports.append(free.getsockname()[1])
            processes.append(_start(program, folder / name, ports[-1], own))
        for port in ports:
            wait_for(port)
        yield ports[0], ports[1]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _start(program: str, data: Path, port: int, own: list[str]) -> subprocess.Popen[bytes]:
    command = [program, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={data}/socket",
               f"--pid-file={data}/pid", "--innodb-buffer-pool-size=16M", *own]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def client(port: int) -> pymysql.Connection:
    """Returns a connection past the balancer."""
    return pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True)


def number(connection: pymysql.Connection) -> int:
    """Returns the server's number for a connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        return cursor.fetchone()[0]


def namesake(port: int, wanted: int) -> pymysql.Connection:
    """Returns a connection to a server that has a number of ours."""
    while True:
        made = client(port)
        if (found := number(made)) == wanted:
            return made
        made.close()
        assert found < wanted, "the servers count too differently"


def runs(port: int, marker: str) -> bool:
    """Whether a server runs a statement."""
    connection = client(port)
    try:
        with connection.cursor() as cursor:
            sql = "SELECT count(*) FROM information_schema.processlist WHERE info LIKE %s AND id <> connection_id()"
            cursor.execute(sql, [f"%{marker}%"])
            return bool(cursor.fetchone()[0])
    finally:
        connection.close()


async def until(port: int, marker: str, *, wanted: bool, seconds: float = 10) -> None:
    """Waits until a server runs a statement, or no more."""
    deadline = time.monotonic() + seconds
    while await asyncio.to_thread(runs, port, marker) is not wanted:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("reached", [False, True])
async def test_the_namesake_elsewhere_goes_on(balancer: Balancer, twins: tuple[int, int], reached: bool) -> None:
    """The interruption arrives at the other server first, and then at ours, or never: our connection is closed then."""
    here, elsewhere = twins
    marker = f"m{uuid.uuid4().hex}"
    # Ours must not have the lower number: the other server can only be waited for.
    spare = [client(here) for _ in range(20)]
    balancer.turns = [here]
    async with db.connect(f"mariadb://root@127.0.0.1:{balancer.port}/mysql", settings=ONE):
        ours = (await execute_raw("SELECT CONNECTION_ID() AS id"))[0]["id"]
        stranger = await asyncio.to_thread(namesake, elsewhere, ours)
        ended: list[object] = []

        def sleep() -> None:
            with stranger.cursor() as cursor:
                cursor.execute("SELECT SLEEP(4)")
                ended.extend(cursor.fetchall())

        thread = threading.Thread(target=sleep)
        thread.start()
        balancer.turns = [elsewhere, here] if reached else [elsewhere]
        since = time.monotonic()
        with pytest.raises(StatementTimeoutError):
            await execute_raw(f"SELECT SLEEP(20) AS {marker}", timeout=0.3)
        assert time.monotonic() - since < 5
        if reached:
            await until(here, marker, wanted=False, seconds=2)
        balancer.turns = [here]
        now = (await execute_raw("SELECT CONNECTION_ID() AS id"))[0]["id"]
        assert (now == ours) is reached
        await asyncio.to_thread(thread.join)
        # SLEEP returns 1 when it is interrupted.
        assert ended == [(0,)]
        stranger.close()
    for one in spare:
        one.close()
