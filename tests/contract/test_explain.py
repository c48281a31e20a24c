"""How a server would run a query, in its own words."""

from __future__ import annotations

import pytest

from oxyde import F, UnsupportedError
from tests.backends import Backend
from tests.models import Author, Post


async def test_text(blog: Backend) -> None:
    """A plan in the server's words that names the tables; nothing is run, and values are bound."""
    await Post.objects.create(title="t")
    query = Post.objects.filter(author__name="x", views__gt=F("id")).order_by("title")
    plan = await query.explain()
    assert isinstance(plan, str)
    assert plan == query.sync.explain()
    assert len(plan.splitlines()) >= 2
    if blog.dialect in {"mariadb", "mysql"}:
        assert plan.splitlines()[0].split()[:3] == ["id", "select_type", "table"]
    else:
        assert {"postgres": "Sort Key", "sqlite": "SEARCH"}[blog.dialect] in plan
    assert "'x'" not in plan or blog.dialect == "postgres"  # PostgreSQL shows the value in the condition that it plans


async def test_a_table_has_a_header(blog: Backend) -> None:
    """MySQL and MariaDB answer with a table, whose columns are named and aligned."""
    if blog.dialect not in {"mysql", "mariadb"}:
        pytest.skip("its plan is lines of text")
    header, *lines = (await Post.objects.filter(author__name="x").explain()).splitlines()
    assert header.split()[:4] == ["id", "select_type", "table", "type"]
    assert len(lines) >= 2
    start = header.index("table")
    assert {line[start:].split()[0] for line in lines} == {"blog_post", "author"}


async def test_analyze(blog: Backend) -> None:
    """``analyze`` runs the statement and counts its rows where the server can, and says so where it cannot."""
    author = await Author.objects.create(name="x", email="e")
    asking = Author.objects.filter(name="x").explain(analyze=True)
    if blog.dialect == "sqlite":
        with pytest.raises(UnsupportedError, match="sqlite"):
            await asking
        return
    plan = await asking
    assert {"postgres": "actual time", "mariadb": "r_rows", "mysql": "actual time"}[blog.dialect] in plan
    assert await Author.objects.get(id=author.id) == author


@pytest.mark.parametrize("analyze", [False, True])
async def test_json(blog: Backend, analyze: bool) -> None:
    """Parsed, where the server has it; it names the table."""
    asking = Author.objects.filter(name="x").explain(analyze=analyze, format="json")
    if blog.dialect == "sqlite":
        with pytest.raises(UnsupportedError, match="sqlite"):
            await asking
        return
    plan = await asking
    if blog.dialect == "postgres":
        assert plan[0]["Plan"]["Relation Name"] == "blog_author"
        assert ("Actual Rows" in plan[0]["Plan"]) is analyze
    else:
        assert "query_block" in plan
        assert ("r_loops" in str(plan)) is analyze or blog.dialect == "mysql"


async def test_another_format(blog: Backend) -> None:
    """What is neither text nor JSON is refused by name."""
    with pytest.raises(ValueError, match='"text" or "json", not \'yaml\''):
        await Author.objects.filter(name="x").explain(format="yaml")
