"""Bad input from outside: one typed error each, at once, without the password, and picklable."""

from __future__ import annotations

import copy
import pickle
import re
import socket
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import ConnectionFailed, ConnectionNotFound, DatabaseError, FieldError, db, exceptions, execute_raw
from oxyde.exceptions import OxydeError
from tests.backends import Backend
from tests.models import Author, Tag

CANARY = "s3cr3t-canary"
ERRORS = [getattr(exceptions, name) for name in exceptions.__all__]


def everything(error: BaseException) -> str:
    """Returns all text that an error carries, its causes' too."""
    parts: list[str] = []
    found: BaseException | None = error
    while found is not None:
        parts += [str(found), repr(found), repr(found.__dict__)]
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\n".join(parts)


async def refused(url: str) -> OxydeError:
    """Returns the error of connecting; it must come well before any time-out, from both faces, and leave nothing registered."""
    started = time.monotonic()
    with pytest.raises(ConnectionFailed) as caught:
        await db.init(default=url)
    with pytest.raises(ConnectionFailed):
        oxyde.connect(url)
    assert time.monotonic() - started < 10
    with pytest.raises(ConnectionNotFound):
        db.get_connection()
    assert CANARY not in everything(caught.value)
    return caught.value


async def test_a_wrong_password(backend: Backend) -> None:
    """The server's refusal, with its code."""
    if not backend.has_server:
        pytest.skip("a file has no password")
    error = await refused(backend.elsewhere(user="oxyde_nobody", password=CANARY))
    assert "oxyde_nobody" in str(error)
    assert error.sqlstate


async def test_a_closed_port(backend: Backend) -> None:
    """Said at once, not after the pool's time-out."""
    if not backend.has_server:
        pytest.skip("a file has no port")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        error = await refused(backend.elsewhere(port=port, password=CANARY))
    assert str(port) in str(error)


async def test_an_unknown_host(backend: Backend) -> None:
    """A name that resolves to nothing."""
    if not backend.has_server:
        pytest.skip("a file has no host")
    await refused(backend.elsewhere(host="no-such-host.invalid", password=CANARY))


async def test_a_missing_database(backend: Backend) -> None:
    """A database that is not there, a file whose folder is not there."""
    if backend.has_server:
        error = await refused(backend.url.rpartition("/")[0] + "/oxyde_no_such_database")
        assert "oxyde_no_such_database" in str(error)
    else:
        error = await refused("sqlite:////no/such/folder/x.db")
        assert "/no/such/folder/x.db" in str(error)


