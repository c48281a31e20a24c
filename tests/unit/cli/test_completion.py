"""``oxyde completion``: scripts for three shells, and what they offer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class

from oxyde.cli.completion import BASH, ZSH
from tests.unit.cli.test_app import oxyde


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(shell: str, tmp_path: Path) -> None:
    """Each names the variable by which the shell asks."""
    done = oxyde("completion", shell, cwd=tmp_path)
    assert done.returncode == 0
    assert f"_OXYDE_COMPLETE={shell}_complete" in done.stdout


def test_words_with_an_equals_sign() -> None:
    """Bash takes it for the end of a word, and zsh for part of the word that is replaced; click's scripts heed neither."""
    for shell, changes in (("bash", BASH), ("zsh", ZSH)):
        found = get_completion_class(shell)
        assert found is not None
        assert all(theirs in found.source_template % {"complete_func": "", "complete_var": "", "prog_name": ""} for theirs, _ in changes)
    script = f"""
        {oxyde("completion", "bash", cwd=Path.cwd()).stdout}
        compopt() {{ :; }}
        oxyde() {{ echo "$COMP_WORDS" | tail -1 >&2; printf 'plain,%s\\n' "$OFFERED"; }}
        env() {{ (export "${{@:1:3}}"; "${{@:4}}"); }}
        COMP_WORDS=(oxyde makemigrations $WORDS) COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
        _oxyde_completion oxyde
        echo "$COMPREPLY"
    """
    for words, offers, seen, reply in (
        ("--db-alias = d", "default", "--db-alias=d", "default"),
        ("--db-alias =", "default", "--db-alias=", "default"),
        ("--rename a.b = a.", "a.b=a.c", "a.b=a.", "a.c"),
        ("--rename = a.b = a.", "a.b=a.c", "--rename=a.b=a.", "a.c"),
        ("--rename = a.", "a.b=a.c", "--rename=a.", "a.b=a.c"),
        ("--rename a.", "a.b=a.c", "a.", "a.b=a.c"),
    ):
        done = subprocess.run(
            ["bash", "-c", script], env={**os.environ, "WORDS": words, "OFFERED": offers}, capture_output=True, text=True, check=False
        )
        assert (done.stderr.strip(), done.stdout.strip()) == (seen, reply)


def offered(line: str, folder: Path) -> list[str]:
    """Returns what is offered at the end of a line, as bash asks for it."""
    words = line.split(" ")
    asked = {"_OXYDE_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run(
        [sys.executable, "-c", "from oxyde.cli.app import main; main(prog_name='oxyde')"],
        cwd=folder,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [one.partition(",")[2] for one in done.stdout.splitlines() if one]


def test_what_is_offered(tmp_path: Path) -> None:
    """Commands and options; nothing, and no traceback, where a configuration is wrong."""
    assert {"migrate", "makemigrations"} <= {*offered("oxyde m", tmp_path)}
    assert "--plan" in offered("oxyde migrate --p", tmp_path)
    (tmp_path / "oxyde_config.py").write_text("1 / 0\n")
    assert offered("oxyde sqlmigrate 0", tmp_path) == []
