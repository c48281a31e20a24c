"""Every block of the README, as it stands: files as files in a fresh folder, cells in a kernel, and the paths that it names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click import Context

from oxyde.cli.app import main
from tests.docs.process import python
from tests.notebook.kernel import Kernel

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:<!-- (?P<mark>[^\n]*) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)```\n", re.DOTALL)
BLOCKS = [found.groupdict() for found in BLOCK.finditer(README)]
FILES = {block["mark"].removeprefix("file: "): block["text"] for block in BLOCKS if (block["mark"] or "").startswith("file: ")}

SERVICE = """
from fastapi.testclient import TestClient
import oxyde, service

def told(reply):
    return reply.status_code, reply.json()

with TestClient(service.app, raise_server_exceptions=False) as client:
    post, get, patch = client.post, client.get, client.patch
    assert told(post("/accounts", json={"owner": "Ada", "balance": 10})) == (201, {"id": 1, "owner": "Ada", "balance": 10})
    assert post("/accounts", json={"owner": "Grace"}).json()["id"] == 2
    assert told(post("/accounts", json={"owner": "Ada"})) == (409, {"detail": "UniqueViolationError", "field": "owner"})
    assert post("/accounts", json={"owner": "Linus", "balance": -1}).status_code == 422
    assert told(post("/accounts", json={"owner": "Linus", "balance": 2**70}))[0] == 422
    assert told(get("/accounts/9")) == (404, {"detail": "NotFoundError", "field": None})

    sent = post("/transfers", json={"source_id": 1, "target_id": 2, "amount": 3})
    assert told(sent) == (201, {"id": 1, "source_id": 1, "target_id": 2, "amount": 3})
    assert told(post("/transfers", json={"source_id": 1, "target_id": 9, "amount": 3}))[0] == 409
    assert told(post("/transfers", json={"source_id": 1, "target_id": 2, "amount": 30}))[0] == 409
    assert post("/transfers", json={"source_id": 1, "target_id": 2, "amount": -3}).status_code == 422
    assert [get(f"/accounts/{key}").json()["balance"] for key in (1, 2)] == [7, 3]
    assert get("/accounts/1/transfers").json() == [{"id": 1, "target__owner": "Grace", "amount": 3}]

    assert told(post("/accounts", json={"id": 1, "owner": "Mary"})) == (201, {"id": 3, "owner": "Mary", "balance": 0})
    assert told(patch("/accounts/3", json={"id": 1, "owner": "May", "balance": 9})) == (200, {"id": 3, "owner": "May", "balance": 0})
    assert told(patch("/accounts/3", json={})) == (200, {"id": 3, "owner": "May", "balance": 0})
    assert patch("/accounts/3", json={"owner": None}).status_code == 422
    assert get("/accounts/1").json() == {"id": 1, "owner": "Ada", "balance": 7}
    schemas = get("/openapi.json").json()["components"]["schemas"]
    assert {name: schemas[name].get("required") for name in ("Account", "AccountCreate", "AccountUpdate", "TransferCreate")} == {
        "Account": ["id", "owner", "balance"],
        "AccountCreate": ["owner"],
        "AccountUpdate": None,
        "TransferCreate": ["source_id", "target_id", "amount"],
    }
    assert list(schemas["AccountUpdate"]["properties"]) == ["owner"]

    async def busy(key: int) -> None:
        raise oxyde.PoolTimeout("no connection came free")

    service.app.add_api_route("/busy/{key}", busy)
    assert told(get("/busy/1")) == (503, {"detail": "PoolTimeout", "field": None})
"""


def test_blocks_are_of_known_kinds() -> None:
    """No block escapes: Python is a file, cells are of IPython, all others are commands."""
    assert set(FILES) == {"first.py", "service.py"}
    assert {block["language"] for block in BLOCKS} == {"python", "ipython", "console"}
    assert sum(block["language"] == "python" for block in BLOCKS) == len(FILES)


def test_first_file(tmp_path: Path) -> None:
    """It prints what the README shows."""
    (tmp_path / "first.py").write_text(FILES["first.py"], encoding="utf-8")
    (shown,) = [block["text"] for block in BLOCKS if block["mark"] == "output"]
    command, _, output = shown.partition("\n")
    assert command == "$ python first.py"
    assert python("first.py", cwd=tmp_path) == output


def test_service(tmp_path: Path) -> None:
    """It serves: relations, a transaction that is all or nothing, and errors by their status."""
    (tmp_path / "service.py").write_text(FILES["service.py"], encoding="utf-8")
    python("-W", "ignore", "-c", SERVICE, cwd=tmp_path)


def test_cells(notebook: Kernel) -> None:
    """Each runs after the ones before it, and shows a table."""
    replies = [notebook.run(block["text"]) for block in BLOCKS if block["language"] == "ipython"]
    assert [reply.message for reply in replies] == [""] * 5
    assert "5 tables · default" in str(replies[0].outputs)
    assert "list of Flight" in replies[1].html
    assert all("<table" in reply.outputs[-1]["text/html"] for reply in replies)


def test_commands() -> None:
    """The commands name packages, extras and commands that there are; CI runs the one that is marked."""
    extras = re.findall(
        r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[project.optional-dependencies]")[1], re.MULTILINE
    )
    commands = [
        line.removeprefix("$ ")
        for block in BLOCKS
        if block["language"] == "console"
        for line in block["text"].splitlines()
        if line[:2] == "$ "
    ]
    named = [extra for command in commands for extra in re.findall(r"'\.\[(\w+)\]'", command)]
    assert named == ["demo", "dev"]
    assert set(named) <= set(extras)
    words = [shlex.split(part) for command in commands for part in command.split("&&")]
    assert [part[1] for part in words if part[0].endswith("/oxyde")] == ["demo"]
    assert "demo" in main.list_commands(Context(main))
    (marked,) = [block["text"] for block in BLOCKS if block["mark"] == "test command"]
    assert marked.count("$ ") == 1


def test_paths() -> None:
    """What it points to is there."""
    paths = [path for path in re.findall(r"`([\w.]+/[\w./]+)`", README) if not path.startswith(".venv")]
    assert len(paths) >= 5
    assert [path for path in paths if not (ROOT / path).exists()] == []