@pytest.fixture
async def fixed(tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a file with a table and a row, which nobody may write."""
    path = tmp_path / "fixed.db"
    async with db.connect(f"sqlite:///{path}"):
        await db.create_tables(models=[Tag])
        await Tag.objects.create(name="a")
    path.chmod(stat.S_IREAD)
    yield f"sqlite:///{path}?mode=ro"
    path.chmod(stat.S_IREAD | stat.S_IWRITE)


async def test_a_read_only_file(fixed: str) -> None:
    """Can be read; writing says why not."""
    async with db.connect(fixed):
        assert await Tag.objects.count() == 1
        with pytest.raises(DatabaseError, match=r"(?i)read.?only"):
            await Tag.objects.create(name="b")


async def test_a_missing_table(database: db.AsyncDatabase) -> None:
    """Every verb says which table is not there, with code and SQL."""
    await db.drop_tables(models=[Tag], if_exists=True)
    for act in (Tag.objects.all, Tag.objects.count, Tag.objects.delete, Tag.objects.to_arrow, Tag(name="x").save):
        with pytest.raises(DatabaseError) as caught:
            await act()
        assert "blog_tag" in str(caught.value)
        assert "create it with db.create_tables(), or apply the migrations" in str(caught.value)
        assert caught.value.hint
        assert caught.value.sqlstate
        assert "blog_tag" in (caught.value.sql or "")
        again = pickle.loads(pickle.dumps(caught.value))
        assert (type(again), again.__dict__) == (DatabaseError, caught.value.__dict__)


async def test_nothing_is_connected() -> None:
    """Every verb says what to call, before anything is tried."""
    tag = Tag(name="x")
    for act in (Tag.objects.all, Tag.objects.count, tag.save, lambda: execute_raw("SELECT 1"), lambda: db.create_tables(models=[Tag])):
        with pytest.raises(ConnectionNotFound, match=r"db\.init\(default="):
            await act()
    for blocking in (Tag.objects.sync.all, lambda: oxyde.sync.save(tag), lambda: oxyde.sync.execute_raw("SELECT 1")):
        with pytest.raises(ConnectionNotFound, match=r"db\.init\(default="):
            blocking()
    with pytest.raises(ConnectionNotFound):
        async with oxyde.atomic():
            pass


async def test_an_unknown_alias(database: db.AsyncDatabase) -> None:
    """The known ones are named."""
    for act in (lambda: Tag.objects.all(using="mian"), Tag.objects.using("mian").all, lambda: execute_raw("SELECT 1", client="mian")):
        with pytest.raises(ConnectionNotFound, match='no connection is named "mian"; known are "default"'):
            await act()
    with pytest.raises(TypeError, match="client= takes a connection"):
        await Tag.objects.all(client=5)
    with pytest.raises(TypeError, match="give one of them"):
        await Tag.objects.all(client=database, using="default")


async def test_a_failed_init_changes_nothing(backend: Backend) -> None:
    """If one of several cannot be connected, none is; what was there stays."""
    await db.init(default=backend.url)
    try:
        before = db.get_connection()
        with pytest.raises(ConnectionFailed):
            await db.init(default=backend.url, other="sqlite:////no/such/folder/x.db")
        assert db.get_connection() is before
        assert await execute_raw("SELECT 1 AS a") == [{"a": 1}]
    finally:
        await db.close()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_survives_pickling_and_copying(error: type[OxydeError]) -> None:
    """With all its attributes."""
    attributes = {"sqlstate": "23505", "constraint": "c", "table": "t", "column": "k", "sql": "SELECT 1", "hint": "h"}
    made = error("it's so", **attributes)
    for again in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert (type(again), str(again), again.args, again.__dict__) == (error, "it's so", made.args, attributes)
    assert {name: getattr(error(), name) for name in attributes} == dict.fromkeys(attributes)


def drawn() -> dict[str, set[str]]:
    """Returns the tree that the docstring draws: the bases of each class, those in parentheses too."""
    bases: dict[str, set[str]] = {"OxydeError": {"Exception"}}
    above = ["OxydeError"]
    for line in (exceptions.__doc__ or "").splitlines():
        found = re.fullmatch(r"(?P<lines>[│ ]*)[├└]── (?P<name>\w+)(?: \((?P<other>\w+)\))?", line)
        if found is None:
            continue
        depth = len(found["lines"]) // 4 + 1
        above[depth:] = [found["name"]]
        bases.setdefault(found["name"], set()).update({above[depth - 1], found["other"]} - {None})
    return bases


def test_the_tree() -> None:
    """Is what the docstring draws, whole, and public."""
    assert {error.__name__: {base.__name__ for base in error.__bases__} for error in ERRORS} == drawn()
    defined = {name for name, found in vars(exceptions).items() if isinstance(found, type) and found.__module__ == exceptions.__name__}
    assert set(exceptions.__all__) == defined
    assert set(exceptions.__all__) <= set(oxyde.__all__)
    assert not issubclass(exceptions.NotLoaded, AttributeError)


async def test_values_do_not_stand_in_errors(blog: Backend) -> None:
    """Neither the server's refusal nor ours repeats a value that we sent, outside of what the server itself says."""
    with pytest.raises(FieldError) as ours:
        await Author.objects.update(name=CANARY * 20)
    assert CANARY not in everything(ours.value)
    with pytest.raises(DatabaseError) as theirs:
        await execute_raw("SELECT nothing FROM nowhere WHERE x = :x", {"x": CANARY})
    assert CANARY not in everything(theirs.value)


@pytest.mark.parametrize("param", ["@", "/", ":", "%", "ü"])
async def test_passwords_with_odd_characters(backend: Backend, param: str) -> None:
    """Percent-encoded, they are understood, and not shown."""
    if not backend.has_server:
        pytest.skip("a file has no password")
    from urllib.parse import quote

    url = backend.elsewhere(user="oxyde_nobody", password=quote(f"{CANARY}{param}", safe=""))
    made: Any = db.AsyncDatabase(url, auto_register=False)
    with pytest.raises(ConnectionFailed) as caught:
        await made.connect()
    assert CANARY not in everything(caught.value) + made.url + repr(made)
