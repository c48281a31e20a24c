"""``oxyde.inspect.models()`` and ``source()``: a live database as models, on every server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import oxyde.inspect
from oxyde.db.database import connections
from oxyde.exceptions import ConnectionFailed, UnsupportedError
from oxyde.models.registry import registered_tables
from tests.backends import Backend
from tests.migrating import fresh

TABLES = (
    "CREATE TABLE artists (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(120) NOT NULL)",
    """CREATE TABLE tracks (
        id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80) NOT NULL, seconds INTEGER, artist_id INTEGER NOT NULL,
        FOREIGN KEY (artist_id) REFERENCES artists (id)
    )""",
    "CREATE TABLE plays (title VARCHAR(80), times INTEGER)",
    "CREATE VIEW long_tracks AS SELECT id, title FROM tracks WHERE seconds > 300",
    "INSERT INTO artists VALUES (1, 'Ada')",
    "INSERT INTO tracks VALUES (1, 'Engine', 400, 1), (2, 'Notes', 60, 1)",
    "INSERT INTO plays VALUES ('Engine', 3)",
)


@pytest.fixture
def music(backend: Backend, tmp_path: Path) -> Iterator[Backend]:
    """A database with tables and rows."""
    with fresh(backend, tmp_path) as own:
        with oxyde.connect(own.url, "music") as connection:
            for sql in TABLES:
                oxyde.sync.execute_raw(sql, client=connection)
        yield own


async def test_models_are_usable_at_once(music: Backend) -> None:
    """They read, join, write and leave as frames; nothing is registered, neither models nor the connection."""
    before = registered_tables()
    m = await oxyde.inspect.models(music.url)
    assert list(m) == ["Artist", "Play", "Track", "LongTrack"]
    assert registered_tables() == before
    assert connections.find("inspected") is None
    frame = await m["Track"].objects.filter(artist__name="Ada").order_by("id").to_polars()
    assert frame.select("id", "title", "seconds", "artist_id").rows() == [(1, "Engine", 400, 1), (2, "Notes", 60, 1)]
    (artist,) = await m["Artist"].objects.prefetch("tracks").all()
    assert [track.title for track in artist.tracks] == ["Engine", "Notes"]  # type: ignore[attr-defined] # known at run time
    assert [row.title for row in await m["LongTrack"].objects.all()] == ["Engine"]  # type: ignore[attr-defined] # known at run time
    assert m["LongTrack"].__oxyde__.database is m["Track"].__oxyde__.database
    (play,) = await m["Play"].objects.all()
    with pytest.raises(UnsupportedError, match="Play has no primary key"):
        await play.save()
    assert await m["Play"].objects.filter(title="Engine").update(times=4) == 1
    track = await m["Track"].objects.create(id=3, title="Loom", artist=artist)
    assert await m["Track"].objects.count() == 3
    await track.delete()


def test_blocking_twins(music: Backend) -> None:
    """The same without asyncio; a connection that is there already is used, and stays."""
    m = oxyde.inspect.sync.models(music.url, tables=["artists"])
    assert [row.name for row in m["Artist"].objects.sync.all()] == ["Ada"]  # type: ignore[attr-defined] # known at run time
    with oxyde.connect(music.url, "music") as connection:
        text = oxyde.inspect.sync.source(client=connection)
        assert oxyde.inspect.sync.source(using="music") == text
        assert list(oxyde.inspect.sync.models(using="music", tables=["artists", "long_tracks"])) == ["Artist", "LongTrack"]
        assert connection.connected
    assert oxyde.inspect.sync.source(music.url) == text
    assert text.startswith(f'"""Models of {music.url}, a database of ')


async def test_source(music: Backend) -> None:
    """Of what the connection named default has, where nothing is named."""
    await oxyde.db.init(default=music.url)
    try:
        assert "class Track(Model):" in await oxyde.inspect.source()
        assert "class Track(Model):" not in await oxyde.inspect.source(tables=["plays"])
    finally:
        await oxyde.db.close()


async def test_what_is_refused(music: Backend) -> None:
    """Names that are not there, with the near one; two ways to name a database; a text for a list."""
    with pytest.raises(ValueError, match='the database has no table or view "artist"; did you mean "artists"'):
        await oxyde.inspect.models(music.url, tables=["artist"])
    with pytest.raises(
        ValueError,
        match='the server has no schema "nothing"; it has .*main' if music.dialect == "sqlite" else "; it has .*information_schema",
    ):
        await oxyde.inspect.source(music.url, schemas=["nothing"])
    with pytest.raises(TypeError, match="name a database each"):
        await oxyde.inspect.models(music.url, using="default")
    with pytest.raises(TypeError, match=r"tables takes a list of names, not a text: \['artists'\]"):
        await oxyde.inspect.models(music.url, tables="artists")
    if music.has_server:
        with pytest.raises(ConnectionFailed):
            await oxyde.inspect.models(music.elsewhere(port=1))


