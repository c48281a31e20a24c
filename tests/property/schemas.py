"""States of schemas for property tests: few names, so that two states have much in common, and those of trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

from hypothesis import strategies as st

from oxyde.migrations.changes.renames import Renames
from oxyde.migrations.parts import Check, Column, Constraint, Exclude, Index, Unique
from oxyde.migrations.state import State, Table
from oxyde.schema import ForeignKey
from oxyde.schema.relation import Address
from oxyde.schema.types import BOOL, DATETIME_TZ, INT, JSON, TEXT, array_of, decimal_of, enum_of

TABLES: list[Address] = [(None, "posts"), (None, "users"), (None, "order"), (None, 'we"ird %s'), ("shop", "posts"), ("shop", "tags")]
COLUMNS = ["id", "title", "body", "select", "Größe", 'a"b']
ENUMS: list[Address] = [(None, "status"), (None, "Mood"), ("shop", "status")]
VALUES = ["draft", "live", "gone", "it's"]
ORDERS = [order for length in range(1, 5) for order in permutations(VALUES, length)]
VIEWS: list[Address] = [(None, "live_posts"), (None, "top"), ("shop", "top")]
TYPES = [INT, TEXT, BOOL, DATETIME_TZ, JSON, decimal_of(10, 2), decimal_of(None, None), array_of(TEXT)]


@st.composite
def states(draw: st.DrawFn) -> State:
    """Draws a state."""
    enums = {enum: draw(st.sampled_from(ORDERS)) for enum in draw(some(ENUMS))}
    tables = {address: draw(bare_tables(address, enums)) for address in draw(some(TABLES))}
    state = State(tables, enums, {view: f"SELECT 1 AS x{draw(st.integers(0, 1))}" for view in draw(some(VIEWS))})
    return replace(state, tables={address: draw(with_parts(table, state)) for address, table in tables.items()})


def some(names: list[Any]) -> st.SearchStrategy[list[Any]]:
    """Returns the strategy of a few of the names."""
    return st.integers(0, 2 ** len(names) - 1).map(lambda bits: [name for place, name in enumerate(names) if bits >> place & 1])


@st.composite
def bare_tables(draw: st.DrawFn, address: Address, enums: dict[Address, tuple[str, ...]]) -> Table:
    """Draws a table without constraints and indexes."""
    schema, name = address
    kinds = [*TYPES, *(enum_of(enum, ()) for place, enum in enums if place == schema)]
    names = draw(some(COLUMNS)) or ["id"]
    columns = {column: draw(columns_of(column, kinds)) for column in names}
    key = tuple(draw(some(names)))[:2]
    return Table(name, schema, columns, key, comment=draw(st.sampled_from([None, None, "c"])))


@st.composite
def columns_of(draw: st.DrawFn, name: str, kinds: list[Any]) -> Column:
    """Draws a column."""
    bits, place = divmod(draw(st.integers(0, 64 * len(kinds) - 1)), len(kinds))
    kind = kinds[place]
    return Column(
        name,
        kind,
        nullable=bool(bits & 1),
        length=80 if kind == TEXT and bits & 2 else None,
        db_type="CITEXT" if kind == TEXT and bits & 32 else None,
        default="1" if bits & 12 == 12 else None,
        comment="it's" if bits & 28 == 16 else None,
    )


@st.composite
def with_parts(draw: st.DrawFn, table: Table, state: State) -> Table:
    """Draws a table's constraints and indexes."""
    names = list(table.columns)
    several = st.sampled_from([*permutations(names, 1), *permutations(names, 2)])
    constraints: list[Constraint] = []
    bits = draw(st.integers(0, 31))
    if bits & 1:
        constraints.append(Unique(draw(st.sampled_from(["uq_a", "uq_b"])), draw(several), deferrable=draw(st.booleans())))
    if bits & 2:
        constraints.append(Check("ck_a", draw(st.sampled_from(["1 = 1", "id > 0"]))))
    if bits & 4:
        constraints.append(Exclude("ex_a", (("id", "="),)))
    if bits & 24:
        target = draw(st.sampled_from([*state.tables.values(), Table("elsewhere", None, {"id": Column("id", INT)})]))
        to = draw(st.sampled_from(list(target.columns)))
        name, action = draw(st.sampled_from([("fk_a", "CASCADE"), ("fk_b", "CASCADE"), ("fk_a", "RESTRICT")]))
        constraints.append(ForeignKey(name, (draw(st.sampled_from(names)),), target.address, (to,), action))
    indexes: list[Index] = []
    for name in draw(some(["ix_a", "ix_b"])):
        kind = draw(st.integers(0, 7))
        parts = (*draw(several), *(("lower(x)",) if kind & 1 else ()))
        indexes.append(Index(name, parts, unique=bool(kind & 2), desc=parts[:1] if kind & 4 else ()))
    return replace(table, constraints={one.name: one for one in constraints}, indexes={one.name: one for one in indexes})


@st.composite
def renames(draw: st.DrawFn, old: State, new: State) -> Renames:
    """Draws renames of what one state has and another has not, and what could be swapped with it."""
    tables = dict(_pairs(draw, old.tables, new.tables, lambda one, other: one[0] == other[0]))
    enums = dict(_pairs(draw, old.enums, new.enums, lambda one, other: one[0] == other[0] and other not in old.enums))
    columns: dict[Address, dict[str, str]] = {}
    for address, table in new.tables.items():
        before = Renames(tables).before(address)
        if before in old.tables and (before in tables or before == address):
            columns[address] = dict(_pairs(draw, old.tables[before].columns, table.columns, lambda _, __: True))
    return Renames(tables, {address: pairs for address, pairs in columns.items() if pairs}, enums)


def _pairs(draw: st.DrawFn, old: Any, new: Any, fits: Callable[[Any, Any], bool]) -> list[tuple[Any, Any]]:
    """Draws pairs of old and new names, each once; an old name that stays is renamed only if the new one of that name is, too."""
    before, after = draw(st.permutations(sorted(old, key=str))), draw(st.permutations(sorted(new, key=str)))
    pairs = [(one, other) for one, other in zip(before, after, strict=False) if one != other and fits(one, other)][
        : draw(st.integers(0, 3))
    ]
    while True:
        made = {other for _, other in pairs}
        kept = [(one, other) for one, other in pairs if one not in new or one in made]
        if kept == pairs:
            return pairs
        pairs = kept
