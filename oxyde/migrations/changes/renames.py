"""What is the same under another name, said by the operator or by the models; never guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from oxyde.exceptions import MigrationError
from oxyde.migrations.parts import shown
from oxyde.migrations.state import State
from oxyde.schema.naming import meant
from oxyde.schema.relation import Address


@dataclass(frozen=True)
class Renames:
    """What has another name now, by its old name.

    Attributes:
        tables: Addresses of tables; a table stays in its schema.
        columns: Names of columns, by the *new* address of their table.
        enums: Addresses of enumeration types; a type stays in its schema.
    """

    tables: Mapping[Address, Address] = field(default_factory=dict)
    columns: Mapping[Address, Mapping[str, str]] = field(default_factory=dict)
    enums: Mapping[Address, Address] = field(default_factory=dict)

    def before(self, table: Address) -> Address:
        """Returns the old address of a table."""
        return next((old for old, new in self.tables.items() if new == table), table)


def check(old: State, new: State, renames: Renames) -> None:
    """Refuses renames of what is not there, and to what is not wanted.

    Raises:
        MigrationError: A rename is one of those.
    """
    _check("table", renames.tables, old.tables, new.tables, shown)
    _check("enumeration type", renames.enums, old.enums, new.enums, shown)
    for kind, pairs in (("table", renames.tables), ("enumeration type", renames.enums)):
        for one, other in pairs.items():
            if one[0] != other[0]:
                raise MigrationError(f"the {kind} {shown(one)} cannot be renamed into another schema: {shown(other)}")
    if both := [enum for enum in renames.enums.values() if enum in old.enums]:
        raise MigrationError(f"no enumeration type can be renamed to {shown(both[0])}, which is there already")
    for address, columns in renames.columns.items():
        before, after = old.table(renames.before(address)), new.table(address)
        _check("column", columns, before.columns, after.columns, partial("{}.{}".format, shown(address)))


def _check(kind: str, pairs: Mapping[Any, Any], old: Iterable[Any], new: Iterable[Any], show: Callable[[Any], str]) -> None:
    before, after = set(old), set(new)
    for one, other in pairs.items():
        if one not in before:
            raise MigrationError(f"there is no {kind} {show(one)} to rename{_near(one, before)}")
        if other not in after:
            near = _near(other, after)
            raise MigrationError(f"the models have no {kind} {show(other)}, which {show(one)} is to be renamed to{near}")
        if one in after - set(pairs.values()):
            raise MigrationError(f"the models still have the {kind} {show(one)}; it cannot be renamed to {show(other)}")
    if len(set(pairs.values())) < len(pairs):
        raise MigrationError(f"two names of a {kind} are to become one: {', '.join(map(show, pairs))}")


def _near(name: Any, known: Iterable[Any]) -> str:
    """Returns the name that may be meant: of a column, or the address of something else."""
    return meant(name, known) if isinstance(name, str) else meant(shown(name), map(shown, known))
