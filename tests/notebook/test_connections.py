"""The connection that a magic runs on, in a kernel where none is named default; and the tables that it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backends import Backend
from tests.notebook.kernel import Kernel


@pytest.fixture
def empty(kernel: Kernel) -> Kernel:
    """The kernel with nothing connected."""
    assert kernel.run("for one in oxyde.db.database.connections.all(): one.disconnect_blocking()").status == "ok"
    return kernel


def where(kernel: Kernel, magic: str = "%oxyde SELECT 1 AS a") -> str:
    """Returns the alias in the footer."""
    return kernel.run(magic).text.splitlines()[-1].split(" · ")[1]


def test_nothing_connected(empty: Kernel) -> None:
    """The error names the magic that connects, in a magic and in the cell's own code."""
    for code in ("%oxyde SELECT 1", "%%oxyde\nSELECT 1", "%oxyde tables", "%oxyde close", "%oxyde --on b SELECT 1"):
        reply = empty.run(code)
        assert (reply.error, reply.message) == ("ConnectionNotFound", "nothing is connected yet; %oxyde connect URL connects")
    for code in ("with oxyde.sync.atomic():\n    pass", "async with oxyde.atomic():\n    pass", "await oxyde.execute_raw('SELECT 1')"):
        reply = empty.run(code)
        assert reply.error == "ConnectionNotFound"
        assert reply.traceback.splitlines()[-1] == "  in a notebook, %oxyde connect URL connects"


def test_the_only_one_serves(empty: Kernel) -> None:
    """Whatever its name."""
    empty.run("oxyde.connect('sqlite://:memory:', name='only')")
    assert where(empty) == "only"
    assert "connected, current" in empty.run("%oxyde connections").text
    assert empty.run("%oxyde close").printed == "closed only\n"


def test_connect_makes_current(empty: Kernel) -> None:
    """The last one connected or named is the current one, until it is closed."""
    empty.run("%oxyde connect sqlite://:memory: --as a\n%oxyde connect sqlite://:memory: --as b")
    assert where(empty) == "b"
    assert empty.run("%oxyde connect a").text.startswith("<Connection a: ")
    assert where(empty) == "a"
    assert where(empty, "%%oxyde --on b\nSELECT 1 AS x") == "b"
    assert empty.run("%oxyde close").printed == "closed a\n"
    assert where(empty) == "b"


def test_several_and_none_is_current(empty: Kernel) -> None:
    """The error names what helps."""
    empty.run("oxyde.connect('sqlite://:memory:', name='a'); oxyde.connect('sqlite://:memory:', name='b')")
    reply = empty.run("%oxyde SELECT 1")
    assert reply.error == "ConnectionNotFound"
    assert (
        reply.message == 'none of the connections "a", "b" is current; name one with --on NAME, or make it current with %oxyde connect NAME'
    )
    assert "%oxyde connect URL --as c adds it" in empty.run("%oxyde --on c SELECT 1").message


def test_a_url_that_is_none(empty: Kernel) -> None:
    """A variable that is None is not taken for one that is missing."""
    reply = empty.run("import os\nURL = os.environ.get('NOWHERE_TO_BE_FOUND')\n%oxyde connect $URL")
    assert reply.message == "$URL is None; a URL is text: is an environment variable not set?"


def test_tables(kernel: Kernel, connected: Backend) -> None:
    """Tables and views, all or by a pattern."""
    for name in ("notebook_stones", "notebook_shells"):
        kernel.run(f"%oxyde DROP VIEW IF EXISTS {name}_seen")
        kernel.run(f"%oxyde DROP TABLE IF EXISTS {name}")
        assert kernel.run(f"%oxyde CREATE TABLE {name} (id INTEGER PRIMARY KEY)").status == "ok"
        assert kernel.run(f"%oxyde CREATE VIEW {name}_seen AS SELECT * FROM {name}").status == "ok"
    shown = kernel.run("%oxyde tables STONES").text.splitlines()
    assert [line.split() for line in shown[2:-1]] == [["notebook_stones", "table"], ["notebook_stones_seen", "view"]]
    assert shown[-1] == "2 tables · default"
    shown = kernel.run("%oxyde tables --on default notebook_s*s").text.splitlines()
    assert [line.split()[0] for line in shown[2:-1]] == ["notebook_shells", "notebook_stones"]
    assert "notebook_shells" in kernel.run("%oxyde tables").text
    assert kernel.run("%oxyde tables *nothing*").text.splitlines()[-1] == "no table matches *nothing* · default"
    for name in ("notebook_stones", "notebook_shells"):
        kernel.run(f"%oxyde DROP VIEW {name}_seen")
        kernel.run(f"%oxyde DROP TABLE {name}")


def test_file_of_another_program(empty: Kernel, tmp_path: Path) -> None:
    """The tables of a file that we did not make."""
    empty.run(
        f"import sqlite3, contextlib\nwith contextlib.closing(sqlite3.connect('{tmp_path}/x.db')) as c: c.execute('CREATE TABLE mine (a)')"
    )
    empty.run(f"%oxyde connect sqlite:///{tmp_path}/x.db")
    assert "mine" in empty.run("%oxyde tables").text
