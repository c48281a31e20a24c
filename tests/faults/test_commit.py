"""What is known of a transaction whose connection was lost: rolled back, or, once COMMIT was sent, not known at all."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator

import pytest

import oxyde
from oxyde import CommitOutcomeUnknown, ConnectionFailed, Field, Model, OxydeError, PoolSettings, atomic, db
from tests.backends import Backend, witnessed
from tests.faults.proxy import Fault, Proxy, proxied
from tests.slow import kill_connections
from tests.tables import table, tables

SINGLE = PoolSettings(max_connections=1, ssl_mode="disable")
"""One connection, so that the next statement shows what became of it; in clear, so that the proxy understands."""


class Entry(Model):
    """Something to write."""

    id: int | None = Field(default=None, db_pk=True)
    text: str = Field(default="", max_length=20)

    Meta = table("commit_entry")


@pytest.fixture
async def served(backend: Backend) -> AsyncIterator[Backend]:
    """A backend with a network in between, and an empty table on it."""
    if not backend.has_server:
        pytest.skip("a file has no network in between")
    async with db.connect(backend.url, name="witness", settings=PoolSettings(test_before_acquire=True)), tables(Entry, database="witness"):
        yield backend


def stored(backend: Backend) -> list[str]:
    """Reads the texts by a driver that is not ours."""
    return witnessed(backend, "SELECT text FROM commit_entry ORDER BY id")


async def until_stored(backend: Backend, texts: list[str]) -> None:
    """Waits until the server has done what it was told before the connection went."""
    for _ in range(100):
        if await asyncio.to_thread(stored, backend) == texts:
            return
        await asyncio.sleep(0.02)
    assert stored(backend) == texts


async def write(proxy: Proxy, said: list[str]) -> None:
    """Writes a row in a block whose COMMIT meets the fault."""
    async with atomic() as block:
        block.on_commit(lambda: said.append("committed"))
        block.on_rollback(lambda: said.append("rolled back"))
        await Entry.objects.create(text="one")
        proxy.word = b"COMMIT"


@pytest.mark.parametrize(("fault", "kept"), [("lose the answer", ["one"]), ("lose the question", [])])
async def test_a_commit_without_an_answer_is_unknown(served: Backend, fault: Fault, kept: list[str]) -> None:
    """The server may have committed or not: neither hook runs, nothing is tried again, and the next statement has a connection."""
    with proxied(served, fault) as proxy:
        async with db.connect(proxy.url, settings=SINGLE):
            said: list[str] = []
            with pytest.raises(CommitOutcomeUnknown, match="its answer never came") as caught:
                await write(proxy, said)
            assert said == []
            assert not isinstance(caught.value, ConnectionFailed)
            await until_stored(served, kept)
            assert await Entry.objects.count() == len(kept)


@pytest.mark.parametrize(("fault", "kept"), [("lose the answer", ["one"]), ("lose the question", [])])
async def test_so_it_is_for_blocking_code(served: Backend, fault: Fault, kept: list[str]) -> None:
    """The blocking twin says the same."""
    with proxied(served, fault) as proxy:
        async with db.connect(proxy.url, settings=SINGLE):

            def work() -> None:
                with oxyde.sync.atomic():
                    Entry.objects.sync.create(text="one")
                    proxy.word = b"COMMIT"

            with pytest.raises(CommitOutcomeUnknown):
                await asyncio.to_thread(work)
            await until_stored(served, kept)
            assert await Entry.objects.count() == len(kept)


async def test_a_task_does_not_wait_for_ever_for_a_commit(served: Backend) -> None:
    """A server that stays silent keeps a cancelled task for a few seconds, then the outcome is unknown and the connection gone."""
    with proxied(served, "stay silent") as proxy:
        async with db.connect(proxy.url, settings=SINGLE):
            said: list[str] = []
            task = asyncio.create_task(write(proxy, said))
            assert await asyncio.to_thread(proxy.happened.wait, 10)
            start = time.monotonic()
            task.cancel()
            with pytest.raises(CommitOutcomeUnknown, match="its answer never came"):
                await task
            assert time.monotonic() - start < 10
            assert said == []
            await until_stored(served, ["one"])
            assert await Entry.objects.count() == 1


async def test_a_cancelled_commit_that_is_answered_is_known(served: Backend) -> None:
    """The cancellation waits for the answer, then goes its way: the hook has run by then. An answer may come too soon to be waited for."""
    async with db.connect(served.url, settings=SINGLE):
        said: list[str] = []
        waited = 0

        async def work() -> None:
            async with atomic() as block:
                block.on_commit(lambda: said.append("committed"))
                await Entry.objects.create(text="one")
                asyncio.get_running_loop().call_soon(task.cancel)

        for _ in range(20):
            task = asyncio.create_task(work())
            await asyncio.wait([task])
            waited += task.cancelled()
            assert said == ["committed"] * len(stored(served))
        assert waited


async def test_a_begin_without_an_answer_can_be_left(served: Backend) -> None:
    """The first word of a transaction may meet silence, too; the pool gets its place back."""
    with proxied(served, "stay silent") as proxy:
        async with db.connect(proxy.url, settings=SINGLE):
            await Entry.objects.count()
            proxy.word = b"BEGIN" if served.dialect == "postgres" else b"START TRANSACTION"
            task = asyncio.create_task(write(proxy, []))
            assert await asyncio.to_thread(proxy.happened.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await Entry.objects.count() == 0


@pytest.mark.parametrize("fault", ["lose the answer", "lose the question"])
async def test_a_connection_lost_inside_a_block_is_a_rollback(served: Backend, fault: Fault) -> None:
    """Nothing was to be committed yet, so nothing is unknown; the error that ended the body is the one that is seen."""
    with proxied(served, fault) as proxy:
        async with db.connect(proxy.url, settings=SINGLE):
            said: list[str] = []
            with pytest.raises(ConnectionFailed):
                async with atomic() as block:
                    block.on_rollback(lambda: said.append("rolled back"))
                    proxy.word = b"INSERT"
                    await Entry.objects.create(text="one")
            assert said == ["rolled back"]
            assert stored(served) == []
            assert await Entry.objects.count() == 0


async def test_a_rollback_that_fails_hides_no_error(served: Backend) -> None:
    """The error of the body is raised; the server, who lost us, has rolled back."""
    async with db.connect(served.url, settings=SINGLE):
        with pytest.raises(ZeroDivisionError):
            async with atomic():
                await Entry.objects.create(text="one")
                assert kill_connections(served)
                raise ZeroDivisionError
        assert stored(served) == []
        assert await Entry.objects.count() == 0


async def test_a_commit_on_a_dead_connection_keeps_nothing(served: Backend) -> None:
    """Whatever class it has, an error is raised."""
    async with db.connect(served.url, settings=SINGLE):
        with pytest.raises(OxydeError):
            async with atomic():
                await Entry.objects.create(text="one")
                assert kill_connections(served)
        assert stored(served) == []
        assert await Entry.objects.count() == 0


SLOW_COMMIT = [
    "CREATE OR REPLACE FUNCTION commit_slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.6); RETURN NULL; END'",
    "CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON commit_entry INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commit_slowly()",
]
"""Makes COMMIT take its time."""


async def slow_commits(backend: Backend) -> None:
    """Makes COMMIT slow, where a server can."""
    if backend.dialect != "postgres":
        pytest.skip("only PostgreSQL has triggers at COMMIT")
    for text in SLOW_COMMIT:
        await oxyde.execute_raw(text, using="witness")


def pester(task: asyncio.Task[None]) -> None:
    """Cancels a task again and again until it gives in, as anyio does."""
    if not task.done():
        task.cancel()
        asyncio.get_running_loop().call_later(0.001, pester, task)


@pytest.mark.parametrize("rolls_back", [False, True])
async def test_a_commit_and_its_callbacks_run_to_their_end(served: Backend, rolls_back: bool) -> None:
    """However often the task is cancelled meanwhile; it is raised when all is done."""
    await slow_commits(served)
    async with db.connect(served.url, settings=SINGLE):
        said: list[str] = []

        async def call() -> None:
            said.append("begins")
            await asyncio.sleep(0.3)
            said.append("ends")

        async def work() -> None:
            async with atomic() as block:
                block.on_commit(lambda: said.append("committed"))
                block.on_commit(call)
                block.on_rollback(call)
                await Entry.objects.create(text="one")
                block.set_rollback(rolls_back)
                asyncio.get_running_loop().call_later(0 if rolls_back else 0.3, pester, task)

        task = asyncio.create_task(work())
        with pytest.raises(asyncio.CancelledError):
            await task
        assert said == [*([] if rolls_back else ["committed"]), "begins", "ends"]
        assert stored(served) == ([] if rolls_back else ["one"])


async def test_a_callback_that_never_ends_holds_nobody(served: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cancellation waits for it a while, and it goes on without us."""
    monkeypatch.setattr("oxyde.db.wait.GRACE", 0.1)
    async with db.connect(served.url, settings=SINGLE):
        release, said = asyncio.Event(), []

        async def call() -> None:
            await release.wait()
            said.append("done")

        async def work() -> None:
            async with atomic() as block:
                block.on_commit(call)
                await Entry.objects.create(text="one")

        task = asyncio.create_task(work())
        await until_stored(served, ["one"])
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        await asyncio.sleep(0.05)
        assert said == ["done"]


