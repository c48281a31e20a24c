"""Tab completion: verbs after a queryset, and field names inside the verbs that take them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from oxyde.models.chain import Chain
from oxyde.notebook.before_cursor import Place, place
from oxyde.queries import catalog
from oxyde.schema import Table

CONDITIONS: Final = frozenset({"filter", "exclude", "get", "get_or_none"})
VALUES: Final = frozenset({"create", "update", "get_or_create", "update_or_create"})
NAMES: Final = frozenset(
    {"order_by", "values", "values_list", "select", "only", "defer", "distinct", "group_by", "sum", "avg", "min", "max", "increment"}
)
RELATIONS: Final = frozenset({"join", "prefetch"})
IDENTIFIER: Final = "oxyde"
Matcher = Callable[[Any], dict[str, Any]]


def matcher(shell: Any) -> Matcher:
    """Returns the matcher for IPython's completer."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    def match(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")
        text = "\n".join([*lines[: context.cursor_line], lines[context.cursor_line][: context.cursor_position]])
        found = _safely(text, shell)
        if found is None:
            return {"completions": []}
        completions = [SimpleCompletion(name, type=kind) for name, kind in sorted(set(offers(found)))]
        return {"completions": completions, "matched_fragment": found.word, "suppress": found.quoted or found.verb is None}

    decorate: Any = context_matcher(priority=1_000, identifier=IDENTIFIER)
    made: Matcher = decorate(match)
    return made


def _safely(text: str, shell: Any) -> Place | None:
    try:
        return place(text, shell.user_ns)
    except Exception:  # noqa: BLE001 - Tab never raises
        return None


def offers(found: Place) -> Iterator[tuple[str, str]]:
    """Yields the completions of the word at the cursor, with their kinds."""
    if found.verb is None:
        hidden = not found.word.startswith("_")
        names = [name for name in dir(found.chain) if name.startswith(found.word) and not (hidden and name.startswith("_"))]
        yield from ((name, "function") for name in names)
    elif found.quoted:
        yield from ((name, "string") for name in _quoted(found))
    elif found.verb in CONDITIONS | VALUES:
        names = list(_names(_table(found.chain), found.word, lookups=found.verb in CONDITIONS))
        yield from ((f"{name}=", "param") for name in names)


def _quoted(found: Place) -> Iterator[str]:
    table = _table(found.chain)
    if found.verb == "order_by":
        sign = "-" if found.word.startswith("-") else ""
        yield from (sign + name for name in _names(table, found.word.removeprefix("-"), lookups=False))
    elif found.verb in NAMES:
        yield from _names(table, found.word, lookups=False)
    elif found.verb in RELATIONS:
        yield from (name for name in _names(table, found.word, lookups=False) if name.rpartition("__")[2] in _behind(table, name).relations)


def _table(chain: Chain[Any, Any]) -> Table:
    return chain._query.state.table


def _behind(table: Table, name: str) -> Table:
    """Returns the table that the relations in a name lead to, except for its last part."""
    for part in name.split("__")[:-1]:
        table = table.find(table.relations[part].target)
    return table


def _names(table: Table, word: str, *, lookups: bool) -> Iterator[str]:
    """Yields the fields and relations that start with a word, also after ``__``, and the lookups of a field."""
    before, _, last = word.rpartition("__")
    parts = before.split("__") if before else []
    prefix = f"{before}__" if before else ""
    for at, part in enumerate(parts):
        if part in table.relations:
            table = table.find(table.relations[part].target)
            continue
        column = table.by_field.get(part)
        if lookups and column is not None and at == len(parts) - 1:
            yield from (prefix + name for name in catalog.names(column.type.kind) if name.startswith(last))
        return
    names = [*table.by_field, *table.relations]
    yield from (prefix + name for name in names if name.startswith(last))
