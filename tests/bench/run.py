"""Asks the contenders in turn and prints medians and ratios."""

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
URLS = {
    "postgres": os.environ.get("OXYDE_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test"),
    "mariadb": os.environ.get("OXYDE_TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/test"),
}
OPERATIONS = {  # rounds
    "key": 9,
    "key_sync": 9,
    "all_1k": 9,
    "all_100k": 5,
    "create_1k": 7,
    "save_1k": 7,
    "bulk_10k": 5,
    "arrow_1m": 5,
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
            env={**os.environ, "PYTHONPATH": str(checkout)} if checkout else None,
        )
        self.operations: list[str] = self.read()

    def read(self) -> list:
        """Reads one answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} on {self.database} ended")
        return json.loads(line)

    def ask(self, operation: str) -> float:
        """Runs an operation once and returns its seconds."""
        assert self.process.stdin is not None
        self.process.stdin.write(operation + "\n")
        self.process.stdin.flush()
        return self.read()[0]


def main() -> None:
    """Measures and prints a Markdown table for each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("operations", nargs="*", default=list(OPERATIONS))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--before", type=Path, help="an older checkout of this repository with its binary in place, to race against")
    parser.add_argument("--database", choices=["postgres", "sqlite", "mariadb"], action="append")
    options = parser.parse_args()
    peers = os.environ.get("OXYDE_PEERS")
    with tempfile.TemporaryDirectory() as folder:
        urls = {**URLS, "sqlite": f"sqlite:///{folder}/bench.db"}
        for database in options.database or ["postgres", "sqlite", "mariadb"]:
            names = {"postgres": ["raw", "adbc", "connectorx"], "sqlite": ["raw", "adbc"], "mariadb": ["connectorx"]}[database]
            url = urls[database].replace("sqlite:///", "sqlite:////" if database == "sqlite" else "")
            arguments = [url, str(options.rows)]
            ours = [sys.executable, str(HERE / "ours.py"), *arguments]
            contenders = [Contender("ours", database, ours, checkout=HERE.parent.parent)]
            if options.before:
                contenders.append(Contender("before", database, [*ours, "--filled"], checkout=options.before.resolve()))
            if peers:
                contenders += [Contender(name, database, [peers, str(HERE / "peers.py"), name, *arguments]) for name in ["oxyde08", *names]]
            print(
                f"\n### {database}, {options.rows:,} rows\n\n"
                "| operation | contender | median | min | ours / theirs |\n|---|---|---|---|---|",
                flush=True,
            )
            for operation in options.operations:
                racing = [contender for contender in contenders if operation in contender.operations]
                times: dict[str, list[float]] = {contender.name: [] for contender in racing}
                for contender in racing:
                    contender.ask(operation)
                for _ in range(OPERATIONS[operation]):
                    for contender in racing:
                        times[contender.name].append(contender.ask(operation))
                if "ours" not in times:
                    continue
                our_median = statistics.median(times["ours"])
                for name, seconds in times.items():
                    middle = statistics.median(seconds)
                    print(
                        f"| {operation} | {name} | {middle * 1e3:,.3f} ms | {min(seconds) * 1e3:,.3f} | {our_median / middle:.2f} |",
                        flush=True,
                    )
            for contender in contenders:
                contender.process.terminate()
                contender.process.wait()


if __name__ == "__main__":
    main()
