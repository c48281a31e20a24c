"""The public face, name by name: each is there, is no stub, and has a case or a line of documentation."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import oxyde
from oxyde import Field, Manager, Model, QuerySet
from oxyde.models.meta import NAMES as OPTIONS
from oxyde.models.meta import read_meta
from oxyde.models.raw import RawQuery
from oxyde.queries import catalog, date_parts
from oxyde.schema import types
from tests.cases import case as corpus

ROOT = Path(__file__).parents[2]
CONTRACT = next((path for path in (folder / "shared/API.md" for folder in ROOT.parents) if path.is_file()), None)

FIELD = """
    db_pk db_index db_index_name db_index_method db_unique db_column db_type db_default db_comment db_nullable db_fk db_on_delete
    db_on_update db_reverse_fk db_m2m db_through db_was
"""
META = "is_table table_name indexes unique_together constraints schema comment abstract managed was"
INSTANCE = """
    save(using, client, update_fields) delete(using, client) refresh(using, client) pre_save post_save pre_delete post_delete
"""
VERBS = """
    filter exclude order_by reverse limit offset distinct join prefetch annotate alias group_by having values values_list(flat) select
    only defer into(row_type) union union_all intersect except_ for_update(nowait, skip_locked, of) for_share(nowait, skip_locked, of)
    using(alias) sql(dialect, with_types) to_ir explain(analyze, format) all first last get get_or_none exists count sum avg min max
    aggregate earliest latest in_bulk contains stream(batch_size) page(after, size) create get_or_create update_or_create
    bulk_create(objects, batch_size, ignore_conflicts, update_conflicts, unique_fields, update_fields) bulk_update
    upsert(rows, on, update, where, returning) update(returning) increment(field, by) delete(returning)
    to_arrow to_polars to_pandas to_duckdb(name) arrow_stream(batch_rows) to_parquet(path) to_csv(path) json load(source)
"""
DUNDERS = "__arrow_c_stream__ __arrow_c_schema__"
MANAGER = "query unscoped from_queryset Manager(scope)"
LOOKUPS = """
    exact iexact contains icontains startswith istartswith endswith iendswith regex iregex in range between gt gte lt lte isnull
    date year iso_year quarter month week day week_day hour minute second time
    contained_by has_key has_keys has_any_keys overlap len search trigram_similar
"""
EXPRESSIONS = """
    Q F Value Case When Cast Coalesce NullIf Greatest Least Concat Lower Upper Length Trim Substr Replace Abs Round Floor Ceil Mod
    Power Sqrt Now Extract Trunc JsonPath Count(distinct, filter) Sum(distinct, filter) Avg(distinct, filter) Min(filter) Max(filter)
    StdDev Variance StringAgg(order_by) ArrayAgg(order_by) JsonAgg(order_by) BoolAnd(filter) BoolOr(filter)
    Window(partition_by, order_by, frame) RowNumber Rank DenseRank Lag Lead FirstValue LastValue NthValue Ntile Subquery Exists OuterRef
    With(recursive) RawSQL(sql, params) Model.c register_lookup
