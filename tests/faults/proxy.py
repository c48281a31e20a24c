"""A proxy between us and a server: it passes everything on until a word is said, and then does what the test wants."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

from tests.backends import PORTS, Backend

Fault = Literal["lose the answer", "lose the question", "stay silent"]


class Proxy:
    """Passes a backend's traffic on, connection by connection.

    Attributes:
        url: The backend by way of the proxy.
        word: What the client says when the fault happens; None while there shall be none.
        fault: What happens then: the server's answer is lost with the connection, or already the question is; or the server gets
            the question and the connection stays open, but nothing comes back.
        happened: Set once it did.
        deaf: New connections are taken, but nothing that is said on them passes.
    """

    def __init__(self, backend: Backend, fault: Fault) -> None:
        parts = urlsplit(backend.url)
        self._server = (parts.hostname or "127.0.0.1", parts.port or PORTS[backend.dialect])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self.url = backend.elsewhere(host="127.0.0.1", port=self._listener.getsockname()[1])
        self.word: bytes | None = None
        self.fault = fault
        self.happened = threading.Event()
        self.deaf = False
        self._silences: list[threading.Event] = []

    def hush(self) -> int:
        """Lets nothing more come back on the connections there are (with the fault "stay silent"); returns how many."""
        for silence in self._silences:
            silence.set()
        return len(self._silences)

    def serve(self) -> None:
        """Takes connections until the proxy is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.deaf:
                    self._sockets.append(client)
                    continue
                server = socket.create_connection(self._server)
                self._sockets += [client, server]
                state = threading.Event()
                self._silences.append(state)
                for work in ((self._ask, client, server, state), (self._answer, server, client, state)):
                    threading.Thread(target=work[0], args=work[1:], daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, faulty: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while said := client.recv(1 << 16):
                if self.word is not None and self.word in said:
                    faulty.set()
                    self.word = None
                    if self.fault == "lose the question":
                        break
                    server.sendall(said)
                    self.happened.set()
                    continue
                server.sendall(said)
        self.happened.set() if faulty.is_set() else None
        for one in (client, server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _answer(self, server: socket.socket, client: socket.socket, faulty: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while told := server.recv(1 << 16):
                if not faulty.is_set():
                    client.sendall(told)
                elif self.fault == "lose the answer":
                    break
        if self.fault == "lose the answer":
            for one in (client, server):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hangs up."""
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextlib.contextmanager
def proxied(backend: Backend, fault: Fault) -> Iterator[Proxy]:
    """A proxy for the length of a block."""
    proxy = Proxy(backend, fault)
    threading.Thread(target=proxy.serve, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.close()
