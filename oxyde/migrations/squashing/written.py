"""The text of a squashed migration."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final

from oxyde.exceptions import MigrationError
from oxyde.migrations.folder.calls import calls, factories
from oxyde.migrations.folder.layout import Code, Group, call, code, laid_out, text
from oxyde.migrations.folder.writing import plain
from oxyde.migrations.operations import Execute, Irreversible, Operation, RequireManual, Run, StateOnly
from oxyde.migrations.squashing.copied import Copies
from oxyde.migrations.state import State

_IMPORTS: Final[tuple[tuple[tuple[type, ...], tuple[str, ...]], ...]] = (
    ((dt.datetime, dt.date, dt.time, dt.timedelta), ("datetime",)),
    ((Decimal,), ("decimal", "Decimal")),
    ((uuid.UUID,), ("uuid", "UUID")),
)
"""What the representation of a value needs: a module, or a name of one."""


@dataclass
class Writer:
    """Writes operations as calls of ``ctx``.

    Attributes:
        copies: The functions that are run, by their names in the new file.
        used: The factories that the calls use.
    """

    copies: Copies
    used: set[str] = field(default_factory=set)

    def said(self, operation: Operation, state: State, indent: int) -> str:
        """Returns the lines that say an operation.

        Args:
            operation: The operation.
            state: The state before it.
            indent: The spaces that its lines begin with.
        """
        space = " " * indent
        lost = operation.loses(state)
        comment = f"{space}# loses data: {plain(lost)}\n" if lost is not None else ""
        match operation:
            case StateOnly(operations=inner):
                return f"{comment}{space}with ctx.state_only():\n{self.lines(inner, state, indent + 4)}"
            case Execute(state=inner) if inner:
                amount = f"{space}def state(ctx):\n{self.lines(inner, state, indent + 4)}\n"
                return f"{comment}{amount}{space}{laid_out(self._call(operation), indent)}\n"
            case Execute() | Run() | RequireManual():
                return f"{comment}{space}{laid_out(self._call(operation), indent)}\n"
            case _:
                groups = calls(operation, state)
                self.used.update(factories(groups))
                return comment + "".join(f"{space}{laid_out(group, indent)}\n" for group in groups)

    def lines(self, operations: Sequence[Operation], state: State, indent: int) -> str:
        """Returns the lines that say operations."""
        found = ""
        for operation in operations:
            found += self.said(operation, state, indent)
            state = operation.apply(state)
        return found or f"{' ' * indent}pass\n"

    def _call(self, operation: Execute | Run | RequireManual) -> Group:
        match operation:
            case RequireManual(reason):
                return call("ctx.require_manual", (reason,))
            case Execute(sql, params, reverse, inner):
                given = [("params=", self._value(params))] if params is not None else []
                back = [("reverse=", text(reverse))] if reverse is not None else []
                told: list[tuple[str, Code]] = [("state=", "state")] if inner else []
                return Group("ctx.execute(", (("", text(sql)), *given, *back, *told), ")")
            case Run(function, tables, undo, batch):
                parts: list[tuple[str, Code]] = [("", self.copies.name(function))]
                parts += [("tables=", code(list(tables)))] if tables else []
                parts += [("reverse=", self.copies.name(undo))] if undo is not None else []
                parts += [("batch=", str(batch))] if batch is not None else []
                return Group("ctx.run(", tuple(parts), ")")

    def _value(self, value: Any) -> Code:
        """Returns the code of a parameter of SQL.

        Raises:
            MigrationError: It is of a class that is not known here.
        """
        match value:
            case Mapping():
                return Group("{", tuple((f"{text(str(key))}: ", self._value(part)) for key, part in value.items()), "}")
            case list() | tuple():
                return Group("[", tuple(("", self._value(part)) for part in value), "]")
            case float() if not math.isfinite(value):
                return f'float("{value}")'
        if type(value) in {str, int, float, bool, bytes, type(None)}:
            return code(value)
        zone = getattr(value, "tzinfo", None)
        for classes, needed in _IMPORTS:
            if type(value) in classes and (zone is None or isinstance(zone, dt.timezone)):
                self.copies.imports(*needed)
                return repr(value).replace("'", '"')
        raise MigrationError(f"ctx.execute() has the parameter {value!r}, which no file can say; write its text or number instead")


@dataclass(frozen=True)
class Said:
    """What a function does on one dialect.

    Attributes:
        operations: What it does, or why it cannot be done.
        before: The state before.
    """

    operations: Sequence[Operation] | Irreversible
    before: State


def body(by_dialect: Mapping[str, Said], writer: Writer) -> str:
    """Returns the lines of a function; what only some dialects do stands under a question for the dialect."""
    every = frozenset(by_dialect)
    parts: list[_Part] = []
    for dialect, said in by_dialect.items():
        parts = _merged(parts, [_Part(*pair, frozenset([dialect])) for pair in _texts(said, writer)])
    found = ""
    for dialects, group in groupby(parts, key=lambda one: one.dialects):
        if dialects == every:
            found += "".join(one.text for one in group)
        else:
            found += f"    if {_question(dialects)}:\n{''.join(one.deeper for one in group)}"
    return found or "    pass\n"


@dataclass(frozen=True)
class _Part:
    """The lines of an operation, and those a level deeper, and the dialects that do it."""

    text: str
    deeper: str
    dialects: frozenset[str]


def _texts(said: Said, writer: Writer) -> Iterable[tuple[str, str]]:
    if isinstance(said.operations, Irreversible):
        reason = Group("raise NotImplementedError(", (("", text(said.operations.reason)),), ")")
        yield f"    {laid_out(reason, 4)}\n", f"        {laid_out(reason, 8)}\n"
        return
    state = said.before
    for operation in said.operations:
        yield writer.said(operation, state, 4), writer.said(operation, state, 8)
        state = operation.apply(state)


def _merged(one: list[_Part], other: list[_Part]) -> list[_Part]:
    """Returns two sequences as one, in which what both have stands once."""
    found: list[_Part] = []
    matcher = SequenceMatcher(None, [part.text for part in one], [part.text for part in other], autojunk=False)
    for kind, left, left_end, right, right_end in matcher.get_opcodes():
        if kind == "equal":
            dialects = other[0].dialects
            found += [_Part(part.text, part.deeper, part.dialects | dialects) for part in one[left:left_end]]
        else:
            found += [*one[left:left_end], *other[right:right_end]]
    return found


def _question(dialects: frozenset[str]) -> str:
    names = [text(name) for name in sorted(dialects)]
    return f"ctx.dialect == {names[0]}" if len(names) == 1 else f"ctx.dialect in ({', '.join(names)})"
