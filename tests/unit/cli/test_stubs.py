"""``oxyde generate-stubs`` in a project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oxyde.cli.app import main

MODEL = """
from __future__ import annotations
from oxyde import Field, Model

class {name}(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str

    class Meta:
        is_table = True
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    return tmp_path


def project(folder: Path, module: str, name: str, config: str = "") -> None:
    """Writes a module with a model, and the configuration."""
    (folder / f"{module}.py").write_text(MODEL.format(name=name))
    (folder / "oxyde_config.py").write_text(f'MODELS = ["{module}"]\n{config}')


def run(*arguments: str) -> Result:
    """Runs the command."""
    return CliRunner().invoke(main, ["generate-stubs", *arguments])


def test_write_and_check(folder: Path) -> None:
    """It names what it writes; --check names what is stale, and exits with 1 just then."""
    project(folder, "cli_stubs_one", "CliStubsOne")
    stale = run("--check")
    assert (stale.exit_code, stale.output) == (1, "Would write cli_stubs_one.pyi\n")
    written = run()
    assert (written.exit_code, written.output) == (0, "Wrote cli_stubs_one.pyi\n")
    fresh = run("--check")
    assert (fresh.exit_code, fresh.output) == (0, "Nothing to write: 1 stub is up to date\n")
    (folder / "cli_stubs_one.pyi").write_text("# Made by `oxyde generate-stubs`, and changed\n")
    assert run("--check").exit_code == 1


def test_json(folder: Path) -> None:
    """The files are listed for programs, and a reason for each module without a stub."""
    project(folder, "cli_stubs_json", "CliStubsJson")
    (folder / "cli_stubs_json.pyi").write_text("")
    done = run("--json")
    reason = "cli_stubs_json.pyi was not made by oxyde, and is left as it is"
    assert json.loads(done.stdout) == {"written": [], "removed": [], "unchanged": [], "refused": {"cli_stubs_json": reason}}
    assert done.stderr == f"No stub of cli_stubs_json: {reason}\n"


def test_lookups_across(folder: Path) -> None:
    """STUB_LOOKUPS_ACROSS gives the columns of a related model their lookups."""
    project(folder, "cli_stubs_across", "CliStubsAcross")
    with (folder / "cli_stubs_across.py").open("a") as file:
        file.write(
            MODEL.partition("class")[1]
            + MODEL.partition("class")[2].format(name="CliStubsAcrossChild").replace("id:", "up: CliStubsAcross\n    id:", 1)
        )
    assert run().exit_code == 0
    stub = folder / "cli_stubs_across.pyi"
    assert "up__id__gt" not in stub.read_text()
    with (folder / "oxyde_config.py").open("a") as file:
        file.write("STUB_LOOKUPS_ACROSS = True\n")
    assert run().output == "Wrote cli_stubs_across.pyi\n"
    assert "up__id__gt" in stub.read_text()


def test_off(folder: Path) -> None:
    """STUBS = False writes none."""
    project(folder, "cli_stubs_off", "CliStubsOff", "STUBS = False\n")
    done = run()
    assert (done.exit_code, done.stdout) == (0, "")
    assert "STUBS = False" in done.stderr
    assert not (folder / "cli_stubs_off.pyi").exists()


def test_an_error_in_a_model(folder: Path) -> None:
    """It is one line, with the file and line of the model."""
    project(folder, "cli_stubs_wrong", "CliStubsWrong")
    (folder / "cli_stubs_wrong.py").write_text("x = 3\ny = 1 / 0\n")
    done = run()
    assert done.exit_code == 2
    where = f"{folder / 'cli_stubs_wrong.py'}:2: ZeroDivisionError: division by zero"
    assert done.stderr == f"Error: oxyde_config.py: cli_stubs_wrong cannot be imported: {where}\n"


def test_sidecar(folder: Path) -> None:
    """Nothing stands beside the models."""
    project(folder, "cli_stubs_side", "CliStubsSide")
    done = run("--style", "sidecar")
    assert done.output == "Wrote _oxyde_types/__init__.pyi\nWrote _oxyde_types/cli_stubs_side.pyi\n"
    assert not (folder / "cli_stubs_side.pyi").exists()
    assert run().output == "Nothing to write: 2 stubs are up to date\n"
