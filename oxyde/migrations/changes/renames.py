"""What is the same under another name, said by the operator or by the models; never guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from oxyde.exceptions import MigrationError
from oxyde.migrations import dotted
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
        MigrationError: A rename is one of those; begins with the flag that says it.
    """
    _check("table", renames.tables, old.tables, new.tables, _of_address)
    _check("enumeration type", renames.enums, old.enums, new.enums, _of_enum)
    for kind, pairs, flag in (("table", renames.tables, _of_address), ("enumeration type", renames.enums, _of_enum)):
        for one, other in pairs.items():
            if one[0] != other[0]:
                raise MigrationError(f"{flag(one, other)}: the {kind} {shown(one)} cannot be renamed into another schema: {shown(other)}")
    for one, other in renames.enums.items():
        if other in old.enums:
            raise MigrationError(f"{_of_enum(one, other)}: no enumeration type can be renamed to {shown(other)}, which is there already")
    for address, columns in renames.columns.items():

        def of_column(one: str, other: str, table: Address = address) -> str:
            return f"--rename {dotted.join((*table, one))}={dotted.join((*table, other))}"

        try:
            before, after = old.table(renames.before(address)), new.table(address)
        except MigrationError as error:
            raise MigrationError(f"{of_column(*next(iter(columns.items())))}: {error}") from None
        _check("column", columns, before.columns, after.columns, of_column, partial("{}.{}".format, shown(address)))


def _of_address(one: Address, other: Address) -> str:
    """Returns the flag that renames a table."""
    return f"--rename {dotted.join(one)}={dotted.join(other)}"


def _of_enum(one: Address, other: Address) -> str:
    """Returns the flag that renames an enumeration type."""
    return f"--rename enum:{dotted.join(one)}={dotted.join(other)}"


def _check(
    kind: str,
    pairs: Mapping[Any, Any],
    old: Iterable[Any],
    new: Iterable[Any],
    flag: Callable[[Any, Any], str],
    show: Callable[[Any], str] = shown,
) -> None:
    before, after = set(old), set(new)
    for one, other in pairs.items():
        if one not in before:
            raise MigrationError(f"{flag(one, other)}: there is no {kind} {show(one)} to rename{_near(one, before)}")
        if other not in after:
            near = _near(other, after)
            raise MigrationError(
                f"{flag(one, other)}: the models have no {kind} {show(other)}, which {show(one)} is to be renamed to{near}"
            )
        if one in after - set(pairs.values()):
            raise MigrationError(f"{flag(one, other)}: the models still have the {kind} {show(one)}; it cannot be renamed to {show(other)}")
        first = next(each for each in pairs if pairs[each] == other)
        if first != one:
            raise MigrationError(f"{flag(one, other)}: two names of a {kind} are to become one: {show(first)}, {show(one)}")


def _near(name: Any, known: Iterable[Any]) -> str:
    """Returns the name that may be meant: of a column, or the address of something else."""
    return meant(name, known) if isinstance(name, str) else meant(shown(name), map(shown, known))
