"""What every test may ask for: a backend, a connection to it; and what every run checks first."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import Scheduling, WorkStealingScheduling

from oxyde import _native, db
from oxyde.db.database import connections
from oxyde.models import registry
from oxyde.schema import tables
from tests import backends
from tests.backends import Backend, Servers
from tests.killing import Migrator

NATIVE = Path(__file__).parents[1] / "native"

settings.register_profile("default", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.register_profile("long", settings.get_profile("default"), max_examples=2_000)
settings.load_profile("long" if os.environ.get("OXYDE_LONG") else "default")


def source_hash() -> str:
    """Returns the hash of the Rust sources, as ``native/python/build.rs`` describes it."""

    def files(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
        for path in folder.iterdir():
            if path.is_dir():
                if path.name not in {"target", "tests"} and not path.name.startswith("."):
                    yield from files(path, f"{prefix}{path.name}/")
            elif path.name == "Cargo.toml" or path.suffix == ".rs" or (not prefix and path.name == "Cargo.lock"):
                yield f"{prefix}{path.name}", path

    stamp = hashlib.sha256()
    for name, path in sorted(files(NATIVE, ""), key=lambda file: file[0].encode()):
        stamp.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return stamp.hexdigest()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuses to test a binary that is not the sources'."""
    if source_hash() != _native.SOURCE_HASH and not os.environ.get("OXYDE_ANY_BINARY"):
        pytest.exit("the binary is older than native/: run maturin develop --release", returncode=3)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Lets a worker that is done take tests from one that is not: some take a minute, and thousands none."""
    return WorkStealingScheduling(config, log)


@pytest.fixture(autouse=True)
def models() -> Iterator[None]:
    """The registered models, as they were before the test."""
    here = registry._process
    homes = here.models, here.pending, tables._tables
    kept = [dict(home) for home in homes]
    yield
    registry.clear_registry()
    here.models, here.pending, tables._tables = homes
    for home, before in zip(homes, kept, strict=True):
        home.clear()
        home.update(before)  # type: ignore[arg-type] # each its own


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The backends of this run."""
    made = Servers()
    yield made
    made.close()


@pytest.fixture(params=backends.names())
def backend(request: pytest.FixtureRequest, servers: Servers) -> Backend:
    """Each backend in turn."""
    return servers.get(request.param)


@pytest.fixture(scope="module", params=backends.names())
def backend_module(request: pytest.FixtureRequest, servers: Servers) -> Backend:
    """The same, for fixtures that load data once per module."""
    return servers.get(request.param)


@pytest.fixture
def unconnected() -> Iterator[None]:
    """No connection is registered before the test, and those that were are again after it."""
    known = connections._connections
    before = dict(known)
    known.clear()
    yield
    known.clear()
    known.update(before)


@pytest.fixture
def migrator() -> Iterator[Migrator]:
    """A process that migrates, and is killed meanwhile."""
    made = Migrator()
    yield made
    made.close()


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[db.AsyncDatabase]:
    """A connection named default, closed after the test."""
    await db.init(default=backend.url)
    try:
        yield db.get_connection()
    finally:
        await db.close()