"""
RAW = "execute_raw(params, using, client) raw(params) sql into to_polars"


def entries(text: str) -> dict[str, list[str]]:
    """Returns the names of a list, each with the parameters that it must have."""
    return {name: re.findall(r"\w+", parameters) for name, parameters in re.findall(r"([\w.]+)(?:\(([^)]*)\))?", text)}


def lookups() -> set[str]:
    """Returns the lookups that there are."""
    return {name for kind in types.PYTHON for name in catalog.names(kind)} | set(date_parts.PARTS) | {"len"}


def signature(function: Any) -> set[str]:
    """Returns the names of the parameters of a function or class."""
    return set(inspect.signature(function).parameters)


def raw_name(name: str) -> Any:
    """Returns a function of raw SQL, or a verb of lazy raw SQL."""
    return getattr(RawQuery, name, None) or getattr(oxyde, name, None)


HOMES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "Field": (FIELD, lambda name: Field if name in signature(Field) else None),
    "Meta": (META, lambda name: read_meta if name in OPTIONS else None),
    "Model": (INSTANCE, lambda name: getattr(Model, name, None)),
    "queryset": (VERBS, lambda name: getattr(QuerySet, name, None)),
    "manager": (VERBS, lambda name: getattr(Manager, name, None)),
    "protocol": (DUNDERS, lambda name: getattr(QuerySet, name, None)),
    "Manager": (MANAGER, lambda name: getattr(Manager, name, None) or getattr(oxyde, name, None)),
    "lookup": (LOOKUPS, lambda name: oxyde.register_lookup if name in lookups() else None),
    "expression": (EXPRESSIONS, lambda name: Sample.c if name == "Model.c" else getattr(oxyde, name, None)),
    "raw": (RAW, raw_name),
}
"""Each family of names: its list, and what a name of it stands for; None where there is none."""
NAMES = [(family, name) for family, (text, _) in HOMES.items() for name in entries(text)]


def stubs(found: Any) -> set[str]:
    """Returns the functions of a class, or the function itself, that raise NotImplementedError."""
    members = [getattr(found, name) for name in dir(found)] if isinstance(found, type) else [found]
    codes = (getattr(member, "__code__", None) for member in members)
    return {code.co_name for code in codes if code is not None and "NotImplementedError" in code.co_names}


def there(family: str, name: str) -> bool:
    """Whether a name is there, with the parameters of its list."""
    text, find = HOMES[family]
    found = find(name)
    wanted = entries(text)[name]
    return found is not None and (not wanted or set(wanted) <= signature(found))


def written() -> Iterator[str]:
    """Yields the queries of all cases, and the code in the documentation, in blocks and in sentences."""
    yield from (case.query for case in corpus.all_cases())
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        yield from re.findall(r"```python\n.*?```|`[^`\n]+`", page.read_text(encoding="utf-8"), re.DOTALL)


WRITTEN = "\n".join(written())


def as_used(family: str, name: str) -> str:
    """Returns a pattern of a name in use: lookups follow a field, and ``User.c.age`` is a column."""
    if name == "Model.c":
        return r"\w\.c\.\w"
    return rf"(__|`|\.){name}\b" if family == "lookup" else rf"\b{name}\b"


@pytest.mark.parametrize(("family", "name"), NAMES, ids=[f"{family}-{name}" for family, name in NAMES])
def test_a_name(family: str, name: str) -> None:
    """It is there, raises no NotImplementedError, and is in a case or in the documentation."""
    assert there(family, name)
    assert stubs(HOMES[family][1](name)) == set()
    assert re.search(as_used(family, name), WRITTEN), f"{name} has no case and no line in docs/"


def test_blocking_twins() -> None:
    """Every verb is on the blocking face too."""
    assert set(entries(VERBS)) - set(dir(Sample.objects.sync)) == set()


class Sample(Model):
    """A model whose manager has a blocking twin."""

    id: int | None = Field(default=None, db_pk=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "api_sample"


def section(number: int) -> str:
    """Returns a section of the contract."""
    assert CONTRACT is not None
    return re.split(r"^## ", CONTRACT.read_text(encoding="utf-8"), flags=re.MULTILINE)[number]


def spans(text: str) -> list[str]:
    """Returns what stands between backticks, without what is in brackets."""
    found = re.findall(r"`([^`]+)`", text)
    for _ in range(3):
        found = [re.sub(r"\([^()]*\)|\[[^\]]*\]", "", span) for span in found]
    return found


def words(text: str, pattern: str = r"[A-Za-z_]\w*") -> set[str]:
    """Returns the names between backticks."""
    return {name for span in spans(text) for name in re.findall(pattern, span)}


def part(text: str, start: str, end: str) -> str:
    """Returns what a text has between two others."""
    return text.partition(start)[2].partition(end)[0]


@pytest.mark.skipif(CONTRACT is None, reason="the written contract lies beside some checkouts only")
def test_lists_are_those_of_the_contract() -> None:
    """Each list has the names of the written contract, and no other."""
    models, queries, raw = section(1), section(2), section(3)
    assert set(entries(FIELD)) == set(re.findall(r"\bdb_[a-z]\w*", models)) - {"db_"}
    options = part(models, "class Meta:", "```")
    assigned = re.findall(r"(?:^ +|; )(\w+) =", options, re.MULTILINE) + re.findall(r"`Meta\.(\w+)`", models)
    assert set(entries(META)) == set(assigned)
    assert set(entries(INSTANCE)) == words(part(models, "* Instance:", "(sync or async)")) - {"await"}
    cells = {name for row in re.findall(r"^\| (`.*?) \|", queries, re.MULTILINE) for name in words(row)}
    also = part(queries, "\nAlso:", "\nEvery terminal")
    frames = {span.removeprefix("Model.objects.").split(" ")[0] for span in spans(also)} - {"pl.DataFrame", "pa.table"}
    assert set(entries(VERBS)) | {"query"} | set(entries(DUNDERS)) == cells | frames
    named = part(queries, "### Lookups", "### Expressions")
    plain = " ".join(f"`{span}`" for span in spans(named) if "=" not in span and "@" not in span)
    assert set(entries(LOOKUPS)) == words(plain) - {"_"}
    expressions = queries.partition("### Expressions")[2]
    known = {name for name in entries(EXPRESSIONS) if name[0].isupper()}
    assert known - {"Model.c"} == words(expressions, r"\b[A-Z]\w*") - {"User"}
    assert "`User.c.age > 18`" in expressions
    assert set(entries(RAW)) == words(raw, r"[a-z]\w+") - {"await", "oxyde", "name"}
