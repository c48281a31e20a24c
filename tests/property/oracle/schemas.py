"""Random schemas: their models as the text of a Python module, and their rows, biased to edges."""

from __future__ import annotations

import datetime as dt
import random
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import ModuleType
from typing import Any, Final
from uuid import UUID

VALUES: Final[dict[str, list[Any]]] = {
    "int": [0, 1, -1, 2, 3, 7, 100],
    "big": [0, 1, -1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, -(2**63)],
    "word": ["", "a", "b", "ab", "abc", "x", "zz"],
    "text": ["", " ", "a", "A", "a ", " a", "ab", "aB", "%", "a%b", "_", "é", "E\u0301", "\\", "'", "日本", "😀", "a\nb"],
    "bool": [True, False],
    "decimal": [Decimal(text) for text in ("0.00", "0.01", "-0.01", "1.00", "9.99", "10.00", "-12.50", "99999.99")],
    "float": [0.0, 0.5, -0.5, 1.0, 2.5, -3.25, 1e10],
    "date": [dt.date(*parts) for parts in ((2024, 2, 29), (2023, 12, 31), (2024, 1, 1), (1970, 1, 1), (1969, 12, 31), (2026, 12, 28))],
    "datetime": [
        dt.datetime(*parts)
        for parts in (
            (2024, 2, 29, 23, 59, 59, 999999),
            (2024, 1, 1),
            (2023, 12, 31, 12, 30, 15),
            (1969, 12, 31, 23, 59, 59, 500000),
            (2024, 1, 1, 0, 0, 0, 1),
            (2000, 6, 15, 6),
        )
    ],
    "uuid": [UUID(int=number) for number in (0, 1, 2**64, 2**127, 2**128 - 1)],
}
"""The values of each kind; few, so that many rows are equal. A word sorts alike on every server, a text does not."""
ANNOTATIONS: Final = {
    "int": "int",
    "big": "int",
    "word": "str",
    "text": "str",
    "bool": "bool",
    "decimal": "Decimal",
    "float": "float",
    "date": "datetime.date",
    "datetime": "datetime.datetime",
    "uuid": "UUID",
}
OPTIONS: Final = {"word": "max_length=9", "decimal": "max_digits=8, decimal_places=2", "text": "max_length=40"}


@dataclass(frozen=True)
class Column:
    """A column: its field, what it holds, and whether that may be NULL."""

    name: str
    kind: str
    nullable: bool


@dataclass(frozen=True, eq=False)
class Parent:
    """A foreign key, named by a relation, and the table that it refers to."""

    column: str
    table: Table
    nullable: bool


@dataclass(frozen=True, eq=False)
class Many:
    """A relation to several rows: those that refer to a row, or those that a junction joins with it.

    Attributes:
        table: Where the key and the junction's pairs are.
        own: The column that names our row.
        theirs: The column that names the related row.
        target: The related table.
    """

    table: Table
    own: str
    theirs: str
    target: Table

    def of(self, key: Any) -> tuple[Table, list[Any]]:
        """Returns the related table and the keys of the rows that belong to a row."""
        return self.target, [row[self.theirs] for row in self.table.rows if row[self.own] == key]


@dataclass(eq=False)
class Table:
    """A table with its rows."""

    name: str
    columns: list[Column] = field(default_factory=list)
    parents: dict[str, Parent] = field(default_factory=dict)
    many: dict[str, Many] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    referred: bool = False

    @cached_property
    def by_key(self) -> dict[Any, dict[str, Any]]:
        """The rows by key."""
        return {row["id"]: row for row in self.rows}

    @property
    def keys(self) -> list[Column]:
        """The columns of foreign keys."""
        return [Column(parent.column, "int", parent.nullable) for parent in self.parents.values()]

    def code(self) -> str:
        """Returns the class of its model."""
        body = [f"class {self.name}(Model):", "    id: int = Field(db_pk=True)"]
        for column in self.columns:
            kind = ANNOTATIONS[column.kind] + (" | None" if column.nullable else "")
            options = [*(["default=None"] if column.nullable else []), *([OPTIONS[column.kind]] if column.kind in OPTIONS else [])]
            body.append(f"    {column.name}: {kind}" + (f" = Field({', '.join(options)})" if options else ""))
        return "\n".join([*body, *self.lines, "    class Meta:", "        is_table = True", f'        table_name = "{self.name.lower()}"'])


