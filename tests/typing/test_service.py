"""What four type checkers make of a service that uses the installed package, from outside the repository."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.typing.install import install
from tests.typing.tools import COMMANDS, SETTINGS, Said, read, run, start

SERVICE = Path(__file__).parent / "service"
FILES = sorted(SERVICE.rglob("*.py"))
MODELS = ("clinic.people", "clinic.visits")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed package."""
    if shutil.which("cargo") is None and not os.environ.get("CI"):
        pytest.skip("maturin packs nothing without cargo")
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def said(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """What each checker says of the service, half of whose models have stubs; they run side by side."""
    folder = tmp_path_factory.mktemp("checked") / "service"
    shutil.copytree(SERVICE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    code = f"from oxyde.stubs import generate; found = generate({MODELS}); assert not found.refused; print(len(found.written))"
    made = run(environment, code, folder)
    assert made.stdout == "4\n", made.stderr
    for name, text in SETTINGS.items():
        (folder / name).write_text(text)
    running = {tool: start(tool, folder, environment) for tool in COMMANDS}
    return {tool: read(tool, process.communicate(timeout=240)[0]) for tool, process in running.items()}


def comments(kind: str) -> dict[tuple[str, int], str]:
    """Returns the comments of a kind in the service, by file and line."""
    found = {}
    for path in FILES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if comment := re.search(rf"  # {kind}(?:: (.*))?$", line):
                found[path.name, number] = comment[1] or ""
    return found


def test_the_service_runs(environment: Path) -> None:
    """What is checked is the installed package, and the service is made of its public names."""
    code = "import oxyde, stubbed, usage; print(oxyde.__file__)"
    done = run(environment, code, SERVICE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(environment))


@pytest.mark.parametrize("tool", COMMANDS)
def test_rows_have_their_types(said: dict[str, Said], tool: str) -> None:
    """Every line reveals the type that its comment names, the same for all tools."""
    assert said[tool].revealed == comments("T"), said[tool].text


@pytest.mark.parametrize("tool", COMMANDS)
def test_mistakes_are_flagged(said: dict[str, Said], tool: str) -> None:
    """Every mistake is flagged by the tools that its comment names, by all where it names none; and nothing else is."""
    wanted = {place for place, tools in comments("E").items() if not tools or tool in tools.split()}
    found = said[tool].flagged
    assert sorted(wanted - found) == [], said[tool].text
    assert sorted(found - comments("E").keys()) == [], said[tool].text
