"""One test for each class of error, on every backend: what provokes it, and that nothing else than this class comes of it."""

from __future__ import annotations

import asyncio
import contextvars
import re
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pytest
from pydantic import ValidationError

import oxyde
from oxyde import F, Field, Model, atomic, db, exceptions, execute_raw
from oxyde.db.raw import compile_raw
from oxyde.exceptions import OxydeError
from tests.backends import Backend
from tests.models import Author, Post, Tag
from tests.slow import forever
from tests.tables import table, tables

Provocation = Callable[[Backend], Awaitable[Any]]
PROVOKED: Final[dict[type[OxydeError], Provocation]] = {}
BASES: Final = {OxydeError, exceptions.ManagerError}
"""Raised only as one of their subclasses."""
ELSEWHERE: Final = {
    exceptions.CommitOutcomeUnknown: "tests/faults/test_commit.py",  # needs a proxy between us and the server
    exceptions.MigrationError: "",  # nothing migrates yet
}
ALONE: Final[dict[type[OxydeError], str]] = {
    exceptions.DeadlockDetected: "has one writer at a time, which waits for nobody",
}
"""Errors that SQLite does not know, with the reason."""


class Checked(Model):
    """Has a check, and a version."""

    id: int | None = Field(default=None, db_pk=True)
    number: int = 1
    version: int = Field(default=1, db_version=True)

    Meta = table("error_checked", constraints=[oxyde.Check("number > 0", name="error_positive")])


def provokes(error: type[OxydeError]) -> Callable[[Provocation], Provocation]:
    """Notes what provokes a class of error."""

    def note(provocation: Provocation) -> Provocation:
        PROVOKED[error] = provocation
        return provocation

    return note


async def post() -> Post:
    """Returns a post with an author."""
    author = await Author.objects.create(name="A", email="a")
    return await Post.objects.create(title="t", views=1, author=author)


@asynccontextmanager
async def another(backend: Backend, **settings: Any) -> Any:
    """A second pool on the same database."""
    async with db.connect(backend.url, "another", settings=oxyde.PoolSettings(**settings)):
        yield


async def signal(backend: Backend, sqlstate: str) -> None:
    """Has a server report an SQLSTATE."""
    if backend.dialect == "postgres":
        await execute_raw(f"DO $$ BEGIN RAISE EXCEPTION 'signal' USING ERRCODE = '{sqlstate}'; END $$")
    else:
        await execute_raw(f"SIGNAL SQLSTATE '{sqlstate}' SET MESSAGE_TEXT = 'signal'")


@provokes(exceptions.ConnectionNotFound)
async def _(_backend: Backend) -> None:
    await Tag.objects.using("nowhere").all()


@provokes(exceptions.ConnectionFailed)
async def _(backend: Backend) -> None:
    url = backend.elsewhere(port=1) if backend.has_server else "sqlite:////no/such/folder/x.db"
    await db.AsyncDatabase(url, auto_register=False).connect()


@provokes(exceptions.PoolTimeout)
async def _(backend: Backend) -> None:
    async with another(backend, max_connections=1, acquire_timeout=0.1) as _, atomic(using="another", read_only=True):
        outside = contextvars.Context().run(asyncio.ensure_future, execute_raw("SELECT 1", using="another"))
        await outside


@provokes(exceptions.NotLoaded)
async def _(_backend: Backend) -> None:
    made = await post()
    (await Post.objects.get(id=made.id)).author  # noqa: B018 - reading it is what fails


@provokes(exceptions.UnsupportedError)
async def _(_backend: Backend) -> None:
    await execute_raw("COMMIT")


@provokes(exceptions.QueryCancelled)
async def _(backend: Backend) -> None:
    shape, values = compile_raw(forever(backend.dialect, "cancelled"), None, backend.dialect)
    operation = db.get_connection().native.submit(None, None, shape, values)
    asyncio.get_running_loop().call_later(0.2, operation.cancel)
    await asyncio.to_thread(operation.wait)


@provokes(exceptions.FieldError)
async def _(_backend: Backend) -> None:
    await Tag.objects.update(nmae="x")


@provokes(exceptions.FieldValueError)
async def _(_backend: Backend) -> None:
    await Post.objects.update(views="many")


@provokes(exceptions.FieldLookupError)
async def _(_backend: Backend) -> None:
    await Post.objects.filter(views__contains=1).all()


@provokes(exceptions.FieldLookupValueError)
async def _(_backend: Backend) -> None:
    await Post.objects.filter(title__contains=123).all()