async def test_an_interrupt_during_a_blocking_commit(served: Backend) -> None:
    """Ctrl-C is heard when COMMIT was answered and the hooks have run."""
    await slow_commits(served)
    said: list[str] = []

    def work() -> None:
        with oxyde.sync.atomic() as block:
            block.on_commit(lambda: said.append("committed"))
            Entry.objects.sync.create(text="one")

    async with db.connect(served.url, settings=SINGLE):
        main = threading.main_thread().ident
        timer = threading.Timer(0.3, lambda: signal.pthread_kill(main or 0, signal.SIGINT))
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                work()
        finally:
            signal.signal(signal.SIGINT, before)
        assert said == ["committed"]
        assert stored(served) == ["one"]


async def test_an_answer_to_commit_that_is_not_understood(served: Backend) -> None:
    """A notification comes between, from a LISTEN that no word shows: what was committed is not reported as failed."""
    if served.dialect != "postgres":
        pytest.skip("only PostgreSQL has notifications")
    async with db.connect(served.url, settings=SINGLE):
        with pytest.raises(CommitOutcomeUnknown):
            async with atomic():
                await oxyde.execute_raw("DO $$ BEGIN EXECUTE 'LISTEN commit_entry'; END $$")
                await Entry.objects.create(text="one")
                await oxyde.execute_raw("NOTIFY commit_entry")
        assert stored(served) == ["one"]
        assert await Entry.objects.count() == 1
