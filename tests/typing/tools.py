"""Four type checkers, and what each says of a file: the types that it reveals and the lines that it flags."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path

COMMANDS = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--python-executable", "{python}", "."],
    "pyright": [sys.executable, "-m", "pyright", "--pythonpath", "{python}", "."],
    "ty": ["{tool}", "check", "--python", "{environment}", "--output-format", "concise", "."],
    "pyrefly": ["{tool}", "check", "--python-interpreter-path", "{python}", "--output-format", "min-text", "--search-path", ".", "."],
}
REVEALED = {
    "mypy": r'^(?P<file>\S+\.pyi?):(?P<line>\d+): note: Revealed type is "(?P<type>.*)"$',
    "pyright": r'^\s*(?P<file>\S+\.pyi?):(?P<line>\d+):\d+ - information: Type of ".*" is "(?P<type>.*)"$',
    "ty": r"^(?P<file>\S+\.pyi?):(?P<line>\d+):\d+: info\[revealed-type\] Revealed type: `(?P<type>.*)`$",
    "pyrefly": r"^\s*INFO (?P<file>\S+\.pyi?):(?P<line>\d+):\S+ revealed type: (?P<type>.*) \[reveal-type\]$",
}
FLAGGED = {
    "mypy": r"^(?P<file>\S+\.pyi?):(?P<line>\d+): error: ",
    "pyright": r"^\s*(?P<file>\S+\.pyi?):(?P<line>\d+):\d+ - error: ",
    "ty": r"^(?P<file>\S+\.pyi?):(?P<line>\d+):\d+: (error|warning)\[",
    "pyrefly": r"^\s*(ERROR|WARN) (?P<file>\S+\.pyi?):(?P<line>\d+):",
}
SETTINGS = {"pyrightconfig.json": '{"typeCheckingMode": "strict"}', "pyrefly.toml": ""}


@dataclass
class Said:
    """What a checker said.

    Attributes:
        revealed: The types, by file and line.
        flagged: The lines with errors.
        text: All of it.
    """

    revealed: dict[tuple[str, int], str] = field(default_factory=dict)
    flagged: set[tuple[str, int]] = field(default_factory=set)
    text: str = ""


def start(tool: str, service: Path, environment: Path) -> subprocess.Popen[str]:
    """Starts a checker on the files of a folder, with an environment that is not ours."""
    known = {"python": environment / "bin" / "python", "environment": environment, "tool": _program(tool)}
    command = [part.format(**known) for part in COMMANDS[tool]]
    return subprocess.Popen(command, cwd=service, env=outside(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run(environment: Path, code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a program in a folder, with an environment that is not ours."""
    command = [str(environment / "bin" / "python"), "-c", code]
    return subprocess.run(command, cwd=folder, env=outside(), capture_output=True, text=True, check=False)


def outside() -> dict[str, str]:
    """Returns the variables of the shell without the paths that would lead from the installed package to the repository."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "MYPYPATH"}}


def _program(name: str) -> Path:
    """Returns the program that a package of the same name brings along."""
    files = distribution(name).files or ()
    return Path(str(next(file.locate() for file in files if file.stem == name and file.parent.name in {"bin", "Scripts"})))


def read(tool: str, text: str) -> Said:
    """Returns what a checker's output says."""
    said = Said(text=text)
    for line in text.splitlines():
        if found := re.match(REVEALED[tool], line):
            said.revealed[Path(found["file"]).name, int(found["line"])] = _plain(found["type"])
        elif found := re.match(FLAGGED[tool], line):
            said.flagged.add((Path(found["file"]).name, int(found["line"])))
    return said


def _plain(kind: str) -> str:
    """Returns a type without the modules that its names are in, and without the fields that mypy lists of a TypedDict."""
    named = re.sub(r"TypedDict\(([\w.]+), \{[^}]*\}\)", r"\1", kind)
    return re.sub(r"\b(?:[a-z_]\w*\.)+(?=\w)", "", named)