@provokes(exceptions.DecodeError)
async def _(_backend: Backend) -> None:
    await execute_raw("SELECT 1 AS a, 2 AS a")


@provokes(exceptions.NotFoundError)
async def _(_backend: Backend) -> None:
    await Tag.objects.get(name="nobody")


@provokes(exceptions.MultipleObjectsReturned)
async def _(_backend: Backend) -> None:
    await Tag.objects.bulk_create([Tag(name="a"), Tag(name="b")])
    await Tag.objects.get(id__gt=0)


@provokes(exceptions.DatabaseError)
async def _(_backend: Backend) -> None:
    await execute_raw("SELECT nothing FROM blog_tag")


@provokes(exceptions.IntegrityError)
async def _(backend: Backend) -> None:
    if backend.dialect != "sqlite":
        await signal(backend, "23000")
    await execute_raw("CREATE TRIGGER error_no_more BEFORE INSERT ON blog_tag BEGIN SELECT RAISE(ABORT, 'no more'); END")
    try:
        await Tag.objects.create(name="a")
    finally:
        await execute_raw("DROP TRIGGER error_no_more")


@provokes(exceptions.UniqueViolationError)
async def _(_backend: Backend) -> None:
    await Tag.objects.create(name="a")
    await Tag.objects.create(name="a")


@provokes(exceptions.ForeignKeyViolationError)
async def _(_backend: Backend) -> None:
    await Post.objects.create(title="t", author_id=999_999)


@provokes(exceptions.NotNullViolationError)
async def _(_backend: Backend) -> None:
    await execute_raw("INSERT INTO blog_author (name, email) VALUES ('a', NULL)")


@provokes(exceptions.CheckViolationError)
async def _(_backend: Backend) -> None:
    async with tables(Checked):
        await Checked.objects.create(number=0)


@provokes(exceptions.DataError)
async def _(_backend: Backend) -> None:
    await post()
    await Post.objects.update(views=F("views") + (2**63 - 1))


@provokes(exceptions.SerializationFailure)
async def _(backend: Backend) -> None:
    if backend.dialect != "sqlite":
        await signal(backend, "40001")
    tag = await Tag.objects.create(name="a")
    native = db.get_connection().native
    session = native.session()  # one that takes its write lock late, which atomic() never does

    def run(sql: str) -> None:
        native.submit(None, session, *compile_raw(sql, None, "sqlite")).wait()

    session.begin(None, isolation=None, read_only=False, immediate=False, timeout=None).wait()
    try:
        run("SELECT name FROM blog_tag")
        await Tag.objects.filter(id=tag.id).update(name="b")
        run("UPDATE blog_tag SET name = 'c'")
    finally:
        session.rollback(None).wait()


@provokes(exceptions.DeadlockDetected)
async def _(_backend: Backend) -> None:
    first, second = await Tag.objects.create(name="a"), await Tag.objects.create(name="b")
    both = asyncio.Barrier(2) if hasattr(asyncio, "Barrier") else None

    async def cross(mine: int | None, theirs: int | None, name: str) -> None:
        async with atomic():
            await Tag.objects.filter(id=mine).update(name=f"{name}1")
            await (both.wait() if both is not None else asyncio.sleep(0.3))
            await Tag.objects.filter(id=theirs).update(name=f"{name}2")

    ends = await asyncio.gather(cross(first.id, second.id, "x"), cross(second.id, first.id, "y"), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end


@provokes(exceptions.LockTimeoutError)
async def _(backend: Backend) -> None:
    tag = await Tag.objects.create(name="a")
    async with another(backend, sqlite_busy_timeout=50), atomic():
        await Tag.objects.filter(id=tag.id).update(name="b")
        async with atomic(using="another"):
            if backend.dialect == "postgres":
                await execute_raw("SET LOCAL lock_timeout = 50", using="another")
            elif backend.has_server:
                await execute_raw("SET SESSION innodb_lock_wait_timeout = 1", using="another")
            await Tag.objects.using("another").filter(id=tag.id).update(name="c")


@provokes(exceptions.StatementTimeoutError)
async def _(backend: Backend) -> None:
    async with another(backend, statement_timeout=0.2):
        await execute_raw(forever(backend.dialect, "out_of_time"), using="another")


@provokes(exceptions.TransactionTimeoutError)
async def _(_backend: Backend) -> None:
    async with atomic(timeout=0.1):
        await asyncio.sleep(0.3)
        await Tag.objects.create(name="b")


@provokes(exceptions.TransactionBroken)
async def _(_backend: Backend) -> None:
    async with atomic():
        with pytest.raises(exceptions.DatabaseError):
            await execute_raw("SELECT nothing FROM blog_tag")
        await Tag.objects.create(name="a")


@provokes(exceptions.StaleObjectError)
async def _(_backend: Backend) -> None:
    async with tables(Checked):
        one = await Checked.objects.create()
        other = await Checked.objects.get(id=one.id)
        one.number = 2
        await one.save()
        other.number = 3
        await other.save()


@provokes(exceptions.InternalError)
async def _(_backend: Backend) -> None:
    database = db.get_connection()
    await asyncio.to_thread(lambda: database.native.submit(None, None, b"noise", ()).wait())


@pytest.mark.parametrize("error", PROVOKED, ids=lambda error: error.__name__)
async def test_each_error(blog: Backend, error: type[OxydeError]) -> None:
    """Exactly its class is raised, with its code where a server refused, and the connection works afterwards."""
    if error in ALONE and blog.dialect == "sqlite":
        pytest.skip(f"SQLite {ALONE[error]}")
    with pytest.raises(error) as caught:
        await PROVOKED[error](blog)
    assert type(caught.value) is error
    assert str(caught.value)
    if isinstance(caught.value, exceptions.DatabaseError) and error is not exceptions.StatementTimeoutError:
        assert caught.value.sqlstate
        assert caught.value.sql
    assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]


