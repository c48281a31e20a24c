"""A project of the older format: its files are replayed, its choices are kept, and its models need no new migration."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from oxyde import Check, Field, Index, Model
from oxyde.migrations import makemigrations
from oxyde.migrations.folder.files import load, replayed
from oxyde.migrations.parts import Column
from oxyde.schema.types import DATETIME, INT, TEXT

INITIAL = '''"""Auto-generated migration."""

depends_on = None


def upgrade(ctx):
    ctx.create_enum_type("older_state_enum", ["draft", "live"])
    ctx.create_table(
        "older_authors",
        fields=[
            {"name": "id", "python_type": "int", "db_type": None, "nullable": True, "primary_key": True, "unique": False,
             "default": None, "auto_increment": True},
            {"name": "email", "python_type": "str", "db_type": None, "nullable": False, "primary_key": False, "unique": True,
             "default": None, "auto_increment": False, "max_length": 200},
            {"name": "bio", "python_type": "str", "db_type": None, "nullable": True, "primary_key": False, "unique": False,
             "default": None, "auto_increment": False},
        ],
    )


def downgrade(ctx):
    ctx.drop_table("older_authors")
'''
POSTS = """
depends_on = "0001_initial"


def upgrade(ctx):
    ctx.create_table(
        "older_posts",
        fields=[
            {"name": "id", "column_type": {"kind": "big_integer"}, "nullable": True, "primary_key": True, "auto_increment": False},
            {"name": "title", "column_type": {"kind": "string", "length": 255}, "nullable": False},
            {"name": "stars", "column_type": {"kind": "big_integer"}, "nullable": False, "default": "0"},
            {"name": "price", "column_type": {"kind": "decimal", "precision": 10, "scale": 2}, "nullable": True},
            {"name": "made", "column_type": {"kind": "date_time"}, "nullable": False, "db_type": "TEXT"},
            {"name": "live", "column_type": {"kind": "boolean"}, "nullable": False, "default": "TRUE"},
            {"name": "state", "column_type": {"kind": "enum", "name": "older_state_enum", "values": ["draft", "live"]}, "nullable": False},
            {"name": "author_id", "column_type": {"kind": "big_integer"}, "nullable": False},
        ],
        indexes=[{"name": "idx_posts_title", "fields": ["title"], "unique": False, "method": "btree"}],
        foreign_keys=[{"name": "fk_older_posts_author", "columns": ["author_id"], "ref_table": "older_authors", "ref_columns": ["id"],
                       "on_delete": "CASCADE", "on_update": "CASCADE"}],
        checks=[{"name": "check_stars", "expression": "stars >= 0"}],
    )
    ctx.add_enum_value("older_state_enum", "gone", fields=[{"table": "older_posts", "field": {"name": "state"}}])
    ctx.create_index("older_posts", {"name": "idx_author", "fields": ["author_id"], "unique": False})


def downgrade(ctx):
    raise NotImplementedError("enum values stay")
"""


class OlderState(str, Enum):
    DRAFT = "draft"
    LIVE = "live"
    GONE = "gone"


class OlderAuthor(Model):
    id: int | None = Field(default=None, db_pk=True)
    email: str = Field(max_length=200, db_unique=True)
    bio: str | None = None

    class Meta:
        is_table = True
        table_name = "older_authors"


class OlderPost(Model):
    id: int | None = Field(default=None, db_pk=True)
    title: str
    stars: int = 0
    price: Decimal | None = Field(default=None, max_digits=10, decimal_places=2)
    made: dt.datetime
    live: bool = True
    state: OlderState
    author: OlderAuthor = Field(db_on_delete="CASCADE")

    class Meta:
        is_table = True
        table_name = "older_posts"
        indexes = (Index(("title",), method="btree"), Index(("author",)))
        constraints = (Check("stars >= 0"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns a folder with the older files; without HEAD, as they were."""
    (tmp_path / "0001_initial.py").write_text(INITIAL, encoding="utf-8")
    (tmp_path / "0002_posts.py").write_text(POSTS, encoding="utf-8")
    return tmp_path


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("dialect", ["postgres", "sqlite", "mysql", "mariadb"])
def test_no_change(folder: Path, dialect: str) -> None:
    """Names, defaults and spellings are those of the files."""
    assert makemigrations(folder, models=[OlderAuthor, OlderPost], dialect=dialect) is None
    table = replayed(load(folder), dialect).table((None, "older_posts"))
    assert table.column("id") == Column("id", INT, auto=True)
    assert table.column("title") == Column("title", TEXT, length=255)
    assert table.column("made") == Column("made", DATETIME, db_type="TEXT")
    assert list(table.constraints) == ["fk_older_posts_author", "check_stars"]
    assert list(table.indexes) == ["idx_posts_title", "idx_author"]


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_change(folder: Path) -> None:
    """Is written in the new format, after the older files; only what changes is in it."""

    class OlderAuthorNow(OlderAuthor):
        nick: str = "-"

        class Meta:
            is_table = True
            table_name = "older_authors"

    made: Any = makemigrations(folder, models=[OlderAuthorNow.__table__, OlderPost], dialect="postgres")
    assert made.path.name == "0003_add_older_authors_nick.py"
    assert 'depends_on = "0002_posts"' in made.text
    assert [str(operation) for operation in made.operations] == ["Add column older_authors.nick text NOT NULL, filled with '-'"]
