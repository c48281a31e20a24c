"""The lazy verbs that name fields, as checkers see them."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, overload

from oxyde.models.narrow import Exact, method
from oxyde.queries.term import Expression

TYPE_CHECKING = False  # true for type checkers, whatever the value; jedi, which completes in notebooks, reads the value

C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)


class Narrowing(Protocol[C_co]):
    """``filter`` and ``exclude``."""

    def __call__(self, *conditions: Expression, **lookups: Any) -> C_co:
        """Is how it is called."""
        ...


class Naming(Protocol[C_co]):
    """``order_by``."""

    def __call__(self, *fields: Any) -> C_co:
        """Is how it is called."""
        ...


if TYPE_CHECKING:

    class Filter:
        """The attribute ``filter`` or ``exclude``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: C, owner: type[Any], /) -> Narrowing[C]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

    class OrderBy:
        """The attribute ``order_by``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: C, owner: type[Any], /) -> Naming[C]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

else:
    Filter = OrderBy = method
