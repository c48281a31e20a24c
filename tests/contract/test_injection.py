"""Hostile names, words and values: each is refused before anything is sent, or changes nothing, on every database."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from oxyde import (
    Check,
    Count,
    Exists,
    Extract,
    F,
    Field,
    FieldError,
    FieldLookupError,
    Index,
    Model,
    OuterRef,
    PoolSettings,
    Prefetch,
    Q,
    RawSQL,
    RowNumber,
    Sum,
    Value,
    Window,
    With,
    atomic,
    db,
    execute_raw,
    raw,
)
from oxyde.exceptions import OxydeError
from tests.backends import Backend
from tests.models import Author, Post
from tests.tables import statements, table, tables

NAMES = [
    *("_connector", "_negated", "__class__", "__dict__", "objects", "model_fields", "id.x", "blog_post.id", "id ", " id", "id\u2028"),
    *("id; DROP TABLE blog_post", 'id" OR 1=1 --', "id' OR '1'='1", "id`", "id/**/", "id --", "id) OR (1=1", "1", "*", "", "\0", "id\0"),
    *("id__", "__id", "__", "id__exact__exact", "id__nothing", "blog_post.id; SELECT 1", "id,title", "id::text", "id COLLATE nocase"),
]
"""Keys as a request could send them: none is the name of a field."""

VALUES = [
    *("' OR '1'='1", '" OR ""="', "'; DROP TABLE blog_post; --", "\\'; DROP TABLE blog_post; --", "\\", "%", "_", "%' --", "/*", "--", "#"),
    *(
        "$1",
        "?",
        ":name",
        "%s",
        "%(name)s",
        "{}",
        "{0}",
        "${x}",
        "$$",
        "$tag$",
        "E'\\047'",
        "\u02bc OR 1=1",
        "\uff07 OR 1=1",
        "a\nb",
        "\ud7ff",
    ),
    *("1 UNION SELECT 1", "sleep(5)", "pg_sleep(5)", "load_extension('x')", "LOAD_FILE('/etc/passwd')", "`", "[id]", "\x1a", "\x7f", "é"),
]
"""Texts of which each character is to be stored, found and given back."""

POSTS = Post.objects
ROWS: list[Post | dict[str, Any]] = [{"id": 1, "title": "x"}]


def attached(cte: With) -> Any:
    """Returns the rows of a named query."""
    return cte.query().with_(cte)


VERBS: dict[str, Callable[[str], Any]] = {
    "filter": lambda name: POSTS.filter(**{name: 1}),
    "exclude": lambda name: POSTS.exclude(**{name: 1}),
    "Q": lambda name: POSTS.filter(~Q(**{name: 1})),
    "path": lambda name: POSTS.filter(**{f"author__{name}": 1}),
    "get": lambda name: POSTS.get(**{name: 1}),
    "having": lambda name: POSTS.group_by("title").having(**{name: 1}),
    "values": POSTS.values,
    "values_list": POSTS.values_list,
    "order_by": POSTS.order_by,
    "order_by-": lambda name: POSTS.order_by(f"-{name}"),
    "only": POSTS.only,
    "defer": POSTS.defer,
    "distinct": POSTS.distinct,
    "group_by": POSTS.group_by,
    "join": POSTS.join,
    "prefetch": POSTS.prefetch,
    "Prefetch": lambda name: POSTS.prefetch(Prefetch(name)),
    "to_attr": lambda name: Author.objects.prefetch(Prefetch("posts", to_attr=f"{name} ")),
    "for_update": lambda name: POSTS.for_update(of=name),
    "F": lambda name: POSTS.filter(id=F(name)),
    "F.desc": lambda name: POSTS.order_by(F(name).desc(nulls_last=True)),
    "OuterRef": lambda name: POSTS.filter(Exists(Author.objects.filter(id=OuterRef(name)))),
    "Sum": lambda name: POSTS.aggregate(x=Sum(name)),
    "sum": POSTS.sum,
    "latest": POSTS.latest,
    "in_bulk": lambda name: POSTS.in_bulk([1], field=name),
    "Window.order_by": lambda name: POSTS.annotate(x=Window(RowNumber(), order_by=name)),
    "Window.partition_by": lambda name: POSTS.annotate(x=Window(RowNumber(), partition_by=name)),
    "Window.frame": lambda name: POSTS.annotate(x=Window(Count(), order_by="id", frame=(name, None, 0))),  # type: ignore[arg-type] # hostile
    "update": lambda name: POSTS.update(**{name: 1}),
    "increment": POSTS.increment,
    "create": lambda name: POSTS.create(**{"title": "x", name: 1}),
    "bulk_create": lambda name: POSTS.bulk_create([{"title": "x", name: 1}]),
    "unique_fields": lambda name: POSTS.bulk_create([{"title": "x"}], update_conflicts=True, unique_fields=[name], update_fields=["title"]),
    "update_fields": lambda name: POSTS.bulk_create(
        [{"id": 1, "title": "x"}], update_conflicts=True, unique_fields=["id"], update_fields=[name]
    ),
    "upsert": lambda name: POSTS.upsert([{"id": 1, "title": "x"}], on=name),
    "get_or_create": lambda name: POSTS.get_or_create(**{name: 1}),
    "save": lambda name: Post(id=1, title="x").save(update_fields=[name]),
    "related": lambda name: Post(id=1, title="x").related(name),
    "using": lambda name: POSTS.using(f"{name}!").count(),
    "Extract": lambda name: POSTS.annotate(x=Extract("published", name)),
    "date part": lambda name: POSTS.filter(**{f"published__{name}": 1}),
    "sql": POSTS.sql,
    "explain": lambda name: POSTS.explain(format=name),  # type: ignore[arg-type] # hostile
    "isolation": lambda name: atomic(isolation=name),
    "RawSQL": lambda name: POSTS.annotate(x=RawSQL(":a", {name: 1}, int)),
    "raw": lambda name: raw("SELECT :a AS a", {name: 1}).all(),
    "journal_mode": lambda name: PoolSettings(sqlite_journal_mode=name),
    "synchronous": lambda name: PoolSettings(sqlite_synchronous=name),
    "ssl_mode": lambda name: PoolSettings(ssl_mode=name),
}
"""Every place that takes a name or a word, with one that is hostile."""

ALIASES: dict[str, Callable[[str], Any]] = {
    "annotate": lambda name: POSTS.annotate(**{name: F("views") + 1}).order_by("id").values_list("id", name).all(),
    "annotate.filter": lambda name: POSTS.annotate(**{name: F("views") + 1}).filter(id__gte=0).all(),
    "alias": lambda name: POSTS.alias(**{name: F("views") + 1}).order_by(name).all(),
    "grouped": lambda name: POSTS.values("title").annotate(**{name: Count()}).order_by(name).all(),
    "aggregate": lambda name: POSTS.aggregate(**{name: Count()}),
    "With": lambda name: attached(With(name, POSTS)).all(),
    "frame": lambda name: POSTS.annotate(**{name: Value(1)}).values(name).to_arrow(),
}
"""Every place where the application chooses a name; hostile ones are refused, or quoted."""


class InjectedRow(Model):
    """A table whose names and texts are hostile."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=40, db_column='na"`me;--', db_comment='it\'s "a" `comment`; -- \\')
    other: int = Field(default=0, db_index=True, db_index_name='ix";`--')

    Meta = table(
        'injected"; DROP TABLE `x`; --',
        comment='it\'s "a" `comment`; /* -- \\',
        indexes=[Index(("name", "other"), name="ix'2")],
        constraints=[Check("other >= 0", name="ck\"`';--")],
    )


