"""How a server would run a query, in its own words."""

from __future__ import annotations

import pytest

from oxyde import F
from tests.backends import Backend
from tests.models import Author, Post


async def test_text(blog: Backend) -> None:
    """A plan that names the table; nothing is run, and values are bound."""
    await Post.objects.create(title="t")
    plan = await Post.objects.filter(author__name="x", views__gt=F("id")).order_by("title").explain()
    assert isinstance(plan, str)
    assert plan.strip()
    assert "blog_post" in plan
    assert Post.objects.filter(views=1).sync.explain()


async def test_a_table_has_a_header(blog: Backend) -> None:
    """MySQL and MariaDB answer with a table, whose columns are named and aligned."""
    if blog.dialect not in {"mysql", "mariadb"}:
        pytest.skip("its plan is lines of text")
    header, *lines = (await Post.objects.filter(author__name="x").explain()).splitlines()
    assert header.split()[:4] == ["id", "select_type", "table", "type"]
    assert len(lines) >= 2
    start = header.index("table")
    assert {line[start:].split()[0] for line in lines} == {"blog_post", "author"}


@pytest.mark.parametrize("format_", ["text", "json"])
async def test_analyze(blog: Backend, format_: str) -> None:
    """``analyze`` runs the statement where the server can, and says so where it cannot."""
    from oxyde import UnsupportedError

    asking = Author.objects.filter(name="x").explain(analyze=True, format=format_)
    if blog.dialect == "sqlite":
        with pytest.raises(UnsupportedError, match="sqlite"):
            await asking
        return
    assert await asking


async def test_json(blog: Backend) -> None:
    """Parsed, where the server has it."""
    from oxyde import UnsupportedError

    asking = Author.objects.filter(name="x").explain(format="json")
    if blog.dialect == "sqlite":
        with pytest.raises(UnsupportedError, match="sqlite"):
            await asking
        return
    assert isinstance(await asking, (list, dict))