async def test_a_cell_that_is_run_twice(music: Backend) -> None:
    """Each run has classes of its own, which work beside those of before; some tables, a schema, conditions by ``.c`` and frames."""
    before = await oxyde.inspect.models(music.url)
    schema = {"postgres": "public", "sqlite": "main"}.get(music.dialect, music.url.rpartition("/")[2])
    after = await oxyde.inspect.models(music.url, tables=["tracks"], schemas=[schema])
    assert list(after) == ["Track"]
    assert after["Track"] is not before["Track"]
    for models in (before, after):
        track = models["Track"]
        assert await track.objects.filter(track.c.seconds > 300).values_list("title", flat=True).all() == ["Engine"]
        assert (await track.objects.filter(track.c.title.contains("Not")).to_polars())["seconds"].to_list() == [60]


async def test_nothing_to_inspect(backend: Backend, tmp_path: Path) -> None:
    """A database without tables is said, with the schema that has some."""
    with fresh(backend, tmp_path) as own:
        with oxyde.connect(own.url, "empty") as connection:
            if own.dialect == "postgres":
                oxyde.sync.execute_raw("CREATE SCHEMA lonely", client=connection)
                oxyde.sync.execute_raw("CREATE TABLE lonely.things (id INTEGER)", client=connection)
                oxyde.sync.execute_raw("DROP SCHEMA public", client=connection)
            else:
                oxyde.sync.execute_raw("SELECT 1", client=connection)  # which makes the file of SQLite
        with pytest.raises(ValueError, match="there are no tables and no views") as caught:
            await oxyde.inspect.models(own.url)
        if own.dialect == "postgres":
            assert "; name another schema: schemas=['lonely'], or --schema lonely (it has tables in lonely)" in str(caught.value)
            assert list(await oxyde.inspect.models(own.url, schemas=["lonely"])) == ["Thing"]


async def test_a_column_without_a_name(tmp_path: Path) -> None:
    """Is left out, with a word about it, of tables and views: SQLite knows such columns, and no statement of ours can name one."""
    url = f"sqlite:///{tmp_path}/nameless.db"
    with oxyde.connect(url, "nameless") as writer:
        oxyde.sync.execute_raw('CREATE TABLE lines (id INTEGER PRIMARY KEY, "" TEXT, word TEXT)', client=writer)
        oxyde.sync.execute_raw('CREATE VIEW words AS SELECT "", word FROM lines', client=writer)
        oxyde.sync.execute_raw("INSERT INTO lines VALUES (1, 'x', 'y')", client=writer)
    text = await oxyde.inspect.source(url)
    assert '# column "" is left out: its name is empty' in text
    found = await oxyde.inspect.models(url)
    assert [row.word for name in ("Line", "Word") for row in await found[name].objects.all()] == ["y", "y"]


async def test_files_of_sqlite(tmp_path: Path) -> None:
    """One that is not there is refused and not made; read-only files, logs, spaces and memory are read."""
    missing = tmp_path / "typo.db"
    with pytest.raises(ConnectionFailed, match=f"there is no file {missing}; correct the path"):
        await oxyde.inspect.models(f"sqlite:///{missing}")
    with pytest.raises(ConnectionFailed, match="there is no file"):
        oxyde.inspect.sync.source(f"sqlite:///{missing}")
    assert not missing.exists()
    file = tmp_path / "a b.db"
    with oxyde.connect(f"sqlite:///{tmp_path}/a%20b.db", "spaces") as writer:
        oxyde.sync.execute_raw("CREATE TABLE things (id INTEGER PRIMARY KEY)", client=writer)
        assert list(await oxyde.inspect.models(f"sqlite:///{tmp_path}/a b.db")) == ["Thing"]  # its log is there
    file.chmod(0o444)
    for url in (f"sqlite:///{tmp_path}/a%20b.db", f"sqlite:///{tmp_path}/a%20b.db?mode=ro"):
        assert list(await oxyde.inspect.models(url)) == ["Thing"]
    with oxyde.connect("sqlite::memory:", "memory") as memory:
        oxyde.sync.execute_raw("CREATE TABLE things (id INTEGER PRIMARY KEY)", client=memory)
        assert list(oxyde.inspect.sync.models(client=memory)) == ["Thing"]
    with pytest.raises(ValueError, match="is it the file that is meant"):
        await oxyde.inspect.models("sqlite::memory:")


async def test_virtual_tables(tmp_path: Path) -> None:
    """They and what they keep their rows in have no models, which the module says; a full-text index of ours is an index."""
    url = f"sqlite:///{tmp_path}/virtual.db"
    with oxyde.connect(url, "virtual") as maker:
        oxyde.sync.execute_raw("CREATE VIRTUAL TABLE words USING fts5(title, body)", client=maker)
        oxyde.sync.execute_raw("CREATE TABLE things (id INTEGER PRIMARY KEY)", client=maker)
    text = await oxyde.inspect.source(url)
    assert "\n\n# words is a virtual table, which has no model.\n\n\nclass Thing(Model):\n" in text
    assert [line for line in text.splitlines() if line.startswith("class ")] == ["class Thing(Model):"]
    assert list(await oxyde.inspect.models(url)) == ["Thing"]
    assert "words" not in await oxyde.inspect.source(url, tables=["things"])