class InjectedDocument(Model):
    """A document whose keys are searched."""

    id: int | None = Field(default=None, db_pk=True)
    data: dict[str, Any]

    Meta = table("injected_document")


@contextmanager
def untouched(sent: list[str]) -> Iterator[None]:
    """Fails if a statement was sent inside."""
    before = len(sent)
    yield
    assert sent[before:] == []


async def finished(made: Any) -> Any:
    """Returns what a verb does, once it is done."""
    return await made if inspect.isawaitable(made) and not hasattr(made, "filter") else made


@pytest.fixture
async def post(blog: Backend) -> AsyncIterator[Post]:
    """A post, which is there afterwards as it was."""
    made = await Post.objects.create(title="only", views=1)
    yield made
    assert await Post.objects.all() == [made]


@pytest.mark.parametrize("verb", VERBS)
async def test_h1_names_are_refused(post: Post, verb: str) -> None:
    """Before anything is sent, by an error that is ours or says which argument is wrong."""
    with statements() as sent:
        for name in NAMES:
            with untouched(sent), pytest.raises((FieldError, FieldLookupError, ValueError, TypeError, KeyError, OxydeError)):
                await finished(VERBS[verb](name))


@pytest.mark.parametrize("place", ALIASES)
async def test_h1_aliases_are_refused_or_quoted(post: Post, place: str) -> None:
    """A name of a value is refused before anything is sent, or is one column of the one row."""
    for name in NAMES:
        with statements() as sent:
            try:
                found = await finished(ALIASES[place](name))
            except (FieldError, FieldLookupError):
                assert sent == [], name
                continue
        assert len(sent) == 1
        assert (found.num_rows if place == "frame" else len(found)) == 1, name
        if place == "aggregate":
            assert found == {name: 1}


