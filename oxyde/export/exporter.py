"""What every format has in common: the packages that it needs, and a function that reads an Arrow stream to its end."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from oxyde.exceptions import DecodeError
from oxyde.schema.naming import twice

T = TypeVar("T")


class ArrowSource(Protocol):
    """Anything that exports its rows as an Arrow C stream, and its schema without them."""

    def __arrow_c_schema__(self) -> object:
        """Returns an ``arrow_schema`` capsule."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Returns an ``arrow_array_stream`` capsule."""


@dataclass(frozen=True)
class Exporter(Generic[T]):
    """A format that rows can leave in.

    Attributes:
        needs: The packages that it imports.
        read: Reads a stream to its end.
        check: Refuses what can be refused before there are rows, such as a path that is taken.
    """

    needs: tuple[str, ...]
    read: Callable[[ArrowSource], T]
    check: Callable[[], object] | None = None

    def load(self) -> None:
        """Imports the packages and checks: before a statement runs for them, and where an interrupt is heard.

        Raises:
            ImportError: One is not installed; names it.
        """
        for name in self.needs:
            require(name)
        if self.check is not None:
            self.check()

    def __call__(self, source: ArrowSource) -> T:
        """Returns the rows of a stream in this format.

        Raises:
            ImportError: A package is not installed; names it.
        """
        self.load()
        return self.read(source)


def require(module: str) -> Any:
    """Imports a package that Oxyde does not depend on.

    Raises:
        ImportError: It is not installed; names it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        message = f"{missing.name} is not installed; run: pip install {missing.name}"
        raise ImportError(message, name=missing.name) from None


def require_distinct(names: Sequence[str]) -> None:
    """Refuses two columns of one name, because a frame holds only one of them.

    Raises:
        DecodeError: Two columns have the same name.
    """
    repeated = twice(names)
    if repeated is not None:
        message = f'two result columns are named "{repeated}", and a frame holds one; rename one of them with AS'
        raise DecodeError(message, column=repeated)