async def test_each_path_raises_it(blog: Backend) -> None:
    """Rows as models, dictionaries, frames and streams: the same class, code and statement."""
    await post()
    beyond = Post.objects.filter(id__lt=F("views") + (2**63 - 1))

    async def batches() -> None:
        async for _ in beyond.arrow_stream(10):
            pass

    asynchronous = [beyond.all, beyond.count, beyond.first, beyond.values("id").all, beyond.delete, batches]
    frames = [beyond.to_arrow, beyond.to_polars, beyond.to_pandas]
    blocking = [beyond.sync.all, beyond.sync.count, lambda: list(beyond.sync.arrow_stream(10)), beyond.sync.to_arrow, beyond.sync.to_polars]
    for act in [*asynchronous, *frames]:
        with pytest.raises(exceptions.DataError) as caught:
            await act()
        assert (bool(caught.value.sqlstate), "blog_post" in (caught.value.sql or "")) == (True, True), act
    for read in blocking:
        with pytest.raises(exceptions.DataError) as caught:
            read()
        assert (bool(caught.value.sqlstate), "blog_post" in (caught.value.sql or "")) == (True, True), read
    for consume in (pa.table, pl.DataFrame):
        with pytest.raises(exceptions.DataError) as caught:
            consume(beyond)
        assert (bool(caught.value.sqlstate), "blog_post" in (caught.value.sql or "")) == (True, True), consume


async def test_a_stored_row_that_is_not_valid(blog: Backend) -> None:
    """Names table, column and key, shows no value, and keeps Pydantic's error as its cause, whatever reads the row."""
    one, other = await Post.objects.create(title="one"), await Post.objects.create(title="other")
    await execute_raw("UPDATE blog_post SET views = -77 WHERE title = 'other'")
    message = rf"^a row of blog_post \(id={other.id}\) is not valid for Post: views: Input should be greater than or equal to 0$"
    reads = [
        Post.objects.order_by("id").all,
        other.refresh,
        lambda: Post.objects.get(id=other.id),
        lambda: Post.objects.update(returning=True, title="x"),
    ]
    for read in reads:
        with pytest.raises(exceptions.DecodeError, match=message) as caught:
            await read()
        assert (caught.value.table, caught.value.column) == ("blog_post", "views")
        assert isinstance(caught.value.__cause__, ValidationError)
        assert "77" not in str(caught.value)
    with pytest.raises(exceptions.DecodeError, match=message):
        Post.objects.sync.order_by("id").all()
    assert (await Post.objects.get(id=one.id)).id == one.id


def test_every_error_is_provoked() -> None:
    """Each class of the tree owns a provocation here, or a test elsewhere that names it."""
    tree = {getattr(exceptions, name) for name in exceptions.__all__}
    assert set(PROVOKED) | BASES | set(ELSEWHERE) == tree
    assert not set(PROVOKED) & (BASES | set(ELSEWHERE))
    for error, path in ELSEWHERE.items():
        if path:
            assert re.search(rf"pytest\.raises\([^)]*{error.__name__}", _text(path)), path


def _text(path: str) -> str:
    return (Path(__file__).parents[2] / path).read_text(encoding="utf-8")