async def test_h2_names_of_tables(database: db.AsyncDatabase) -> None:
    """Names and comments of tables, columns, indexes and constraints are quoted."""
    async with tables(InjectedRow):
        await InjectedRow.objects.create(name="a", other=1)
        with pytest.raises(OxydeError):
            await InjectedRow.objects.create(name="b", other=-1)
        assert await InjectedRow.objects.filter(name="a").update(other=2) == 1
        assert await InjectedRow.objects.values("name", "other").all() == [{"name": "a", "other": 2}]


async def test_h3_keys_of_documents(database: db.AsyncDatabase) -> None:
    """A key in a path is bound, and finds itself alone."""
    async with tables(InjectedDocument):
        keys = [key for key in VALUES if "__" not in key and key.isprintable()]
        if database.dialect == "mariadb":  # no path of MariaDB 10.11 leads to a key that begins with a hyphen
            keys = [key for key in keys if not key.startswith("-")]
        await InjectedDocument.objects.bulk_create([{"data": {key: number}} for number, key in enumerate(keys)])
        for number, key in enumerate(keys):
            if key.startswith("_") or key.endswith("_"):
                continue
            found = await InjectedDocument.objects.filter(**{f"data__{key}": number}).values_list("data", flat=True).all()
            assert found == [{key: number}], key
            assert await InjectedDocument.objects.filter(data__has_key=key).count() == 1, key


async def test_h4_literals_of_raw_sql(database: db.AsyncDatabase) -> None:
    """What looks like a placeholder inside a literal or a comment is left as it is."""
    for literal in ("%", "%s", "?", "??", "$1", ":name", "%(name)s", "{}", "it''s ?", "-- ?", "/* :x */"):
        rows = await execute_raw(f"SELECT '{literal}' AS found /* ? :no $1 */ -- ? :no\n", [])
        assert rows == [{"found": literal.replace("''", "'")}]
    if database.backend == "postgres":
        rows = await execute_raw("""SELECT '{"a": 1}'::jsonb ? 'a' AS has, '{"a": 1}'::jsonb ?| ARRAY[:key] AS any""", {"key": "a"})
        assert rows == [{"has": True, "any": True}]


HOSTILE_URLS = {
    "sqlite": (
        "sqlite:///x.db?vfs=unix-none",
        "sqlite:///x.db?mode=rw;ATTACH",
        "sqlite:///x.db?load_extension=1",
    ),
    "postgres": ("postgresql://127.0.0.1/x?nothing=1", "postgresql://127.0.0.1/x?sslmode=none", "postgresql:// /x"),
    "mysql": ("mysql://127.0.0.1/x?local_infile=1", "mysql://127.0.0.1/x?allowLoadLocalInfile=true", "mysql://127.0.0.1/x?init_command=x"),
}


@pytest.mark.parametrize("url", [url for urls in HOSTILE_URLS.values() for url in urls])
async def test_h5_options_of_urls(url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option that is not known, or loads code or files, is refused; it makes no file."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, OxydeError)):
        async with db.AsyncDatabase(url, name="hostile", auto_register=False, settings=PoolSettings(acquire_timeout=5)) as made:
            await execute_raw("SELECT 1", client=made)
    assert list(tmp_path.iterdir()) == []


async def test_h5_no_files_and_no_code(database: db.AsyncDatabase) -> None:
    """Files of the client and extensions of SQLite are off."""
    text = {
        "sqlite": "SELECT load_extension('x')",
        "postgres": "COPY (SELECT 1) TO STDOUT",
        "mysql": "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE x",
    }[database.backend]
    with pytest.raises(OxydeError):
        await execute_raw(text)
    assert await execute_raw("SELECT 1 AS one") == [{"one": 1}]


async def test_h6_values(blog: Backend) -> None:
    """Each is stored, found by every text lookup and given back, and finds nothing else."""
    for value in VALUES:
        await Post.objects.delete()
        await _is_a_value(value)


async def _is_a_value(value: str) -> None:
    made = await Post.objects.create(title=value)
    await Post.objects.create(title="quite another text")
    for lookup in ("exact", "contains", "startswith", "endswith", "icontains", "iexact"):
        assert await Post.objects.filter(**{f"title__{lookup}": value}).values_list("title", flat=True).all() == [value], lookup
    assert await Post.objects.filter(title__in=[value, "no"]).get() == made
    assert (await Post.objects.annotate(twin=Value(value)).filter(twin=F("title")).values_list("twin", flat=True).get()) == value
    assert await Post.objects.filter(title=value).update(title=f"{value}!") == 1
    assert await execute_raw("SELECT title FROM blog_post WHERE title = :title", {"title": f"{value}!"}) == [{"title": f"{value}!"}]
    assert await Post.objects.filter(title__startswith=value).delete() == 1
    assert await Post.objects.count() == 1