@dataclass(eq=False)
class Schema:
    """Tables that refer to each other, and the module with their models.

    Attributes:
        tables: Those that are asked, each with columns of its own.
        junction: What joins the first two.
    """

    tables: list[Table]
    junction: Table
    module: ModuleType

    @property
    def models(self) -> list[Any]:
        """The models, those that are referred to first."""
        return [getattr(self.module, table.name) for table in (*self.tables, self.junction)]

    def model(self, table: Table) -> Any:
        """Returns the model of a table."""
        return getattr(self.module, table.name)

    def stock(self) -> None:
        """Stores the rows."""
        for table in (*self.tables, self.junction):
            self.model(table).objects.sync.bulk_create([dict(row) for row in _parents_first(table)])


def _parents_first(table: Table) -> list[dict[str, Any]]:
    """Returns the rows so that none refers to a later one."""
    own = [parent.column for parent in table.parents.values() if parent.table is table]
    done: list[dict[str, Any]] = []
    waiting = list(table.rows)
    while waiting:
        known = {row["id"] for row in done}
        ready = [row for row in waiting if all(row[name] is None or row[name] in known for name in own)]
        done += ready
        waiting = [row for row in waiting if row not in ready]
    return done


HEAD: Final = (
    "from __future__ import annotations\nimport datetime\nfrom decimal import Decimal\nfrom uuid import UUID\nfrom oxyde import *\n"
)


def schema(seed: int, number: int) -> Schema:
    """Draws a schema of two or three tables and a junction."""
    rng = random.Random(f"{seed}/{number}")
    tables = [Table(f"Drawn{number}{letter}") for letter in "ABC"[: rng.choice([2, 3])]]
    for at, table in enumerate(tables):
        table.columns = [Column("int1", "int", True), Column("int2", "int", False), Column("word1", "word", True)]
        kinds = rng.sample(["big", "word", "text", "bool", "decimal", "float", "date", "datetime", "uuid"], rng.randint(3, 6))
        table.columns += [Column(f"{kind}{9 if kind == 'word' else 1}", kind, rng.random() < 0.7) for kind in kinds]
        if at or rng.random() < 0.5:
            _refer(rng, table, "up", rng.choice(tables[: at + 1]))
        if at > 1:
            _refer(rng, table, "owner", tables[0])
    junction = _junction(f"Drawn{number}Link", *tables[:2])
    for table in tables:
        _fill(rng, table)
    pairs = [(one["id"], two["id"]) for one in tables[0].rows for two in tables[1].rows]
    chosen = rng.sample(pairs, min(len(pairs), rng.randint(4, 12)))
    junction.rows = [{"id": at, "left_id": one, "right_id": two} for at, (one, two) in enumerate(chosen, 1)]
    return Schema(tables, junction, _module(number, [*tables, junction]))


def _refer(rng: random.Random, table: Table, name: str, target: Table) -> None:
    nullable = table is target or rng.random() < 0.7
    target.referred = True
    table.parents[name] = Parent(f"{name}_id", target, nullable)
    table.lines.append(f"    {name}: {target.name}{' | None = None' if nullable else ''}")
    reverse = f"{table.name[-1].lower()}_{name}s"
    target.many[reverse] = Many(table, f"{name}_id", "id", table)
    target.lines.append(f'    {reverse}: list[{table.name}] = Field(default=[], db_reverse_fk="{name}")')


def _junction(name: str, left: Table, right: Table) -> Table:
    made = Table(name, lines=[f"    left: {left.name}", f"    right: {right.name}"])
    left.many["rights"] = Many(made, "left_id", "right_id", right)
    right.many["lefts"] = Many(made, "right_id", "left_id", left)
    left.lines.append(f'    rights: list[{right.name}] = Field(default=[], db_m2m=True, db_through="{name}")')
    right.lines.append(f'    lefts: list[{left.name}] = Field(default=[], db_m2m=True, db_through="{name}")')
    left.referred = right.referred = True
    return made


def _fill(rng: random.Random, table: Table) -> None:
    keys = sorted(rng.sample(range(1, 20), rng.randint(5, 9)))
    for key in keys:
        row: dict[str, Any] = {"id": key}
        for column in table.columns:
            row[column.name] = None if column.nullable and rng.random() < 0.3 else rng.choice(VALUES[column.kind])
        for parent in table.parents.values():
            targets = keys[: len(table.rows)] if parent.table is table else list(parent.table.by_key)
            row[parent.column] = None if parent.nullable and (rng.random() < 0.25 or not targets) else rng.choice(targets)
        table.rows.append(row)


def _module(number: int, tables: list[Table]) -> ModuleType:
    """Returns the module of the models, which annotations refer to by name."""
    made = ModuleType(f"tests.property.oracle.drawn{number}", "\n\n".join([HEAD, *(table.code() for table in tables)]))
    sys.modules[made.__name__] = made
    exec(compile(str(made.__doc__), made.__name__, "exec"), made.__dict__)
    return made
