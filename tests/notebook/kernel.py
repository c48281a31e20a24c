"""A real kernel, as a notebook has it: cells are sent to it and what comes back is kept."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Reply:
    """What a cell gave.

    Attributes:
        status: ok or error.
        error: The name of the error's class.
        message: The error's message.
        traceback: The error as it is shown, without colours.
        outputs: What was displayed, by MIME type.
        printed: Standard output.
        complained: Standard error.
        paged: What a pager would show: the answer to ``?``.
        seconds: From sending to the reply.
    """

    status: str = ""
    error: str = ""
    message: str = ""
    traceback: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)
    printed: str = ""
    complained: str = ""
    paged: str = ""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The one thing that was displayed, as text."""
        assert self.status == "ok", self
        assert len(self.outputs) == 1, self
        return str(self.outputs[0]["text/plain"])

    @property
    def html(self) -> str:
        """The same as HTML."""
        assert len(self.outputs) == 1, self
        return str(self.outputs[0]["text/html"])

    @property
    def everything(self) -> str:
        """All that a reader of the notebook could see."""
        return f"{self.outputs}{self.printed}{self.complained}{self.message}{self.traceback}"


class Kernel:
    """A running kernel."""

    def __init__(self, folder: Path) -> None:
        """Starts it.

        Args:
            folder: Its working directory.
        """
        self.manager = KernelManager(kernel_name="python3")
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        self.manager.start_kernel(cwd=str(folder), env={**os.environ, "PYTHONPATH": path, "IPYTHONDIR": str(folder / "ipython")})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self._sent: dict[str, float] = {}

    def close(self) -> None:
        """Ends it."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def interrupt(self) -> None:
        """Does what the stop button does."""
        self.manager.interrupt_kernel()

    def send(self, code: str) -> str:
        """Sends a cell and returns its id, without waiting."""
        sent = time.perf_counter()
        cell = self.client.execute(code, allow_stdin=False)
        self._sent[cell] = sent
        return cell

    def run(self, code: str, timeout: float = 30) -> Reply:
        """Runs a cell."""
        return self.collect(self.send(code), timeout)

    def collect(self, cell: str, timeout: float = 30) -> Reply:
        """Waits for a cell's end and returns what it gave."""
        found = Reply()
        deadline = time.perf_counter() + timeout
        while not found.status:
            message = self.client.get_shell_msg(timeout=max(deadline - time.perf_counter(), 0.01))
            if message["parent_header"].get("msg_id") != cell:
                continue
            found.seconds = time.perf_counter() - self._sent[cell]
            content = message["content"]
            found.status = content["status"]
            found.paged = ANSI.sub(
                "", "".join(page["data"]["text/plain"] for page in content.get("payload", ()) if page["source"] == "page")
            )
            if found.status == "error":
                found.error, found.message = content["ename"], content["evalue"]
                found.traceback = ANSI.sub("", "\n".join(content["traceback"]))
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=5)
            except Empty:
                return found
            if message["parent_header"].get("msg_id") != cell:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                attribute = "printed" if content["name"] == "stdout" else "complained"
                setattr(found, attribute, getattr(found, attribute) + content["text"])
            elif kind in {"execute_result", "display_data"}:
                found.outputs.append(content["data"])
            elif kind == "status" and content["execution_state"] == "idle":
                return found
