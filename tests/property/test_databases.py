"""``inspectdb`` on databases that nobody here wrote: the module is good, reads every row, and nothing differs afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import oxyde
import oxyde.inspect
from oxyde.inspect.classes import classes
from tests.backends import Servers
from tests.migrating import fresh
from tests.property.databases.rows import differences
from tests.property.databases.servers import OWNED, Own
from tests.property.databases.sources import SOURCES, Source

pytestmark = [
    pytest.mark.skipif(not os.environ.get("OXYDE_LONG"), reason="OXYDE_LONG=1 downloads databases of packages"),
    pytest.mark.timeout(1800),  # a database of Zabbix has 173 tables, and six commands look at each
]


@pytest.mark.parametrize("source", [*SOURCES, *OWNED], ids=lambda one: one.name)
def test_inspected(source: Source | Own, servers: Servers, tmp_path: Path) -> None:
    """Models import, pass mypy strict, read every row equal to raw SQL, and have no difference to the database."""
    with fresh(servers.get(source.dialect), tmp_path) as backend:
        source.load(backend)
        text = oxyde.inspect.sync.source(backend.url)
        (tmp_path / "found.py").write_text(text)
        (tmp_path / "oxyde_config.py").write_text(
            f'MODELS = ["found"]\nDIALECT = "{backend.dialect}"\nDATABASES = {{"default": {backend.url!r}}}\nSTUBS = False\n'
        )
        checked = [_run(tmp_path, "mypy", "--strict", "--no-error-summary", "found.py"), _run(tmp_path, "oxyde", "check", "--db")]
        assert checked == ["", ""]
        assert [_run(tmp_path, "oxyde", *words) for words in _adopting(text)] == [""] * len(_adopting(text))
        with oxyde.connect(backend.url, "databases") as connection:
            models = classes(text, connection.database)
            assert models
            found = [line for model in models.values() if not source.moving for line in differences(model, backend)]
        assert found == []


def _adopting(text: str) -> tuple[tuple[str, ...], ...]:
    """Returns the commands by which migrations take over a database, as far as the models leave them anything to say."""
    managed = [one for one in text.split("(Model):")[1:] if "        managed = False\n" not in one or "        view = " in one]
    return (("makemigrations",), ("migrate", "--fake-initial"), ("makemigrations", "--check")) if managed else ()


def _run(folder: Path, *command: str) -> str:
    """Returns what a command says, or nothing where it succeeds."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
