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
