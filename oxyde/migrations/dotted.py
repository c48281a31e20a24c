"""Names joined by points, as migration files and flags have them; a name with a point in it stands in double quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from oxyde.exceptions import MigrationError
from oxyde.schema.relation import Address

_NAME: Final = r'"(?:[^"]|"")+"|[^".=@]+'
_DOTTED: Final = re.compile(rf"(?:{_NAME})(?:\.(?:{_NAME}))*")


def split(text: str) -> list[str]:
    """Returns the names that points separate.

    >>> split('shop."odd.name".id')
    ['shop', 'odd.name', 'id']

    Raises:
        MigrationError: It is no such text.
    """
    if _DOTTED.fullmatch(text) is None:
        raise MigrationError(f"{text!r} is no name; a name with a point, an equals sign or a quote in it stands in double quotes")
    return [_bare(name) for name in re.findall(_NAME, text)]


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def join(names: Iterable[str | None]) -> str:
    """Returns names joined by points, quoted where they must be; None is left out.

    >>> join([None, "odd.name", "id"])
    '"odd.name".id'
    """
    return ".".join(name if re.fullmatch(r'[^".=@]+', name) else '"' + name.replace('"', '""') + '"' for name in names if name is not None)


def address(names: list[str], text: str) -> Address:
    """Returns the address that one or two names are.

    Raises:
        MigrationError: There are more.
    """
    if len(names) > 2:
        raise MigrationError(f"{text!r} has {len(names)} names; a table is name or schema.name")
    return (names[0], names[1]) if len(names) == 2 else (None, names[0])
