"""Times what grows with a project: the replay of a long history, and ``oxyde makemigrations --check`` on many models, cold and warm.

Run it with ``python -m tests.bench.histories``; nothing here asserts a time. Each run is a process of its own. Cold is the first one,
before Python has compiled anything, whose bytecode goes to a folder of its own; warm are those after it. Processor time says more than
time on a busy machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = "import sys; sys.argv[0] = 'oxyde'; from oxyde.cli.app import main; main()"
IMPORTS = "from pathlib import Path\nfrom oxyde.migrations.folder.files import load, replayed\n"
REPLAY = f"{IMPORTS}replayed(load(Path('migrations')), 'postgres')"
KINDS = ('"text", length=80', '"int", default="0"', '"datetime_tz", nullable=True', '"decimal", precision=12, scale=2, nullable=True')
FIELDS = (
    "str = Field(max_length=80)",
    "int = 0",
    "datetime | None = None",
    "Decimal | None = Field(default=None, max_digits=12, decimal_places=2)",
)


def write_history(folder: Path, files: int) -> None:
    """Writes migrations of 60 tables: one in five makes a table, alters, drops or indexes a column, and the rest add one."""
    folder.mkdir(parents=True)
    tables, before = 0, None
    for number in range(1, files + 1):
        if number % 5 == 1 and tables < 60:
            tables += 1
            body = f'ctx.create_table("bench_{tables}", column("id", "int", key=True, auto=True), column("c0", {KINDS[0]}))'
        elif number % 5 == 2:
            body = f'ctx.create_index("bench_{number % tables + 1}", index("ix_bench_{number}", "c0"))'
        elif number % 5 == 3:
            body = f'ctx.alter_column("bench_{number % tables + 1}", "c0", length={80 + number})'
        else:
            body = f'ctx.add_column("bench_{number % tables + 1}", column("c{number}", {KINDS[number % 4]}), fill="0")'
        head = f'"""Number {number}."""\n\nfrom oxyde.migrations import column, index\n\ndepends_on = {before!r}\n'
        before = f"{number:04}_step"
        (folder / f"{before}.py").write_text(f"{head}\n\ndef upgrade(ctx):\n    {body}\n")


def write_project(folder: Path, models: int, fields: int) -> None:
    """Writes models, and the configuration that names them."""
    folder.mkdir(parents=True)
    lines = ["from datetime import datetime", "from decimal import Decimal", "from oxyde import Field, Model", ""]
    for number in range(models):
        lines += [f"class Bench{number}(Model):", "    id: int | None = Field(default=None, db_pk=True)"]
        lines += [f"    f{field}: {FIELDS[field % 4]}" for field in range(fields - 1)]
        lines += ["    class Meta:", "        is_table = True", f'        table_name = "bench_{number}"', ""]
    (folder / "bench_models.py").write_text("\n".join(lines))
    (folder / "oxyde_config.py").write_text("MODELS = ['bench_models']\nDIALECT = 'postgres'\nSTUBS = False\n")


class Processes:
    """Runs Python in processes that share bytecode of their own."""

    def __init__(self, kept: Path) -> None:
        """Begins with a folder for the bytecode, which need not be there."""
        self._kept = kept
        own = {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(kept)}
        self._environment = {**{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}, **own}

    def forget(self) -> None:
        """Removes the bytecode."""
        shutil.rmtree(self._kept, ignore_errors=True)

    def run(self, folder: Path, *command: str) -> tuple[float, float]:
        """Runs Python in a folder and returns its seconds and its processor seconds."""
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", *command], cwd=folder, env=self._environment, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def show(self, name: str, rounds: int, folder: Path, *command: str) -> None:
        """Prints what the first run took, the median of those after it, and the least of them."""
        self.forget()
        seconds = [self.run(folder, *command) for _ in range(rounds + 1)]
        for what, place in (("seconds", 0), ("processor", 1)):
            cold, *warm = [one[place] for one in seconds]
            print(f"| {name} | {what} | {cold:.2f} | {statistics.median(warm):.2f} | {min(warm):.2f} |", flush=True)


def main() -> None:
    """Writes both projects, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--models", type=int, default=60)
    parser.add_argument("--fields", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        history, project = Path(made, "history"), Path(made, "project")
        write_history(history / "migrations", chosen.files)
        write_project(project, chosen.models, chosen.fields)
        processes = Processes(Path(made, "bytecode"))
        processes.run(project, COMMAND, "makemigrations")
        print("| process | what | cold | warm | least |\n|---|---|---|---|---|")
        processes.show("oxyde --version", chosen.rounds, project, COMMAND, "--version")
        processes.show("import oxyde.migrations", chosen.rounds, history, IMPORTS)
        processes.show(f"the same, and replay of {chosen.files} files", chosen.rounds, history, REPLAY)
        name = f"makemigrations --check, {chosen.models} models of {chosen.fields} fields"
        processes.show(name, chosen.rounds, project, COMMAND, "makemigrations", "--check")


if __name__ == "__main__":
    main()
