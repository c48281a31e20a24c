"""Asks the contenders in turn and prints their costs as Markdown."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from operations import OPERATIONS  # noqa: E402 - a contender imports it in the same way

URLS = {
    "postgres": os.environ.get("OXYDE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test"),
    "mariadb": os.environ.get("OXYDE_TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/test"),
}
PEERS = {
    "postgres": ["driver", "oxyde08", "sqlalchemy", "django", "fastapi", "copy", "adbc", "connectorx"],
    "sqlite": ["driver", "oxyde08", "sqlalchemy", "django", "fastapi", "adbc"],
    "mariadb": ["driver", "oxyde08", "sqlalchemy", "django", "fastapi", "connectorx"],
}


class Contender:
    """A process that runs operations of one library on one database."""

    def __init__(self, name: str, database: str, command: list[str], *, checkout: Path | None = None) -> None:
        """Starts the process; ``checkout`` is where it imports ``oxyde`` from, when it is ours."""
        self.name, self.database = name, database
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=checkout or tempfile.gettempdir(),
            env={**os.environ, "PYTHONPATH": str(checkout)} if checkout else {**os.environ, "PYTHONPATH": ""},
        )
        self.operations: list[str] = self.read()

    def read(self) -> list:
        """Reads one answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} on {self.database} ended")
        return json.loads(line)

    def ask(self, operation: str) -> list[float]:
        """Runs an operation once and returns its seconds, processor seconds and MB."""
        assert self.process.stdin is not None
        self.process.stdin.write(operation + "\n")
        self.process.stdin.flush()
        return self.read()


def race(contenders: list[Contender], operation: str) -> None:
    """Asks for an operation, round by round, and prints a line for each contender."""
    racing = [contender for contender in contenders if operation in contender.operations]
    answers: dict[str, list[list[float]]] = {contender.name: [] for contender in racing}
    for contender in racing:
        contender.ask(operation)
    for _ in range(OPERATIONS[operation].rounds):
        for contender in racing:
            answers[contender.name].append(contender.ask(operation))
    costs = {}
    for name, found in answers.items():
        seconds, cpu, memory = zip(*found, strict=True)
        costs[name] = (statistics.median(seconds), min(seconds), min(cpu), max(memory))
    for name, (middle, least, cpu, memory) in costs.items():
        ratios = ("", "") if "ours" not in costs else (f"{costs['ours'][1] / least:.2f}", f"{costs['ours'][2] / max(cpu, 1e-9):.2f}")
        figures = [f"{middle * 1e3:,.3f}", f"{least * 1e3:,.3f}", f"{cpu * 1e3:,.3f}", f"{memory:,.0f}", *ratios]
        print(f"| {operation} | {name} | {' | '.join(figures)} |", flush=True)


def main() -> None:
    """Measures and prints a Markdown table for each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("operations", nargs="*", choices=[*OPERATIONS, []], default=list(OPERATIONS))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--before", type=Path, help="an older checkout of this repository with its binary in place, to race against")
    parser.add_argument("--database", choices=[*PEERS], action="append")
    parser.add_argument("--only", action="append", help="the peers to race against, if not all")
    options = parser.parse_args()
    python = os.environ.get("OXYDE_PEERS")
    with tempfile.TemporaryDirectory() as folder:
        urls = {**URLS, "sqlite": f"sqlite:///{folder}/bench.db"}
        for database in options.database or PEERS:
            url = urls[database].replace("sqlite:///", "sqlite:////" if database == "sqlite" else "")
            arguments = [url, str(options.rows)]
            ours = [sys.executable, str(HERE / "ours.py"), *arguments]
            contenders = [Contender("ours", database, ours, checkout=HERE.parent.parent)]
            if options.before:
                contenders.append(Contender("before", database, [*ours, "--filled"], checkout=options.before.resolve()))
            chosen = [name for name in PEERS[database] if python and name in (options.only or PEERS[database])]
            contenders += [Contender(name, database, [python, str(HERE / "peer.py"), name, *arguments]) for name in chosen]
            head = "| operation | contender | median ms | min ms | min CPU ms | MB | ours / theirs | CPU |"
            print(f"\n### {database}, {options.rows:,} rows\n\n{head}\n|---|---|---|---|---|---|---|---|", flush=True)
            for operation in options.operations:
                race(contenders, operation)
            for contender in contenders:
                contender.process.terminate()
                contender.process.wait()


if __name__ == "__main__":
    main()
