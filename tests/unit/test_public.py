"""What is public is what ``dir()`` shows, and so what Tab offers."""

from __future__ import annotations

import importlib

import pytest

from oxyde import QuerySet
from tests.models import Post

MODULES = (
    "oxyde",
    "oxyde.db",
    "oxyde.exceptions",
    "oxyde.migrations",
    "oxyde.models",
    "oxyde.queries",
    "oxyde.schema",
    "oxyde.sync",
    "oxyde.testing",
)
VERBS = {
    *("all", "annotate", "arrow_stream", "avg", "bulk_create", "count", "create", "delete", "distinct", "exclude", "exists", "explain"),
    *("filter", "first", "get", "get_or_none", "increment", "last", "limit", "max", "min", "model", "offset", "order_by", "reverse"),
    *("sql", "sum", "sync", "to_arrow", "to_ir", "to_pandas", "to_polars", "union", "union_all", "update", "using", "values"),
    *("values_list", "join", "with_", "earliest", "latest", "in_bulk", "contains", "get_or_create", "update_or_create", "for_update"),
    *("for_share", "bulk_update", "upsert", "to_csv", "to_duckdb", "to_parquet", "stream", "only", "defer", "prefetch", "into"),
    *("select", "page", "json", "group_by", "having", "aggregate", "load", "alias", "except_", "intersect"),
}


@pytest.mark.parametrize("name", MODULES)
def test_modules_show_public_names(name: str) -> None:
    """Nothing that a module imports for itself; every name is there."""
    module = importlib.import_module(name)
    assert dir(module) == sorted(module.__all__)
    assert all(hasattr(module, one) for one in dir(module))


@pytest.mark.parametrize("chain", [Post.objects.filter(id=1), Post.objects.sync, Post.objects], ids=["queryset", "sync", "manager"])
def test_querysets_show_verbs(chain: QuerySet[Post]) -> None:
    """What API.md says is public and nothing else; a manager makes querysets too."""
    own = {"from_queryset", "query", "unscoped"} if chain is not None and type(chain).__name__ == "Manager" else set()
    assert {name for name in dir(chain) if not name.startswith("_")} == VERBS | own
