"""The lazy verbs that name fields, as checkers see them."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, overload

from oxyde.models.narrow import Exact, HasManager, OfStub, method
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
    """``order_by``, ``only`` and ``defer``."""

    def __call__(self, *fields: Any) -> C_co:
        """Is how it is called."""
        ...


class Adding(Protocol[C_co]):
    """``annotate``."""

    def __call__(self, **terms: Expression) -> C_co:
        """Is how it is called."""
        ...


class AnyCall(Protocol[C_co]):
    """A lazy verb of a model with a stub, on a queryset that the stub did not make."""

    def __call__(self, *arguments: Any, **keywords: Any) -> C_co:
        """Is how it is called."""
        ...


S = TypeVar("S", bound=OfStub[HasManager[Any]])


if TYPE_CHECKING:

    class Filter:
        """The attribute ``filter`` or ``exclude``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: S, owner: type[Any], /) -> AnyCall[S]: ...
        @overload
        def __get__(self, chain: C, owner: type[Any], /) -> Narrowing[C]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

    class Names:
        """The attribute ``order_by``, ``only`` or ``defer``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: S, owner: type[Any], /) -> AnyCall[S]: ...
        @overload
        def __get__(self, chain: C, owner: type[Any], /) -> Naming[C]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

    class Annotate:
        """The attribute ``annotate``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: S, owner: type[Any], /) -> AnyCall[S]: ...
        @overload
        def __get__(self, chain: C, owner: type[Any], /) -> Adding[C]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

else:
    Filter = Names = Annotate = method
