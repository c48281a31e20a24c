"""``oxyde demo`` on the real flights, as a process."""

from __future__ import annotations

import os
import pty
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from oxyde.cli.demo import walk
from oxyde.cli.demo.progress import Progress
from tests.unit.cli.test_app import ROOT, START, oxyde

FLIGHTS = 336_776


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The file, and what was said."""
    file = tmp_path_factory.mktemp("demo") / "flights.db"
    return file, oxyde("demo", "--file", str(file))


def test_walk(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """It counts, shows models, SQL, an aggregate and a frame, and how long each took."""
    _, done = made
    assert done.returncode == 0, done.stderr
    assert "  336,776 flights\n" in done.stdout
    assert done.stdout.count("  Flight(id=") == 3
    assert 'WHERE "flights"."dest" = ?' in done.stdout
    assert "with ['HNL', 60]" in done.stdout
    assert "  12.11 minutes on average\n" in done.stdout
    assert "  336,776 rows x 15 columns in the frame\n" in done.stdout
    assert len(re.findall(r"^  took \d+\.\d{3} s$", done.stdout, re.MULTILINE)) == 6
    whole = re.search(r"All of it took (\d+\.\d) s", done.stdout)
    assert whole
    assert float(whole[1]) < 60


def test_progress_without_a_terminal(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """Elsewhere than on a terminal it is a few plain lines."""
    lines = made[1].stderr.splitlines()
    assert len(lines) == 4
    assert lines[-1].startswith("  367,687 of 367,687 rows, ")
    assert "\r" not in made[1].stderr


def test_data(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """Another program finds every row in the file."""
    with sqlite3.connect(made[0]) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("airlines", "airports", "planes", "weather")
        ]
        flights, carriers, late = connection.execute(
            "SELECT count(*), count(DISTINCT carrier), max(dep_delay) FROM flights WHERE time_hour >= '2013-01-01'"
        ).fetchone()
        row = connection.execute("SELECT carrier, flight, tailnum, dep_time, arr_delay, time_hour FROM flights WHERE id = 1").fetchone()
    assert counts == [16, 1_458, 3_322, 26_115]
    assert (flights, carriers, late) == (FLIGHTS, 16, 1301)
    assert row == ("UA", 1545, "N14228", 517, 11, "2013-01-01 10:00:00")


def test_existing_file(made: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """A file that is there is refused and left alone; a folder too."""
    size = made[0].stat().st_size
    done = oxyde("demo", "--file", str(made[0]))
    assert (done.returncode, done.stdout) == (1, "")
    assert "is there already; name another file with --file, or replace it with --force" in done.stderr
    assert made[0].stat().st_size == size
    assert oxyde("demo", "--file", str(tmp_path), "--force").returncode == 1
    assert tmp_path.is_dir()


def test_unreachable_file(tmp_path: Path) -> None:
    """A file that cannot be made is an error in a line, no traceback."""
    done = oxyde("demo", "--file", str(tmp_path / "nowhere" / "flights.db"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "ConnectionFailed: " in done.stderr


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_file_below_a_file(tmp_path: Path, force: list[str]) -> None:
    """Whatever the system refuses is one line, and leaves alone what is there."""
    (tmp_path / "x.db").write_bytes(b"mine")
    done = oxyde("demo", "--file", str(tmp_path / "x.db" / "y"), *force)
    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert "NotADirectoryError: " in done.stderr
    assert (tmp_path / "x.db").read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The old file stays where it cannot be removed."""
    file = tmp_path / "x.db"
    file.write_bytes(b"mine")

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    assert walk.run(file, force=True) == 1
    assert capsys.readouterr().err.strip() == f"PermissionError: [Errno 13] Permission denied: '{file}'"
    assert file.read_bytes() == b"mine"


def test_force_replaces_files_alone(tmp_path: Path) -> None:
    """No pipe, no link to a device, no link that leads nowhere without being asked."""
    pipe, device, nowhere = tmp_path / "pipe", tmp_path / "device", tmp_path / "nowhere"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    nowhere.symlink_to(tmp_path / "missing")
    for file in (pipe, device, nowhere):
        for force in ([], ["--force"]):
            done = oxyde("demo", "--file", str(file), *force)
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr == f"{file} is there already; name another file with --file\n"
    assert pipe.is_fifo()
    assert device.is_symlink()
    assert nowhere.is_symlink()


def test_an_output_without_lines_and_a_name_that_must_be_quoted(tmp_path: Path) -> None:
    """Plain characters stand for what the encoding has not, and the file is there at the end."""
    file = tmp_path / "a?b #%41ä.db"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", START, "demo", "--file", str(file)]
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    said = done.stdout.decode("ascii")
    assert re.search(r"^  -+  -+  -+$", said, re.MULTILINE)
    assert said.endswith("a?b #%41\\xe4.db\n")
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert file.stat().st_size > 1_000_000


def test_force_and_interrupt(tmp_path: Path) -> None:
    """``--force`` replaces; on a terminal a bar is drawn; an interrupt leaves no half file."""
    file = tmp_path / "flights.db"
    file.write_bytes(b"not a database")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", START, "demo", "--file", str(file), "--force"]
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    said = b""
    while b"\xe2\x96\x88" not in said:
        said += os.read(ours, 1_000)
    process.send_signal(2)
    assert process.wait(30) != 0
    os.close(ours)
    assert b"\r  \xe2\x96\x88" in said
    assert list(tmp_path.iterdir()) == []


def test_progress_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """Quarters are said once each."""
    progress = Progress(8, "rows")
    for done in range(1, 9):
        progress(done)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["  2 of 8 rows", "  4 of 8 rows", "  6 of 8 rows", "  8 of 8 rows"]
